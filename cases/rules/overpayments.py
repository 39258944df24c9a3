"""What forms and letters of overpayments rest on: a valid notification, papers of a step, causes, outcomes. Pure, from data."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cases.rules.catalogue import CONFIDENCES
from cases.rules.remedies import BENEFITS, OPERATORS

ACTS = ("notice", "decision")
STEPS: Mapping[str, str] = {
    "open": "Ouvrir avec le courrier",
    "qualify": "Comprendre le trop-perçu",
    "contest": "Demander une rectification ou contester",
    "waiver": "Demander une remise",
    "schedule": "Demander un échéancier, ou la révision des retenues",
    "pursuit": "Répondre à une mise en demeure ou à une contrainte",
    "court": "Saisir le tribunal",
}
"""Where papers are asked for."""
WHOSE = ("person", "body", "law", "nobody")
AMOUNTS = ("all", "part", "none")
FACTS = frozenset({"withholding_stopped"})
"""The dated facts that an operator’s answer may make."""


class InvalidOverpayments(ValueError):
    """Every fault of the catalogue, as French sentences."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class Validity(StrEnum):
    """What reading a notification comes to, in the order of the procedure."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    NO_ROUTES = "no_routes"


VALIDITIES: Mapping[Validity, str] = {
    Validity.COMPLETE: "Complète",
    Validity.INCOMPLETE: "Incomplète",
    Validity.NO_ROUTES: "Voies de recours absentes",
}


@dataclass(frozen=True, kw_only=True)
class Check:
    code: str
    act: str
    label: str
    missing: str
    """What a letter says when it isn’t there."""
    operators: tuple[str, ...]
    reference: str
    confidence: str
    benefits: tuple[str, ...] = ()
    """Those alone; any when empty."""
    is_route: bool = False

    @property
    def is_to_be_verified(self) -> bool:
        return self.confidence != "H"

    def concerns(self, *, operator: str, benefits: Collection[str]) -> bool:
        return operator in self.operators and (not self.benefits or not set(self.benefits).isdisjoint(benefits))


@dataclass(frozen=True, kw_only=True)
class CheckedNotification:
    """A notification that was read: what it comes to, and what it lacks."""

    validity: Validity
    missing: tuple[Check, ...]

    @property
    def routes_stated(self) -> bool:
        return self.validity is not Validity.NO_ROUTES


@dataclass(frozen=True, kw_only=True)
class Paper:
    step: str
    code: str
    label: str
    needed: bool
    confidence: str
    when: str = ""

    def __str__(self) -> str:
        return f"{self.label} ({self.when})" if self.when else self.label


@dataclass(frozen=True, kw_only=True)
class OverpaymentCause:
    code: str
    label: str
    whose: str


@dataclass(frozen=True, kw_only=True)
class OverpaymentOutcome:
    code: str
    label: str
    amount: str
    """What falls when the line closes so: all, part (a sum is typed) or none."""
    ends: bool
    """Nothing remains to be paid."""


@dataclass(frozen=True, kw_only=True)
class QuestionChoice:
    code: str
    label: str


@dataclass(frozen=True, kw_only=True)
class AnswerChoice:
    code: str
    label: str
    moves: str = ""
    """The dated fact that it makes (one of `FACTS`), or the outcome whose sum falls; nothing when empty."""


@dataclass(frozen=True, kw_only=True)
class Overpayments:
    checks: tuple[Check, ...]
    papers: tuple[Paper, ...]
    causes: tuple[OverpaymentCause, ...]
    outcomes: tuple[OverpaymentOutcome, ...]
    questions: tuple[QuestionChoice, ...]
    answers: tuple[AnswerChoice, ...]

    def checks_of(self, *, operator: str, benefits: Collection[str], act: str = "notice") -> tuple[Check, ...]:
        """What such a letter must say."""
        return tuple(
            check for check in self.checks if check.act == act and check.concerns(operator=operator, benefits=benefits)
        )

    def check_notification(
        self, *, operator: str, benefits: Collection[str], found: Collection[str], act: str = "notice"
    ) -> CheckedNotification:
        """What a letter comes to in which one found these things."""
        missing = tuple(
            check for check in self.checks_of(operator=operator, benefits=benefits, act=act) if check.code not in found
        )
        if any(check.is_route for check in missing):
            return CheckedNotification(validity=Validity.NO_ROUTES, missing=missing)
        return CheckedNotification(validity=Validity.INCOMPLETE if missing else Validity.COMPLETE, missing=missing)

    def lowered_part(self, answer: AnswerChoice) -> str:
        """How much of a line falls with an answer: all, part or none."""
        return next((each.amount for each in self.outcomes if each.code == answer.moves), "none")

    def papers_of(self, step: str) -> tuple[Paper, ...]:
        return tuple(paper for paper in self.papers if paper.step == step)

    def missing_papers(self, step: str, *, held: Collection[str]) -> tuple[Paper, ...]:
        """The papers asked of everyone that one has not yet."""
        return tuple(paper for paper in self.papers_of(step) if paper.needed and paper.code not in held)


# Reading


@dataclass(frozen=True, kw_only=True)
class _CatalogueTable:
    name: str
    title: str
    kind: type[Any]
    needed: tuple[str, ...]
    may: tuple[str, ...] = ()
    choices: Mapping[str, Collection[str]] = field(default_factory=dict)
    lists: Mapping[str, Collection[str]] = field(default_factory=dict)


_TABLES = (
    _CatalogueTable(
        name="checks",
        title="Mention",
        kind=Check,
        needed=("code", "act", "label", "missing", "operators", "reference", "confidence"),
        may=("benefits", "is_route"),
        choices={"act": ACTS, "confidence": CONFIDENCES},
        lists={"operators": OPERATORS, "benefits": BENEFITS},
    ),
    _CatalogueTable(
        name="documents",
        title="Pièce",
        kind=Paper,
        needed=("step", "code", "label", "needed", "confidence"),
        may=("when",),
        choices={"step": STEPS, "confidence": CONFIDENCES},
    ),
    _CatalogueTable(
        name="causes",
        title="Motif",
        kind=OverpaymentCause,
        needed=("code", "label", "whose"),
        choices={"whose": WHOSE},
    ),
    _CatalogueTable(
        name="outcomes",
        title="Issue",
        kind=OverpaymentOutcome,
        needed=("code", "label", "amount", "ends"),
        choices={"amount": AMOUNTS},
    ),
    _CatalogueTable(name="questions", title="Question", kind=QuestionChoice, needed=("code", "label")),
    _CatalogueTable(name="answers", title="Réponse", kind=AnswerChoice, needed=("code", "label"), may=("moves",)),
)
TABLES = tuple(table.name for table in _TABLES)


def read_overpayments(data: Mapping[str, Any]) -> Overpayments:
    """The checked catalogue, or `InvalidOverpayments` with every fault at once."""
    faults = [fault for table in _TABLES for fault in _table_faults(table, data.get(table.name, ()))]
    outcomes = {row.get("code") for row in data.get("outcomes", ())}
    faults += [
        f"Réponse « {row.get('code')} » : l’issue « {row['moves']} » n’existe pas."
        for row in data.get("answers", ())
        if row.get("moves") and row["moves"] not in outcomes | FACTS
    ]
    if faults:
        raise InvalidOverpayments(faults)
    read = {table.name: tuple(_read_row(table, row) for row in data[table.name]) for table in _TABLES}
    return Overpayments(papers=read.pop("documents"), **read)


def _read_row(table: _CatalogueTable, row: Mapping[str, Any]) -> Any:
    return table.kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()})


def _table_faults(table: _CatalogueTable, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not rows:
        yield f"Le catalogue ne contient aucune ligne « {table.name} »."
    keys = [(row.get("step", row.get("act", "")), row.get("code")) for row in rows]
    for row, key in zip(rows, keys, strict=True):
        where = f"{table.title} « {row.get('code', 'sans code')} »"
        if keys.count(key) > 1:
            yield f"{where} : ce code est donné deux fois."
        yield from _row_faults(table, row, where)


def _row_faults(table: _CatalogueTable, row: Mapping[str, Any], where: str) -> Iterator[str]:
    yield from (f"{where} : il manque « {key} »." for key in table.needed if row.get(key) in (None, "", []))
    yield from (f"{where} : « {key} » n’est pas connu." for key in row if key not in (*table.needed, *table.may))
    for key, known in table.choices.items():
        if row.get(key) and row[key] not in known:
            yield f"{where} : {key} = « {row[key]} » n’est pas connu. Valeurs possibles : {', '.join(known)}."
    for key, known in table.lists.items():
        for value in row.get(key, ()):
            if value not in known:
                yield f"{where} : {key} = « {value} » n’est pas connu. Valeurs possibles : {', '.join(known)}."
