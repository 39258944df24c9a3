"""A cell becomes a value: French numbers and dates, what Excel made of a phone, several people in one cell."""

import calendar
import datetime
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

import phonenumbers

from cases.matching import Address, BirthDate, Person
from cases.rules.names import normalised

Cell = str | int | float | datetime.date
Parser = Callable[[Cell], Any]


class Reason(StrEnum):
    """Why a line or a value is refused or ignored."""

    MISSING_NAME = "missing_name"
    IMPOSSIBLE_DATE = "impossible_date"
    UNREADABLE_AMOUNT = "unreadable_amount"
    CREDIT_BALANCE = "credit_balance"
    TOTAL_LINE = "total_line"
    STRAY_LINE = "stray_line"
    FUTURE_LEASE = "future_lease"
    TOO_LONG = "too_long"
    SOCIAL_SECURITY_NUMBER = "social_security_number"
    SHIFTED_LINE = "shifted_line"
    UNREADABLE = "unreadable"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Reason.MISSING_NAME: "sans nom",
    Reason.IMPOSSIBLE_DATE: "date impossible",
    Reason.UNREADABLE_AMOUNT: "montant illisible",
    Reason.CREDIT_BALANCE: "solde créditeur",
    Reason.TOTAL_LINE: "ligne de total",
    Reason.STRAY_LINE: "ligne hors du tableau",
    Reason.FUTURE_LEASE: "date de bail à venir",
    Reason.TOO_LONG: "texte trop long",
    Reason.SOCIAL_SECURITY_NUMBER: "numéro de sécurité sociale",
    Reason.SHIFTED_LINE: "ligne décalée",
    Reason.UNREADABLE: "valeur illisible",
}


class Unreadable(Exception):
    """The value is refused; the message is French, says what is expected and never repeats the value."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


NOTHING = {"NEANT", "AUCUN", "AUCUNE", "NC", "NR", "ND", "NA", "N A", "INCONNU", "INCONNUE", "SO", "NON COMMUNIQUE"}
NOTHING |= {"NON RENSEIGNE", "SANS OBJET", "VIDE", "NULL", "NONE", "N D", "N C", "S O", ""}


def is_nothing(cell: Cell) -> bool:
    """Blank, dashes, or one of the words that stand for nothing."""
    return isinstance(cell, str) and normalised(cell) in NOTHING


def as_text(cell: Cell) -> str:
    """Excel's figures are read back as they were typed: 91350.0 is 91350."""
    if isinstance(cell, datetime.date):
        return f"{cell:%d/%m/%Y}"
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def text(longest: int) -> Callable[[Cell], str]:
    def parse(cell: Cell) -> str:
        value = as_text(cell)
        if len(value) > longest:
            raise Unreadable(
                Reason.TOO_LONG,
                f"texte de {len(value)} caractères ; {longest} au plus. Raccourcissez-le dans le fichier.",
            )
        if is_social_security_number(value):
            raise Unreadable(Reason.SOCIAL_SECURITY_NUMBER, NIR_HELP)
        return value

    return parse


# Sex, year, month (20 to 42 when it is unknown), département, commune, order and, maybe, a key.
NIR = re.compile(
    r"(?<![0-9A-Z])[12]\d{2}(?:0[1-9]|1[0-2]|[23]\d|4[0-2])(?:\d{2}|2[AB])\d{6}(?:\d{2})?(?![0-9A-Z])", re.IGNORECASE
)
NIR_HELP = (
    "cette valeur a la forme d’un numéro de sécurité sociale : elle n’a pas été enregistrée. Retirez-la du fichier."
)


def is_social_security_number(written: str) -> bool:
    """Also inside other words, with or without spaces between its groups."""
    return bool(NIR.search(written) or NIR.search(re.sub(r"(?<=[0-9AB])[ .\-](?=[0-9])", "", written)))


# Amounts and counts


SPACES_AND_CURRENCY = re.compile(r"[\s\u00a0\u202f’']|€|\bEUR\b|\beuros?\b", re.IGNORECASE)
LARGEST = Decimal("9999999.99")
AMOUNT_HELP = "montant illisible. Écrivez un nombre, par exemple 1 234,56."


def amount(cell: Cell) -> Decimal:
    """Accepts 1 234,56 € and 1.234,56 and 1,234.56; a minus before or after, parentheses or CR mean a credit."""
    if isinstance(cell, datetime.date):
        raise Unreadable(Reason.UNREADABLE_AMOUNT, AMOUNT_HELP)
    digits, negative = unsigned(SPACES_AND_CURRENCY.sub("", cell)) if isinstance(cell, str) else (str(cell), False)
    try:
        value = Decimal(decimal_point(digits) if isinstance(cell, str) else digits).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise Unreadable(Reason.UNREADABLE_AMOUNT, AMOUNT_HELP) from error
    if abs(value) > LARGEST:
        raise Unreadable(Reason.UNREADABLE_AMOUNT, "montant trop grand : vérifiez-le dans le fichier.")
    return -value if negative else value


def unsigned(written: str) -> tuple[str, bool]:
    written = written.replace("−", "-")
    found = re.fullmatch(
        r"(?P<open>\()?(?P<sign>[-+])?(?P<digits>[\d.,]+)(?P<after>-|CR|C|DB|D)?(?(open)\))", written, re.IGNORECASE
    )
    if not found:
        raise Unreadable(Reason.UNREADABLE_AMOUNT, AMOUNT_HELP)
    signs = [found["open"], found["sign"] == "-", (found["after"] or "").upper() in {"-", "CR", "C"}]
    return found["digits"], any(signs)


def decimal_point(digits: str) -> str:
    """The last of two different marks is the decimal one; a single comma is, and a single point unless it cuts thousands."""
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", digits) or re.fullmatch(r"\d+,\d+", digits):
        if re.fullmatch(r"\d+,\d{3}", digits):
            raise Unreadable(Reason.UNREADABLE_AMOUNT, "montant ambigu. Écrivez deux décimales, par exemple 1 234,00.")
        return digits.replace(".", "").replace(",", ".")
    if re.fullmatch(r"\d{1,3}(,\d{3})+\.\d+", digits) or re.fullmatch(r"\d{1,3}(,\d{3}){2,}", digits):
        return digits.replace(",", "")
    return digits


def count(largest: int) -> Callable[[Cell], int]:
    def parse(cell: Cell) -> int:
        found = re.fullmatch(r"(\d{1,6})(?:[.,]\d+)?(?: ?[^\W\d]+\.?)?", as_text(cell))
        if not found or int(found[1]) > largest:
            raise Unreadable(Reason.UNREADABLE, f"nombre illisible. Écrivez un nombre entier de 0 à {largest}.")
        return int(found[1])

    return parse


def months(cell: Cell) -> Decimal:
    """Landlords count parts of a month: 2,5 or “3 mois”."""
    value = amount(re.sub(r"\s*(mois|termes?)$", "", cell, flags=re.IGNORECASE) if isinstance(cell, str) else cell)
    if not 0 <= value < 1000:
        raise Unreadable(Reason.UNREADABLE, "nombre de mois illisible. Écrivez un nombre positif.")
    return value


YES = {"O", "OUI", "Y", "YES", "VRAI", "TRUE", "1", "X"}
NO = {"N", "NON", "NO", "FAUX", "FALSE", "0"}


def yes_no(cell: Cell) -> bool:
    word = normalised(as_text(cell))
    if word not in YES | NO:
        raise Unreadable(Reason.UNREADABLE, "réponse illisible. Écrivez oui ou non.")
    return word in YES


def choice(words: dict[str, str]) -> Callable[[Cell], str]:
    """`words` maps each normalised French spelling to its code."""

    def parse(cell: Cell) -> str:
        word = normalised(as_text(cell))
        if word not in words:
            raise Unreadable(Reason.UNREADABLE, f"valeur inconnue. Écrivez l’un de ces mots : {', '.join(words)}.")
        return words[word]

    return parse


# Dates


MONTHS = ["JANVIER", "FEVRIER", "MARS", "AVRIL", "MAI", "JUIN", "JUILLET", "AOUT"]
MONTHS += ["SEPTEMBRE", "OCTOBRE", "NOVEMBRE", "DECEMBRE"]
ABBREVIATED = {"JAN": 1, "JANV": 1, "FEV": 2, "FEVR": 2, "MAR": 3, "AVR": 4, "JUIL": 7, "JUILL": 7, "AOU": 8}
ABBREVIATED |= {"SEP": 9, "SEPT": 9, "OCT": 10, "NOV": 11, "DEC": 12}
MONTH_NUMBERS = {word: number for number, word in enumerate(MONTHS, start=1)} | ABBREVIATED
EXCEL_ORIGIN = datetime.date(1899, 12, 30)
DATE_HELP = "date impossible. Écrivez-la jour/mois/année, par exemple 24/11/2026."
OLDEST_YEAR, LATEST_YEAR = 1900, 2100


def date_parts(cell: Cell) -> tuple[int, int, int]:
    """Year, month, day; 0 for what is not written."""
    if isinstance(cell, datetime.date):
        return cell.year, cell.month, cell.day
    if isinstance(cell, int | float):
        return number_parts(cell)
    words = re.sub(r"[T ]\d{1,2}[:hH]\d{2}.*$", "", cell.strip())  # an hour after the date
    words = re.sub(r"\b1ER\b", "1", normalised(words))
    words = re.sub(r"(?<=\d)(?=[A-Z])|(?<=[A-Z])(?=\d)", " ", words)
    parts = [str(MONTH_NUMBERS[part]) if part in MONTH_NUMBERS else part for part in words.split()]
    if len(parts) == 1 and re.fullmatch(r"(19|20)\d{6}", parts[0]):
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    if not parts or len(parts) > 3 or not all(re.fullmatch(r"\d{1,4}", part) for part in parts):
        raise Unreadable(Reason.IMPOSSIBLE_DATE, DATE_HELP)
    if len(parts[0]) != 4:
        parts.reverse()
    year, month, day = [*map(int, parts), 0, 0][:3]
    return full_year(year, written=parts[0]), month, day


def number_parts(number: float) -> tuple[int, int, int]:
    """A year, or the day number that Excel shows as a date."""
    if OLDEST_YEAR <= number <= LATEST_YEAR:
        return int(number), 0, 0
    if not 15_000 < number < 80_000:  # 1941 to 2119
        raise Unreadable(Reason.IMPOSSIBLE_DATE, DATE_HELP)
    date = EXCEL_ORIGIN + datetime.timedelta(days=int(number))
    return date.year, date.month, date.day


def full_year(year: int, *, written: str) -> int:
    return year if len(written) == 4 else 2000 + year


def day(cell: Cell) -> datetime.date:
    year, month, number = date_parts(cell)
    return checked_date(year, month, number)


def month_or_day(cell: Cell) -> datetime.date:
    """“août 2026” is its first day."""
    year, month, number = date_parts(cell)
    return checked_date(year, month, number or 1)


def checked_date(year: int, month: int, number: int) -> datetime.date:
    try:
        date = datetime.date(year, month, number)
    except ValueError as error:
        raise Unreadable(Reason.IMPOSSIBLE_DATE, DATE_HELP) from error
    if not OLDEST_YEAR <= year <= LATEST_YEAR:
        raise Unreadable(Reason.IMPOSSIBLE_DATE, DATE_HELP)
    return date


def birth_date(today: datetime.date) -> Callable[[Cell], BirthDate]:
    """The day, or the day and the month, may be unknown: 1978, 04/1978, 00/04/1978."""

    def parse(cell: Cell) -> BirthDate:
        year, month, number = date_parts(cell)
        if isinstance(cell, str) and year > today.year and re.search(r"\D\d\d$", cell.strip()):
            year -= 100  # 12/06/75
        if not OLDEST_YEAR <= year <= today.year or month > 12 or (number and not month):
            raise Unreadable(Reason.IMPOSSIBLE_DATE, DATE_HELP)
        if month and number > calendar.monthrange(year, month)[1]:
            raise Unreadable(Reason.IMPOSSIBLE_DATE, DATE_HELP)
        if (year, month, number) > (today.year, today.month, today.day):
            raise Unreadable(Reason.IMPOSSIBLE_DATE, "date de naissance à venir. Corrigez-la dans le fichier.")
        return BirthDate(year, month or None, number or None)

    return parse


# Numbers that identify


def caf_number(cell: Cell) -> str:
    """Seven figures, a key letter dropped; never a social-security number."""
    digits = re.sub(r"[\s.\-/]", "", as_text(cell)).upper()
    if len(digits) in (13, 15) or is_social_security_number(digits):
        raise Unreadable(
            Reason.SOCIAL_SECURITY_NUMBER,
            "cette valeur a la longueur d’un numéro de sécurité sociale : elle n’a pas été enregistrée. "
            "Retirez-la du fichier ; seul le numéro allocataire (7 chiffres) est attendu.",
        )
    digits = re.sub(r"[A-Z]$", "", digits)
    if isinstance(cell, int | float):
        digits = digits.zfill(7)  # Excel drops the zeros in front
    if not re.fullmatch(r"\d{7}", digits):
        raise Unreadable(Reason.UNREADABLE, "numéro allocataire illisible : 7 chiffres sont attendus.")
    return digits


def phone(cell: Cell) -> str:
    """The first number of the cell, in E.164."""
    for written in re.split(r"[/;,]|\bou\b|\bet\b", as_text(cell)):
        try:
            number = phonenumbers.parse(written, "FR")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):  # a valid one by region would refuse overseas mobiles
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise Unreadable(
        Reason.UNREADABLE, "numéro de téléphone illisible. Écrivez dix chiffres, par exemple 06 12 34 56 78."
    )


def email(cell: Cell) -> str:
    value = as_text(cell).lower()
    if len(value) > 254 or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}", value):
        raise Unreadable(Reason.UNREADABLE, "adresse électronique illisible. Vérifiez-la dans le fichier.")
    return value


def postcode(cell: Cell) -> str:
    value = as_text(cell).replace(" ", "")
    value = value.zfill(5) if isinstance(cell, int | float) else value
    if not re.fullmatch(r"\d{5}", value):
        raise Unreadable(Reason.UNREADABLE, "code postal illisible : 5 chiffres sont attendus.")
    return value


# People


TITLE = r"(?:M(?:ME)?S?|MR|MLLE|MM|MONSIEUR|MADAME|MADEMOISELLE|MESDAMES|MESSIEURS)"
CIVILITY = re.compile(rf"^{TITLE}(?:\.\s*|\s+)", re.IGNORECASE)  # not the M of M’BAYE
COUPLE = re.compile(rf"^{TITLE}\.?\s*(?:et|ou|/|&)\s*{TITLE}(?:\.\s*|\s+)", re.IGNORECASE)
BETWEEN_PEOPLE = re.compile(r"\s*(?:[/;&+]|\bet\b)\s*", re.IGNORECASE)  # "ou" is also a family name
MAIDEN = {"NEE", "NE"}
MARRIED = {"EPOUSE", "EP", "EPSE", "VEUVE", "VVE"}
PARTICLES = {
    "DE",
    "DU",
    "DA",
    "DOS",
    "DAS",
    "DI",
    "DEL",
    "EL",
    "AL",
    "BEN",
    "BOU",
    "LE",
    "LA",
    "VAN",
    "VON",
    "DEN",
    "SAINT",
    "D",
}
LONGEST_NAME = 100


def people(cell: Cell) -> tuple[Person, ...]:
    """Everyone in one cell: “M. MARTIN Thi-Hoa / Mme MARTIN Wei”, “DUPONT Jean et Marie”, “M. et Mme DUPONT”."""
    written = COUPLE.sub("", text(3 * LONGEST_NAME)(cell))
    found: list[Person] = []
    for part in BETWEEN_PEOPLE.split(written):
        name = CIVILITY.sub("", part)
        if not any(map(str.isalpha, name)):
            continue
        alone = found and len(name.split()) == 1 and not name.isupper()
        found.append(Person(last_name=found[0].last_name, first_name=name) if alone else split_name(name))
    if not found:
        raise Unreadable(Reason.MISSING_NAME, "nom illisible : aucune lettre. Corrigez-le dans le fichier.")
    return tuple(found)


def split_name(written: str) -> Person:
    """Capitals are the family name; without them the order is a guess, and the person says so."""
    too_long(written)
    words = written.split()
    capitals = [is_family_word(word) for word in words]
    if all(capitals) or not any(capitals):
        cut = 1
        while cut < len(words) and normalised(words[cut - 1]) in PARTICLES:
            cut += 1
        return with_birth_name(words[:cut], words[cut:], ordered=len(words) == 1)
    family = [
        word for word, capital in zip(words, capitals, strict=True) if capital or normalised(word) in MAIDEN | MARRIED
    ]
    first = [word for word in words if word not in family]
    return with_birth_name(family, first, ordered=True)


def is_family_word(word: str) -> bool:
    """Mostly capitals; a lost letter tells nothing, and an initial is a first name."""
    letters = [letter for letter in word if letter.isalpha()]
    return len(letters) > 1 and all(letter.isupper() for letter in letters)


def with_birth_name(family: list[str], first: list[str], *, ordered: bool) -> Person:
    """“MARTIN née DUPONT” and “DUPONT épouse MARTIN” are one person with two family names."""
    first_name = written_first_name(" ".join(first))
    for place, word in enumerate(family):
        before, after = " ".join(family[:place]), " ".join(family[place + 1 :])
        if before and after and normalised(word) in MAIDEN:
            return Person(last_name=before, birth_last_name=after, first_name=first_name, ordered=ordered)
        if before and after and normalised(word) in MARRIED:
            return Person(last_name=after, birth_last_name=before, first_name=first_name, ordered=ordered)
    return Person(last_name=" ".join(family), first_name=first_name, ordered=ordered)


def family_name(cell: Cell) -> Person:
    written = name_part(cell)
    return with_birth_name(CIVILITY.sub("", written).split() or [written], [], ordered=True)


def first_name(cell: Cell) -> str:
    return written_first_name(name_part(cell))


def name_part(cell: Cell) -> str:
    written = as_text(cell)
    too_long(written)
    if not any(map(str.isalpha, written)):
        raise Unreadable(Reason.MISSING_NAME, "nom illisible : aucune lettre. Corrigez-le dans le fichier.")
    return written


def too_long(written: str) -> None:
    if len(written) > LONGEST_NAME:
        raise Unreadable(
            Reason.TOO_LONG, f"nom de {len(written)} caractères ; {LONGEST_NAME} au plus. Corrigez-le dans le fichier."
        )


def written_first_name(name: str) -> str:
    """JEAN-PIERRE becomes Jean-Pierre; what has small letters is kept as typed."""
    return re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), name) if name.isupper() else name


# Addresses in one cell


CITY = re.compile(r"[\s,–-]*\b(?P<postcode>\d{5})\b[\s,–-]*(?P<city>[^\d,]*)\s*$")
PARTS = {
    "building": re.compile(r"[\s,–-]*\b(?:b[âa]t(?:iment)?\b\.?|bt\b\.?)\s*(?P<value>[\w-]+)", re.IGNORECASE),
    "staircase": re.compile(r"[\s,–-]*\besc(?:alier)?\b\.?\s*(?P<value>[\w-]+)", re.IGNORECASE),
    "floor": re.compile(
        r"[\s,–-]*(?:\b[ée]t(?:age)?\b\.?\s*(?P<value>\d+|rdc)|\b(?P<other>\d{1,2})\s*(?:e|er|è|[eè]me)\s+[ée]tage)",
        re.IGNORECASE,
    ),
    "door": re.compile(
        r"[\s,–-]*\b(?:porte|pte|appartement|appt|app|apt|logement|lgt)\b\.?\s*(?:n°\s*)?(?P<value>[\w-]+)",
        re.IGNORECASE,
    ),
}


def address(cell: Cell) -> dict[str, str]:
    """“42 Rue Lefèbvre, bât C, porte 34 91350 Grigny” cut into street, building, staircase, floor, door, postcode, city."""
    written = text(200)(cell)
    found: dict[str, str] = {}
    if city := CITY.search(written):
        found |= {"postcode": city["postcode"], "city": city["city"].strip()}
        written = written[: city.start()]
    for part, pattern in PARTS.items():
        if match := pattern.search(written):
            found[part] = next(value for value in match.groups() if value)
            written = written[: match.start()] + written[match.end() :]
    return {"street": written.strip(" ,–-")} | found


def to_address(values: dict[str, Any]) -> Address | None:
    street = values.get("street", "")
    parts = {part: values.get(part) or "" for part in ("postcode", "city", "building", "door")}
    return Address(street=street, **parts) if street else None
