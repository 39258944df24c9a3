"""Informer et contacter le ménage: attempt after attempt, until it is reached, declines, or cannot be reached.

A contact already made is not made again. When a counter met the person before the step opened, or while it waits,
the delay to contact is met at once; the delay to inform goes on, and so does what a sheet promised to the person. The
professional finds the form filled:

- the counter told the person that this structure follows her: one press takes it up, opens the whole case and goes
  on to the diagnosis, without a second attempt or a second information in the records;
- the counter could not name it (nobody was asked yet, or another structure declined meanwhile): the contact is
  established, and the person has to be told first. What she was told of someone else opens nothing to this one.

An appointment that was kept fills the form too.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, NotRequired

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from cases import journal
from cases.actions import deadlines, sharing, support
from cases.actions.appointments import CHANNELS
from cases.forms import DayField, UnfoldingRadio
from cases.models import (
    LOOK_AT_ONCE,
    Appointment,
    Beneficiary,
    Case,
    ContactAttempt,
    Deadline,
    HouseholdMember,
    InformationGiven,
    JournalEntry,
    Letter,
    Structure,
)
from cases.models.deadlines import DeadlineQuerySet
from cases.queries import find_holder, which_exist
from cases.rules.conditions import Value
from workflows.models import CaseTask
from workflows.steps.base import Press, Step, StepForm, choice_field, date_step, deadlines_awaiting, running_deadlines
from workflows.steps.notes import NotedAnswers, keep_note, note_field
from workflows.steps.refusal import StepRefused

ATTEMPTS_BEFORE_GIVING_UP = 3
"""Two letters or calls, then a visit: the practice of the département’s mobile teams (domain/arrears.md §5)."""

NEXT = [
    ("reached", "Contact établi : passer au diagnostic"),
    ("again", "Pas encore joint : faire une autre tentative"),
    ("declined", "Le ménage ne souhaite pas être accompagné"),
    ("not_reached", f"Contact non établi, après {ATTEMPTS_BEFORE_GIVING_UP} tentatives"),
]
AT_COUNTER = InformationGiven.Means.COUNTER
MEANS = [(code, words) for code, words in InformationGiven.Means.choices if code != AT_COUNTER]
CHANNEL_OF = {
    InformationGiven.Means.INTERVIEW: ContactAttempt.Channel.OFFICE,
    InformationGiven.Means.PHONE: ContactAttempt.Channel.PHONE,
    InformationGiven.Means.VISIT: ContactAttempt.Channel.VISIT,
}
"""How somebody was reached who was told in a conversation."""
TOLD = "told"
"""In the data of the step: the information that the person was given beside it."""
CONTACTED = "contacted"
INFORMED = "person_informed"
PROMISE = "contact_when"
"""The field of the counter’s sheet that says when somebody will call."""


@dataclass(frozen=True)
class CounterContact:
    """What a counter did for this step."""

    attempt: ContactAttempt
    information: InformationGiven | None
    """The record that names the structure of the step; None when the person was not told of it."""
    promised: str = ""
    """When somebody will call, as the sheet that was handed to her says."""

    def __str__(self) -> str:
        met = f"Contact fait au guichet le {self.attempt.made_on:%d/%m/%Y} par {self.attempt.by} ({self.attempt.structure})."
        return f"{met} Sa fiche annonce un contact {self.promised}." if self.promised else met


def counter_contact(task: CaseTask) -> CounterContact | None:
    """Since this procedure began: what an earlier one knew is too old."""
    since = localdate(task.process.created)
    attempt = _counter_attempts(task).select_related("by", "structure").last()
    if attempt is None:
        return None
    told = InformationGiven.objects.filter(
        case=task.case_id, named=task.structure_id, means=AT_COUNTER, given_on__gte=since
    )
    sheet = Letter.objects.filter(case=task.case_id, made_on=attempt.made_on, typed__has_key=PROMISE).last()
    return CounterContact(attempt, told.first(), promised=sheet.typed[PROMISE] if sheet else "")


def told_in_conversation(task: CaseTask) -> InformationGiven | None:
    """What the person was told for this very structure, beside the step (`workflows.actions.conversations`)."""
    told = task.data.get(TOLD)
    return InformationGiven.objects.get(pk=told) if told else None


def _counter_attempts(task: CaseTask) -> QuerySet[ContactAttempt]:
    return ContactAttempt.objects.filter(
        case=task.case_id,
        channel=ContactAttempt.Channel.DESK,
        result=ContactAttempt.Result.REACHED,
        made_on__gte=localdate(task.process.created),
    )


def kept_appointment(task: CaseTask) -> Appointment | None:
    """The last one that the structure of the step had with the household since the procedure began."""
    kept = Appointment.objects.filter(
        case=task.case_id,
        structure=task.structure_id,
        state=Appointment.State.KEPT,
        starts_at__gte=task.process.created,
    )
    return kept.last()


def stop_the_clock(task: CaseTask, *, at: datetime) -> None:
    """The household was met: the step no longer waits for a contact, but for the person to be informed, and for what
    she was promised."""
    deadlines.meet(_awaiting_a_contact(task).exclude(is_promised=True), at=at)
    to_inform = Q(rule__condition__until__contains=INFORMED) | Q(is_promised=True)
    left = list(Deadline.objects.running().filter(to_inform, case=task.case_id))
    date_step(task, min((deadline.safe_date for deadline in left), default=None))
    task.deadlines.set(left)


def _awaiting_a_contact(task: CaseTask) -> QuerySet[Deadline]:
    """The delays of the step, but the one to inform, which the information alone meets."""
    return running_deadlines(task).exclude(rule__condition__until__contains=INFORMED)


class ContactForm(StepForm):
    unfolds: ClassVar = {"result": {"reached": ("informed_by",)}}

    result = forms.ChoiceField(label="Où en est-on ?", choices=NEXT, widget=UnfoldingRadio)
    channel = forms.ChoiceField(label="Moyen", choices=ContactAttempt.Channel)
    made_on = DayField(label="Date du contact ou de la tentative")
    is_earlier = forms.BooleanField(label="C’est bien ce jour-là, avant l’ouverture du dossier", required=False)
    informed_by = forms.ChoiceField(
        label="Personne informée",
        help_text=(
            "Lui dire qui la suit, ce qui est partagé et avec qui, "
            "et qu’elle peut refuser le partage sans effet sur ses droits."
        ),
        choices=[("", "Indiquer comment"), *MEANS],
        required=False,
    )
    note = note_field("Lue par votre structure seulement. Pas de donnée de santé.")

    def prepare_fields(self) -> None:
        self.fields["made_on"].initial = localdate()
        if met := counter_contact(self.task):
            self._start_from_counter(met)
        elif told := told_in_conversation(self.task):
            self._start_from_conversation(told)
        elif kept := kept_appointment(self.task):
            self._start_from_appointment(kept)
        self.apply_quick_answer()
        self.is_told_before = self.is_told_before_opening()
        if not self.is_told_before:
            del self.fields["is_earlier"]

    def is_told_before_opening(self) -> bool:
        """Of such a day alone it is asked whether it was mistyped; those of former times were known when they were taken in."""
        case = self.task.case
        try:
            day = self.fields["made_on"].clean(self.data.get("made_on")) if self.is_bound else None
        except ValidationError:
            return False
        told = day is not None and day < case.opened_on and day != self.fields["made_on"].initial
        return told and not case.is_initial_stock

    @property
    def quick_answers(self) -> list[Press]:
        """The attempts that one makes with the phone at the ear, or at the door."""
        if self.notice:
            return []
        unanswered = [(ContactAttempt.Channel.PHONE, "Appel"), (ContactAttempt.Channel.VISIT, "Passage")]
        return [
            Press(
                channel.value,
                f"{words} sans réponse",
                {"result": "again", "channel": channel.value, "made_on": localdate().isoformat()},
            )
            for channel, words in unanswered
        ]

    def _start_from_counter(self, met: CounterContact) -> None:
        self.fields["result"].initial = "reached"
        if met.information is None:
            self.notice = f"{met} La personne ne sait pas encore que votre structure la suit : l’en informer."
            return
        self.notice = f"{met} La personne a été informée : enregistrer pour passer au diagnostic."
        self.set_initial_values(
            channel=ContactAttempt.Channel.DESK, made_on=met.attempt.made_on, informed_by=AT_COUNTER
        )
        choice_field(self, "informed_by").choices = [
            ("", "Indiquer comment"),
            (AT_COUNTER.value, AT_COUNTER.label),
            *MEANS,
        ]

    def _start_from_conversation(self, told: InformationGiven) -> None:
        means = told.get_means_display()
        self.notice = (
            f"La personne a été informée le {told.given_on:%d/%m/%Y}, {means} : enregistrer pour passer au diagnostic."
        )
        channel = CHANNEL_OF[InformationGiven.Means(told.means)]
        self.set_initial_values(result="reached", channel=channel, made_on=told.given_on, informed_by=told.means)

    def _start_from_appointment(self, kept: Appointment) -> None:
        self.notice = f"Rendez-vous honoré le {kept.day:%d/%m/%Y} : indiquer comment la personne a été informée."
        self.set_initial_values(result="reached", channel=CHANNELS[Appointment.Place(kept.place)], made_on=kept.day)

    def clean_made_on(self) -> date:
        made_on: date = self.cleaned_data["made_on"]
        if made_on > localdate():
            raise ValidationError("Cette date est à venir : saisir la date du contact qui a eu lieu.")
        return made_on

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if self.is_told_before and not cleaned.get("is_earlier"):
            opened = f"{self.task.case.opened_on:%d/%m/%Y}"
            self.add_error(
                "made_on", f"Ce jour précède le dossier, ouvert le {opened} : le corriger, ou le confirmer."
            )
        if cleaned.get("result") == "reached" and not cleaned.get("informed_by"):
            self.add_error(
                "informed_by",
                ValidationError("Informer la personne avant le diagnostic, et indiquer par quel moyen."),
            )


class ContactAnswers(NotedAnswers):
    """What came of a contact or of an attempt."""

    result: str
    channel: str
    made_on: date
    informed_by: NotRequired[str]
    is_earlier: NotRequired[bool]


class Contact(Step[ContactAnswers]):
    fact = "contact_asked"
    form_class = ContactForm
    help = (
        "Chaque tentative compte. Une fois le ménage joint et informé, le dossier complet s’ouvre à votre structure."
    )

    def deadline_context(self, task: CaseTask) -> dict[str, Value]:
        return super().deadline_context(task) | {"contact_rule": task.process.answer("contact_rule")}

    def waits_for(self, task: CaseTask, own: list[Deadline]) -> list[Deadline]:
        """What the person was promised, too, even if no rule gives the step a delay."""
        return deadlines_awaiting(task, {CONTACTED, *(fact for deadline in own for fact in deadline.rule.until)})

    def on_task_opened(self, task: CaseTask) -> None:
        """Who has to call now holds what the counter promised."""
        promised = Deadline.objects.promised().filter(case=task.case_id)
        is_promised, is_met = which_exist(promised, _counter_attempts(task))
        if is_promised:
            promised.update(structure=task.structure, remind_on=LOOK_AT_ONCE)
        super().on_task_opened(task)
        if is_met:
            stop_the_clock(task, at=task.process.turn.at)

    def on_task_finished(self, task: CaseTask) -> None:
        """What the counter did, taken up as it is, calls nobody: what she was promised then runs until an appointment
        is made, or the diagnosis."""
        met = _awaiting_a_contact(task)
        if task.process.data.pop("promise_stands", False):
            met = met.exclude(is_promised=True)
        deadlines.meet(met, at=task.process.turn.at)

    def stays_open(self, task: CaseTask, data: ContactAnswers) -> bool:
        return bool(data["result"] == "again")

    def carry_out(self, task: CaseTask, data: ContactAnswers) -> JournalEntry:
        if data["result"] == "reached" and data["informed_by"] == AT_COUNTER:
            entry = self._take_up(task, data)
        else:
            entry = self._carry_out_attempt(task, data)
        keep_note(task, data.get("note"), cause=entry)
        task.process.data["contacted"] = data["result"]
        return entry

    def _carry_out_attempt(self, task: CaseTask, data: ContactAnswers) -> JournalEntry:
        case, turn, result = task.case, task.process.turn, data["result"]
        entry = self._record_attempt(task, data, result=result if result in ("reached", "declined") else "no_answer")
        if result == "not_reached" and case.contact_attempts.count() < ATTEMPTS_BEFORE_GIVING_UP:
            raise StepRefused(
                f"Il faut {ATTEMPTS_BEFORE_GIVING_UP} tentatives avant de conclure que le contact n’est pas établi : "
                "enregistrer celle-ci, puis en faire une autre, par exemple un passage au domicile."
            )
        if result == "reached" and TOLD not in task.data:
            support.inform_person(
                case=case,
                person=holder_of(case),
                structure=task.structure,
                by=turn.by,
                means=data["informed_by"],
                given_on=data["made_on"],
                at=turn.at,
                cause=entry,
            )
            self.start_informed_deadlines(task, on=data["made_on"], at=turn.at)
        return entry

    def _take_up(self, task: CaseTask, data: ContactAnswers) -> JournalEntry:
        """What the counter told now opens the whole case; what it did is not recorded twice."""
        case, turn, met = task.case, task.process.turn, counter_contact(task)
        if met is None or met.information is None:
            raise StepRefused("Personne n’a été informée au guichet pour votre structure : l’informer d’abord.")
        entry = journal.record(
            "contact.taken_up",
            at=turn.at,
            case=case,
            by=turn.by,
            structure=task.structure,
            attempt=met.attempt.pk,
            information=met.information.pk,
        )
        if (data["channel"], data["made_on"]) != (met.attempt.channel, met.attempt.made_on):
            self._record_attempt(task, data, result=ContactAttempt.Result.REACHED, cause=entry)
        else:
            task.process.data["promise_stands"] = True
        sharing.open_fully(case=case, structure=task.structure, at=turn.at, by=turn.by, cause=entry)
        self.start_informed_deadlines(task, on=met.information.given_on, at=turn.at)
        return entry

    def _record_attempt(
        self, task: CaseTask, data: ContactAnswers, *, result: str, cause: JournalEntry | None = None
    ) -> JournalEntry:
        turn = task.process.turn
        return support.record_attempt(
            case=task.case,
            structure=task.structure,
            by=turn.by,
            channel=data["channel"],
            result=result,
            made_on=data["made_on"],
            at=turn.at,
            cause=cause or turn.cause,
        )

    def start_informed_deadlines(self, task: CaseTask, *, on: date, at: datetime) -> None:
        deadlines.apply_fact(
            case=task.case,
            fact=INFORMED,
            on=on,
            structure=task.structure,
            context=self.deadline_context(task),
            at=at,
        )


def awaiting_information(case: Case, structure: Structure) -> DeadlineQuerySet:
    """The delays of a structure that run until the person is told that it follows her and what is shared."""
    waiting = Deadline.objects.waiting().filter(case=case, structure=structure)
    return waiting.filter(rule__condition__until__contains=INFORMED)


def holder_of(case: Case) -> Beneficiary:
    """The lease holder: whom one informs first."""
    members = HouseholdMember.objects.filter(household=case.household_id, until=None).select_related("beneficiary")
    return find_holder(case.household_id, list(members))
