"""Proposer le coordinateur: the rule designates him; where it designates nobody, or several, the pilot of the action does."""

from datetime import date
from typing import Any, TypedDict

from django import forms
from django.utils.timezone import localdate

from cases import journal
from cases.acting import away_of, with_away
from cases.actions import coordination
from cases.actions.coordination import PLACES
from cases.models import JournalEntry, Participation, Referent, Vacancy
from cases.rules.referents import designate_coordinator
from workflows.models import CaseTask
from workflows.steps.base import StepForm
from workflows.steps.desk import DeskStep, pilot_of_case


class ProposeCoordinator:
    """By the rule, in nobody’s name: legal référent unique first, then whose structure answers for the open case."""

    def carry_out(self, task: CaseTask) -> None:
        process = task.process
        turn, case = process.turn, process.case
        process.data["coordination"] = None
        found = designate_coordinator(coordination.coordinator_candidates(case, on=localdate(turn.at)))
        if found is None:
            desk = pilot_of_case(case)
            journal.record("coordinator.to_choose", at=turn.at, case=case, structure=desk, cause=turn.cause)
            return
        referent, basis = found
        proposed, _ = coordination.propose(
            referent=Referent.objects.select_related("case", "structure", "user").get(pk=referent),
            by=None,
            basis=basis,
            at=turn.at,
            cause=turn.cause,
        )
        process.data["coordination"] = proposed.pk


class ChooseCoordinatorForm(StepForm):
    referent = forms.ModelChoiceField(
        label="Coordinateur proposé",
        queryset=Referent.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Choisir qui coordonne."},
    )

    def prepare_fields(self) -> None:
        offer_referents(self, self.task.case_id, on=localdate())


def offer_referents(form: forms.Form, case: int, *, on: date) -> None:
    """Those of whom the person was told, with their structure, and until when each is away."""
    field: Any = form.fields["referent"]
    placed = Referent.objects.filter(case=case, state=Referent.State.ACTIVE).select_related("user", "structure")
    field.queryset = with_away(placed, on=on, user="user").order_by("structure__name", "pk")
    field.label_from_instance = _name_referent


def _name_referent(row: Referent) -> str:
    away = away_of(row)
    return f"{row.user}, {row.structure} ({away})" if away else f"{row.user}, {row.structure}"


class ChooseCoordinatorAnswers(TypedDict):
    """Who is to coordinate."""

    referent: Referent


class ChooseCoordinator(DeskStep[ChooseCoordinatorAnswers]):
    """The pilot sees who follows the person until he has chosen, and no more than before if his structure is one of them."""

    part = Participation.Part.ARBITER
    fact = "coordinator_to_choose"
    form_class = ChooseCoordinatorForm
    help = "La règle ne désigne personne, ou en désigne plusieurs. Celui que vous choisissez accepte ou décline, puis recueille l’accord de la personne."

    def carry_out(self, task: CaseTask, data: ChooseCoordinatorAnswers) -> JournalEntry:
        turn = task.process.turn
        found, entry = coordination.propose(referent=data["referent"], by=turn.by, at=turn.at)
        task.process.data["coordination"] = found.pk
        return entry

    def has_an_object(self, task: CaseTask) -> bool:
        return Vacancy.objects.open().filter(case=task.case_id, structure=None).exists()

    def _answers_for(self, task: CaseTask) -> bool:
        parts = Participation.objects.filter(case=task.case_id, structure=task.structure_id, until=None)
        return parts.filter(part__in=PLACES).exists()
