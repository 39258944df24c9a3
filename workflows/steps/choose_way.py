"""Choisir la voie: what the person and her professional decide to do about a line."""

from datetime import date
from typing import NotRequired, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import deadlines, support
from cases.actions.lines import cautions, facts_of
from cases.models import InformationGiven, JournalEntry
from cases.rules.debt_line_standing import DebtLineStanding, Possible
from workflows.models import CaseTask
from workflows.steps import way_facts
from workflows.steps.base import StepForm, choice_field
from workflows.steps.contact import awaiting_information, holder_of
from workflows.steps.line import LineStep, law_of, line_of
from workflows.steps.refusal import StepRefused

MEANS = [("", "Indiquer comment"), *InformationGiven.Means.choices]


def standing_of(task: CaseTask, *, on: date) -> DebtLineStanding:
    line = line_of(task)
    return law_of(task, on=on).standing_of_line(line, facts_of([line])[line.debt_id])


class ChooseWayForm(StepForm):
    ways = forms.MultipleChoiceField(
        label="Voies retenues avec la personne",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisir au moins une voie, ou « accepter »."},
    )
    informed_by = forms.ChoiceField(
        label="Personne informée du partage",
        help_text="Lui dire qui la suit, ce qui est partagé et avec qui. Le dossier complet s’ouvre alors à votre structure.",
        choices=MEANS,
        required=False,
    )

    def prepare_fields(self) -> None:
        today = localdate()
        self.standing = standing_of(self.task, on=today)
        choice_field(self, "ways").choices = [
            *((each.option.code, _label(each)) for each in offered_ways(self.standing)),
            *way_facts.ALWAYS.items(),
        ]
        self.notice = (
            f"{self.standing.label}. {self.standing.current_state.next}" if self.standing.current_state else ""
        )
        seen = permissions.access_level(self.user, self.task.case, at=today)
        if seen == "full" and not awaiting_information(self.task.case, self.task.structure).exists():
            del self.fields["informed_by"]
        if "confirmed" in self.data:
            self.ask_to_confirm()

    def ask_to_confirm(self) -> None:
        self.fields["confirmed"] = forms.BooleanField(label="La personne le sait, et le choisit", required=False)

    def clean(self) -> None:
        cleaned = self.cleaned_data
        chosen = set(cleaned.get("ways") or [])
        if chosen & way_facts.WITHOUT_LETTER and len(chosen) > 1:
            self.add_error(
                "ways", ValidationError("« Accepter », « ne pas poursuivre » ou « clore » se choisit seul.")
            )
        found = cautions(chosen, self.standing)
        for each in found:
            if each.refused:
                self.add_error("ways", ValidationError(each.text))
        to_know = [each.text for each in found if not each.refused]
        if to_know and not self.errors and not cleaned.get("confirmed"):
            self.ask_to_confirm()
            self.add_error("confirmed", ValidationError(" ".join(to_know)))


def offered_ways(standing: DebtLineStanding) -> list[Possible]:
    return [each for each in standing.possible if each.option.code not in way_facts.ELSEWHERE]


def _label(possible: Possible) -> str:
    until = f", au plus tard le {possible.until:%d/%m/%Y}" if possible.until else ""
    return f"{possible.option.title}{until}"


class ChooseWayAnswers(TypedDict):
    """The ways that were chosen, and how the person was informed where she was not."""

    ways: list[str]
    informed_by: NotRequired[str]


class ChooseWay(LineStep[ChooseWayAnswers]):
    fact = "way_asked"
    form_class = ChooseWayForm
    help = "Avec la personne, ligne par ligne : chaque prestation a son destinataire et son délai."

    def counts_from(self, task: CaseTask) -> date:
        return self.first_date(task)

    def carry_out(self, task: CaseTask, data: ChooseWayAnswers) -> JournalEntry:
        turn, chosen = task.process.turn, data["ways"]
        standing = standing_of(task, on=localdate(turn.at))
        known = {each.option.code for each in offered_ways(standing)} | way_facts.ALWAYS.keys()
        if not set(chosen) <= known:
            raise StepRefused(
                "Une de ces voies n’est plus ouverte : recharger la page et choisir de nouveau.", field="ways"
            )
        entry = journal.record(
            "line.way_chosen",
            at=turn.at,
            case=task.case,
            by=turn.by,
            structure=task.structure,
            line=line_of(task).pk,
            ways=chosen,
        )
        if data.get("informed_by"):
            support.inform_person(
                case=task.case,
                person=holder_of(task.case),
                structure=task.structure,
                by=turn.by,
                means=data["informed_by"],
                given_on=localdate(turn.at),
                at=turn.at,
                cause=entry,
            )
            deadlines.meet(awaiting_information(task.case, task.structure), at=turn.at)
        letters = {each.option.code: each.letter for each in offered_ways(standing) if each.letter}
        task.process.data["ways"] = chosen
        task.process.data["letters"] = {option: letters[option] for option in chosen if option in letters}
        task.process.data["titles"] = {
            each.option.code: each.option.title for each in offered_ways(standing) if each.option.code in chosen
        }
        task.process.data["answered"] = None
        return entry
