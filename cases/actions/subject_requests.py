"""The register of what persons ask about their own data: recorded, given more time, answered, or closed without."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions import deadlines
from cases.models import Case, Organisation, Structure, SubjectRequest, User
from cases.refusals import Refusal

State = SubjectRequest.State

A_YEAR = timedelta(days=365)
"""A request that is older than this when it is typed is more likely a mistake of the year."""


class CannotChangeSubjectRequest(Refusal):
    """A request of a person about her data is not recorded or answered so."""


@transaction.atomic
def record(
    *,
    organisation: Organisation,
    structure: Structure,
    reference: str,
    kind: str,
    channel: str,
    received_on: date,
    case: Case | None,
    by: User,
    at: datetime,
) -> SubjectRequest:
    """Enter a request in the register of a controller, with its last day. `structure`: the officer’s own.

    Refuses (`CannotChangeSubjectRequest`) a day to come or long past, and a reference that its register has already
    in this territory.
    """
    today = localdate(at)
    if received_on > today:
        raise CannotChangeSubjectRequest(
            "La date de réception est à venir : saisir celle où la demande est arrivée.", field="received_on"
        )
    if received_on < today - A_YEAR:
        raise CannotChangeSubjectRequest("La réception date de plus d’un an : vérifier l’année.", field="received_on")
    if case is not None and case.territory != structure.territory:
        raise CannotChangeSubjectRequest("Ce dossier est d’un autre territoire que ce registre.", field="case")
    register = {"organisation": organisation, "territory": structure.territory}
    if SubjectRequest.objects.filter(**register, reference=reference).exists():
        raise CannotChangeSubjectRequest(
            "Cette référence est déjà dans votre registre : en choisir une autre.", field="reference"
        )
    rule, due_on, steps = deadlines.count_last_day(fact="subject_asked", on=received_on, territory=structure.territory)
    request = SubjectRequest.objects.create(
        **register,
        reference=reference,
        kind=kind,
        channel=channel,
        case=case,
        received_on=received_on,
        rule=rule,
        first_due_on=due_on,
        due_on=due_on,
        steps=steps,
        recorded_by=by,
        recorded_at=at,
    )
    _record_in_journal("subject_request.recorded", request, structure=structure, by=by, at=at, code=kind)
    return request


@transaction.atomic
def extend(
    *, request: SubjectRequest, structure: Structure, reason: str, told_on: date, by: User, at: datetime
) -> SubjectRequest:
    """The person was told that the answer takes longer, and why: its last day is counted anew from the reception.

    Refuses (`CannotChangeSubjectRequest`) a request that is answered or extended already, and a person told after the first delay.
    """
    request = _lock_open_request(request)
    if request.state == State.EXTENDED:
        raise CannotChangeSubjectRequest("Cette demande est déjà prolongée : elle ne peut l’être qu’une fois.")
    _refuse_day(request, told_on, at=at, field="told_on")
    if told_on > request.first_due_on:
        raise CannotChangeSubjectRequest(
            f"La prolongation devait être annoncée le {request.first_due_on:%d/%m/%Y} au plus tard :"
            " répondre sans attendre.",
            field="told_on",
        )
    request.rule, request.due_on, request.steps = deadlines.count_last_day(
        fact="subject_told_longer", on=request.received_on, territory=request.territory
    )
    request.state, request.told_on, request.extension_reason = State.EXTENDED, told_on, reason
    request.save(update_fields=["rule", "steps", "due_on", "state", "told_on", "extension_reason"])
    _record_in_journal("subject_request.extended", request, structure=structure, by=by, at=at, reason=reason)
    return request


@transaction.atomic
def answer(
    *,
    request: SubjectRequest,
    structure: Structure,
    outcome: str,
    ground: str,
    channel: str,
    answered_on: date,
    by: User,
    at: datetime,
) -> SubjectRequest:
    """The person was answered. Refuses (`CannotChangeSubjectRequest`) a request that is ended already, and less than what was asked
    without saying on what ground."""
    request = _lock_open_request(request)
    _refuse_day(request, answered_on, at=at, field="answered_on")
    needs_ground = outcome in SubjectRequest.GIVING_LESS
    if needs_ground and not ground:
        raise CannotChangeSubjectRequest(
            "Indiquer sur quel motif tout n’est pas accordé : la personne doit le lire.", field="ground"
        )
    request.state, request.ended_on, request.outcome = State.ANSWERED, answered_on, outcome
    request.ground, request.answer_channel = ground if needs_ground else "", channel
    request.save(update_fields=["state", "ended_on", "outcome", "ground", "answer_channel"])
    _record_in_journal("subject_request.answered", request, structure=structure, by=by, at=at, code=outcome)
    return request


@transaction.atomic
def withdraw(*, request: SubjectRequest, structure: Structure, reason: str, by: User, at: datetime) -> SubjectRequest:
    """Nothing is left to answer. The line stays in the register. Refuses (`CannotChangeSubjectRequest`) a request that is ended."""
    request = _lock_open_request(request)
    request.state, request.ended_on, request.withdrawal_reason = State.WITHDRAWN, localdate(at), reason
    request.save(update_fields=["state", "ended_on", "withdrawal_reason"])
    _record_in_journal("subject_request.withdrawn", request, structure=structure, by=by, at=at, reason=reason)
    return request


def _lock_open_request(request: SubjectRequest) -> SubjectRequest:
    """Read again under a lock: of two officers who answer at the same time, the second is told."""
    request = SubjectRequest.objects.select_for_update().get(pk=request.pk)
    if request.ended_on:
        raise CannotChangeSubjectRequest(
            f"Cette demande est déjà terminée ({request.get_state_display()} le {request.ended_on:%d/%m/%Y}) :"
            " recharger la page."
        )
    return request


def _refuse_day(request: SubjectRequest, day: date, *, at: datetime, field: str) -> None:
    if day < request.received_on:
        raise CannotChangeSubjectRequest(
            f"Cette date précède la réception de la demande ({request.received_on:%d/%m/%Y}).", field=field
        )
    if day > localdate(at):
        raise CannotChangeSubjectRequest(
            "Cette date est à venir : saisir une date passée, ou celle d’aujourd’hui.", field=field
        )


def _record_in_journal(
    kind: str, request: SubjectRequest, *, structure: Structure, by: User, at: datetime, **data: Any
) -> None:
    """Beside the journal of any case: that a person asked for her data is no news for those who follow her."""
    journal.record(kind, at=at, by=by, structure=structure, subject_request=request.pk, **data)
