"""Who coordinates moves with the procedure of the coordinator: what an act changes on the rows, the steps follow at once."""

from datetime import date, datetime

from django.db import transaction

from cases.actions import coordination
from cases.locks import lock_case
from cases.models import Case, Coordination, JournalEntry, Referent, Structure, User
from workflows import engine
from workflows.flows import FLOWS
from workflows.models import CaseTask
from workflows.nodes import Turn
from workflows.steps.coordination import coordinator_procedures
from workflows.steps.place import stop_stale

ANSWER, CHOOSE = "coordinate", "choose_coordinator"


@transaction.atomic
def propose(*, referent: Referent, by: User, at: datetime) -> Coordination:
    """People who follow the person agree on who coordinates: the pilot need not choose. Refuses as the action does."""
    lock_case(referent.case_id)
    found, entry = coordination.propose(referent=referent, by=by, at=at)
    look_for(referent.case, by=by, at=at, cause=entry)
    return found


@transaction.atomic
def object_to(*, case: Case, structure: Structure, on: date, by: User, at: datetime) -> None:
    lock_case(case.pk)
    entry = coordination.object_to(case=case, structure=structure, on=on, by=by, at=at)
    look_for(case, by=by, at=at, cause=entry)


@transaction.atomic
def lift_objection(*, case: Case, structure: Structure, by: User, at: datetime) -> None:
    lock_case(case.pk)
    entry = coordination.lift_objection(case=case, structure=structure, by=by, at=at)
    look_for(case, by=by, at=at, cause=entry)


def look_for(case: Case, *, by: User | None, at: datetime, cause: JournalEntry | None) -> None:
    """Bring the procedure of the coordinator into step with the rows.

    1. What nobody is asked any more stops.
    2. Where somebody was proposed while the pilot was to choose, the procedure goes on to his answer.
    3. Where a coordinator is to be looked for, and no procedure runs, one begins.
    """
    waiting = CaseTask.objects.open().of_case(case).select_related("process__case", "structure")
    stop_stale(waiting, turn=Turn(at=at, by=by, cause=cause))
    proposed = coordination.proposed_coordination(case)
    choosing = (
        CaseTask.objects.open().of_case(case).filter(node=CHOOSE).select_related("process__case", "structure").first()
    )
    if proposed and choosing:
        choosing.process.data["coordination"] = proposed.pk
        choosing.process.save(update_fields=["data"])
        engine.redirect(choosing, to=ANSWER, by=by, at=at, cause=cause)
    for begun in coordinator_procedures(case):
        engine.start(FLOWS[begun.flow], case=begun.case, at=at, by=by, cause=cause, **begun.data)


def asked_of(user: User) -> list[CaseTask]:
    """The steps at which a professional is asked to coordinate."""
    waiting = CaseTask.objects.open().filter(node=ANSWER, owner=user)
    return list(waiting.select_related("case__beneficiary", "structure").order_by("due_on", "pk"))
