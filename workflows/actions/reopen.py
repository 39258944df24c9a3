"""A closed case comes back: the same case, a new run of the procedure, beginning with who followed it last."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import case as cases, people
from cases.models import Case, FactSource, User
from cases.models.structures import StructureKind
from workflows import engine
from workflows.flows import FLOWS


@transaction.atomic
def reopen(*, case: Case, by: User, at: datetime) -> None:
    """Reopen a case and start its procedure again.

    Refuses (`NotAllowed`) who does not work for the structure that answered for it, and (`CannotOpen`) a case that
    is open, whose dwelling has another open case, or that a merge closed as a duplicate.
    """
    engine.lock(case)
    case.refresh_from_db()
    last = case.responsible_structure
    if not permissions.answers_for(by, last, at=localdate(at)):
        raise engine.NotAllowed
    entry = cases.reopen_case(case=case, at=at, by=by)
    if last.kind != StructureKind.CAF_PILOT:
        people.record_facts(
            household=case.household,
            facts={"followed_by": last.code},
            source=FactSource.PROFESSIONAL,
            known_on=localdate(at),
            at=at,
            by=by,
            case=case,
            cause=entry,
        )
    engine.start(FLOWS[case.kind], case=case, at=at, by=by, cause=entry)
