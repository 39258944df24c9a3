"""One conversation does what it does: who is told of a case who follows her is told of it for her référent too."""

from collections.abc import Mapping
from datetime import datetime

from cases.models import User
from cases.refusals import Refusal
from workflows import engine
from workflows.models import CaseTask, read_referent
from workflows.steps.contact import holder_of


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
