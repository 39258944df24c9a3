"""Qualifier la situation: the pilot’s desk completes the facts that decide the routing."""

from typing import Any, ClassVar, NotRequired, TypedDict

from django import forms
from django.utils.timezone import localdate

from cases import journal
from cases.actions import people, tenancies
from cases.models import CaseOutcome, FactSource, JournalEntry, Structure
from cases.rules.conditions import Key, KeyKind, Value
from workflows.models import CaseTask
from workflows.routing.apply import explain_routing, explain_with_facts, table_in_force
from workflows.routing.facts import RoutingFact
from workflows.steps.base import StepForm
from workflows.steps.closing import ask_before_closing
from workflows.steps.desk import DeskStep

OUT_OF_SCOPE = "out_of_scope"
RESULTS = [
    ("complete", "Orienter : les faits connus suffisent"),
    (OUT_OF_SCOPE, "Hors champ : propriétaire occupant, hors du territoire, pas d’impayé de loyer"),
]


ASKED = (
    "followed_by",
    "dependent_children",
    "family_benefits",
    "aid_kind",
    "occupation",
    "rsa",
    "legal_protection",
    "mandated_body",
    "employed",
    "urgent",
    "msa",
    "debt_disputed",
    "landlord_support_agreed",
)
"""The facts that a person can complete; the others come from the lease, the debt and the dated facts."""
HOUSING = "housing"
"""Of the lease: asked as long as it does not say it, since its landlord may not be known."""


class QualifyForm(StepForm):
    """One field a fact, filled with what is known; left empty, it stays unknown. What could change the routing first."""

    helpers: ClassVar = [("preview", "Voir où elle irait")]
    previews_while_typing = True

    result = forms.ChoiceField(label="Décision", choices=RESULTS, widget=forms.RadioSelect, initial="complete")

    def prepare_fields(self) -> None:
        on = localdate()
        _, table = table_in_force(on=on, territory=self.task.case.territory)
        _, decision = explain_routing(self.task.case, on=on)
        for name in self.asked:
            known = decision.facts.known.get(name)
            self.fields[name] = fact_field(
                table.keys[name],
                value=known.value if known else None,
                help_text=_help(known, is_missing=name in decision.missing),
            )
        first = [name for name in self.asked if name in decision.missing]
        self.order_fields([*first, *self.asked, "result"])

    @property
    def asked(self) -> tuple[str, ...]:
        lease = self.task.case.tenancy
        return (HOUSING, *ASKED) if lease and not lease.housing else ASKED

    def clean(self) -> None:
        cleaned = self.cleaned_data
        cleaned["facts"] = {name: None if cleaned.get(name) == "" else cleaned.get(name) for name in ASKED}
        cleaned[HOUSING] = cleaned.get(HOUSING) or ""
        if cleaned.get("result") == OUT_OF_SCOPE:
            ask_before_closing(self, CaseOutcome.OUT_OF_SCOPE)

    @property
    def preview_text(self) -> str:
        """Where what is typed would lead, were it recorded now."""
        if self.cleaned_data["result"] == OUT_OF_SCOPE:
            return "La situation serait close : hors champ."
        housing = self.cleaned_data[HOUSING]
        facts = self.cleaned_data["facts"] | ({HOUSING: housing} if housing else {})
        decision = explain_with_facts(self.task.case, facts, on=localdate())
        named = Structure.objects.filter(code=decision.structure).first() if decision.structure else None
        where = f"chez {named}" if named else "à l’arbitrage du pilote"
        return f"Avec ces réponses, elle irait {where}. {decision.reason}"


def _help(known: RoutingFact | None, *, is_missing: bool) -> str:
    if known:
        return f"Selon : {known.source}." if known.source else ""
    return "Manque pour orienter." if is_missing else ""


def fact_field(key: Key, *, value: Value | None = None, help_text: str = "") -> forms.Field:
    """Yes, no or unknown; a choice or unknown; a number or nothing."""
    common: dict[str, Any] = {"label": key.label, "required": False, "help_text": help_text, "initial": value}
    if key.kind is KeyKind.NUMBER:
        return forms.IntegerField(min_value=0, max_value=99, **common)
    if key.kind is KeyKind.CHOICE:
        return forms.ChoiceField(choices=[("", "Inconnu"), *key.choices.items()], **common)
    common["initial"] = "" if value is None else "yes" if value else "no"
    return forms.TypedChoiceField(
        choices=[("", "Inconnu"), ("yes", "Oui"), ("no", "Non")],
        coerce=lambda answer: answer == "yes",
        empty_value=None,
        **common,
    )


class QualifyAnswers(TypedDict):
    """The decision, and the facts as they are known now."""

    result: str
    facts: NotRequired[dict[str, Value | None]]
    housing: NotRequired[str]
    """Where the lease did not say it."""
    known: NotRequired[bool]
    """Nobody qualifies: what was missing is known by now."""


class Qualify(DeskStep[QualifyAnswers]):
    fact = "qualification_asked"
    may_expire = True
    form_class = QualifyForm
    help = "Compléter ce que l’on sait. Ce qui reste inconnu ne décide de rien : la règle suivante est examinée."

    def keeps_sight(self, task: CaseTask) -> bool:
        return bool(task.process.answer("qualified") == OUT_OF_SCOPE)

    def carry_out(self, task: CaseTask, data: QualifyAnswers) -> JournalEntry:
        turn = task.process.turn
        entry = journal.record(
            "step.qualified",
            at=turn.at,
            case=task.case,
            by=turn.by,
            structure=task.structure,
            result=data["result"],
            expired=turn.by is None and not data.get("known"),
        )
        if housing := data.get("housing"):
            tenancies.update_tenancy(
                tenancy=task.case.tenancy,
                changes={HOUSING: housing},
                at=turn.at,
                by=turn.by,
                structure=task.structure,
                case=task.case,
                cause=entry,
            )
        people.record_facts(
            household=task.case.household,
            facts=data.get("facts", {}),
            source=FactSource.PROFESSIONAL,
            known_on=localdate(turn.at),
            at=turn.at,
            by=turn.by,
            case=task.case,
            cause=entry,
        )
        task.process.data["qualified"] = data["result"]
        return entry
