"""What is written when a place changes hands: of one person, or of many at once. Who may is asked by whoever calls."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.acting import why_not
from cases.actions import case as cases, coordination, deadlines, place_delays
from cases.actions.sharing import refresh_access_columns
from cases.actions.vacancies import close_vacancy
from cases.locks import lock_case
from cases.models import (
    Assignment,
    Beneficiary,
    Case,
    CaseKind,
    JournalEntry,
    Referent,
    Structure,
    User,
    Vacancy,
)

ONE_DAY = timedelta(days=1)


@transaction.atomic
def take_place(
    *, referent: Referent, by: User | None, at: datetime, cause: JournalEntry | None = None
) -> JournalEntry:
    """A proposed professional takes the place, whoever says so. Not for pages: they `accept`, or hand portfolios over."""
    referent.case = lock_case(referent.case_id)
    return take_locked_place(referent=referent, by=by, at=at, cause=cause)


def take_locked_place(
    *, referent: Referent, by: User | None, at: datetime, cause: JournalEntry | None = None
) -> JournalEntry:
    """The same, inside an act that has locked the case, or opened it."""
    today, case = localdate(at), referent.case
    before = in_place(case, referent.structure)
    referent.answered_at = at
    if before:
        close_referent(before, Referent.End.HANDED_OVER, by=by, at=at, cause=cause)
    referent.state, referent.since = Referent.State.ACCEPTED, today
    referent.save(update_fields=["state", "since", "answered_at"])
    if before:
        before.successor = referent
        before.save(update_fields=["successor"])
    entry = record_in_journal("referent.accepted", referent, by=by, at=at, cause=cause)
    cases.assign_professional(case=case, user=referent.user, structure=referent.structure, at=at, by=by, cause=entry)
    place_delays.restart_acts_delay(referent, on=today, at=at)
    end_overlap(case, referent.structure, user=referent.user, on=today)
    if before:
        _give_overlap_access(before, on=today, territory=case.territory)
    close_vacancy(case, referent.structure, outcome=Vacancy.Outcome.FILLED, by=by, at=at, cause=entry)
    coordination.update_coordination(case, by=by, at=at, cause=entry)
    return entry


def take_first_place(
    *, referent: Referent, by: User | None, at: datetime, cause: JournalEntry | None = None
) -> JournalEntry:
    """The same, of a case that this act has opened, with a référent who has accepted: nobody was there before, and nothing was
    to fill."""
    structure = referent.structure
    entry = record_in_journal("referent.accepted", referent, by=by, at=at, cause=cause)
    cases.assign_first_professional(
        case=referent.case, user=referent.user, structure=structure, at=at, by=by, cause=entry
    )
    place_delays.start_acts_delay(referent, on=localdate(at))
    return entry


def close_referent(
    referent: Referent, reason: str, *, because: str = "", by: User | None, at: datetime, cause: JournalEntry | None
) -> JournalEntry:
    """Write that a référent ends, and for which reason. Not for pages: what becomes of the place is the caller’s."""
    referent.state, referent.until = Referent.State.ENDED, localdate(at)
    referent.end_reason, referent.without_successor = reason, because
    referent.save(update_fields=["state", "until", "end_reason", "without_successor"])
    place_delays.acts_no_more(referent, at=at)
    return record_in_journal("referent.ended", referent, by=by, at=at, cause=cause, reason=reason)


def leave_places(held: Collection[Referent], structure: Structure, *, at: datetime) -> None:
    """Many places of a structure are left at once, each to a colleague who takes it in this act (`name_successors`): what
    `take_place` ends for one. No place has two référents for a day."""
    today, ids = localdate(at), [each.case_id for each in held]
    Referent.objects.filter(pk__in=[each.pk for each in held]).update(
        state=Referent.State.ENDED, until=today, end_reason=Referent.End.HANDED_OVER
    )
    named = Assignment.objects.filter(case__in=ids, structure=structure, kind=Assignment.Kind.RESPONSIBLE)
    named.filter(until=None).update(until=today)
    deadlines.cancel(place_delays.of_acts(structure, *ids).waiting(), at=at)


def name_successors(held: Collection[Referent], structure: Structure, *, at: datetime) -> None:
    """Whoever took these places succeeds those who left them; where he had come by before, he needs no days of overlap."""
    today, ids = localdate(at), [each.case_id for each in held]
    now = Referent.objects.current().filter(case=OuterRef("case"), structure=structure)
    Referent.objects.filter(pk__in=[each.pk for each in held]).update(successor=Subquery(now.values("pk")[:1]))
    kept = Assignment.objects.filter(case__in=ids, structure=structure, kind=Assignment.Kind.OVERLAP)
    kept.filter(until__gt=today, user=Subquery(now.values("user")[:1])).update(until=today)
    refresh_access_columns(*ids)


def in_place(case: Case, structure: Structure) -> Referent | None:
    """Who holds the place of a structure now."""
    held = Referent.objects.current().filter(case=case, structure=structure)
    found: Referent | None = held.select_related("user", "structure", "case").first()
    return found


def open_case_of(beneficiary: Beneficiary) -> Case | None:
    """The person’s coordination case, if somebody follows her or is asked to."""
    return Case.objects.filter(beneficiary=beneficiary, kind=CaseKind.COORDINATION, closed_on=None).first()


def why_not_referent(user: User, structure: Structure, *, by: User | None, on: date) -> str:
    """Why a professional is not given a person to follow. Empty when he may be."""
    ends = permissions.membership_ends(user, "be_referent", structure, at=on)
    if ends is None:
        return f"{user} n’est pas référent dans cette structure : choisir un autre membre."
    if None not in ends:
        return f"{user} quitte la structure : choisir quelqu’un qui y reste."
    return why_not(user, structure, by=by, on=on)


def record_in_journal(
    kind: str, referent: Referent, *, by: User | None, at: datetime, cause: JournalEntry | None = None, **data: str
) -> JournalEntry:
    return journal.record(
        kind,
        at=at,
        case=referent.case,
        by=by,
        structure=referent.structure,
        cause=cause,
        referent=referent.pk,
        user=referent.user_id,
        **data,
    )


def _give_overlap_access(before: Referent, *, on: date, territory: str) -> None:
    """Whoever hands a person on still sees her case for some days, which end by themselves."""
    _, last_day, _ = deadlines.count_last_day(fact="handover_accepted", on=on, territory=territory)
    Assignment.objects.create(
        case=before.case,
        user=before.user,
        structure=before.structure,
        kind=Assignment.Kind.OVERLAP,
        since=on,
        until=last_day + ONE_DAY,
        is_open=before.case.is_open,
    )


def end_overlap(case: Case, structure: Structure, *, user: User | None = None, on: date) -> None:
    kept = Assignment.objects.filter(case=case, structure=structure, kind=Assignment.Kind.OVERLAP, until__gt=on)
    (kept.filter(user=user) if user else kept).update(until=on)
