"""What forms and letters of overpayments rest on: a valid notification, papers of a step, causes, outcomes. Pure, from data."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cases.rules.questions import load_question_limits
from cases.rules.reading import CONFIDENCES, DataRow, make_row, refuse_faults, row_faults
from cases.rules.remedies import BENEFITS, OPERATORS
from cases.rules.texts import names_in

ACTS = ("notice", "decision")
EFFECTS: Mapping[str, str] = {
    "all": "Ce qui reste dû de cette ligne tombe à zéro.",
    "part": "La somme saisie est retirée de ce qui reste dû.",
    "none": "La ligne ne change pas.",
}
"""What an answer does to what is left of a line, by how much of it falls."""
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
TAKES: Mapping[str, str] = {"file": "un fichier", "meeting": "un jour et une heure", "text": "une précision"}
"""What may come with an answer, without which it says nothing."""


GROWTH = "growth"
"""The code of the one alert that the product knows."""
ALERT_FIELDS: Mapping[str, str] = {
    "operator": "l’organisme",
    "cause": "le motif",
    "month": "le mois, avec l’année",
    "count": "combien ce mois-là, comme l’organisme le lit",
    "before": "combien le mois d’avant, comme l’organisme le lit",
}
"""What the letter of an alert may name."""


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
    questions: tuple[str, ...] = ()
    """The kinds of question that it answers; any when empty."""
    takes: str = ""
    """What comes with it (one of `TAKES`); nothing when empty."""


@dataclass(frozen=True, kw_only=True)
class LineBundle:
    """Benefits that an operator often claims by one letter: its lines, proposed before they are typed."""

    code: str
    label: str
    operators: tuple[str, ...]
    benefits: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CollectiveAlert:
    """From when a cause that grows at one operator is told, and the letter that is proposed then."""

    code: str
    label: str
    cases: int
    """Of one month, with the same cause."""
    more: int
    """Than the month before, at least."""
    subject: str
    paragraphs: tuple[str, ...]
    """Texts name what stands in `ALERT_FIELDS`."""
    reference: str
    confidence: str

    @property
    def is_to_be_verified(self) -> bool:
        return self.confidence != "H"

    def is_reached(self, *, cases: int, before: int) -> bool:
        return cases >= self.cases and cases - before >= self.more


@dataclass(frozen=True, kw_only=True)
class Overpayments:
    checks: tuple[Check, ...]
    papers: tuple[Paper, ...]
    causes: tuple[OverpaymentCause, ...]
    outcomes: tuple[OverpaymentOutcome, ...]
    questions: tuple[QuestionChoice, ...]
    answers: tuple[AnswerChoice, ...]
    bundles: tuple[LineBundle, ...]
    alerts: tuple[CollectiveAlert, ...]

    @property
    def alert(self) -> CollectiveAlert | None:
        """None in what was published before there was one."""
        return next((each for each in self.alerts if each.code == GROWTH), None)

    @property
    def alert_from(self) -> int:
        """Cases of one month with the same cause, below which nothing is told: the rule’s; before there was one, the channel’s."""
        return self.alert.cases if self.alert else load_question_limits().alert_from

    def is_alert_reached(self, *, cases: int, before: int) -> bool:
        """What was published before there was a rule asks for no growth."""
        return self.alert.is_reached(cases=cases, before=before) if self.alert else cases >= self.alert_from

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

    def answers_to(self, question: str) -> tuple[AnswerChoice, ...]:
        """What a question of this kind may be answered."""
        return tuple(each for each in self.answers if not each.questions or question in each.questions)

    def effect_of(self, answer: AnswerChoice) -> str:
        """What an answer does to the line, as its author reads it before he sends it."""
        if answer.moves in FACTS:
            return "La ligne note que la retenue s’arrête le jour de la décision ; la somme ne change pas."
        return EFFECTS[self.lowered_part(answer)]

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
    choices: Mapping[str, Collection[str]] = field(default_factory=dict)
    may_be_empty: bool = False
    """As it is in what was published before it was thought of."""


_TABLES = (
    _CatalogueTable(
        name="checks",
        title="Mention",
        kind=Check,
        choices={"act": ACTS, "confidence": CONFIDENCES, "operators": OPERATORS, "benefits": BENEFITS},
    ),
    _CatalogueTable(name="documents", title="Pièce", kind=Paper, choices={"step": STEPS, "confidence": CONFIDENCES}),
    _CatalogueTable(name="causes", title="Motif", kind=OverpaymentCause, choices={"whose": WHOSE}),
    _CatalogueTable(name="outcomes", title="Issue", kind=OverpaymentOutcome, choices={"amount": AMOUNTS}),
    _CatalogueTable(name="questions", title="Question", kind=QuestionChoice),
    _CatalogueTable(name="answers", title="Réponse", kind=AnswerChoice, choices={"takes": TAKES}),
    _CatalogueTable(
        name="bundles",
        title="Courrier habituel",
        kind=LineBundle,
        choices={"operators": OPERATORS, "benefits": BENEFITS},
        may_be_empty=True,
    ),
    _CatalogueTable(
        name="alerts",
        title="Alerte collective",
        kind=CollectiveAlert,
        choices={"confidence": CONFIDENCES},
        may_be_empty=True,
    ),
)
TABLES = tuple(table.name for table in _TABLES)


def read_overpayments(data: Mapping[str, Any]) -> Overpayments:
    """The checked catalogue, or `FaultyRules` with every fault at once."""
    faults = [fault for table in _TABLES for fault in _table_faults(table, data.get(table.name, ()))]
    outcomes = {row.get("code") for row in data.get("outcomes", ())}
    faults += [
        f"Réponse « {row.get('code')} » : l’issue « {row['moves']} » n’existe pas."
        for row in data.get("answers", ())
        if row.get("moves") and row["moves"] not in outcomes | FACTS
    ]
    faults += _unanswered_faults(data)
    faults += _alert_faults(data)
    refuse_faults(faults)
    read = {table.name: tuple(make_row(table.kind, row) for row in data.get(table.name, ())) for table in _TABLES}
    return Overpayments(papers=read.pop("documents"), **read)


def _unanswered_faults(data: Mapping[str, Any]) -> Iterator[str]:
    """An answer to a question that is never asked, and a question that nothing answers."""
    asked = [row.get("code") for row in data.get("questions", ())]
    answered: set[Any] = set()
    for row in data.get("answers", ()):
        answered |= set(row.get("questions") or asked)
        for kind in row.get("questions", ()):
            if kind not in asked:
                yield f"Réponse « {row.get('code')} » : la question « {kind} » n’existe pas."
    yield from (f"Question « {kind} » : aucune réponse ne lui convient." for kind in asked if kind not in answered)


def _alert_faults(data: Mapping[str, Any]) -> Iterator[str]:
    for row in data.get("alerts", ()):
        named = names_in([row.get("subject", ""), *row.get("paragraphs", ())])
        for name in sorted({*named} - ALERT_FIELDS.keys()):
            known = ", ".join(f"{{{each}}}" for each in ALERT_FIELDS)
            yield f"Alerte collective « {row.get('code')} » : le champ {{{name}}} n’existe pas ; connus : {known}."


def _table_faults(table: _CatalogueTable, rows: Sequence[DataRow]) -> Iterator[str]:
    if not rows and not table.may_be_empty:
        yield f"Le catalogue ne contient aucune ligne « {table.name} »."
    yield from row_faults(
        rows, table.kind, name=table.title, choices=table.choices, key=_place_and_code, says_each=True
    )


def _place_and_code(row: DataRow) -> Hashable:
    """A code is told once at a step, or of an act."""
    return row.get("step", row.get("act", "")), row.get("code")
