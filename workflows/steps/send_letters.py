"""Préparer et faire signer, envoyer avec preuve: one letter for each way, to the authority of the line."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import NotRequired, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.timezone import localdate

from cases import journal
from cases.actions import letters as register
from cases.actions.lines import facts_of
from cases.actions.remedies import line_letters_in_force
from cases.forms import DayField
from cases.letters.offered import OfferedLetter, offered_letters
from cases.models import DebtLine, JournalEntry, Letter
from cases.rules.tracks import DatedFact
from workflows.models import CaseTask
from workflows.steps import way_facts
from workflows.steps.base import Press, StepForm, choice_field
from workflows.steps.line import LineStep, keep_fact, law_of, line_of
from workflows.steps.refusal import StepRefused

SIGNED = [
    ("signed", "Signé par la personne : prêt à envoyer"),
    ("withdrawn", "La personne change d’avis : choisir une autre voie"),
]
PROOFS = [
    ("registered", "recommandé avec avis de réception"),
    ("online", "espace en ligne, accusé d’enregistrement"),
    ("hand", "remis au guichet contre récépissé"),
    ("none", "courrier simple, sans preuve"),
]
WITHOUT_PROOF = "none"
MEANS = {
    "registered": Letter.Means.REGISTERED,
    "online": Letter.Means.ONLINE,
    "hand": Letter.Means.HAND,
    WITHOUT_PROOF: Letter.Means.POST,
}
"""How the letters of the register left, by proof."""


@dataclass(frozen=True, kw_only=True)
class ShownWay:
    """A way that was chosen, with its letter: made, to make, or none needed."""

    title: str
    code: str
    offered: OfferedLetter | None
    """Its letter, with to whom and until when."""
    made: Letter | None


def shown_ways(task: CaseTask) -> list[ShownWay]:
    codes = task.process.answer("letters") or {}
    made = {letter.kind: letter for letter in unsent_letters(task)}
    line, law = line_of(task), law_of(task, on=localdate())
    offered = offered_letters(
        line,
        letters=line_letters_in_force(on=law.on, territory=task.case.territory),
        remedy=law.remedy_for(line),
        standing=law.standing_of_line(line, facts_of([line])[line.debt_id]),
        chosen=codes,
    )
    letters = {each.letter.code: each for each in offered}
    return [
        ShownWay(title=title, code=code, offered=letters.get(code), made=made.get(code))
        for option, title in (task.process.answer("titles") or {}).items()
        for code in [codes.get(option, "")]
    ]


def unsent_letters(task: CaseTask) -> QuerySet[Letter]:
    """Letters of the line that were made and have not left, the last made at the end."""
    return Letter.objects.filter(line__debt=task.process.debt_id, sent_on=None).order_by("pk")


def chosen_words(task: CaseTask) -> str:
    """« demander la rectification, demander une remise de dette »"""
    titles = (task.process.answer("titles") or {}).values()
    return ", ".join(title[0].lower() + title[1:] for title in titles)


class PrepareLettersForm(StepForm):
    signed = forms.ChoiceField(label="Où en est-on ?", choices=SIGNED, widget=forms.RadioSelect)

    def prepare_fields(self) -> None:
        self.notice = f"À préparer : {chosen_words(self.task)}."
        self.apply_quick_answer()

    @cached_property
    def ways(self) -> list[ShownWay]:
        return shown_ways(self.task)

    @cached_property
    def line(self) -> DebtLine:
        return line_of(self.task)

    @property
    def quick_answers(self) -> list[Press]:
        return [Press("signed", "Signé", {"signed": "signed"})]


class SignatureAnswers(TypedDict):
    """What became of the letter that was to be signed: `signed` or `withdrawn`."""

    signed: str


class PrepareLetters(LineStep[SignatureAnswers]):
    fact = "signature_asked"
    form_class = PrepareLettersForm
    template = "step/letters.html"
    help = "Un courrier par voie et par destinataire, jamais un courrier commun à plusieurs lignes."

    def counts_from(self, task: CaseTask) -> date:
        return self.first_date(task)

    def carry_out(self, task: CaseTask, data: SignatureAnswers) -> JournalEntry:
        turn = task.process.turn
        task.process.data["signed"] = data["signed"]
        return journal.record(
            "line.signed" if data["signed"] == "signed" else "line.withdrawn",
            at=turn.at,
            case=task.case,
            by=turn.by,
            structure=task.structure,
            line=line_of(task).pk,
        )


class SendLettersForm(StepForm):
    sent_ways = forms.MultipleChoiceField(
        label="Ce qui est envoyé",
        help_text="Ce qui n’est pas coché n’est pas enregistré : il reste à demander, dans ses propres délais.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cocher ce qui est envoyé."},
    )
    sent_on = DayField(label="Envoyé le")
    proof = forms.ChoiceField(label="Preuve de l’envoi", choices=[("", "Choisir"), *PROOFS])
    received_on = DayField(
        label="Reçu par l’organisme le",
        help_text="Date de l’avis de réception ou de l’accusé. Vide : la date de l’envoi compte en attendant.",
        required=False,
    )

    def prepare_fields(self) -> None:
        self.notice = f"À envoyer : {chosen_words(self.task)}."
        self.fields["sent_on"].initial = localdate()
        titles = self.task.process.answer("titles") or {}
        if len(titles) < 2:
            del self.fields["sent_ways"]
            return
        codes, made = self.task.process.answer("letters") or {}, {way.code for way in self.ways if way.made}
        choice_field(self, "sent_ways").choices = list(titles.items())
        self.fields["sent_ways"].initial = [option for option in titles if codes.get(option) in made]

    @cached_property
    def ways(self) -> list[ShownWay]:
        return shown_ways(self.task)

    @cached_property
    def line(self) -> DebtLine:
        return line_of(self.task)

    def clean(self) -> None:
        cleaned = self.cleaned_data
        sent, received = cleaned.get("sent_on"), cleaned.get("received_on")
        for name, day in (("sent_on", sent), ("received_on", received)):
            if day and day > localdate():
                self.add_error(name, ValidationError("Cette date est à venir : saisir ce qui a eu lieu."))
        if sent and received and received < sent:
            self.add_error("received_on", ValidationError("Le courrier n’a pas pu être reçu avant d’être envoyé."))


class SendingAnswers(TypedDict):
    """When the letters left, by which proof; of several ways, which ones left."""

    sent_on: date
    proof: str
    received_on: NotRequired[date | None]
    sent_ways: NotRequired[list[str]]


class SendLetters(LineStep[SendingAnswers]):
    fact = "sending_asked"
    form_class = SendLettersForm
    template = "step/letters.html"
    help = "C’est la date de l’envoi, prouvée, qui garde le droit. Sans preuve, la demande peut être dite tardive."

    def counts_from(self, task: CaseTask) -> date:
        return self.first_date(task)

    def carry_out(self, task: CaseTask, data: SendingAnswers) -> JournalEntry:
        turn, line = task.process.turn, line_of(task)
        if data["sent_on"] < line.notice.letter_date:
            raise StepRefused("Cet envoi précéderait le courrier contesté : vérifier la date.", field="sent_on")
        self._keep_to_sent_ways(task, data.get("sent_ways"))
        entry = journal.record(
            "line.sent",
            at=turn.at,
            case=task.case,
            by=turn.by,
            structure=task.structure,
            line=line.pk,
            proof=data["proof"],
            ways=task.process.answer("ways"),
        )
        mediates, received = law_of(task).has_mediator_first(line), data.get("received_on")
        chosen = [self._counts_as(task, line, option, on=data["sent_on"]) for option in task.process.answer("ways")]
        for option in chosen:
            facts = way_facts.facts_of(option, mediates=mediates)
            if facts.sent:
                keep_fact(task, facts.sent, data["sent_on"], is_proved=data["proof"] != WITHOUT_PROOF, cause=entry)
            if facts.received:
                keep_fact(
                    task,
                    facts.received,
                    received or data["sent_on"],
                    is_proved=received is not None,
                    made_on=data["sent_on"],
                    cause=entry,
                )
        self.record_letters_sent(task, sent_on=data["sent_on"], means=MEANS[data["proof"]], cause=entry)
        task.process.data["awaits"] = way_facts.options_awaiting_answer(chosen, mediates=mediates)
        return entry

    def _keep_to_sent_ways(self, task: CaseTask, sent: Collection[str] | None) -> None:
        """Of several ways that were chosen, those that did not leave were not asked: nothing is recorded of them."""
        if sent is None:
            return
        process = task.process
        process.data["ways"] = [option for option in process.answer("ways") if option in sent]
        for name in ("letters", "titles"):
            known = process.answer(name) or {}
            process.data[name] = {option: said for option, said in known.items() if option in sent}

    def _counts_as(self, task: CaseTask, line: DebtLine, option: str, *, on: date) -> str:
        """A rectification asked for too late is a recourse (`read_as` of `debt_lines.toml`)."""
        if option != "rectification":
            return option
        facts = [*facts_of([line])[line.debt_id], DatedFact(way_facts.FACTS[option].sent, on)]
        reached = law_of(task, on=on).standing_of_line(line, facts).codes
        return "recourse" if "recourse_pending" in reached else option

    def record_letters_sent(self, task: CaseTask, *, sent_on: date, means: str, cause: JournalEntry) -> None:
        """The letters of the chosen ways are sent: the last that was made of each, unless it was made afterwards."""
        turn, codes = task.process.turn, set((task.process.answer("letters") or {}).values())
        last = {
            letter.kind: letter
            for letter in unsent_letters(task)
            if letter.kind in codes and letter.made_on <= sent_on
        }
        for letter in last.values():
            register.record_sending(letter=letter, means=means, sent_on=sent_on, by=turn.by, at=turn.at, cause=cause)
