"""The lines of an overpayment as they stand in a letter, pasted or typed: « RSA de juin à septembre 2026 : 1 352,01 € ». Pure.

What is read is shown to be corrected. What is read in part, or in two ways, is never guessed: it stays as it was, with why.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from cases.rules.french import MONTHS, SHORT_MONTHS

NAMES: Mapping[str, tuple[str, ...]] = {
    "prestations_familiales": (
        "prestations familiales", "allocations familiales", "allocation de base", "allocation de soutien familial",
        "allocation de rentree scolaire", "complement familial", "paje", "pf", "af", "asf", "ars",
    ),
    "aah": ("aah", "allocation aux adultes handicapes", "allocation adulte handicape"),
    "prime_activite": ("prime d'activite", "prime activite", "ppa"),
    "rsa": ("rsa", "revenu de solidarite active"),
    "apl": ("apl", "aide personnalisee au logement"),
    "alf": (
        "alf", "allocation de logement familiale", "allocation logement familiale",
        "allocation de logement a caractere familial",
    ),
    "als": (
        "als", "allocation de logement sociale", "allocation logement sociale",
        "allocation de logement a caractere social",
    ),
    "are": ("are", "allocation chomage", "allocations chomage", "allocation d'aide au retour a l'emploi"),
    "ass": ("ass", "allocation de solidarite specifique"),
    "ij": ("ij", "indemnites journalieres"),
    "c2s": ("c2s", "css", "complementaire sante solidaire"),
    "retraite": ("retraite", "pension de vieillesse"),
    "aspa": ("aspa", "allocation de solidarite aux personnes agees", "minimum vieillesse"),
    "prime_noel": ("prime de noel", "aide exceptionnelle de fin d'annee"),
}  # fmt: skip
"""By benefit, as letters call it, without accents."""
SEVERAL_BENEFITS = "plusieurs prestations : une par ligne"
NO_BENEFIT = "prestation non reconnue"
WHICH_HOUSING = "dire laquelle : APL, ALF ou ALS"
NO_AMOUNT = "montant non lu"
SEVERAL_AMOUNTS = "plusieurs montants : garder celui qui est réclamé"
NO_PERIOD = "période non comprise : l’écrire 06/2026 à 09/2026"
BACKWARDS = "la période finit avant de commencer"
Period = tuple[date | None, date | None]
NO_MONTHS: Period = (None, None)


@dataclass(frozen=True, kw_only=True)
class LetterLine:
    text: str
    """As it was pasted."""
    benefit: str
    amount: Decimal
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class UnreadText:
    text: str
    why: str


@dataclass(frozen=True, kw_only=True)
class LetterReading:
    lines: tuple[LetterLine, ...] = ()
    unread: tuple[UnreadText, ...] = ()
    """Of a benefit or of a sum: it stays to be corrected."""
    aside: tuple[str, ...] = ()
    """That speaks of neither: greetings, the date and the number of the letter."""
    period: Period = NO_MONTHS
    """That the letter says once, for all of its lines."""
    total: Decimal | None = None
    """That the letter says itself."""


def read_letter_lines(text: str) -> LetterReading:
    """Line by line; what a line begins (a benefit without its sum) the next one may end."""
    reading, begun = LetterReading(), ""
    for piece in filter(None, (each.strip() for each in re.split(r"[\n\r;]+", text))):
        alone = _look_at(piece)
        if begun and (alone.benefits or alone.is_total or alone.is_about_housing):
            reading, begun = _with_unread(reading, begun), ""
        seen = _look_at(f"{begun} {piece}") if begun else alone
        if seen.is_read:
            reading, begun = replace(reading, lines=(*reading.lines, seen.letter_line)), ""
        elif seen.waits_for_sum:
            begun = seen.text
        elif begun:
            reading, begun = _with_unread(reading, seen.text), ""
        else:
            reading = _with_other_piece(reading, alone)
    return _with_unread(reading, begun) if begun else reading


def _with_other_piece(reading: LetterReading, piece: "_Piece") -> LetterReading:
    """Of a piece that is no line, and begins none."""
    if piece.is_total and len(piece.amounts) == 1:
        return replace(reading, total=piece.amounts[0])
    if piece.benefits or piece.amounts:
        return _with_unread(reading, piece.text)
    if not piece.says_period:
        return replace(reading, aside=(*reading.aside, piece.text))
    lines, (since, until) = reading.lines, piece.period
    if not lines or (len(lines) > 1 and not any(line.since or line.until for line in lines)):
        return replace(reading, period=piece.period)
    if lines[-1].since or lines[-1].until:
        return _with_unread(reading, piece.text)
    return replace(reading, lines=(*lines[:-1], replace(lines[-1], since=since, until=until)))


def _with_unread(reading: LetterReading, text: str) -> LetterReading:
    return replace(reading, unread=(*reading.unread, UnreadText(text=text, why=_look_at(text).fault_words)))


# One piece of the text

_NAME = "|".join(
    sorted((fold for name, cut in zip(MONTHS, SHORT_MONTHS, strict=True) for fold in (name, *cut)), key=len)[::-1]
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:(?:19|20)\d\d|[12]\d)"
_LINK = r"(?:a|au|-|–|—|→|->|/|et|jusqu'a|jusqu'au)"
_OF = r"(?:\s*(?:fin|la|le|de|du|d'|mois))*"


def _fold_letters(text: str) -> str:
    """Lower case without accents, letter for letter: what stands at a place stays there."""
    folded = (unicodedata.normalize("NFD", each)[0].lower() for each in unicodedata.normalize("NFC", text))
    return "".join("'" if each in "’‘`" else " " if each.isspace() else each for each in folded)


_MONTH_FORMS = re.compile(
    rf"(?<![\d,.])(?:"
    rf"{_DAY}(?P<mark>[/.-])(?P<m_day>{_MONTH})(?P=mark)(?P<y_day>{_YEAR})(?![\d,])"
    rf"|(?P<y_iso>20\d\d)-(?P<m_iso>0[1-9]|1[0-2])(?:-\d\d)?(?!\d)"
    rf"|(?P<m_alone>{_MONTH})(?=\s*(?:a|au|-|–)\s*{_MONTH}[/.-]{_YEAR}(?!\d))"
    rf"|(?P<m_year>{_MONTH})[/-](?P<y_year>{_YEAR})(?![\d/,.])"
    rf"|(?P<m_full>0[1-9]|1[0-2])[. ](?P<y_full>20\d\d)(?![\d/,.])"
    rf")|(?:(?<![\d,.])\b{_DAY}(?:er)? +)?\b(?P<m_name>{_fold_letters(_NAME)})\b\.?"
    rf"(?: +(?P<y_name>(?:19|20)\d\d(?!\d|[,.]\d)|[12]\d(?!\d|[,.]\d| ?\d{{3}}(?!\d)| ?€| ?eur)))?"
)
_SUM = re.compile(
    r"(?<![\d,.])(?P<units>\d{1,3}(?:[ .]\d{3})+|\d+)(?:[,.](?P<cents>\d{1,2}))?(?!\d|[,.]\d)"
    r"(?P<mark> *(?:€|euros?\b|eur\b))?"
)
_BENEFIT = {name.replace("'", ""): code for code, names in NAMES.items() for name in names}
_BENEFITS = re.compile(rf"\b(?:{'|'.join(sorted(_BENEFIT, key=len, reverse=True))})\b")


@dataclass(frozen=True, kw_only=True)
class _Piece:
    text: str
    benefits: frozenset[str]
    amounts: tuple[Decimal, ...]
    period: Period
    period_fault: str
    is_total: bool
    says_period: bool
    """And nothing else of a line."""
    is_about_housing: bool

    @property
    def is_read(self) -> bool:
        return len(self.benefits) == 1 and len(self.amounts) == 1 and not self.period_fault

    @property
    def waits_for_sum(self) -> bool:
        """A benefit whose sum may come on the next line."""
        return len(self.benefits) == 1 and not self.amounts and not self.period_fault

    @property
    def letter_line(self) -> LetterLine:
        (benefit,), (amount,), (since, until) = self.benefits, self.amounts, self.period
        return LetterLine(text=self.text, benefit=benefit, amount=amount, since=since, until=until)

    @property
    def fault_words(self) -> str:
        """What stands in the way, in words for who typed it."""
        if len(self.benefits) != 1:
            return SEVERAL_BENEFITS if self.benefits else WHICH_HOUSING if self.is_about_housing else NO_BENEFIT
        if len(self.amounts) != 1:
            return SEVERAL_AMOUNTS if self.amounts else NO_AMOUNT
        return self.period_fault or NO_PERIOD


def _look_at(text: str) -> _Piece:
    plain = _fold_letters(text)
    months = list(_MONTH_FORMS.finditer(plain))
    rest = _MONTH_FORMS.sub("|", plain)
    benefits = frozenset(_BENEFIT[found[0]] for found in _BENEFITS.finditer(rest.replace("'", "")))
    period, fault = (NO_MONTHS, NO_PERIOD) if re.search(r"\d[/-]\d", rest) else _read_period(plain, months)
    return _Piece(
        text=text,
        benefits=benefits,
        amounts=tuple(_read_sums(rest, with_bare=bool(benefits))),
        period=period,
        period_fault=fault,
        is_total=bool(re.search(r"\btotal\b", rest)) and not benefits,
        says_period=bool(months) and not fault and ("periode" in rest or len(months) > 1),
        is_about_housing="logement" in rest,
    )


def _read_sums(rest: str, *, with_bare: bool) -> Iterator[Decimal]:
    """Each once. A number without cents nor euros is a sum when there is no better one, and it cannot be a rank or a count."""
    found = list(_SUM.finditer(rest))
    marked = [each for each in found if each["cents"] or each["mark"]]
    bare = [each for each in found if len(each["units"]) > 1] if with_bare else []
    yield from dict.fromkeys(
        Decimal(f"{re.sub('[ .]', '', each['units'])}.{(each['cents'] or '').ljust(2, '0')}")
        for each in marked or bare
    )


def _read_period(plain: str, found: Sequence[re.Match[str]]) -> tuple[Period, str]:
    if not found:
        return NO_MONTHS, ""
    until = _month_of(found[-1], year=_year_of(found[-1]))
    if until is None or len(found) > 2:
        return NO_MONTHS, NO_PERIOD
    if len(found) == 2:
        return _read_two_months(plain, *found, until=until)
    before = plain[: found[0].start()]
    if re.search(rf"(?:depuis|a compter|a partir){_OF}\s*$", before):
        return (until, None), ""
    return ((None, until) if re.search(rf"jusqu'(?:a|au){_OF}\s*$", before) else (until, until)), ""


def _read_two_months(plain: str, first: re.Match[str], last: re.Match[str], *, until: date) -> tuple[Period, str]:
    """« de novembre à janvier 2027 » begins the year before; two months that do not follow each other are no period."""
    since = _month_of(first, year=_year_of(first) or until.year)
    link = re.fullmatch(rf"\s*,?\s*(?P<word>{_LINK}|){_OF}\s*", plain[first.end() : last.start()])
    if link is None or since is None:
        return NO_MONTHS, NO_PERIOD
    if since > until and _year_of(first) is None:
        since = since.replace(year=until.year - 1)
    if since > until:
        return NO_MONTHS, BACKWARDS
    is_next = (until.year - since.year) * 12 + until.month - since.month == 1
    return ((since, until), "") if link["word"] != "et" or is_next else (NO_MONTHS, NO_PERIOD)


def _group_of(found: re.Match[str], what: str) -> str:
    return next(filter(None, (said for name, said in found.groupdict().items() if name.startswith(what))), "")


def _year_of(found: re.Match[str]) -> int | None:
    said = _group_of(found, "y_")
    return (int(said) + 2000 if len(said) == 2 else int(said)) if said else None


def _month_of(found: re.Match[str], *, year: int | None) -> date | None:
    return date(year, _month_number(_group_of(found, "m_")), 1) if year else None


def _month_number(said: str) -> int:
    if said.isdecimal():
        return int(said)
    names = zip(MONTHS, SHORT_MONTHS, strict=True)
    return next(rank for rank, (name, cut) in enumerate(names, start=1) if said in (_fold_letters(name), *cut))
