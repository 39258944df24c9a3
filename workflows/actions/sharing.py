"""Sharing a case: who may, asked at the door under the lock of the case, then the verb of `cases.actions`."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import partners, sharing_requests
from cases.locks import lock_case
from cases.models import Case, Participation, SharingRequest, Structure, User
from cases.refusals import NotAllowed, Refusal


def may_share(user: User, case: Case, *, at: datetime) -> bool:
    """Professionals who see the case, in the structure that answers for it."""
    return permissions.has_right(
        user, "handle_case", case.responsible_structure_id, at=localdate(at)
    ) and permissions.can_view(user, case, at=localdate(at))


@transaction.atomic
def share(*, case: Case, structure: Structure, level: str, basis: str, by: User, at: datetime) -> Participation:
    """Refuses (`NotAllowed`) who does not answer for the case, and as `partners.add` does."""
    lock_case(case.pk)
    _refuse_unless_may_share(Case.objects.get(pk=case.pk), by=by, at=at)
    return partners.add(case=case, structure=structure, level=level, basis=basis, by=by, at=at)


@transaction.atomic
def change_sharing(*, participation: Participation, level: str, basis: str, by: User, at: datetime) -> Participation:
    participation = _lock_participation(participation)
    _refuse_unless_may_share(participation.case, by=by, at=at)
    return partners.change(participation=participation, level=level, basis=basis, by=by, at=at)


@transaction.atomic
def stop_sharing(*, participation: Participation, by: User, at: datetime) -> None:
    participation = _lock_participation(participation)
    _refuse_unless_may_share(participation.case, by=by, at=at)
    partners.remove(participation=participation, by=by, at=at)


@transaction.atomic
def name_professional(*, participation: Participation, user: User, by: User, at: datetime) -> None:
    """By a manager of the structure in support. Refuses (`Refusal`) who does not follow cases there."""
    participation = _lock_participation(participation)
    today = localdate(at)
    if not permissions.has_right(by, "view_backlog", participation.structure_id, at=today):
        raise NotAllowed
    if not permissions.has_right(user, "handle_case", participation.structure_id, at=today):
        raise Refusal("Cette personne ne suit pas de dossiers dans la structure : en choisir une autre.")
    partners.name_professional(participation=participation, user=user, by=by, at=at)


@transaction.atomic
def answer_request(
    *, request: SharingRequest, answer: str, reason: str = "", by: User, at: datetime
) -> SharingRequest:
    """`answer_request`: the level at which the case is shared, or `decline`, with its reason.

    Refuses (`NotAllowed`) who does not answer for the case, and (`AlreadyAnswered`, `CannotShare`) as the acts do.
    """
    lock_case(request.case_id)
    if not permissions.answers_about(by, Case.objects.get(pk=request.case_id), at=localdate(at)):
        raise NotAllowed
    if answer == "decline":
        return sharing_requests.decline(request=request, reason=reason, by=by, at=at)
    return sharing_requests.accept(request=request, level=answer, by=by, at=at)


def _lock_participation(participation: Participation) -> Participation:
    """As it is now, once its case is locked."""
    lock_case(participation.case_id)
    return Participation.objects.select_related("case", "structure").get(pk=participation.pk)


def _refuse_unless_may_share(case: Case, *, by: User, at: datetime) -> None:
    if not may_share(by, case, at=at):
        raise NotAllowed
