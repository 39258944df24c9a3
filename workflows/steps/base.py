"""What every step shares: who has the ball, its delays, its form, its act."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar, cast

from django import forms
from django.db.models import Min, Q, QuerySet
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.timezone import localdate

from cases.actions import deadlines
from cases.forms import UnfoldingForm, show_refusal
from cases.models import LOOK_AT_ONCE, Assignment, Case, Deadline, JournalEntry, Referent, Structure, User
from cases.refusals import Refusal
from cases.rules.conditions import Value
from workflows.models import CaseProcess, CaseTask

Answers = TypeVar("Answers", bound=Mapping[str, object])
"""What a step’s act is told: the record that stands before it, with the names of its form’s fields. Who fills no form (the
sweep, a signed link, a command) says the same by hand."""


@dataclass(frozen=True)
class Press:
    """What one press on a button records: its code, its words, and the fields that it fills in."""

    code: str
    words: str
    filled: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Begun:
    """Another procedure that an act begins: its flow, its case, its first answers."""

    flow: str
    case: Case
    data: dict[str, Any]
    read: Referent | None = None
    """The référent of whom it is, when he was just read."""


class StepForm(UnfoldingForm):
    """A form cleans what was typed; it decides nothing. It knows its task, to offer the right choices."""

    notice = ""
    """What is known already, said above the form that it fills."""
    caution = ""
    """What is to be read before the step is taken."""
    consequences: Iterable[str] = ()
    """What taking the step would cancel, a line each."""
    helpers: ClassVar[list[tuple[str, str]]] = []
    """Buttons that take no step: code and words. `preview` says what the form makes; any other one fills it in."""

    previews_while_typing = False
    """Is what `preview` says said again at each answer, where there is a script?"""

    def __init__(self, *args: Any, task: CaseTask, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task = task
        self.user = user
        self.fields["turn"] = forms.IntegerField(widget=forms.HiddenInput, initial=task.turn_count, required=False)
        self.prepare_fields()

    def prepare_fields(self) -> None:
        """Offer what its task lets one choose, and show what is known already."""

    @property
    def quick_answers(self) -> list[Press]:
        """The most frequent answers, each in one press."""
        return []

    def apply_quick_answer(self) -> None:
        """A press fills in what it names, beside what was typed. Called once the form knows what it offers."""
        for each in self.quick_answers:
            if each.code == self.data.get("quick"):
                typed: Any = self.data
                typed = typed.copy()
                typed.update(each.filled)
                self.data = typed

    def restore_typed_values(self, typed: QueryDict) -> None:
        """Show what was typed, without judging it yet."""
        self.set_initial_values(
            **{
                name: field.widget.value_from_datadict(typed, MultiValueDict(), self.add_prefix(name))
                for name, field in self.fields.items()
            }
        )

    def set_initial_values(self, **values: object) -> None:
        for name, value in values.items():
            self.fields[name].initial = value

    def fill_with_helper(self, helper: str) -> None:
        """Fill in what a helper of the step (a button of its form) proposes; nothing by default."""

    def add_refusal(self, refusal: Refusal) -> None:
        show_refusal(self, refusal)

    @property
    def preview_text(self) -> str:
        """What `preview` says of a form that is valid."""
        return ""


def choice_field(form: forms.Form, name: str) -> forms.ChoiceField:
    """A field of choices, to set what it offers."""
    return cast("forms.ChoiceField", form.fields[name])


class Step(Generic[Answers]):
    """A human step: its right, its form, its act. One instance serves all tasks, so it keeps no state."""

    right = "handle_case"
    stand_in_right = ""
    """Held in the responsible structure, it lets its professionals record what an outside party answered."""
    had_with = ""
    """The right by which a professional has it, where it is not the one that ends it."""
    fact = ""
    """The dated fact from which the step’s delays count (a milestone of the deadline catalogue)."""
    may_expire = False
    is_offered = True
    """Is it in inboxes, for somebody to do? Else it waits for something else."""
    form_class: type[StepForm] = StepForm
    template = "step/step.html"
    """The page of the step: this one, or one that extends it."""
    help = ""

    def assigned_structure(self, process: CaseProcess) -> Structure:
        """The structure that has the ball."""
        return process.case.responsible_structure

    def assigned_professional(self, process: CaseProcess) -> User | None:
        """The person within it, if one is named."""
        return responsible_professional(process.case)

    def on_task_opened(self, task: CaseTask) -> None:
        """Start the delays that begin with this step; the nearest safe date is the task’s, which is written with it."""
        started = deadlines.start(
            case=task.case,
            debt=task.process.debt,
            fact=self.starts_with(task),
            on=self.counts_from(task),
            structure=task.structure,
            context=self.deadline_context(task),
        )
        take_deadlines(task, own=started)

    def starts_with(self, task: CaseTask) -> str:
        """The fact itself, where a step that comes back counts from another one than the first time."""
        return self.fact

    def counts_from(self, task: CaseTask) -> date:
        return localdate(task.created)

    def deadline_context(self, task: CaseTask) -> dict[str, Value]:
        """What the conditions of delay rules may ask about this step."""
        return {"urgent": task.case.is_urgent or bool(task.process.answer("urgent"))}

    def waits_for(self, task: CaseTask, own: list[Deadline]) -> list[Deadline]:
        """The delays of a step: its own, and those that wait for the same fact (the diagnosis before a hearing, say)."""
        return deadlines_awaiting(task, {fact for deadline in own for fact in deadline.rule.until})

    def told_by_silence(self, task: CaseTask, fact: str) -> Answers | None:
        """What the step is told once silence has made this fact; None when it goes on waiting."""
        return None

    def stays_open(self, task: CaseTask, data: Answers) -> bool:
        """Does the step go on waiting after this act (one more contact attempt, say)?"""
        return False

    def carry_out(self, task: CaseTask, data: Answers) -> JournalEntry:
        """Do the act. Refuses (a `Refusal`) what its form could not see."""
        raise NotImplementedError

    def procedures_to_start(self, task: CaseTask) -> Iterable[Begun]:
        """The procedures that this step’s act begins beside its own."""
        return ()

    def has_an_object(self, task: CaseTask) -> bool:
        """Is what it asks for still to be done, whatever was done elsewhere meanwhile?"""
        return True

    def on_task_finished(self, task: CaseTask) -> None:
        deadlines.meet(running_deadlines(task), at=task.process.turn.at)

    def on_task_abandoned(self, task: CaseTask) -> None:
        deadlines.cancel(running_deadlines(task), at=task.process.turn.at)


class SideStep(Step[Answers]):
    """A step that opens beside the procedure when a dated fact calls for it, once, until it is taken."""

    def is_called_for(self, process: CaseProcess) -> bool:
        """Asked after the step that its node names, and whenever a dated fact changes."""
        raise NotImplementedError

    def is_pointless(self, process: CaseProcess) -> bool:
        """What called for it is gone, or was done otherwise."""
        raise NotImplementedError


def take_deadlines(task: CaseTask, *, own: Iterable[Deadline]) -> None:
    """Give a step the delays that it waits for, of which it started some itself."""
    attach_deadlines(task, task.step.waits_for(task, list(own)))


def deadlines_awaiting(task: CaseTask, facts: set[str]) -> list[Deadline]:
    """The delays of the case, or of the debt that the procedure is about, that wait for one of these facts."""
    if not facts:
        return []
    waiting = Deadline.objects.waiting().filter(case=task.case_id, debt=task.process.debt_id).select_related("rule")
    return [deadline for deadline in waiting if facts & set(deadline.rule.until)]


def attach_deadlines(task: CaseTask, taken: list[Deadline]) -> None:
    """The nearest safe date is the step’s. What is paused is its own too, and gives it no date."""
    if taken:
        date_step(task, min((deadline.safe_date for deadline in taken if not deadline.is_paused), default=None))
        task.deadlines.add(*taken)


def retake_deadlines(task: CaseTask) -> None:
    """Delays were counted anew: what counts no more leaves the step, what runs now in its place is taken."""
    own = list(task.deadlines.select_related("rule"))
    task.deadlines.remove(*(each for each in own if each.state in (Deadline.State.CANCELLED, Deadline.State.MET)))
    take_deadlines(task, own=own)
    date_step(
        task, task.deadlines.aggregate(nearest=Min("safe_date", filter=~Q(state=Deadline.State.PAUSED)))["nearest"]
    )


def date_step(task: CaseTask, on: date | None) -> None:
    task.due_on, task.remind_on = on, LOOK_AT_ONCE
    task.save(update_fields=["due_on", "remind_on"] if task.pk else None)


def running_deadlines(task: CaseTask) -> QuerySet[Deadline]:
    """The delays of a step that still run, or will again.

    Not as a join: an update through one reads both tables whole as long as PostgreSQL has no statistics.
    """
    links = CaseTask.deadlines.through.objects.filter(casetask=task.pk)
    return Deadline.objects.waiting().filter(pk__in=links.values("deadline_id"))


def responsible_professional(case: Case) -> User | None:
    assignment = (
        Assignment.objects.filter(
            case=case, structure=case.responsible_structure_id, kind=Assignment.Kind.RESPONSIBLE, until=None
        )
        .select_related("user")
        .first()
    )
    return assignment.user if assignment else None
