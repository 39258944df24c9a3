"""Pourvoir la vacance: a manager proposes somebody else, or says why the structure no longer follows the person."""

from collections.abc import Iterable
from typing import Any, ClassVar, NotRequired, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from cases import permissions
from cases.acting import away_in
from cases.actions import handover, referents, vacancies
from cases.forms import ColleagueField, UnfoldingRadio
from cases.models import JournalEntry, Referent, User, Vacancy
from workflows.models import CaseProcess, CaseTask, read_referent
from workflows.steps.base import Begun, StepForm, attach_deadlines
from workflows.steps.place import PlaceStep, referent_procedure, stop_others
from workflows.steps.refusal import StepRefused


class FillPlaceForm(StepForm):
    unfolds: ClassVar = {"choice": {"propose": ("colleague",), "give_up": ("because",)}}

    choice = forms.ChoiceField(
        label="Décision",
        choices=[
            ("propose", "Proposer un autre référent"),
            ("give_up", "Ne plus pourvoir : la structure ne suit plus cette personne"),
        ],
        widget=UnfoldingRadio,
    )
    colleague = ColleagueField(
        label="Référent proposé", queryset=User.objects.none(), required=False, empty_label="Choisir un professionnel"
    )
    because = forms.CharField(label="Parce que", max_length=200, required=False)

    def prepare_fields(self) -> None:
        today, structure = localdate(), self.task.structure
        carried = {pk: load.people for pk, load in handover.loads_by_professional(structure, on=today).items()}
        field: Any = self.fields["colleague"]
        people = permissions.colleagues_with_right(structure, "be_referent", at=today).order_by(
            "last_name", "first_name", "pk"
        )
        field.offer_colleagues(people, away=away_in(structure, on=today), load=carried)

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if cleaned.get("choice") == "propose" and not cleaned.get("colleague") and "colleague" not in self.errors:
            self.add_error("colleague", ValidationError("Choisir le professionnel à proposer."))
        if cleaned.get("choice") == "give_up" and not cleaned.get("because", "").strip():
            self.add_error("because", ValidationError("Dire pourquoi la place n’est plus à pourvoir."))


class FillPlaceAnswers(TypedDict):
    """`propose` a colleague, or `give_up` because of something."""

    choice: str
    colleague: NotRequired[User]
    because: NotRequired[str]


class FillPlace(PlaceStep[FillPlaceAnswers]):
    right = "view_backlog"
    fact = vacancies.VACANT
    form_class = FillPlaceForm
    help = "Personne ne suit plus cette personne dans la structure. Proposer quelqu’un, ou dire pourquoi elle ne la suit plus."

    def assigned_professional(self, process: CaseProcess) -> None:
        return None

    def on_task_opened(self, task: CaseTask) -> None:
        """The delay is the vacancy’s: it runs from the first day without anybody, however many were asked since."""
        vacancy = _vacancy(task)
        if vacancy:
            attach_deadlines(task, list(vacancies.of_vacancy(vacancy)))

    def on_task_finished(self, task: CaseTask) -> None:
        """Somebody is asked, and the place stays vacant until he accepts."""
        stop_others(task)

    def on_task_abandoned(self, task: CaseTask) -> None:
        """The vacancy is closed elsewhere, and its delay with it."""

    def carry_out(self, task: CaseTask, data: FillPlaceAnswers) -> JournalEntry:
        turn, referent, vacancy = task.process.turn, read_referent(task.process), _vacancy(task)
        task.process.data.pop("found", None)
        if vacancy is None:
            raise StepRefused("Cette place n’est plus à pourvoir : recharger la page.")
        if data["choice"] == "give_up":
            return referents.give_up_place(vacancy=vacancy, because=data["because"], by=turn.by, at=turn.at)
        found, entry = referents.propose(
            beneficiary=referent.beneficiary,
            structure=task.structure,
            user=data["colleague"],
            by=turn.by,
            at=turn.at,
        )
        task.process.data["found"] = found.pk
        return entry

    def procedures_to_start(self, task: CaseTask) -> Iterable[Begun]:
        found = task.process.answer("found")
        following = [referent_procedure(Referent.objects.select_related("case").get(pk=found))] if found else []
        return [*following, *super().procedures_to_start(task)]


def _vacancy(task: CaseTask) -> Vacancy | None:
    own = read_referent(task.process)
    found: Vacancy | None = Vacancy.objects.open().filter(case=own.case_id, structure=own.structure_id).first()
    return found
