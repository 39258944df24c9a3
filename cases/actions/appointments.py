"""Appointments are made, given with their case, kept, missed, put off, cancelled. What became of one is said once."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate, localtime

from cases import journal, permissions
from cases.actions import deadlines, support
from cases.locks import lock_case
from cases.models import (
    Absence,
    Appointment,
    Assignment,
    Beneficiary,
    Case,
    ContactAttempt,
    HouseholdMember,
    JournalEntry,
    Structure,
    User,
)
from cases.refusals import Refusal
from cases.rules.appointments import AppointmentQuestion, Closed, TakenSlot, appointment_questions

CHANNELS = {
    Appointment.Place.OFFICE: ContactAttempt.Channel.OFFICE,
    Appointment.Place.HOME: ContactAttempt.Channel.VISIT,
    Appointment.Place.PHONE: ContactAttempt.Channel.PHONE,
    Appointment.Place.OTHER: ContactAttempt.Channel.OFFICE,
}
"""As what an appointment counts among the attempts to reach the household."""

LONGEST = timedelta(hours=8)
"""No appointment is longer, as its table says."""


class CannotMeet(Refusal):
    """An appointment is not made or noted so."""


class AlreadySaid(CannotMeet):
    """What became of the appointment is known already."""

    def __init__(self, appointment: Appointment) -> None:
        super().__init__(f"Ce rendez-vous est déjà noté « {appointment.get_state_display()} ».")


class ToConfirm(Exception):
    """Not a refusal: questions that whoever makes the appointment has to answer first."""

    def __init__(self, asked: list[AppointmentQuestion]) -> None:
        self.questions = asked
        super().__init__(" ".join(question.text for question in asked))


@transaction.atomic
def make(
    *,
    case: Case,
    person: Beneficiary,
    professional: User,
    structure: Structure,
    starts_at: datetime,
    minutes: int,
    place: str,
    details: str = "",
    by: User,
    at: datetime,
    confirmed: Collection[str] = (),
    instead_of: Appointment | None = None,
    cause: JournalEntry | None = None,
) -> Appointment:
    """Make an appointment. `confirmed`: keys of the questions that were answered yes.

    Refuses (`CannotMeet`) a closed case, a moment that has passed, someone of another household, a professional who
    follows nobody there or does not see the case, today or on that day; asks (`ToConfirm`) about a closed day, an absence, an odd
    hour, a moment that is taken. The same appointment sent twice is made once.
    """
    if not lock_case(case.pk).is_open:
        raise CannotMeet("Ce dossier est clos : le rouvrir avant de fixer un rendez-vous.")
    if starts_at <= at:
        raise CannotMeet(
            "Cette date est passée : pour un rendez-vous qui a eu lieu, enregistrer le contact.", field="day"
        )
    if not HouseholdMember.objects.filter(household=case.household_id, beneficiary=person, until=None).exists():
        raise CannotMeet("Cette personne ne fait pas partie du ménage : choisir un de ses membres.")
    _refuse_professional(professional, case, structure, day=localdate(starts_at), at=at)
    # One after the other, so that two people do not take the same moment of a third.
    User.objects.select_for_update(no_key=True).get(pk=professional.pk)
    others = Appointment.objects.planned().filter(professional=professional)
    others = others.exclude(pk=instead_of.pk) if instead_of else others
    if already := others.filter(case=case, person=person, starts_at=starts_at).first():
        _refuse_other(already, minutes=minutes, place=place, details=details, is_move=instead_of is not None)
        return already
    asked = _questions_to_confirm(
        starts_at, minutes, professional=professional, structure=structure, others=others, at=at
    )
    if left := [question for question in asked if question.key not in confirmed]:
        raise ToConfirm(left)
    appointment = Appointment.objects.create(
        case=case,
        person=person,
        professional=professional,
        structure=structure,
        starts_at=starts_at,
        minutes=minutes,
        place=place,
        details=details,
        made_by=by,
        made_at=at,
    )
    deadlines.keep_promises(case, at=at)
    _record_in_journal("appointment.made", appointment, by=by, at=at, cause=cause, place=place)
    return appointment


@transaction.atomic
def mark_kept(*, appointment: Appointment, by: User, at: datetime) -> JournalEntry:
    """The person came. Refuses (`CannotMeet`) before the day itself, and (`AlreadySaid`) a second answer."""
    appointment = _lock_planned_appointment(appointment)
    if localdate(appointment.starts_at) > localdate(at):
        raise CannotMeet("Ce rendez-vous n’a pas encore eu lieu : noter son résultat le jour venu.")
    return _end(appointment, Appointment.State.KEPT, by=by, at=at)


@transaction.atomic
def mark_missed(*, appointment: Appointment, by: User, at: datetime) -> JournalEntry:
    """The person did not come: it counts, once, as an attempt to reach the household without an answer."""
    appointment = _lock_planned_appointment(appointment)
    if appointment.starts_at > at:
        raise CannotMeet("Ce rendez-vous n’a pas encore commencé : noter son résultat ensuite, ou l’annuler.")
    entry = _end(appointment, Appointment.State.MISSED, by=by, at=at)
    attempted = support.record_attempt(
        case=appointment.case,
        structure=appointment.structure,
        by=by,
        channel=CHANNELS[Appointment.Place(appointment.place)],
        result=ContactAttempt.Result.NO_ANSWER,
        made_on=localdate(appointment.starts_at),
        at=at,
        cause=entry,
    )
    appointment.attempt_id = attempted.data["attempt"]
    appointment.save(update_fields=["attempt"])
    return entry


@transaction.atomic
def take_back_result(*, case: Case, pk: int) -> ContactAttempt | None:
    """It waits for its result again. Returns the attempt as which it counted, for its own taking back.

    Refuses (`CannotMeet`) one whose result was said otherwise since.
    """
    lock_case(case.pk)
    found = Appointment.objects.select_for_update(of=("self",)).filter(case=case, pk=pk).first()
    if found is None or found.state not in (Appointment.State.KEPT, Appointment.State.MISSED):
        raise CannotMeet("Le résultat de ce rendez-vous a changé depuis.")
    attempt, found.attempt = found.attempt, None
    found.state, found.ended_at = Appointment.State.PLANNED, None
    found.save(update_fields=["state", "ended_at", "attempt"])
    return attempt


@transaction.atomic
def move(
    *,
    appointment: Appointment,
    starts_at: datetime,
    minutes: int,
    place: str,
    details: str = "",
    by: User,
    at: datetime,
    confirmed: Collection[str] = (),
) -> Appointment:
    """Put it off, or change where it is: the old one stays, and leads to the new one, which is returned: of who answers for the
    case, where the other will not see it that day. Refuses and asks as `make` does."""
    appointment = _lock_planned_appointment(appointment)
    current = (appointment.starts_at, appointment.minutes, appointment.place, appointment.details)
    if (starts_at, minutes, place, details) == current:
        raise CannotMeet("C’est le rendez-vous actuel : en changer la date, la durée ou le lieu.", field="day")
    professional = appointment.professional
    if not permissions.can_view(professional, appointment.case, at=localdate(starts_at)):
        professional = find_responsible(appointment.case, appointment.structure) or professional
    entry = _record_in_journal("appointment.moved", appointment, by=by, at=at)
    new = make(
        case=appointment.case,
        person=appointment.person,
        professional=professional,
        structure=appointment.structure,
        starts_at=starts_at,
        minutes=minutes,
        place=place,
        details=details,
        by=by,
        at=at,
        confirmed=confirmed,
        instead_of=appointment,
        cause=entry,
    )
    appointment.state, appointment.moved_to, appointment.ended_at = Appointment.State.MOVED, new, at
    appointment.save(update_fields=["state", "moved_to", "ended_at"])
    return new


@transaction.atomic
def cancel(
    *, appointment: Appointment, whose: str, by: User | None, at: datetime, cause: JournalEntry | None = None
) -> JournalEntry:
    """`whose` wish it was: the household’s or the service’s."""
    appointment = _lock_planned_appointment(appointment)
    return _end(appointment, Appointment.State.CANCELLED, by=by, at=at, cause=cause, cancelled_by=whose)


def to_come(case: Case, structure: Structure | None, *, at: datetime) -> QuerySet[Appointment]:
    """Those of a case that were not yet, or only those of a structure."""
    left = Appointment.objects.planned().filter(case=case, starts_at__gt=at)
    return left.filter(structure=structure) if structure else left


def follow_the_case(
    *, case: Case, structure: Structure, to: User, at: datetime, by: User | None, cause: JournalEntry | None = None
) -> None:
    """Somebody answers for the case in a structure: he meets the household in the place of whoever will not see it that day."""
    for day, same in groupby(to_come(case, structure, at=at).order_by("starts_at", "pk"), key=lambda each: each.day):
        seeing = set(permissions.who_sees(case, at=day).values_list("pk", flat=True))
        for appointment in (each for each in same if each.professional_id not in seeing | {to.pk}):
            before = appointment.professional_id
            appointment.professional = to
            appointment.save(update_fields=["professional"])
            record_given(appointment, before=before, by=by, at=at, cause=cause)


def record_given(
    appointment: Appointment, *, before: int, by: User | None, at: datetime, cause: JournalEntry | None
) -> None:
    """Somebody takes it up, in the place of whose it was `before`."""
    _record_in_journal("appointment.given", appointment, by=by, at=at, cause=cause, before=before)


def find_responsible(case: Case, structure: Structure) -> User | None:
    """Who answers for a case in a structure."""
    named = Assignment.objects.filter(case=case, structure=structure, kind=Assignment.Kind.RESPONSIBLE, until=None)
    found = named.select_related("user").first()
    return found.user if found else None


def hand_back(
    *,
    case: Case,
    structure: Structure,
    otherwise: User | None = None,
    at: datetime,
    by: User | None,
    cause: JournalEntry | None = None,
) -> None:
    """Somebody sees the case no more, or only for some days: what he had fixed after them is of who answers for it; else of
    `otherwise`, who still follows it there, or it waits for whoever will be named."""
    if otherwise and not _may_meet(otherwise, case, structure, on=localdate(at)):
        otherwise = None
    if to := find_responsible(case, structure) or otherwise:
        follow_the_case(case=case, structure=structure, to=to, at=at, by=by, cause=cause)


def _may_meet(user: User, case: Case, structure: Structure, *, on: date) -> bool:
    follows = permissions.has_right(user, "handle_case", structure.pk, at=on)
    return follows and permissions.can_view(user, case, at=on)


def cancel_those_to_come(
    *,
    case: Case,
    structure: Structure | None = None,
    at: datetime,
    by: User | None,
    cause: JournalEntry | None = None,
) -> None:
    """The case closes, or the structure no longer takes part in it: nobody waits for the person any more."""
    for appointment in to_come(case, structure, at=at):
        cancel(appointment=appointment, whose=Appointment.CancelledBy.SERVICE, by=by, at=at, cause=cause)


def _refuse_professional(professional: User, case: Case, structure: Structure, *, day: date, at: datetime) -> None:
    """Who could not meet the household on that day."""
    if not permissions.has_right(professional, "handle_case", structure.pk, at=localdate(at)):
        raise CannotMeet("Ce professionnel ne suit pas de dossier dans votre structure : en choisir un autre.")
    if not permissions.can_view(professional, case, at=localdate(at)):
        raise CannotMeet("Ce professionnel ne voit pas ce dossier : le lui confier d’abord, ou en choisir un autre.")
    if not permissions.can_view(professional, case, at=day):
        raise CannotMeet(
            f"{professional} ne suivra plus ce dossier le {day:%d/%m/%Y} : choisir un autre jour, ou un autre "
            "professionnel.",
            field="day",
        )


def _refuse_other(already: Appointment, *, minutes: int, place: str, details: str, is_move: bool) -> None:
    """The same one sent twice is one; what was typed otherwise is not lost without a word."""
    if is_move or (already.minutes, already.place, already.details) != (minutes, place, details):
        raise CannotMeet(
            "Un rendez-vous avec cette personne est déjà prévu à cette heure : pour en changer la durée ou le lieu, le reporter "
            "depuis l’agenda à la même heure ; sinon choisir une autre heure.",
            field="hour",
        )


def _questions_to_confirm(
    starts_at: datetime,
    minutes: int,
    *,
    professional: User,
    structure: Structure,
    others: QuerySet[Appointment],
    at: datetime,
) -> list[AppointmentQuestion]:
    day = localdate(starts_at)
    near = others.filter(starts_at__gt=starts_at - LONGEST, starts_at__lt=starts_at + LONGEST)
    return appointment_questions(
        localtime(starts_at),
        minutes=minutes,
        today=localdate(at),
        who=str(professional),
        taken=[TakenSlot(each.pk, localtime(each.starts_at), localtime(each.ends_at)) for each in near],
        closed=[
            Closed(each.first_day, each.last_day, each.label)
            for each in structure.closures.filter(first_day__lte=day, last_day__gte=day)
        ],
        away_until=Absence.objects.current(day)
        .filter(user=professional, structure=structure)
        .values_list("until", flat=True)
        .first(),
    )


def _lock_planned_appointment(appointment: Appointment) -> Appointment:
    """Read again and locked, after its case: two people may say at once what became of it, or give the case to another."""
    lock_case(appointment.case_id)
    found = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("case", "person", "professional", "structure")
        .get(pk=appointment.pk)
    )
    if not found.is_planned:
        raise AlreadySaid(found)
    return found


def _end(
    appointment: Appointment,
    state: Appointment.State,
    *,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
    cancelled_by: str = "",
) -> JournalEntry:
    appointment.state, appointment.ended_at, appointment.cancelled_by = state, at, cancelled_by
    appointment.save(update_fields=["state", "ended_at", "cancelled_by"])
    more = {"whose": cancelled_by} if cancelled_by else {}
    return _record_in_journal(f"appointment.{state.value}", appointment, by=by, at=at, cause=cause, **more)


def _record_in_journal(
    kind: str,
    appointment: Appointment,
    *,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
    **codes: str | int,
) -> JournalEntry:
    return journal.record(
        kind,
        at=at,
        case=appointment.case,
        by=by,
        structure=appointment.structure,
        cause=cause,
        appointment=appointment.pk,
        user=appointment.professional_id,
        **codes,
    )
