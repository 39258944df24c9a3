"""One conversation does what it does: who is told of a case who follows her is told of it for her référent too, and back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import cast

from django.db import transaction

from cases.actions import support
from cases.locks import lock_case
from cases.models import InformationGiven, User
from cases.refusals import Refusal
from workflows import engine
from workflows.models import CaseTask, read_referent
from workflows.steps.contact import TOLD, Contact, holder_of


def inform_as_referent_too(task: CaseTask, *, by: User, at: datetime, data: Mapping[str, object]) -> bool:
    """After a contact in which the household was told who follows it: the step « Informer la personne » of the same
    professional, about the same person, is taken as well. Where that is refused, it waits as before."""
    if task.node != "contact" or data.get("result") != "reached":
        return False
    waiting = CaseTask.objects.open().filter(node="inform_person", owner=by, structure=task.structure_id)
    person, done = holder_of(task.case), False
    for other in waiting.select_related("process"):
        if read_referent(other.process).beneficiary_id != person.pk:
            continue
        try:
            engine.complete(other, by=by, at=at, data={"means": data["informed_by"], "on": data["made_on"]})
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
