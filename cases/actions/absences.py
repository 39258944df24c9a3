"""Absences: declared, dated anew, ended; and the substitutes’ rights, which come from them and end with them.

Who replaces whom is chosen in `workflows.actions.absences`, which knows what each has to do. Here a right follows its
cause: it never lasts longer than the absence, nor than the right that it relays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import appointments
from cases.models import Absence, Assignment, Case, JournalEntry, Membership, Structure, User
from cases.queries import case_loads
from cases.refusals import Refusal
from cases.rules.absences import comes_back

ONE_DAY = timedelta(days=1)
LONGEST = timedelta(days=366)


class CannotBeAbsent(Refusal):
    """An absence is not declared or changed so."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Work on a case that somebody else does on some days."""

    case: Case
    replaces: User
    """Whose steps these are."""
    since: date
    until: date
    relays: Assignment | None = None
    """The right of the person away, when he was himself a substitute."""

    @property
    def replaced_user_ids(self) -> set[int]:
        """Those whom the work comes from: it never goes back to one of them."""
        people, row = {self.replaces.pk}, self.relays
        while row:
            people.add(row.user_id)
            row = row.relays
        return people


@transaction.atomic
def declare(
    *,
    user: User,
    structure: Structure,
    since: date,
    last_day: date,
    reason: str,
    substitutes: Iterable[User],
    by: User,
    at: datetime,
) -> tuple[Absence, JournalEntry]:
    """Say that a member is away, from a day to its last one.

    Refuses (`CannotBeAbsent`) who is neither himself nor a manager, days that are past, that do not follow each other
    or overlap another absence, and a substitute who could not replace him on each of these days.
    """
    chosen = list(substitutes)
    refuse_invalid_absence(
        user=user, structure=structure, since=since, last_day=last_day, substitutes=chosen, by=by, at=at
    )
    absence = Absence.objects.create(
        user=user,
        structure=structure,
        since=since,
        until=last_day + ONE_DAY,
        reason=reason,
        declared_by=by,
        declared_at=at,
    )
    absence.substitutes.set(chosen)
    entry = record_in_journal("absence.declared", absence, by=by, at=at)
    return absence, entry


def refuse_invalid_absence(
    *,
    user: User,
    structure: Structure,
    since: date,
    last_day: date,
    substitutes: Iterable[User],
    by: User,
    at: datetime,
) -> None:
    """What `declare` refuses, before anything is done."""
    today, until = localdate(at), last_day + ONE_DAY
    refuse_stranger(user, structure, by=by, on=today)
    if since < today:
        raise CannotBeAbsent("Le premier jour est passé : déclarer l’absence à partir d’aujourd’hui.")
    _refuse_days(user, structure, since=since, until=until)
    for substitute in substitutes:
        refuse_substitute(substitute, of=user, structure=structure, since=since, until=until)


@transaction.atomic
def change_days(*, absence: Absence, since: date, last_day: date, by: User, at: datetime) -> JournalEntry | None:
    """Move the days of an absence; what it causes moves with it. Nothing is written when nothing moves.

    Refuses (`CannotBeAbsent`) as `declare` does, another first day once it has begun, and a substitute who is away on
    the days that are added, unless somebody relays him already.
    """
    today, until = localdate(at), last_day + ONE_DAY
    absence = lock_changeable_absence(absence, by=by, on=today)
    if (since, until) == (absence.since, absence.until):
        return None
    _refuse_past(absence, since=since, last_day=last_day, on=today)
    _refuse_days(absence.user, absence.structure, since=since, until=until, but=absence)
    rows = list(find_substitute_rights(absence, on=today))
    for substitute in absence.substitutes.all():
        for first, end in ((since, min(until, absence.since)), (max(since, absence.until), until)):
            if first < end:
                _refuse_added(substitute, absence, rows, since=first, until=end)
    absence.since, absence.until = since, until
    absence.save(update_fields=["since", "until"])
    entry = record_in_journal("absence.changed", absence, by=by, at=at)
    for row in rows:
        since, until = _days_of(row, absence)
        _move_substitute_right(row, since=since, until=until, on=today)
        _hand_back_appointments(
            row, by=by, at=at, cause=_tell_substitute("substitute.dated", row, by=by, at=at, cause=entry)
        )
    return entry


@transaction.atomic
def end(*, absence: Absence, by: User, at: datetime) -> JournalEntry:
    """The person is back, or stays: what the absence causes ends in this act. One whose first day is still to come is cancelled.

    Refuses (`CannotBeAbsent`) one that is over or was cancelled, and a stranger.
    """
    today = localdate(at)
    absence = lock_changeable_absence(absence, by=by, on=today)
    kind = "absence.ended" if absence.since <= today else "absence.cancelled"
    rows = list(find_substitute_rights(absence, on=today))
    absence.until, absence.ended_at = max(absence.since, today), at
    absence.save(update_fields=["until", "ended_at"])
    entry = record_in_journal(kind, absence, by=by, at=at)
    for row in rows:
        release_substitute(row, by=by, at=at, cause=entry)
    return entry


def assign_substitute(
    *, absence: Absence, piece: Piece, to: User, by: User | None, at: datetime, cause: JournalEntry
) -> Assignment:
    """Give a substitute his right on a case, for the days of the piece. If he is away on some of them, his own
    substitute gets those."""
    row = Assignment.objects.create(
        case=piece.case,
        user=to,
        structure=absence.structure,
        kind=Assignment.Kind.SUBSTITUTE,
        since=piece.since,
        until=piece.until,
        absence=absence,
        replaces=piece.replaces,
        relays=piece.relays,
        is_open=piece.case.is_open,
    )
    entry = _tell_substitute("substitute.named", row, by=by, at=at, cause=cause)
    theirs = Absence.objects.overlapping(row.since, row.ends_on).filter(user=to, structure=absence.structure)
    for other in theirs.exclude(pk=absence.pk):
        relay = Piece(
            case=piece.case,
            replaces=piece.replaces,
            since=max(row.since, other.since),
            until=min(row.ends_on, other.until),
            relays=row,
        )
        if following := next_substitute(other, of=relay, on=localdate(at)):
            assign_substitute(absence=other, piece=relay, to=following, by=by, at=at, cause=entry)
    return row


def release_substitute(row: Assignment, *, by: User | None, at: datetime, cause: JournalEntry | None) -> None:
    """End a substitute’s right, and that of whoever relays him; what he had fixed after it is handed back."""
    entry = _end_substitute_right(row, by=by, at=at, cause=cause)
    _hand_back_appointments(row, by=by, at=at, cause=entry)


def _end_substitute_right(
    row: Assignment, *, by: User | None, at: datetime, cause: JournalEntry | None
) -> JournalEntry:
    on = localdate(at)
    _move_substitute_right(row, since=row.since, until=on, on=on)
    return _tell_substitute("substitute.released", row, by=by, at=at, cause=cause)


def _hand_back_appointments(row: Assignment, *, by: User | None, at: datetime, cause: JournalEntry) -> None:
    """What a substitute had fixed for a day on which he will not see the case any more."""
    appointments.hand_back(case=row.case, structure=row.structure, otherwise=row.replaces, at=at, by=by, cause=cause)


@transaction.atomic(savepoint=False)
def update_substitutes(
    *, case: Case, structure: Structure, user: User, by: User | None, at: datetime, cause: JournalEntry
) -> None:
    """The case has another professional: who replaced somebody else there no longer does; who replaces him does."""
    for row in substitutes_on(case, structure, on=localdate(at)).exclude(replaces=user):
        release_substitute(row, by=by, at=at, cause=cause)
    follow_step(case=case, structure=structure, user=user, by=by, at=at, cause=cause)


@transaction.atomic(savepoint=False)
def follow_step(
    *, case: Case, structure: Structure, user: User, by: User | None, at: datetime, cause: JournalEntry
) -> None:
    """Something of the case is given to that person: who replaces him, now or soon, does it meanwhile."""
    today = localdate(at)
    kept = substitutes_on(case, structure, on=today).filter(replaces=user).values("absence")
    for absence in declared_by(user, structure, on=today).exclude(pk__in=kept):
        piece = Piece(case=case, replaces=user, since=max(absence.since, today), until=absence.until)
        if to := next_substitute(absence, of=piece, on=today):
            assign_substitute(absence=absence, piece=piece, to=to, by=by, at=at, cause=cause)


def declared_by(user: User, structure: Structure, *, on: date) -> QuerySet[Absence]:
    """The absences of somebody in a structure, that day or later."""
    return Absence.objects.not_over(on).filter(user=user, structure=structure)


def stop_replacing(
    *, case: Case, structure: Structure, user: User, by: User | None, at: datetime, cause: JournalEntry | None
) -> None:
    """That person has nothing to do on the case any more: nobody replaces him there."""
    for row in substitutes_on(case, structure, on=localdate(at)).filter(replaces=user):
        release_substitute(row, by=by, at=at, cause=cause)


def leave_case(*, case: Case, structure: Structure, at: datetime, by: User | None, cause: JournalEntry | None) -> None:
    """The structure no longer takes part in the case: nobody replaces anybody there, nor takes up what a substitute fixed."""
    for row in substitutes_on(case, structure, on=localdate(at)):
        _end_substitute_right(row, by=by, at=at, cause=cause)


def next_substitute(absence: Absence, *, of: Piece, on: date) -> User | None:
    """Of those who were chosen and still work there: who had that case of this absence before, else who has the least."""
    members = Membership.objects.active(on).filter(structure=absence.structure).values("user")
    able = absence.substitutes.filter(pk__in=members).exclude(pk__in=of.replaced_user_ids).order_by("pk")
    before = absence.assignments.filter(case=of.case, replaces=of.replaces).order_by("-pk").values_list("user").first()
    held = case_loads(absence.structure, on=on)
    return min(able, key=lambda user: ((user.pk,) != before, held[user.pk]), default=None)


def find_substitute_rights(absence: Absence, *, on: date) -> QuerySet[Assignment]:
    """The rights that an absence causes, that day or later; not those that ended before it does."""
    rows = Assignment.objects.overlapping(on, date.max).filter(absence=absence)
    return rows.select_related("case", "user", "replaces", "relays__absence", "structure", "absence").order_by("pk")


def lock_changeable_absence(absence: Absence, *, by: User, on: date) -> Absence:
    """Read again, by who may change it. Refuses (`CannotBeAbsent`) one that is over or was cancelled, and a stranger."""
    found = Absence.objects.select_for_update(of=("self",)).select_related("user", "structure").get(pk=absence.pk)
    refuse_stranger(found.user, found.structure, by=by, on=on)
    if found.is_cancelled:
        raise CannotBeAbsent("Cette absence a été annulée : en déclarer une autre.")
    if found.is_over(on):
        raise CannotBeAbsent("Cette absence est terminée : en déclarer une autre.")
    return found


def refuse_stranger(user: User, structure: Structure, *, by: User, on: date) -> None:
    if by != user and not permissions.has_right(by, "view_backlog", structure.pk, at=on):
        raise CannotBeAbsent("Seuls la personne et un responsable de sa structure déclarent son absence.")


def refuse_substitute(substitute: User, *, of: User, structure: Structure, since: date, until: date) -> None:
    """Whoever could not replace that person on each of these days."""
    if substitute == of:
        raise CannotBeAbsent("On ne se remplace pas soi-même : choisir une autre personne.")
    away = Absence.objects.overlapping(since, until).filter(structure=structure).prefetch_related("substitutes")
    absence = next((each for each in away if each.user_id == substitute.pk), None)
    if absence is None:
        _refuse_member(substitute, structure, since=since, until=until)
        return
    days = f"du {absence.since:%d/%m/%Y} au {absence.last_day:%d/%m/%Y}"
    replaced_by = {each.user_id: [other.pk for other in each.substitutes.all()] for each in away}
    if comes_back(of.pk, to=substitute.pk, replaced_by=replaced_by):
        raise CannotBeAbsent(
            f"{substitute} est en absence {days} et ses dossiers reviendraient à {of} : le remplacement tournerait en "
            "rond. Choisir une autre personne."
        )
    raise CannotBeAbsent(f"{substitute} est en absence {days} : choisir une autre personne, ou d’autres dates.")


def _refuse_member(substitute: User, structure: Structure, *, since: date, until: date) -> None:
    days = (since, until - ONE_DAY)
    first, last = (
        permissions.possible_substitutes(structure, at=day).filter(pk=substitute.pk).exists() for day in days
    )
    if not first:
        raise CannotBeAbsent(
            f"{substitute} ne suit pas de dossiers dans la structure à cette date : choisir une autre personne."
        )
    if not last:
        raise CannotBeAbsent(
            f"{substitute} quitte la structure avant la fin de l’absence : choisir une autre personne."
        )


def _refuse_days(user: User, structure: Structure, *, since: date, until: date, but: Absence | None = None) -> None:
    if until <= since:
        raise CannotBeAbsent("Le dernier jour précède le premier : corriger l’une des deux dates.")
    if until - since > LONGEST:
        raise CannotBeAbsent("L’absence dure plus d’un an : vérifier l’année, ou passer le relais des dossiers.")
    if not Membership.objects.active(since).filter(user=user, structure=structure).exists():
        raise CannotBeAbsent(f"{user} n’est pas membre de la structure le {since:%d/%m/%Y} : choisir un autre jour.")
    others = Absence.objects.overlapping(since, until).filter(user=user, structure=structure)
    if other := others.exclude(pk=but.pk if but else None).first():
        raise CannotBeAbsent(
            f"Une absence est déjà déclarée du {other.since:%d/%m/%Y} au {other.last_day:%d/%m/%Y} : changer ses dates."
        )


def _refuse_past(absence: Absence, *, since: date, last_day: date, on: date) -> None:
    if since != absence.since and absence.since <= on:
        raise CannotBeAbsent("L’absence a commencé : seul son dernier jour peut changer.")
    if since < on and since != absence.since:
        raise CannotBeAbsent("Le premier jour est passé : choisir aujourd’hui ou un jour à venir.")
    if last_day < on:
        raise CannotBeAbsent("Ce dernier jour est passé : pour un retour aujourd’hui, mettre fin à l’absence.")


def _refuse_added(substitute: User, absence: Absence, rows: Iterable[Assignment], *, since: date, until: date) -> None:
    """A substitute away on days that are added, and whom nobody relays on one of the cases he has."""
    theirs = [row for row in rows if row.user_id == substitute.pk]
    away = Absence.objects.overlapping(since, until).filter(user=substitute, structure=absence.structure)
    for other in away:
        if not theirs or any(not row.relayed_by.filter(absence=other).exists() for row in theirs):
            refuse_substitute(substitute, of=absence.user, structure=absence.structure, since=since, until=until)
    if not away:
        _refuse_member(substitute, absence.structure, since=since, until=until)


def _days_of(row: Assignment, absence: Absence) -> tuple[date, date]:
    """Those of the absence, as far as the right that it relays goes."""
    if row.relays is None:
        return absence.since, absence.until
    return max(absence.since, row.relays.since), min(absence.until, row.relays.ends_on)


def _move_substitute_right(row: Assignment, *, since: date, until: date, on: date) -> None:
    """Move the days of a right; those of who relays it follow, unless they had ended before."""
    relayed = row.relayed_by.select_related("absence")
    following = [
        (each, each.absence)
        for each in relayed
        if each.absence and each.ends_on == min(each.absence.until, row.ends_on)
    ]
    if row.since > on:
        row.since = since
    row.until = max(row.since, until)
    row.save(update_fields=["since", "until"])
    for each, absence in following:
        _move_substitute_right(each, since=max(absence.since, row.since), until=min(absence.until, row.until), on=on)


def substitutes_on(case: Case, structure: Structure, *, on: date) -> QuerySet[Assignment]:
    """Who replaces somebody on a case, now or soon. Not those that relay another one: they follow it."""
    rows = (
        Assignment.objects.substitutes().overlapping(on, date.max).filter(case=case, structure=structure, relays=None)
    )
    return rows.select_related("case", "structure", "replaces", "user", "absence")


def record_in_journal(
    kind: str, absence: Absence, *, by: User, at: datetime, cause: JournalEntry | None = None, **data: Any
) -> JournalEntry:
    """A line of no single case: who is away, and on which days."""
    return journal.record(
        kind,
        at=at,
        by=by,
        structure=absence.structure,
        cause=cause,
        absence=absence.pk,
        user=absence.user_id,
        since=absence.since.isoformat(),
        last_day=absence.last_day.isoformat(),
        **data,
    )


def _tell_substitute(
    kind: str, row: Assignment, *, by: User | None, at: datetime, cause: JournalEntry | None
) -> JournalEntry:
    return journal.record(
        kind,
        at=at,
        case=row.case,
        by=by,
        structure=row.structure,
        cause=cause,
        user=row.user_id,
        replaces=row.replaces_id,
        last_day=(row.ends_on - ONE_DAY).isoformat(),
    )
