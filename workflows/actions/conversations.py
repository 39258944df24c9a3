"""One conversation does what it does: who is told of a case who follows her is told of it for her référent too, and back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import cast

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions import deadlines, support
from cases.locks import lock_case
from cases.models import Case, CaseKind, HouseholdMember, InformationGiven, User
from cases.refusals import Refusal
from workflows import engine
from workflows.models import CaseTask, read_referent
from workflows.steps.contact import TOLD, Contact, awaiting_information, holder_of


def inform_as_referent_too(task: CaseTask, *, by: User, at: datetime, data: Mapping[str, object]) -> bool:
    """After a contact in which the household was told who follows it, or the choice of a way with a person who was: the
    step « Informer la personne » of the same professional, about the same person, is taken as well. Where that is refused,
    it waits as before."""
    by_contact = task.node == "contact" and data.get("result") == "reached"
    if not by_contact and not (task.node == "choose_way" and data.get("informed_by")):
        return False
    waiting = CaseTask.objects.open().filter(node="inform_person", owner=by, structure=task.structure_id)
    person, on, done = holder_of(task.case), data.get("made_on", localdate(at)), False
    for other in waiting.select_related("process"):
        if read_referent(other.process).beneficiary_id != person.pk:
            continue
        try:
            engine.complete(other, by=by, at=at, data={"means": data["informed_by"], "on": on})
        except Refusal:
            continue
        done = True
    return done


@transaction.atomic
def inform_of_cases_too(task: CaseTask, *, by: User, at: datetime, data: Mapping[str, object]) -> int:
    """After « Informer la personne »: of the cases of the same professional in which that person is to be contacted, she is
    told as well. Their step waits for the contact only, and finds its form filled. Of how many.

    Not by a letter: it is no conversation.
    """
    if task.node != "inform_person" or data["means"] == InformationGiven.Means.LETTER:
        return 0
    person = read_referent(task.process).beneficiary
    waiting = CaseTask.objects.open().filter(node="contact", owner=by, structure=task.structure_id)
    waiting = waiting.filter(
        case__household__memberships__beneficiary=person, case__household__memberships__until=None
    )
    found = 0
    for other in waiting.select_related("case", "process", "structure"):
        lock_case(other.case_id)
        on = cast("date", data["on"])
        if holder_of(other.case) != person or TOLD in other.data:
            continue
        told = {"case": other.case, "structure": other.structure, "by": by, "at": at}
        given = support.inform_person(person=person, means=str(data["means"]), given_on=on, **told)
        other.data[TOLD] = given.pk
        other.save(update_fields=["data"])
        cast("Contact", other.step).start_informed_deadlines(other, on=on, at=at)
        found += 1
    return found


@transaction.atomic
def inform_of_overpayments_too(task: CaseTask, *, by: User, at: datetime, data: Mapping[str, object]) -> int:
    """After « Informer la personne », by whatever means: of her overpayments that the same professional follows, she is told as
    well, and their delay to tell her ends. Of how many."""
    if task.node != "inform_person":
        return 0
    person = read_referent(task.process).beneficiary
    own = CaseTask.objects.open().filter(owner=by, structure=task.structure_id).values("case")
    at_home = HouseholdMember.objects.filter(beneficiary=person, until=None).values("household")
    found = 0
    for case in Case.objects.filter(kind=CaseKind.OVERPAYMENT, household__in=at_home, pk__in=own).order_by("pk"):
        lock_case(case.pk)
        waiting = awaiting_information(case, task.structure)
        if holder_of(case) != person or not waiting.exists():
            continue
        told = {"case": case, "structure": task.structure, "by": by, "at": at}
        support.inform_person(person=person, means=str(data["means"]), given_on=cast("date", data["on"]), **told)
        deadlines.meet(waiting, at=at)
        found += 1
    return found
