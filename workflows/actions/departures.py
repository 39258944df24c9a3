"""Somebody leaves for good: what is his is given to colleagues, the places of référent are proposed to them, in one act."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import members as facts
from cases.actions.members import CannotChangeMember
from cases.models import Case, JournalEntry, Structure, User
from cases.refusals import NotAllowed, Refusal
from workflows.actions import members, referents
from workflows.queries.departures import PREPARED, REFUSED, SHOWN, Departing, LineToLeave


@dataclass
class Sent:
    given: list[LineToLeave] = field(default_factory=list)
    proposed: list[LineToLeave] = field(default_factory=list)
    refused: list[tuple[LineToLeave, str]] = field(default_factory=list)
    """Those left as they were, each with the refusal in French."""
    is_new_day: bool = False


@transaction.atomic
def prepare(
    *, user: User, structure: Structure, last_day: date, chosen: Mapping[int, User | None], by: User, at: datetime
) -> Sent:
    """Say the last day of a member, give his cases to colleagues and propose them his places (`chosen`, by case).

    A case changes hands at once; of a place he stays the référent until his colleague accepts. What was sent already is no
    longer his to send: done twice, the act does nothing. Refuses (`NotAllowed`) who is neither he nor a manager, and
    (`CannotChangeMember`) a day that leaves nobody the time to answer.
    """
    facts.lock_structure(structure)
    today = localdate(at)
    if not members.may_hand_over(by, user, structure, on=today):
        raise NotAllowed
    refuse_last_day(last_day, on=today)
    departing = Departing(user, structure, on=today)
    lines = [line for line in departing.lines if chosen.get(line.case.pk)][:SHOWN]
    sent = Sent(is_new_day=departing.last_day != last_day)
    if not lines and not sent.is_new_day:
        return sent
    entry = journal.record(
        PREPARED, at=at, by=by, structure=structure, user=user.pk, last_day=last_day.isoformat(), count=len(lines)
    )
    if sent.is_new_day and by != user and permissions.has_right(by, "manage_members", structure.pk, at=today):
        members.end_all_memberships(user=user, structure=structure, last_day=last_day, by=by, at=at)
    for line in sorted(lines, key=lambda line: line.case.pk):
        line.to = chosen[line.case.pk]
        try:
            _send_line(line, departing, by=by, at=at, cause=entry)
        except Refusal as refusal:
            sent.refused.append((line, str(refusal)))
        else:
            (sent.proposed if line.place else sent.given).append(line)
    _tell(sent, departing, by=by, at=at, cause=entry)
    return sent


def _send_line(line: LineToLeave, departing: Departing, *, by: User, at: datetime, cause: JournalEntry) -> None:
    """Its own savepoint: what is refused of one line leaves the others."""
    to: User = line.to  # type: ignore[assignment]  # only those that go to somebody are sent
    there: dict[str, Any] = {"structure": departing.structure, "by": by, "at": at, "cause": cause}
    if line.place:
        referents.propose(beneficiary=line.place.beneficiary, user=to, **there)
    else:
        members.hand_over_case(case=line.case, user=departing.user, to=to, **there)


def _tell(sent: Sent, departing: Departing, *, by: User, at: datetime, cause: JournalEntry) -> None:
    """One line tells each colleague of all his cases, another one what could not be sent; each is asked of a place apart."""
    there: dict[str, Any] = {"structure": departing.structure, "by": by, "at": at, "cause": cause}
    given: dict[User, list[Case]] = defaultdict(list)
    for line in sent.given:
        given[line.to].append(line.case)  # type: ignore[index]  # it was given to somebody
    for to, cases in given.items():
        members.tell_of_cases(cases, user=departing.user, to=to, **there)
    if sent.refused:
        left = [[line.case.pk, line.to.pk] for line, _ in sent.refused if line.to]
        journal.record(REFUSED, user=departing.user.pk, lines=left, **there)


def refuse_last_day(last_day: date, *, on: date) -> None:
    """Who is asked for a place answers while the one who leaves is still there."""
    if last_day <= on:
        raise CannotChangeMember(
            "Choisir un jour à venir : d’ici là, les collègues répondent aux relais proposés.", field="last_day"
        )
