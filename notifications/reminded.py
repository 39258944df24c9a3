"""Whom a reminder is told to: by the functions that its rule names, on the day on which it is told."""

from collections.abc import Callable
from datetime import date

from django.db.models import Q, QuerySet

from cases import permissions
from cases.models import (
    Absence,
    Assignment,
    CaseKind,
    JournalEntry,
    Membership,
    Participation,
    Question,
    Structure,
    User,
)
from notifications.audience import NOBODY, find_step, holders_of, pilots_of_case, who_is_proposed
from notifications.models import Reminder
from notifications.reminder_rules import Function
from workflows.models import CaseTask


def reminded_people(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Those who see the case; of a landlord, who sees its report.

    Nobody, if what had to be done was done, or dated anew, in between.
    """
    read = Reminder.objects.select_related("rule", "deadline", "task__structure")
    reminder = read.get(pk=entry.data["reminder"])
    if not (entry.case and entry.case.is_open and reminder.is_to_be_told):
        return NOBODY
    rule = reminder.rule_definition
    to = rule.escalation.to if rule.escalation and reminder.escalates else rule.to
    step = find_step(reminder.deadline_id) if reminder.deadline_id else reminder.task
    people = NOBODY
    for function in to:
        people |= REMINDED[function](entry, step, on)
    if Function.CORRESPONDENT in to:  # of their own delays, and they see no case (`reminder_checks`)
        return people
    may_read = Q(pk__in=permissions.who_sees(entry.case, at=on).values("pk"))
    may_read |= Q(pk__in=who_is_proposed(step).values("pk"))
    if Function.LANDLORD in to:
        may_read |= Q(pk__in=_landlords_of_reports(entry, step, on).values("pk"))
    return people.filter(may_read)


def _landlords_of_reports(entry: JournalEntry, step: CaseTask | None, on: date) -> QuerySet[User]:
    """The correspondents who follow a report of the case: they read that page, and never the case."""
    return permissions.landlords_of(entry.case, at=on) if entry.case else NOBODY


def _operator_correspondents(entry: JournalEntry, step: CaseTask | None, on: date) -> QuerySet[User]:
    """Those of the service of an operator, as long as the question whose delay it is waits."""
    waiting = Question.objects.filter(deadlines=entry.data.get("deadline"), state=Question.State.ASKED)
    return holders_of(entry.structure, "answer_question", on) if waiting.exists() else NOBODY


def _referents(entry: JournalEntry, step: CaseTask | None, on: date) -> QuerySet[User]:
    """Whoever follows the household in each structure that takes part; the managers of one whose people are all
    away, or have left."""
    parts = Participation.objects.active(on).filter(case=entry.case)
    named = Assignment.objects.active(on).filter(case=entry.case, structure__in=parts.values("structure"))
    here = named.of_people_there(on)
    people = User.objects.filter(pk__in=here.values("user"))
    left = named.exclude(structure__in=here.values("structure"))
    for structure in Structure.objects.filter(pk__in=left.values("structure")):
        people |= holders_of(structure, "view_backlog", on)
    return people


def _at_work(entry: JournalEntry, step: CaseTask | None, on: date) -> QuerySet[User]:
    """Who does it that day: whoever has the step, or is responsible, or replaces them. When all are away, or have left, the
    managers."""
    assigned = Assignment.objects.of_people_there(on).filter(case=entry.case)
    if step and step.owner_id:
        instead = assigned.substitutes().filter(structure=step.structure, replaces=step.owner_id)
        own = {"structure": step.structure, "user": step.owner_id}
        away = Absence.objects.current(on).filter(**own).values("user")
        owner = Membership.objects.active(on).filter(**own).exclude(user__in=away)
        people = User.objects.filter(Q(pk__in=instead.values("user")) | Q(pk__in=owner.values("user")))
    elif step and _is_of_another_place(entry, step):
        people = holders_of(step.structure, step.right, on)
    else:
        here = assigned.filter(structure=entry.case.responsible_structure_id) if entry.case else assigned.none()
        people = User.objects.filter(pk__in=here.values("user"))
    return people if people.exists() else _managers(entry, step, on)


def _is_of_another_place(entry: JournalEntry, step: CaseTask) -> bool:
    """In a coordination each structure does its own steps: one that nobody has is not for who answers for the case."""
    case = entry.case
    return (
        case is not None and case.kind == CaseKind.COORDINATION and step.structure_id != case.responsible_structure_id
    )


def _who_may_take(entry: JournalEntry, step: CaseTask | None, on: date) -> QuerySet[User]:
    if step is None:
        return _managers(entry, step, on)
    return _at_work(entry, step, on) if step.owner_id else holders_of(step.structure, step.right, on)


def _managers(entry: JournalEntry, step: CaseTask | None, on: date) -> QuerySet[User]:
    """Of the structure that must act; of the one that answers for the case, when a landlord must."""
    acting = entry.structure
    if (acting is None or acting.is_claimant) and entry.case:
        acting = entry.case.responsible_structure
    return holders_of(acting, "view_backlog", on)


REMINDED: dict[Function, Callable[[JournalEntry, CaseTask | None, date], QuerySet[User]]] = {
    Function.RESPONSIBLE: _at_work,
    Function.INBOX: _who_may_take,
    Function.MANAGER: _managers,
    Function.PILOT: lambda entry, step, on: pilots_of_case(entry, on),
    Function.REFERENT: _referents,
    Function.LANDLORD: _landlords_of_reports,
    Function.CORRESPONDENT: _operator_correspondents,
}
