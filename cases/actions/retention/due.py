"""Which households are due on a day, and when a person was last in contact: read from the acts made for her."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from cases import permissions
from cases.actions.retention.limits import read_lengths
from cases.models import (
    Appointment,
    Case,
    ContactAttempt,
    DebtStatement,
    Household,
    InformationGiven,
    LegalHold,
    Letter,
    Note,
    Report,
    RetentionItem,
    SubjectRequest,
    Watch,
)
from cases.rules.retention import find_last_contact, is_due, load_kinds

Act = RetentionItem.Act
OF_CASES: tuple[tuple[type[Any], str, str], ...] = (
    (Case, "household", "closed_on"),
    (ContactAttempt, "case__household", "made_on"),
    (Appointment, "case__household", "starts_at"),
    (Letter, "case__household", "made_on"),
    (Letter, "case__household", "sent_on"),
    (InformationGiven, "case__household", "given_on"),
    (Note, "case__household", "written_at"),
    (SubjectRequest, "case__household", "received_on"),
)
"""The acts for a person, each with its day."""
OF_REPORTS: tuple[tuple[type[Any], str, str], ...] = (
    (Report, "tenancy__household", "reported_on"),
    (DebtStatement, "debt__household", "as_of"),
    (Watch, "tenancy__household", "last_seen_on"),
)
"""What others say of a household: it is no contact, but where there is no case, nothing else dates it."""

READ_AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True)
class DueHousehold:
    household: Household
    act: str
    since: date
    """The last contact, or the day on which it was archived."""
    last_day: date
    """Until which it is kept as it is."""


def find_due(territory: str, *, on: date) -> list[DueHousehold]:
    """Those of a territory whose time is over: to archive, or to anonymise. None that is held, or has an open case."""
    return [due for due in find_kept(territory, on=on) if on > due.last_day]


def find_kept(territory: str, *, on: date, within: timedelta = timedelta(0)) -> Iterator[DueHousehold]:
    """Those whose last day is at most so far away. Reads some thousand households at a time: there may be hundreds of thousands."""
    lengths, until, last = read_lengths(territory, on=on), on + within, 0
    # Whose last case ended lately has a later contact than that: of most, no act needs to be read.
    lately = load_kinds()["archive"].oldest_kept(until, lengths["archive"])
    ended_lately = Exists(Case.objects.filter(household=OuterRef("pk"), closed_on__gt=lately))
    living = Household.objects.filter(territory=territory, anonymised_on=None, merged_into=None).order_by("pk")
    while homes := list(living.filter(pk__gt=last)[:READ_AT_ONCE]):
        stopped = Household.objects.filter(
            _held() | _open() | Q(ended_lately, archived_on=None), pk__in=[home.pk for home in homes]
        )
        left = set(stopped.values_list("pk", flat=True))
        yield from _find_among([home for home in homes if home.pk not in left], lengths, until=until, on=on)
        last = homes[-1].pk


def is_still_due(home: Household, act: str, *, on: date) -> str:
    """Asked again under the lock of the household, before it is done: empty, or why it is left."""
    if home.anonymised_on or (act == Act.ARCHIVE and home.archived_on):
        return RetentionItem.Why.DONE
    this = Household.objects.filter(pk=home.pk)
    if this.filter(_held()).exists():
        return RetentionItem.Why.HELD
    if this.filter(_open()).exists():
        return RetentionItem.Why.OPEN
    found = _find_among([home], read_lengths(home.territory, on=on), until=on, on=on)
    return "" if any(due.act == act for due in found) else RetentionItem.Why.CONTACT


def _held() -> Q:
    """By a legal hold, or as what is done with it is restricted."""
    restricted = Exists(permissions.restrictions_of(OuterRef("pk")))
    return Q(Exists(LegalHold.objects.standing().filter(household=OuterRef("pk")))) | Q(restricted)


def held_households() -> QuerySet[Household]:
    """Of which nothing goes, not even by its age."""
    return Household.objects.filter(_held())


def _open() -> Q:
    """An open procedure; a request of the person that waits for its answer is one."""
    waiting = SubjectRequest.objects.waiting().filter(case=OuterRef("pk"))
    going_on = Case.objects.filter(Q(closed_on=None) | Exists(waiting))
    # Each asked apart: in one subquery no index would serve, and each household be compared with every open case.
    own, absorbed = (Exists(going_on.filter(**{of: OuterRef("pk")})) for of in ("household", "household__merged_into"))
    return Q(own) | Q(absorbed)


def _find_among(
    homes: Sequence[Household], lengths: dict[str, int], *, until: date, on: date
) -> Iterator[DueHousehold]:
    """Of these, neither held nor open."""
    active = [home for home in homes if not home.archived_on]
    with_case = set(Case.objects.filter(household__in=active).order_by().values_list("household", flat=True))
    last = _read_last([home for home in active if home.pk in with_case], OF_CASES, on=on)
    last |= _read_last([home for home in active if home.pk not in with_case], OF_REPORTS, on=on)
    for home in homes:
        if home.archived_on:
            yield from _due(home, Act.ANONYMISE, "anonymise", home.archived_on, lengths, until)
        elif home.pk in with_case:
            yield from _due(home, Act.ARCHIVE, "archive", last[home.pk], lengths, until)
        else:
            yield from _due(home, Act.ANONYMISE, "without_case", last[home.pk], lengths, until)


def _read_last(
    homes: Sequence[Household], acts: tuple[tuple[type[Any], str, str], ...], *, on: date
) -> dict[int, date]:
    """Household → its last contact."""
    days: dict[int, list[date | None]] = {}
    pks = [home.pk for home in homes]
    opened = {home.pk: localdate(home.created_at) for home in homes}
    if acts is OF_CASES:
        began = Case.objects.filter(household__in=pks).order_by().values("household").annotate(day=Max("opened_on"))
        opened |= dict(began.values_list("household", "day"))
    for model, path, name in acts:
        rows = model._base_manager.filter(**{f"{path}__in": pks})  # noqa: SLF001
        for home, day in rows.order_by().values(path).annotate(day=Max(name)).values_list(path, "day"):
            days.setdefault(home, []).append(localdate(day) if isinstance(day, datetime) else day)
    return {home: find_last_contact(opened=first, acts=days.get(home, ()), today=on) for home, first in opened.items()}


def _due(
    home: Household, act: str, code: str, since: date | None, lengths: dict[str, int], until: date
) -> Iterator[DueHousehold]:
    kind = load_kinds()[code]
    if since is None or not is_due(kind, since=since, length=lengths[code], on=until):
        return
    last_day = kind.last_day_kept(since, lengths[code])
    yield DueHousehold(household=home, act=act, since=since, last_day=last_day)
