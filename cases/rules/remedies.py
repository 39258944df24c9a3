"""The remedies matrix of overpayments: for a benefit, an operator and a day, whom to write to first and what follows. Pure.

The rows are those of an edition (`cases/reference/remedies.toml` is the first): no benefit is known by name here, and no
delay. A row names deadline rules and letters by their codes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from cases.rules.catalogue import CONFIDENCES, CONTEXT
from cases.rules.french import money

BENEFITS: Mapping[str, str] = CONTEXT["benefit"].choices
OPERATORS: Mapping[str, str] = CONTEXT["operator"].choices
COURTS: Mapping[str, str] = CONTEXT["court"].choices

STOPS: Mapping[str, bool | None] = {"yes": True, "no": False, "unknown": None, "none": False}
"""Does a step stop recovery? `none`: there is no such step here."""
STEPS = ("rectification", "recourse", "waiver")
FRAUD = {
    "excluded": "exclue en cas de fraude ou de fausse déclaration",
    "possible": "possible même en cas de fraude",
    "unknown": "en cas de fraude : à vérifier",
}
LETTER_STEPS = ("rectification", "contest", "waiver", "suspension", "withholding", "mediator")

_SOURCE = ("reference", "confidence")
PARTS: Mapping[str, tuple[str, ...]] = {
    "contest": ("authority", "addressee", "rule"),
    "silence": ("months", "rule"),
    "court": ("code", "rule", "silent_rule"),
    "suspension": STEPS,
    "waiver": ("by", "criterion", "fraud"),
    "prescription": ("ordinary",),
    "floor": ("amount",),
}
"""Parts of a row, with what each must hold besides its source."""
ALWAYS = ("contest", "court", "suspension")
MAY_HOLD: Mapping[str, tuple[str, ...]] = {
    "contest": ("outside",),
    "court": ("social",),
    "waiver": ("addressee", "outside"),
    "prescription": ("fraud",),
}
_CHOICES: Mapping[str, Mapping[str, Collection[str]]] = {
    "court": {"code": COURTS},
    "suspension": dict.fromkeys(STEPS, STOPS),
    "waiver": {"fraud": FRAUD},
}
_COUNTS = {"silence": ("months",), "prescription": ("ordinary", "fraud")}
_KEYS = {"benefits", "operators", "from", "until", "letters", "notes", *PARTS}


class InvalidMatrix(ValueError):
    """Every fault of a matrix, as French sentences."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class NoRemedy(LookupError):
    """The matrix doesn’t answer. The message is French and lists what it knows."""


@dataclass(frozen=True, kw_only=True)
class RemedyPart:
    reference: str
    confidence: str

    @property
    def is_to_be_verified(self) -> bool:
        return self.confidence != "H"


@dataclass(frozen=True, kw_only=True)
class Contest(RemedyPart):
    authority: str
    """Empty: none, the court is seized at once."""
    addressee: str
    rule: str
    outside: bool = False
    """It is not of the operator: it has its own address."""


@dataclass(frozen=True, kw_only=True)
class Silence(RemedyPart):
    months: int
    rule: str

    def __str__(self) -> str:
        return f"le silence vaut rejet après {self.months} mois"


@dataclass(frozen=True, kw_only=True)
class Court(RemedyPart):
    code: str
    rule: str
    silent_rule: str
    social: bool = False
    """Its pôle social."""

    def __str__(self) -> str:
        return COURTS[self.code] + (", pôle social" if self.social else "")


@dataclass(frozen=True, kw_only=True)
class SuspensiveEffect(RemedyPart):
    rectification: str
    recourse: str
    waiver: str

    def stops(self, step: str) -> bool | None:
        """Is recovery suspended while this step waits? None: it isn’t known, ask for it."""
        return STOPS[getattr(self, step)]

    @property
    def has_rectification(self) -> bool:
        return self.rectification != "none"


@dataclass(frozen=True, kw_only=True)
class Waiver(RemedyPart):
    by: str
    criterion: str
    fraud: str
    addressee: str = ""
    """Empty: the operator itself."""
    outside: bool = False


@dataclass(frozen=True, kw_only=True)
class Prescription(RemedyPart):
    ordinary: int
    fraud: int | None = None
    """None: this text sets no limit in a case of fraud."""

    def __str__(self) -> str:
        fraud = f"{self.fraud} ans" if self.fraud else "la durée ci-dessus ne joue pas"
        return f"{self.ordinary} ans ; fraude : {fraud}"

    def years_in_words(self, *, fraud: bool | None) -> str:
        """That of a debt; both, as long as nobody knows whether it comes from a fraud."""
        if fraud is None:
            return str(self)
        if not fraud:
            return f"{self.ordinary} ans"
        return f"{self.fraud} ans, fraude qualifiée" if self.fraud else "sans limite par ce texte, fraude qualifiée"


@dataclass(frozen=True, kw_only=True)
class ClaimFloor(RemedyPart):
    amount: Decimal

    def __str__(self) -> str:
        return money(self.amount)


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """What the matrix says of one benefit paid by one operator, on a day."""

    benefit: str
    operator: str
    contest: Contest
    silence: Silence | None
    court: Court
    suspension: SuspensiveEffect
    waiver: Waiver | None
    prescription: Prescription | None
    floor: ClaimFloor | None
    letters: Mapping[str, str]
    notes: tuple[str, ...]

    @property
    def confidence(self) -> str:
        """The least sure of what one does first: to whom, until when, what silence means, before which judge."""
        return max((part.confidence for part in (self.contest, self.silence, self.court) if part), key="HML".index)

    @property
    def is_to_be_verified(self) -> bool:
        return self.confidence != "H"

    def as_json(self) -> dict[str, Any]:
        """The form that operators rely on: its keys never change."""
        prescription = self.prescription
        return {
            "authority": self.contest.authority or None,
            "deadline_rule": self.contest.rule,
            "silence": str(self.silence) if self.silence else None,
            "court": self.court.code,
            "suspends_recovery": self.suspension.stops("recourse"),
            "waiver_by": self.waiver.by if self.waiver else None,
            "prescription": (
                {"ordinary_years": prescription.ordinary, "fraud_years": prescription.fraud} if prescription else None
            ),
            "confidence": self.confidence,
        }


@dataclass(frozen=True, kw_only=True)
class MatrixRow:
    benefits: tuple[str, ...]
    operators: tuple[str, ...]
    since: date
    until: date
    parts: Mapping[str, Any]
    letters: Mapping[str, str]
    notes: tuple[str, ...]

    def covers(self, benefit: str, operator: str) -> bool:
        return benefit in self.benefits and operator in self.operators

    def holds(self, on: date) -> bool:
        return self.since <= on <= self.until


@dataclass(frozen=True, kw_only=True)
class Matrix:
    rows: tuple[MatrixRow, ...]

    def remedy_for(self, *, benefit: str, operator: str, on: date) -> Remedy:
        """Refuses (`NoRemedy`) what it doesn’t know, and says what it knows."""
        covering = [row for row in self.rows if row.covers(benefit, operator)]
        if not covering:
            raise NoRemedy(self._say_unknown(benefit, operator))
        row = next((row for row in covering if row.holds(on)), None)
        if row is None:
            raise NoRemedy(
                f"Les voies de recours de « {BENEFITS[benefit]} » ne sont pas connues au {on:%d/%m/%Y} :"
                " donner une autre date, ou compléter la matrice."
            )
        return Remedy(benefit=benefit, operator=operator, letters=row.letters, notes=row.notes, **_parts(row))

    def benefits_of(self, operator: str) -> tuple[str, ...]:
        """What an operator pays, in the order of the matrix."""
        return tuple(dict.fromkeys(b for row in self.rows if operator in row.operators for b in row.benefits))

    @property
    def operators(self) -> tuple[str, ...]:
        return tuple(code for code in OPERATORS if self.benefits_of(code))

    @property
    def letters(self) -> frozenset[str]:
        return frozenset(code for row in self.rows for code in row.letters.values())

    def _say_unknown(self, benefit: str, operator: str) -> str:
        if operator not in OPERATORS:
            return f"L’organisme « {operator} » n’est pas connu. Organismes connus : {', '.join(self.operators)}."
        known = ", ".join(self.benefits_of(operator))
        if benefit not in BENEFITS:
            return f"La prestation « {benefit} » n’est pas connue. Prestations de {OPERATORS[operator]} : {known}."
        return (
            f"« {BENEFITS[benefit]} » n’est pas une prestation de {OPERATORS[operator]} : vérifier qui a écrit le"
            f" courrier. Prestations connues pour cet organisme : {known}."
        )


def _parts(row: MatrixRow) -> dict[str, Any]:
    return {name: row.parts.get(name) for name in PARTS}


# Reading

_CLASSES: Mapping[str, type[RemedyPart]] = {
    "contest": Contest,
    "silence": Silence,
    "court": Court,
    "suspension": SuspensiveEffect,
    "waiver": Waiver,
    "prescription": Prescription,
    "floor": ClaimFloor,
}


def read_matrix(
    data: Mapping[str, Any], *, rules: Collection[str] | None = None, letters: Collection[str] | None = None
) -> Matrix:
    """The checked matrix, or `InvalidMatrix` with every fault at once. Codes of rules and letters are checked when given."""
    rows: Sequence[Mapping[str, Any]] = data.get("rows", ())
    faults = [fault for number, row in enumerate(rows, start=1) for fault in _row_faults(row, f"Ligne {number}")]
    if not rows:
        faults.append("La matrice ne contient aucune ligne.")
    if faults:
        raise InvalidMatrix(faults)
    read = tuple(_read_row(row) for row in rows)
    faults = [*_overlap_faults(read), *_unknown_rules(read, rules), *_unknown_letters(read, letters)]
    if faults:
        raise InvalidMatrix(faults)
    return Matrix(rows=read)


def _read_row(row: Mapping[str, Any]) -> MatrixRow:
    parts = {name: _CLASSES[name](**_parse_part(name, row[name])) for name in PARTS if name in row}
    return MatrixRow(
        benefits=tuple(row["benefits"]),
        operators=tuple(row["operators"]),
        since=_parse_day(row.get("from")) or date.min,
        until=_parse_day(row.get("until")) or date.max,
        parts=parts,
        letters=dict(row.get("letters", {})),
        notes=tuple(row.get("notes", ())),
    )


def _parse_part(name: str, part: Mapping[str, Any]) -> dict[str, Any]:
    return {**part, "amount": Decimal(part["amount"])} if name == "floor" else dict(part)


def _parse_day(raw: Any) -> date | None:
    return date.fromisoformat(raw) if raw else None


def _row_faults(row: Mapping[str, Any], where: str) -> Iterator[str]:
    yield from (f"{where} : « {key} » n’est pas connu." for key in row if key not in _KEYS)
    yield from _unknown_codes(row, where)
    yield from _wrong_days(row, where)
    yield from (f"{where} : il manque « {name} »." for name in ALWAYS if name not in row)
    for name in PARTS:
        if name in row:
            yield from _part_faults(name, row[name], where=f"{where}, {name}")
    yield from (
        f"{where}, letters : « {step} » n’est pas connu. Valeurs possibles : {', '.join(LETTER_STEPS)}."
        for step in row.get("letters", {})
        if step not in LETTER_STEPS
    )


def _unknown_codes(row: Mapping[str, Any], where: str) -> Iterator[str]:
    for key, known in (("benefits", BENEFITS), ("operators", OPERATORS)):
        if not row.get(key):
            yield f"{where} : il manque « {key} »."
        for code in row.get(key, ()):
            if code not in known:
                yield f"{where} : {key} = « {code} » n’est pas connu. Valeurs possibles : {', '.join(known)}."


def _wrong_days(row: Mapping[str, Any], where: str) -> Iterator[str]:
    days = []
    for key in ("from", "until"):
        try:
            days.append(_parse_day(row.get(key)))
        except (TypeError, ValueError):
            yield f'{where} : {key} = « {row[key]} » n’est pas une date : l’écrire "AAAA-MM-JJ", entre guillemets.'
            return
    first, last = days
    if first and last and last < first:
        yield f"{where} : « until » précède « from »."


def _part_faults(name: str, part: Any, *, where: str) -> Iterator[str]:
    if not isinstance(part, Mapping):
        yield f"{where} : donner {', '.join((*PARTS[name], *_SOURCE))}."
        return
    needed = (*PARTS[name], *_SOURCE)
    yield from (f"{where} : il manque « {key} »." for key in needed if key not in part)
    allowed = (*needed, *MAY_HOLD.get(name, ()))
    yield from (f"{where} : « {key} » n’est pas connu." for key in part if key not in allowed)
    yield from _value_faults(name, part, where=where)


def _value_faults(name: str, part: Mapping[str, Any], *, where: str) -> Iterator[str]:
    for key, known in {"confidence": CONFIDENCES, **_CHOICES.get(name, {})}.items():
        if key in part and part[key] not in known:
            yield f"{where} : {key} = « {part[key]} » n’est pas connu. Valeurs possibles : {', '.join(known)}."
    for key in _COUNTS.get(name, ()):
        if key in part and not _is_count(part[key]):
            yield f"{where} : {key} = « {part[key]} » n’est pas un nombre entier, un ou plus."
    if name == "floor" and not _is_amount(part.get("amount")):
        yield f'{where} : amount = « {part.get("amount")} » n’est pas un montant : l’écrire "77" ou "77.50".'


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_amount(value: object) -> bool:
    try:
        return isinstance(value, str) and Decimal(value) > 0
    except InvalidOperation:
        return False


def _overlap_faults(rows: Sequence[MatrixRow]) -> Iterator[str]:
    """Two answers for the same benefit, operator and day."""
    for number, row in enumerate(rows, start=1):
        for other_number, other in enumerate(rows[: number - 1], start=1):
            shared = [(b, o) for b in row.benefits for o in row.operators if other.covers(b, o)]
            if shared and row.since <= other.until and other.since <= row.until:
                benefit, operator = shared[0]
                yield (
                    f"Lignes {other_number} et {number} : {BENEFITS[benefit]} ({OPERATORS[operator]}) a deux réponses"
                    " pour un même jour."
                )


def _unknown_rules(rows: Sequence[MatrixRow], known: Collection[str] | None) -> Iterator[str]:
    if known is None:
        return
    for number, row in enumerate(rows, start=1):
        silence = row.parts.get("silence")
        court = row.parts["court"]
        named = [row.parts["contest"].rule, silence.rule if silence else None, court.rule, court.silent_rule]
        for code in dict.fromkeys(named):
            if code and code not in known:
                yield f"Ligne {number} : la règle de délai « {code} » n’existe pas."


def _unknown_letters(rows: Sequence[MatrixRow], known: Collection[str] | None) -> Iterator[str]:
    if known is None:
        return
    for number, row in enumerate(rows, start=1):
        for code in dict.fromkeys(row.letters.values()):
            if code not in known:
                yield f"Ligne {number} : le courrier « {code} » n’existe pas."
