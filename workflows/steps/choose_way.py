"""Choisir la voie: what the person and her professional decide to do about a line."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import support
from cases.forms import UnfoldingForm
from cases.models import InformationGiven, JournalEntry
from workflows.models import CaseTask
from workflows.steps import ways
from workflows.steps.base import StepForm
from workflows.steps.contact import holder_of
from workflows.steps.line import LineStep, line_of

MEANS = [("", "Indiquer comment"), *InformationGiven.Means.choices]
DOES_NOT_CONTEST = (
    "Demander une remise ou un échéancier ne conteste pas la dette : le délai de recours continue. Pour garder les"
    " deux, cocher aussi la rectification ou le recours, ou confirmer que la personne ne conteste pas."
)


class ChooseWayForm(StepForm, UnfoldingForm):
    unfolds: ClassVar = {}

    ways = forms.MultipleChoiceField(
        label="Voies retenues avec la personne",
        choices=ways.choices(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisir au moins une voie, ou « accepter la dette »."},
    )
    does_not_contest = forms.BooleanField(
        label="La personne ne conteste pas la dette, en partie ni en tout", required=False
    )
    informed_by = forms.ChoiceField(
        label="Personne informée du partage",
        help_text="Lui dire qui la suit, ce qui est partagé et avec qui. Le dossier complet s’ouvre alors à votre structure.",
        choices=MEANS,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if permissions.level(self.user, self.task.case, at=localdate()) == "full":
            del self.fields["informed_by"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = set(cleaned.get("ways") or [])
        alone = chosen & set(ways.WITHOUT_LETTER)
        if alone and len(chosen) > 1:
            self.add_error("ways", ValidationError("« Accepter » ou « ne pas poursuivre » se choisit seul."))
        contests = any(ways.WAYS[code].contests for code in chosen - alone)
        if chosen - alone and not contests and not cleaned.get("does_not_contest"):
            self.add_error("does_not_contest", ValidationError(DOES_NOT_CONTEST))
        return cleaned


class ChooseWay(LineStep):
    fact = "way_asked"
    form_class = ChooseWayForm
    help = "Avec la personne, ligne par ligne : chaque prestation a son destinataire et son délai."

    def counts_from(self, task: CaseTask) -> date:
        """The notice’s own day: the first legal delay is counted from it."""
        return line_of(task).notice.counted_from

    def act(self, task: CaseTask, data: dict[str, Any]) -> JournalEntry:
        turn = task.process.turn
        entry = journal.record(
            "line.way_chosen",
            at=turn.at,
            case=task.case,
            by=turn.by,
            structure=task.structure,
            line=line_of(task).pk,
            ways=data["ways"],
        )
        if data.get("informed_by"):
            support.inform(
                case=task.case,
                person=holder_of(task.case),
                structure=task.structure,
                by=turn.by,
                means=data["informed_by"],
                given_on=localdate(turn.at),
                at=turn.at,
                cause=entry,
            )
        task.process.data["ways"] = data["ways"]
        task.process.data["way"] = data["ways"][0]
        return entry
