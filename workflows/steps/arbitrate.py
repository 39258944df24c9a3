"""Arbitrer: the pilot attributes a case that no structure took. Shared by every procedure that routes a case."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from cases import journal
from cases.models import JournalEntry, Participation, Structure, StructureKind, Suspension
from cases.models.absences import ONE_DAY
from workflows.models import CaseTask
from workflows.steps.asked import ask
from workflows.steps.base import StepForm, choose
from workflows.steps.desk import DeskStep


class StructureField(forms.ModelChoiceField[Structure]):
    """Each structure, with the day until which it takes no new case: the pilot’s decision stands all the same."""

    suspended: Mapping[int, date] = {}

    def label_from_instance(self, obj: Any) -> str:
        until = self.suspended.get(obj.pk)
        return f"{obj} (capacité suspendue jusqu’au {until - ONE_DAY:%d/%m/%Y})" if until else str(obj)


class ArbitrateForm(StepForm):
    structure = StructureField(
        label="Structure attributaire",
        queryset=Structure.objects.none(),
        required=False,
        empty_label="Choisir une structure",
    )
    out_of_scope = forms.BooleanField(label="Hors dispositif : aucune structure ne peut intervenir", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = choose(self, "structure")
        field.queryset = Structure.objects.able_to_help(self.task.case.territory)
        field.suspended = dict(Suspension.objects.current(localdate()).values_list("structure", "until"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("structure")) == bool(cleaned.get("out_of_scope")):
            raise ValidationError("Choisir une structure, ou bien « hors dispositif ».")
        return cleaned


class Arbitrate(DeskStep):
    """The pilot attributes the case, or takes it out of the scheme. He sees its card until he has decided."""

    part = Participation.Part.ARBITER
    fact = "arbitration_asked"
    form_class = ArbitrateForm
    help = "Aucune structure n’a accepté. Votre décision s’impose : la structure choisie nomme un professionnel."

    def act(self, task: CaseTask, data: dict[str, Any]) -> JournalEntry:
        case, turn, structure = task.case, task.process.turn, data.get("structure")
        entry = journal.record(
            "step.arbitrated",
            at=turn.at,
            case=case,
            by=turn.by,
            structure=task.structure,
            assigned_to=structure.pk if structure else None,
        )
        if structure:
            ask(task.process, structure, cause=entry)
        task.process.data["arbitrated"] = "assigned" if structure else "out_of_scope"
        task.process.data["routed_to"] = structure.pk if structure else None
        return entry


class ArbitrateOverpayment(Arbitrate):
    """The pilot of action 13. When nobody can take the case, who opened it keeps it."""

    fact = "accompaniment_to_attribute"
    desk = StructureKind.CITY
    help = "Aucune structure n’a accepté. Sans structure attributaire, celle qui a ouvert garde le dossier."
