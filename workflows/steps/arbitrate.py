"""Arbitrer: the pilot attributes a case that no structure took. Shared by every procedure that routes a case."""

from collections.abc import Mapping
from datetime import date
from typing import NotRequired, TypedDict, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.locks import keep_in_service
from cases.models import CaseOutcome, JournalEntry, Participation, Structure, Suspension
from cases.models.absences import ONE_DAY
from workflows.models import CaseTask
from workflows.routing.apply import claimants_of
from workflows.steps.asked_structures import ask_structure
from workflows.steps.base import StepForm
from workflows.steps.closing import ask_before_closing
from workflows.steps.desk import DeskStep
from workflows.steps.refusal import StepRefused


class StructureField(forms.ModelChoiceField[Structure]):
    """Each structure, with the day until which it takes no new case: the pilot’s decision stands all the same."""

    suspended: Mapping[int, date] = {}

    def label_from_instance(self, obj: Structure) -> str:
        until = self.suspended.get(obj.pk)
        return f"{obj} (capacité suspendue jusqu’au {until - ONE_DAY:%d/%m/%Y})" if until else str(obj)


class ArbitrateForm(StepForm):
    to_choose = "Choisir une structure, ou bien « hors dispositif »."
    structure = StructureField(
        label="Structure attributaire",
        queryset=Structure.objects.none(),
        required=False,
        empty_label="Choisir une structure",
    )
    out_of_scope = forms.BooleanField(label="Hors dispositif : aucune structure ne peut intervenir", required=False)

    def prepare_fields(self) -> None:
        field = cast("StructureField", self.fields["structure"])
        able = Structure.objects.able_to_help(self.task.case.territory)
        field.queryset = able.exclude(code__in=claimants_of(self.task.case))
        field.suspended = dict(Suspension.objects.current(localdate()).values_list("structure", "until"))

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if bool(cleaned.get("structure")) == bool(cleaned.get("out_of_scope")):
            raise ValidationError(self.to_choose)
        step = self.task.step
        if cleaned.get("out_of_scope") and isinstance(step, Arbitrate) and step.closes:
            ask_before_closing(self, CaseOutcome.OUT_OF_SCOPE)


class ArbitrateOverpaymentForm(ArbitrateForm):
    """For the pilot; who opened the case, meanwhile, may only take it."""

    to_choose = "Choisir une structure, ou bien cocher que qui a ouvert garde le dossier."

    def prepare_fields(self) -> None:
        super().prepare_fields()
        self.fields["out_of_scope"].label = "Aucune structure ne peut intervenir : qui a ouvert garde le dossier"
        if not permissions.has_right(self.user, DeskStep.right, self.task.structure_id, at=localdate()):
            del self.fields["structure"]
            self.to_choose = "Cocher pour prendre le dossier, ou revenir en arrière : l’arbitrage attend toujours."
            self.fields["out_of_scope"].label = "Nous accompagnons la personne, sans attendre l’arbitrage"


class ArbitrateAnswers(TypedDict):
    """What the pilot decided: a structure, else that none can take the case."""

    structure: NotRequired[Structure | None]


class Arbitrate(DeskStep[ArbitrateAnswers]):
    """The pilot attributes the case, or takes it out of the scheme. He sees its card until he has decided."""

    part = Participation.Part.ARBITER
    closes = True
    """Does « hors dispositif » close the case?"""
    fact = "arbitration_asked"
    form_class = ArbitrateForm
    help = "Aucune structure n’a accepté. Votre décision s’impose : la structure choisie nomme un professionnel."

    def keeps_sight(self, task: CaseTask) -> bool:
        return self.closes and bool(task.process.answer("arbitrated") == "out_of_scope")

    def carry_out(self, task: CaseTask, data: ArbitrateAnswers) -> JournalEntry:
        case, turn, structure = task.case, task.process.turn, data.get("structure")
        if structure and structure.code in claimants_of(case):
            raise StepRefused(
                "Ce service réclame la dette de ce ménage : choisir une autre structure.", field="structure"
            )
        if structure and keep_in_service(structure.code) is None:
            raise StepRefused("Cette structure n’est plus en service : en choisir une autre.", field="structure")
        entry = journal.record(
            "step.arbitrated",
            at=turn.at,
            case=case,
            by=turn.by,
            structure=task.structure,
            assigned_to=structure.pk if structure else None,
        )
        if structure:
            ask_structure(task.process, structure, cause=entry)
        task.process.data["arbitrated"] = "assigned" if structure else "out_of_scope"
        task.process.data["routed_to"] = structure.pk if structure else None
        return entry


class ArbitrateOverpayment(Arbitrate):
    """The pilot of action 13. When nobody can take the case, who opened it keeps it."""

    stand_in_right = "handle_case"
    form_class = ArbitrateOverpaymentForm
    closes = False
    fact = "accompaniment_to_attribute"
    help = (
        "Aucune structure n’a accepté. Sans structure attributaire, celle qui a ouvert garde le dossier ; "
        "elle peut aussi le prendre sans attendre."
    )
