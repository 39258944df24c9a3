"""A request to share: asked without seeing anything of the case, answered by whoever answers for it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import case as cases, deadlines, partners
from cases.actions.sharing import CannotShare
from cases.locks import lock_case, refuse_ended
from cases.models import Case, Deadline, JournalEntry, Participation, SharingRequest, Structure, User
from cases.refusals import Refusal

State = SharingRequest.State


class AlreadyAnswered(Refusal):
    """A request is answered a second time."""

    def __init__(self, request: SharingRequest) -> None:
        moment = f" le {localdate(request.answered_at):%d/%m/%Y}" if request.answered_at else ""
        super().__init__(f"Cette demande est déjà {request.get_state_display()}{moment}.")


@transaction.atomic
def ask(*, case: Case, structure: Structure, reason: str, basis: str, by: User, at: datetime) -> SharingRequest:
    """Ask the structure that answers for a case to share it.

    Refuses (`CannotShare`) whoever claims or recovers, a closed case, and a structure that takes part or has asked already.
    """
    case = lock_case(case.pk)
    _refuse_impossible_request(case=case, structure=structure)
    refuse_ended(structure)
    due = deadlines.start(
        case=case, fact="sharing_asked", on=localdate(at), structure=case.responsible_structure, context={}
    )
    request = SharingRequest.objects.create(
        case=case,
        structure=structure,
        reason=reason,
        basis=basis,
        by=by,
        asked_at=at,
        deadline=due[0] if due else None,
    )
    journal.record("sharing.asked", at=at, case=case, by=by, structure=structure, request=request.pk)
    return request


def _refuse_impossible_request(*, case: Case, structure: Structure) -> None:
    if not structure.may_help:
        raise CannotShare(f"{structure} n’accompagne pas les ménages : ce service ne participe à aucun dossier.")
    if not case.is_open:
        raise CannotShare("Ce suivi est terminé : signaler un impayé s’il y a lieu.")
    if Participation.objects.filter(case=case, structure=structure, until=None).exists():
        raise CannotShare(
            "Votre structure participe déjà à ce dossier : demander à son responsable de vous le confier."
        )
    if SharingRequest.objects.filter(case=case, structure=structure, state=State.ASKED).exists():
        raise CannotShare("Votre structure a déjà demandé ce partage : la réponse vous sera notifiée.")


@transaction.atomic
def accept(*, request: SharingRequest, level: str, by: User, at: datetime) -> SharingRequest:
    """The structure takes part, in support; whoever asked is its professional, if he follows cases there. Else its manager names
    one.

    Refuses (`AlreadyAnswered`, `CannotShare`).
    """
    entry = _answer_request(request, State.ACCEPTED, by=by, at=at, level=level)
    case, structure = request.case, request.structure
    partners.add(case=case, structure=structure, level=level, basis=request.basis, by=by, at=at, cause=entry)
    if permissions.has_right(request.by, "handle_case", structure.pk, at=localdate(at)):
        cases.assign_professional(case=case, user=request.by, structure=structure, by=by, at=at, cause=entry)
    return request


@transaction.atomic
def decline(*, request: SharingRequest, reason: str, by: User, at: datetime) -> SharingRequest:
    """The structure that was asked does not share, and says why. Refuses (`AlreadyAnswered`) a second answer."""
    request.decline_reason = reason
    _answer_request(request, State.DECLINED, by=by, at=at, reason=reason)
    return request


@transaction.atomic
def withdraw(*, request: SharingRequest, by: User, at: datetime) -> SharingRequest:
    """Who asked asks no more. Refuses (`AlreadyAnswered`) once there is an answer."""
    lock_case(request.case_id)  # as whoever answers does, before the request itself
    _answer_request(request, State.WITHDRAWN, by=by, at=at)
    return request


KINDS = {State.ACCEPTED: "sharing.accepted", State.DECLINED: "sharing.declined", State.WITHDRAWN: "sharing.withdrawn"}


def _answer_request(request: SharingRequest, state: State, *, by: User, at: datetime, **data: Any) -> JournalEntry:
    """Once: the row is claimed, so that of two people who answer at the same time the second is told."""
    answered = {
        "state": state,
        "answered_by": by,
        "answered_at": at,
        "decline_reason": request.decline_reason,
    }
    if not SharingRequest.objects.filter(pk=request.pk, state=State.ASKED).update(**answered):
        request.refresh_from_db()
        raise AlreadyAnswered(request)
    request.refresh_from_db()
    deadlines.meet(Deadline.objects.running().filter(sharing_request=request), at=at)
    return journal.record(
        KINDS[state],
        at=at,
        case=request.case,
        by=by,
        structure=request.structure,
        request=request.pk,
        to=request.by_id,
        **data,
    )
