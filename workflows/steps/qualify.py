"""Qualifier la situation: the pilot’s desk completes the facts that decide the routing."""

from typing import Any

from django import forms
from django.utils.timezone import localdate

from cases import journal
from cases.actions import people
from cases.models import FactSource, HouseholdFact, JournalEntry
from cases.rules.conditions import Key, Kind
from workflows.models import CaseTask
from workflows.routing.apply import table_in_force
from workflows.steps.base import StepForm
from workflows.steps.desk import DeskStep

RESULTS = [
    ("complete", "Orienter : les faits connus suffisent"),
    ("out_of_scope", "Hors champ : propriétaire occupant, hors du territoire, pas d’impayé de loyer"),
]


ASKED = (
    "followed_by",
    "dependent_children",
    "family_benefits",
    "aid_kind",
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


class QualifyForm(StepForm):
    """One field a fact, filled with what is known; left empty, it stays unknown. Then what to do."""

    result = forms.ChoiceField(label="Décision", choices=RESULTS, widget=forms.RadioSelect, initial="complete")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _, table = table_in_force(on=localdate())
        known = {fact.name: fact for fact in self.task.case.household.facts.all()}
        for name in ASKED:
            self.fields[name] = fact_field(table.keys[name], known.get(name))
        self.order_fields([*ASKED, "result"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["facts"] = {name: cleaned.get(name) for name in ASKED}
        return cleaned


def fact_field(key: Key, known: HouseholdFact | None) -> forms.Field:
    """Yes, no or unknown; a choice or unknown; a number or nothing. Its help says who said it and when."""
    common: dict[str, Any] = {
        "label": key.label,
        "required": False,
        "help_text": f"Selon {known.get_source_display()}, le {known.known_on:%d/%m/%Y}." if known else "",
        "initial": known.value if known else None,
    }
    if key.kind is Kind.NUMBER:
        return forms.IntegerField(min_value=0, max_value=99, **common)
    if key.kind is Kind.CHOICE:
        return forms.ChoiceField(choices=[("", "Inconnu"), *key.choices.items()], **common)
    common["initial"] = {True: "yes", False: "no"}.get(known.value, "") if known else ""
    return forms.TypedChoiceField(
        choices=[("", "Inconnu"), ("yes", "Oui"), ("no", "Non")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        **common,
    )


class Qualify(DeskStep):
    fact = "qualification_asked"
    may_expire = True
    form_class = QualifyForm
    help = "Compléter ce que l’on sait. Ce qui reste inconnu ne décide de rien : la règle suivante est examinée."

    def act(self, task: CaseTask, data: dict[str, Any]) -> JournalEntry:
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
