"""A closed case comes back: the same case, a new run of the procedure, beginning with who followed it last."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import case as cases, people, sharing
from cases.locks import lock_case
from cases.models import Case, FactSource, Structure, User
from cases.models.structures import StructureKind
from cases.refusals import NotAllowed
from cases.rules.procedures import PROCEDURES
from workflows import engine


def may_reopen(user: User, case: Case, *, at: datetime) -> bool:
    """Who works for the structure that answered for a closed case, or for the one that closed it."""
    if case.is_open or PROCEDURES[case.kind].flow is None:
        return False
    today = localdate(at)
    if permissions.answers_for(user, case.responsible_structure, at=today):
        return True
    closer = who_closed(case)
    return closer is not None and permissions.answers_for(user, closer, at=today)


def who_closed(case: Case) -> Structure | None:
    entry = cases.last_closing(case)
    return entry.structure if entry else None


@transaction.atomic
def reopen_case(*, case: Case, by: User, at: datetime) -> None:
    """Reopen a case and start its procedure again.

    Refuses (`NotAllowed`) who works neither for the structure that answered for it nor for the one that closed it, and
    (`CannotOpen`) a case that is open, whose dwelling has another open case, or that a merge closed as a duplicate. A
    desk that had closed it sees it no more, unless the procedure comes back to it.
    """
    lock_case(case.pk)
    case.refresh_from_db()
    last, closer = case.responsible_structure, who_closed(case)
    if not case.is_open and not may_reopen(by, case, at=at):
        raise NotAllowed
    if not last.is_active:
        raise cases.CannotOpen(
            f"{last}, qui répondait de ce dossier, n’est plus en service : en ouvrir un autre par un nouveau signalement."
        )
    entry = cases.reopen_case(case=case, at=at, by=by)
    if closer and closer != last:
        sharing.end_sharing(case=case, structure=closer, at=at, by=by, cause=entry)
    if last.kind != StructureKind.CAF_PILOT and permissions.answers_for(by, last, at=localdate(at)):
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
    engine.start(PROCEDURES[case.kind].flow, case=case, at=at, by=by, cause=entry)
