"""Before a case closes: what contradicts its outcome is asked about, what closing cancels is listed.

What is ticked holds for the outcome that was asked about, and for no other.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.timezone import localdate, now

from cases.actions import appointments
from cases.actions.plans import running_plan
from cases.actions.rules_in_force import edition_in_force
from cases.models import Case, ContactAttempt, Deadline, Edition, Milestone, RepaymentPlan
from cases.queries import court_position, expected_balance, latest_statement
from cases.rules.closing import ClosingSituation, closing_doubts
from workflows.models import CaseTask
from workflows.steps.base import StepForm

CONFIRMED = "confirmed"
REACHED = (ContactAttempt.Result.REACHED, ContactAttempt.Result.DECLINED)
ASKED = (RepaymentPlan.State.PROPOSED, RepaymentPlan.State.COUNTERED)


def ask_before_closing(form: StepForm, outcome: str) -> None:
    """To be called last by `clean`."""
    case, at = form.task.case, now()
    if is_to_be_asked(form, outcome):
        doubts = closing_doubts(outcome, standing_of(case, on=localdate(at)))
        ask(form, outcome, doubts, consequences_of(case, at=at))


def is_to_be_asked(form: StepForm, outcome: str) -> bool:
    return not form.errors and form.data.get(CONFIRMED) != outcome


def ask(form: StepForm, outcome: str, found: list[str], consequences: Iterable[str]) -> None:
    """Ask on the form, once, whether to close in spite of what was found; nothing where nothing was."""
    if not found:
        return
    typed: Any = form.data
    typed = typed.copy()
    typed.pop(CONFIRMED, None)
    form.data = typed
    form.fields[CONFIRMED] = forms.BooleanField(
        label="Clore quand même", required=False, widget=forms.CheckboxInput(attrs={"value": outcome})
    )
    form.consequences = consequences
    form.add_error(CONFIRMED, [*found, "Choisir une autre issue, ou cocher « Clore quand même »."])


def standing_of(case: Case, *, on: date) -> ClosingSituation:
    statement = latest_statement(case)
    reached = ContactAttempt.objects.filter(case=case, result__in=REACHED).order_by("made_on").last()
    announced = Milestone.objects.filter(case=case, replaced_by=None, happened_on__gt=on).order_by("happened_on")
    edition = edition_in_force(Edition.Catalogue.DEADLINES, on=on, territory=case.territory)
    words = edition.parameters["milestones"] if edition else {}
    state = court_position(case, on=on).state
    return ClosingSituation(
        owed=expected_balance(statement.debt, on=on) if statement else None,
        owed_on=statement.as_of if statement else None,
        plan_runs=statement is not None and running_plan(statement.debt) is not None,
        reached_on=reached.made_on if reached else None,
        coming=tuple((words.get(fact.kind, fact.kind), fact.happened_on) for fact in announced),
        stage=state.title if state and not state.is_settled else "",
    )


def abandoned_delays(delays: Iterable[Deadline]) -> list[str]:
    return [f"Échéance abandonnée : {each.words}, dernier jour le {each.legal_date:%d/%m/%Y}." for each in delays]


def consequences_of(case: Case, *, at: datetime) -> list[str]:
    """A line for each step that waits, delay that runs, appointment to come, and for a plan that the landlord reads."""
    steps = CaseTask.objects.open().of_case(case).select_related("structure").order_by("pk")
    delays = Deadline.objects.waiting().filter(case=case).select_related("rule").order_by("legal_date")
    meetings = appointments.to_come(case, None, at=at).order_by("starts_at")
    plans = RepaymentPlan.objects.filter(case=case, state__in=ASKED)
    return [
        *(f"Étape annulée : {task.full_title} ({task.structure})." for task in steps if task.node != "close"),
        *abandoned_delays(delays),
        *(f"Rendez-vous annulé : le {localdate(each.starts_at):%d/%m/%Y}." for each in meetings),
        *("Plan retiré : le bailleur n’est plus interrogé." for _ in plans),
    ]
