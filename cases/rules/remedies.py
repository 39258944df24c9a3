"""The remedies matrix of overpayments: for a benefit, an operator and a day, whom to write to first and what follows. Pure.

The rows are those of an edition (`cases/reference/remedies.toml` is the first): no benefit is known by name here, and no
delay. A row names deadline rules and letters by their codes.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from cases.rules.deadline_context import CONTEXT
from cases.rules.french import money
from cases.rules.reading import (
    CONFIDENCES,
    DataRow,
    is_count,
    make_row,
    missing_columns,
    parse_amount,
    parse_day,
    refuse_faults,
    shape_of,
    unknown_codes,
    unknown_columns,
    wrong_days,
)

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
LETTER_STEPS = ("rectification", "contest", "waiver", "waiver_refusal", "suspension", "withholding", "mediator")


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
    """The pôle social of that court."""

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
    plea: str = "Ma situation ne me permet pas de la payer"
    """What the letter pleads."""
    addressee: str = ""
    """Empty: the operator itself."""
    outside: bool = False


@dataclass(frozen=True, kw_only=True)
class WaiverRefusal(RemedyPart):
    """What follows a request for a waiver: until when it is answered, and what one does against a refusal."""

    answer: str = ""
    """The rule of the delay to answer it; empty: none was read."""
    authority: str = ""
    """Whom to write to before the court; empty: nobody."""
    addressee: str = ""
    outside: bool = False
    court: str = ""
    """Empty: none is known."""
    rule: str = ""
    """Of the first act against a refusal."""
    silent_rule: str = ""
    reason: str = ""
    """Why nothing is counted, or what is not: said instead of a date."""

    def __str__(self) -> str:
        court = COURTS[self.court] if self.court else ""
        return ", puis ".join(each for each in (self.authority, court) if each) or self.reason


@dataclass(frozen=True, kw_only=True)
class WithholdingLaw(RemedyPart):
    """What limits a withholding: the scale, or a share of what is paid."""

    share: Decimal | None = None
    """In percent of the month’s benefit; None: the scale says (`withholding.toml`)."""
    note: str = ""
    """What to know before comparing."""


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
    refusal: WaiverRefusal | None
    """None: an edition from before refusals were written down."""
    withholding: WithholdingLaw | None
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

    def as_json(self) -> dict[str, object]:
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
    since: date = field(default=date.min, metadata={"column": "from"})
    until: date = date.max
    parts: Mapping[str, Any]
    letters: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

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
        parts: dict[str, Any] = {name: row.parts.get(name) for name in PARTS}
        return Remedy(benefit=benefit, operator=operator, letters=row.letters, notes=row.notes, **parts)

    def benefits_of(self, operator: str) -> tuple[str, ...]:
        """What an operator pays, in the order of the matrix."""
        return tuple(dict.fromkeys(b for row in self.rows if operator in row.operators for b in row.benefits))

    @property
    def limited_by_share(self) -> frozenset[str]:
        """The benefits of which a share may be withheld, whatever the household."""
        limited = (row for row in self.rows if (law := row.parts.get("withholding")) and law.share)
        return frozenset(benefit for row in limited for benefit in row.benefits)

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


# Reading

PARTS: Mapping[str, type[RemedyPart]] = {
    "contest": Contest,
    "silence": Silence,
    "court": Court,
    "suspension": SuspensiveEffect,
    "waiver": Waiver,
    "refusal": WaiverRefusal,
    "withholding": WithholdingLaw,
    "prescription": Prescription,
    "floor": ClaimFloor,
}
ALWAYS = ("contest", "court", "suspension")
_CHOICES: Mapping[str, Mapping[str, Collection[str]]] = {
    "court": {"code": COURTS},
    "suspension": dict.fromkeys(STEPS, STOPS),
    "waiver": {"fraud": FRAUD},
    "refusal": {"court": COURTS},
}
_COUNTS = {"silence": ("months",), "prescription": ("ordinary", "fraud")}
_KEYS = {"code", "benefits", "operators", "from", "until", "letters", "notes", *PARTS}


def read_matrix(
    data: Mapping[str, Any], *, rules: Collection[str] | None = None, letters: Collection[str] | None = None
) -> Matrix:
    """The checked matrix, or `FaultyRules` with every fault at once. Codes of rules and letters are checked when given."""
    rows: Sequence[DataRow] = data.get("rows", ())
    faults = [fault for number, row in enumerate(rows, start=1) for fault in _row_faults(row, f"Ligne {number}")]
    if not rows:
        faults.append("La matrice ne contient aucune ligne.")
    refuse_faults(faults)
    read = tuple(_read_row(row) for row in rows)
    refuse_faults([*_overlap_faults(read), *_unknown_rules(read, rules), *_unknown_letters(read, letters)])
    return Matrix(rows=read)


def _read_row(row: DataRow) -> MatrixRow:
    parts = {name: make_row(kind, row[name]) for name, kind in PARTS.items() if name in row}
    return make_row(MatrixRow, row, parts=parts)


def _row_faults(row: DataRow, where: str) -> Iterator[str]:
    yield from unknown_columns(row, _KEYS, where=where)
    lacking = [key for key in ("benefits", "operators") if not row.get(key)]
    yield from missing_columns((*lacking, *(name for name in ALWAYS if name not in row)), where=where)
    choices = {"benefits": BENEFITS, "operators": OPERATORS}
    yield from unknown_codes(row, {key: known for key, known in choices.items() if key not in lacking}, where=where)
    yield from wrong_days(row, ("from", "until"), where=where)
    first, last = parse_day(row.get("from")), parse_day(row.get("until"))
    if first and last and last < first:
        yield f"{where} : « until » précède « from »."
    for name in PARTS:
        if name in row:
            yield from _part_faults(name, row[name], where=f"{where}, {name}")
    yield from (
        f"{where}, letters : « {step} » n’est pas connu. Valeurs possibles : {', '.join(LETTER_STEPS)}."
        for step in row.get("letters", {})
        if step not in LETTER_STEPS
    )


def _part_faults(name: str, part: object, *, where: str) -> Iterator[str]:
    kind: Any = PARTS[name]
    shape = shape_of(kind)
    needed = sorted(shape.needed, key=("reference", "confidence").count)  # its own come first
    if not isinstance(part, Mapping):
        yield f"{where} : donner {', '.join(needed)}."
        return
    yield from missing_columns((column for column in needed if column not in part), where=where)
    yield from unknown_columns(part, shape.columns, where=where)
    choices = {"confidence": CONFIDENCES, **_CHOICES.get(name, {})}
    yield from unknown_codes(part, choices, where=where)
    for key in _COUNTS.get(name, ()):
        if key in part and not is_count(part[key], least=1):
            yield f"{where} : {key} = « {part[key]} » n’est pas un nombre entier, un ou plus."
    if name == "refusal" and not (part.get("rule") and part.get("silent_rule")) and not part.get("reason"):
        yield f"{where} : donner les règles (rule, silent_rule), ou dire pourquoi rien n’est compté (reason)."
    if name == "withholding" and "share" in part and not parse_amount(part["share"]):
        yield f'{where} : share = « {part["share"]} » n’est pas un pourcentage : l’écrire "20".'
    if name == "floor" and not parse_amount(part.get("amount")):
        yield f'{where} : amount = « {part.get("amount")} » n’est pas un montant : l’écrire "77" ou "77.50".'


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
    for number, row in enumerate(rows if known is not None else (), start=1):
        silence, court, refusal = row.parts.get("silence"), row.parts["court"], row.parts.get("refusal")
        named = [row.parts["contest"].rule, silence.rule if silence else None, court.rule, court.silent_rule]
        named += [refusal.answer, refusal.rule, refusal.silent_rule] if refusal else []
        for code in dict.fromkeys(named):
            if code and code not in (known or ()):
                yield f"Ligne {number} : la règle de délai « {code} » n’existe pas."


def _unknown_letters(rows: Sequence[MatrixRow], known: Collection[str] | None) -> Iterator[str]:
    for number, row in enumerate(rows if known is not None else (), start=1):
        for code in dict.fromkeys(row.letters.values()):
            if code not in (known or ()):
                yield f"Ligne {number} : le courrier « {code} » n’existe pas."
