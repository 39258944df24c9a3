"""Absences: declared with who does what meanwhile, dealt again, dated anew. See `cases.actions.absences`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions import absences, members
from cases.actions.absences import Piece
from cases.models import Absence, JournalEntry, Structure, User
from workflows.queries import absences as queries
from workflows.queries.absences import CaseToCover

Chosen = Mapping[int, User | None]
"""Case → who takes it, whatever the deal would be; None: nobody."""


@transaction.atomic
def declare(
    *,
    user: User,
    structure: Structure,
    since: date,
    last_day: date,
    reason: str = "",
    substitutes: Iterable[User] = (),
    chosen: Chosen | None = None,
    by: User,
    at: datetime,
) -> Absence:
    """A member is away: his cases are dealt among his substitutes for these days, the nearest date first.

    Refuses (`CannotBeAbsent`) as `cases.actions.absences.declare` does. What is left to nobody is told to the managers.
    """
    members.lock_structure(structure)
    people = list(dict.fromkeys([*substitutes, *(person for person in (chosen or {}).values() if person)]))
    absence, entry = absences.declare(
        user=user,
        structure=structure,
        since=since,
        last_day=last_day,
        reason=reason,
        substitutes=people,
        by=by,
        at=at,
    )
    found = queries.find_pieces(user, structure, since=since, until=absence.until)
    split = queries.propose_split(found, structure=structure, substitutes=people, chosen=chosen, on=localdate(at))
    _give(absence, split.lines, by=by, at=at, cause=entry)
    return absence


@transaction.atomic
def split_again(
    *, absence: Absence, substitutes: Iterable[User] = (), chosen: Chosen, by: User, at: datetime
) -> JournalEntry | None:
    """Change who does what until the end of an absence: these cases go to these people, from today on.

    Refuses (`CannotBeAbsent`) a stranger, an absence that is over, and somebody who could not replace the person away.
    """
    members.lock_structure(absence.structure)
    today = localdate(at)
    absence = absences.lock_changeable_absence(absence, by=by, on=today)
    since = max(absence.since, today)
    people = list(dict.fromkeys([*substitutes, *(person for person in chosen.values() if person)]))
    for person in people:
        absences.refuse_substitute(
            person, of=absence.user, structure=absence.structure, since=since, until=absence.until
        )
    absence.substitutes.add(*people)
    rows = {(row.case_id, row.relays_id): row for row in absences.find_substitute_rights(absence, on=today)}
    moved: list[CaseToCover] = []
    entry = None
    for piece in queries.find_pieces(absence.user, absence.structure, since=since, until=absence.until):
        row = rows.get((piece.case.pk, piece.relays.pk if piece.relays else None))
        to = chosen.get(piece.case.pk, row.user if row else None)
        if to == (row.user if row else None):
            continue
        entry = entry or absences.record_in_journal("absence.split", absence, by=by, at=at)
        if row:
            absences.release_substitute(row, by=by, at=at, cause=entry)
        moved.append(CaseToCover(case=piece.case, pieces=[piece], to=to))
    if entry:
        _give(absence, moved, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def change_days(*, absence: Absence, since: date, last_day: date, by: User, at: datetime) -> None:
    """Move the days of an absence. What the person comes to do for somebody else on these days is dealt too.

    Refuses (`CannotBeAbsent`) as `cases.actions.absences.change_days` does.
    """
    members.lock_structure(absence.structure)
    entry = absences.change_days(absence=absence, since=since, last_day=last_day, by=by, at=at)
    if entry is None:
        return
    absence.refresh_from_db()
    today = localdate(at)
    kept = {row.relays_id for row in absences.find_substitute_rights(absence, on=today)}
    found = queries.find_pieces(absence.user, absence.structure, since=max(absence.since, today), until=absence.until)
    new = [piece for piece in found if piece.relays and piece.relays.pk not in kept]
    if new:
        split = queries.propose_split(
            new, structure=absence.structure, substitutes=absence.substitutes.order_by("last_name"), on=today
        )
        _give(absence, split.lines, by=by, at=at, cause=entry)


@transaction.atomic
def end(*, absence: Absence, by: User, at: datetime) -> None:
    """The person is back, or stays. Refuses (`CannotBeAbsent`) an absence that is over or was cancelled, and a stranger."""
    members.lock_structure(absence.structure)
    absences.end(absence=absence, by=by, at=at)


def _give(absence: Absence, lines: Iterable[CaseToCover], *, by: User, at: datetime, cause: JournalEntry) -> None:
    """One line tells each substitute of all that he gets, another one the managers of what nobody gets."""
    by_person: dict[User | None, list[Piece]] = defaultdict(list)
    for line in lines:
        by_person[line.to] += line.pieces
    for to, pieces in by_person.items():
        count = len({piece.case.pk for piece in pieces})
        if to is None:
            absences.record_in_journal("absence.uncovered", absence, by=by, at=at, cause=cause, count=count)
            continue
        entry = absences.record_in_journal(
            "absence.covered", absence, by=by, at=at, cause=cause, to=to.pk, count=count
        )
        for piece in pieces:
            absences.assign_substitute(absence=absence, piece=piece, to=to, by=by, at=at, cause=entry)
