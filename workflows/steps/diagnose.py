"""Établir le diagnostic: the first eight fields suffice; the other blocks have their own page."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NotRequired, TypedDict

from django import forms
from django.http import QueryDict
from django.utils.timezone import localdate

from cases.actions import deadlines, diagnosis
from cases.diagnosis.context import DiagnosisContext
from cases.diagnosis.sections import words_of
from cases.diagnosis.situation import NONE, EssentialsForm, devices_of
from cases.models import Diagnostic, HouseholdMember, JournalEntry, User
from cases.models.diagnosis import Block
from workflows.models import CaseTask
from workflows.steps.base import Step, StepForm

ESSENTIALS = ("family", "cause", "resources", "expenses", "other_debts", "rent_resumed", "wish")
NEEDED = ("family", "cause", "resources", "rent_resumed")
"""Without these a diagnosis isn’t complete."""


class DiagnoseForm(StepForm, EssentialsForm):
    """The essential, as the draft has it, and how complete the diagnosis is."""

    completeness = forms.ChoiceField(
        label="Diagnostic", choices=Diagnostic.Completeness.choices, widget=forms.RadioSelect
    )

    def __init__(self, data: QueryDict | None = None, *, task: CaseTask, user: User) -> None:
        members = HouseholdMember.objects.filter(household=task.case.household_id, until=None)
        draft = diagnosis.draft_of(task.case)
        setting = DiagnosisContext.for_case(
            task.case, draft, members=list(members.select_related("beneficiary")), on=localdate()
        )
        super().__init__(data, task=task, user=user, setting=setting)
        self.fields["version"] = forms.IntegerField(
            widget=forms.HiddenInput(attrs={"id": "version-essentiel"}),
            initial=setting.version(Block.ESSENTIALS),
            required=False,
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("completeness") == Diagnostic.Completeness.COMPLETE:
            for name in NEEDED:
                if cleaned.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, "À renseigner pour un diagnostic complet ; sinon, choisir « partiel ».")
        self.refuse_to_lose(cleaned)
        return cleaned

    def refuse_to_lose(self, cleaned: Mapping[str, object]) -> None:
        """Somebody saved the essential after this page was opened: what he answered is shown before it is replaced."""
        saved = self.setting.blocks.get(Block.ESSENTIALS)
        if saved is None or cleaned.get("version") in (None, saved.version):
            return
        for name in (*ESSENTIALS, "steps_taken"):
            stored = self.initial.get(name)
            if stored not in (None, "", []) and name in cleaned and cleaned[name] != stored:
                words = words_of(self.setting.diagnostic, name) if name in ESSENTIALS else "d’autres démarches"
                self.add_error(name, f"Enregistré entre-temps : {words}. Relire, puis enregistrer de nouveau.")
        data: Any = self.data
        self.data = data = data.copy()
        data["version"] = str(saved.version)  # the next sending knows what it replaces


class DiagnoseAnswers(TypedDict):
    """How complete the diagnosis is, and what is said of the essential: what is not said stays as the draft has it."""

    completeness: str
    family: NotRequired[str]
    cause: NotRequired[str]
    resources: NotRequired[Decimal | None]
    expenses: NotRequired[Decimal | None]
    other_debts: NotRequired[Decimal | None]
    rent_resumed: NotRequired[str]
    wish: NotRequired[str]
    steps_taken: NotRequired[list[str]]


class Diagnose(Step[DiagnoseAnswers]):
    fact = "diagnosis_asked"
    form_class = DiagnoseForm
    template = "step/diagnose.html"
    help = "Huit champs suffisent pour commencer ; ils serviront au plan, au FSL et, s’il le faut, au juge."

    def on_task_finished(self, task: CaseTask) -> None:
        super().on_task_finished(task)
        deadlines.keep_promises(task.case, at=task.process.turn.at)

    def carry_out(self, task: CaseTask, data: DiagnoseAnswers) -> JournalEntry:
        turn = task.process.turn
        draft = diagnosis.draft_of(task.case)
        values: dict[str, object] = {name: said for name, said in data.items() if name in ESSENTIALS}
        lines = {}
        if "steps_taken" in data:
            values["nothing_asked"] = NONE in data["steps_taken"]
            lines["devices"] = devices_of(data["steps_taken"], known=list(draft.devices.all()) if draft else [])
        return diagnosis.finish(
            case=task.case,
            structure=task.structure,
            by=turn.by,
            completeness=data["completeness"],
            made_on=localdate(turn.at),
            at=turn.at,
            values=values,
            lines=lines,
        )
