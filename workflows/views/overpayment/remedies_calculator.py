"""À qui écrire: for one line of a notification, the authority, the dates, what follows, the letters. Of no case, nothing kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst

from cases.actions.deadlines import catalogue_in_force
from cases.actions.remedies import line_letters_in_force, matrix_in_force
from cases.forms import DayField, FormData
from cases.rules import debt_lines
from cases.rules.debt_line_standing import DebtLineStanding
from cases.rules.known_lines import DebtLineFacts, DebtLineLaw
from cases.rules.line_letters import LineLetters
from cases.rules.remedies import BENEFITS, FRAUD, OPERATORS, Matrix, NoRemedy, Remedy, RemedyPart
from cases.rules.tracks import DatedFact
from workflows.views.parts.pages import Page

RECEIVED = "notice_received"
EARLIEST = date(2010, 1, 1)
STOPS = {
    True: "Oui, aucune retenue ne peut être faite",
    False: "Non d’après le texte : demander la suspension dans le recours",
    None: "Ce n’est pas certain : demander la suspension dans le recours",
}


class RemediesForm(forms.Form):
    """Its names are those of the addresses, hence French."""

    ligne = forms.ChoiceField(
        label="Prestation réclamée",
        help_text="Un courrier qui réclame plusieurs prestations a plusieurs lignes : les chercher une par une.",
        error_messages={
            "required": "Choisir la prestation réclamée.",
            "invalid_choice": "Cette prestation n’est pas dans la matrice : en choisir une autre.",
        },
    )
    recu = DayField(
        label="Reçue le",
        help_text="Le jour où le courrier est arrivé, ou a été mis à disposition en ligne.",
        error_messages={"required": "Indiquer le jour où la notification a été reçue."},
    )

    def __init__(self, data: FormData, *, matrix: Matrix, today: date) -> None:
        super().__init__(data)
        self.today = today
        fields: Any = self.fields
        fields["ligne"].choices = [("", "Choisir"), *_choices(matrix)]

    def clean_recu(self) -> date:
        received: date = self.cleaned_data["recu"]
        if not EARLIEST <= received <= self.today:
            raise forms.ValidationError(
                f"Vérifier la date : une notification reçue l’a été entre le {EARLIEST:%d/%m/%Y} et aujourd’hui."
            )
        return received


def _choices(matrix: Matrix) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """By operator: what it pays, and nothing else."""
    for operator in matrix.operators:
        name = OPERATORS[operator]
        paid = matrix.benefits_of(operator)
        yield name, [(f"{operator}:{benefit}", f"{BENEFITS[benefit]} ({name})") for benefit in paid]


@dataclass(frozen=True, kw_only=True)
class SourcedAnswer:
    """A line of the answer, with its source."""

    label: str
    words: str
    source: RemedyPart


class RemediesView(Page):
    """Open to whoever is signed in. A GET form: the address holds a benefit and a date, nobody’s name."""

    def get(self, request: HttpRequest) -> HttpResponse:
        matrix = matrix_in_force(on=self.today, territory=self.territory)
        form = RemediesForm(request.GET or None, matrix=matrix, today=self.today)
        result = self._result(form) if form.is_valid() else None
        return render(request, "overpayments/remedies.html", {"form": form, "result": result})

    def _result(self, form: RemediesForm) -> dict[str, object] | None:
        operator, _, benefit = form.cleaned_data["ligne"].partition(":")
        received = form.cleaned_data["recu"]
        try:
            matrix = matrix_in_force(on=received, territory=self.territory)
            remedy = matrix.remedy_for(benefit=benefit, operator=operator, on=received)
        except NoRemedy as refusal:
            form.add_error("recu", str(refusal))
            return None
        line = DebtLineFacts(benefit=benefit, operator=operator, facts=(DatedFact(RECEIVED, received),))
        law = DebtLineLaw(catalogue=catalogue_in_force(on=received, territory=self.territory), remedy=remedy)
        standing = debt_lines.load_machine().standing(line, on=self.today, law=law)
        letters = line_letters_in_force(on=self.today, territory=self.territory)
        return {
            "title": f"{OPERATORS[operator]} : {BENEFITS[benefit]}",
            "remedy": remedy,
            "standing": standing,
            "said": list(_remedy_answers(remedy)),
            "possible": list(_possible_options(standing, letters)),
        }


def _remedy_answers(remedy: Remedy) -> Iterator[SourcedAnswer]:
    contest, suspension = remedy.contest, remedy.suspension
    nobody = "Personne : le tribunal est saisi directement"
    yield SourcedAnswer(label="Écrire d’abord à", words=capfirst(contest.authority) or nobody, source=contest)
    if remedy.silence:
        yield SourcedAnswer(label="Sans réponse", words=capfirst(str(remedy.silence)), source=remedy.silence)
    yield SourcedAnswer(label="Ensuite", words=capfirst(str(remedy.court)), source=remedy.court)
    yield SourcedAnswer(
        label="Le recours suspend les retenues", words=STOPS[suspension.stops("recourse")], source=suspension
    )
    if waiver := remedy.waiver:
        words = f"{capfirst(waiver.by)} ; {waiver.criterion} ; {FRAUD[waiver.fraud]}"
        yield SourcedAnswer(label="Remise de dette", words=words, source=waiver)
    if refusal := remedy.refusal:
        label = "Contre un refus de remise" if waiver else "Remise de dette"
        yield SourcedAnswer(label=label, words=capfirst(str(refusal)), source=refusal)
    if remedy.prescription:
        yield SourcedAnswer(label="Prescription", words=str(remedy.prescription), source=remedy.prescription)
    if remedy.floor:
        yield SourcedAnswer(label="Rien n’est réclamé sous", words=str(remedy.floor), source=remedy.floor)


def _possible_options(standing: DebtLineStanding, letters: LineLetters) -> Iterator[dict[str, object]]:
    for each in standing.possible:
        letter = letters.letters.get(each.letter)
        yield {
            "title": each.option.title,
            "letter": f"{letter.code}, {letter.title}" if letter else "",
            "until": each.until,
            "warning": each.option.warning,
        }
