"""Which households are due on a day, and when a person was last in contact: read from the acts made for her."""

from collections.abc import Iterator
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
    """Those whose last day is at most so far away."""
    lengths, until = read_lengths(territory, on=on), on + within
    living = Household.objects.filter(territory=territory, anonymised_on=None, merged_into=None).filter(
        ~_held(), ~_open()
    )
    for home in living.exclude(archived_on=None).order_by("pk"):
        yield from _due(home, Act.ANONYMISE, "anonymise", home.archived_on, lengths, until)
    active = living.filter(archived_on=None).order_by("pk")
    followed = active.filter(Exists(Case.objects.filter(household=OuterRef("pk"))))
    yield from _by_last_day(followed, Act.ARCHIVE, "archive", OF_CASES, lengths, until=until, on=on)
    nobodys = active.filter(~Exists(Case.objects.filter(household=OuterRef("pk"))))
    yield from _by_last_day(nobodys, Act.ANONYMISE, "without_case", OF_REPORTS, lengths, until=until, on=on)


def is_still_due(home: Household, act: str, *, on: date) -> str:
    """Asked again under the lock of the household, before it is done: empty, or why it is left."""
    if home.anonymised_on or (act == Act.ARCHIVE and home.archived_on):
        return RetentionItem.Why.DONE
    this = Household.objects.filter(pk=home.pk)
    if this.filter(_held()).exists():
        return RetentionItem.Why.HELD
    if this.filter(_open()).exists():
        return RetentionItem.Why.OPEN
    due = {each.household.pk: each.act for each in find_due_among(this, home.territory, on=on)}
    return "" if due.get(home.pk) == act else RetentionItem.Why.CONTACT


def find_due_among(homes: QuerySet[Household], territory: str, *, on: date) -> list[DueHousehold]:
    lengths = read_lengths(territory, on=on)
    found: list[DueHousehold] = []
    for home in homes:
        if home.archived_on:
            found += _due(home, Act.ANONYMISE, "anonymise", home.archived_on, lengths, on)
            continue
        followed = Case.objects.filter(household=home).exists()
        act, kind, acts = (
            (Act.ARCHIVE, "archive", OF_CASES) if followed else (Act.ANONYMISE, "without_case", OF_REPORTS)
        )
        found += _by_last_day(homes.filter(pk=home.pk), act, kind, acts, lengths, until=on, on=on)
    return [due for due in found if on > due.last_day]


def _held() -> Q:
    """By a legal hold, or as what is done with it is restricted."""
    restricted = Exists(permissions.restrictions_of(OuterRef("pk")))
    return Q(Exists(LegalHold.objects.standing().filter(household=OuterRef("pk")))) | Q(restricted)


def _open() -> Exists:
    """An open procedure; a request of the person that waits for its answer is one."""
    this = Q(household=OuterRef("pk")) | Q(household__merged_into=OuterRef("pk"))
    waiting = SubjectRequest.objects.waiting().filter(case=OuterRef("pk"))
    return Exists(Case.objects.filter(this).filter(Q(closed_on=None) | Exists(waiting)))


def _by_last_day(
    homes: QuerySet[Household],
    act: str,
    kind: str,
    acts: tuple[tuple[type[Any], str, str], ...],
    lengths: dict[str, int],
    *,
    until: date,
    on: date,
) -> Iterator[DueHousehold]:
    last = _read_last(homes, acts, on=on)
    for home in homes:
        yield from _due(home, act, kind, last[home.pk], lengths, until)


def _read_last(
    homes: QuerySet[Household], acts: tuple[tuple[type[Any], str, str], ...], *, on: date
) -> dict[int, date]:
    days: dict[int, list[date | None]] = {}
    opened = {home.pk: localdate(home.created_at) for home in homes}
    if acts is OF_CASES:
        began = Case.objects.filter(household__in=homes).order_by().values("household").annotate(day=Max("opened_on"))
        opened |= dict(began.values_list("household", "day"))
    for model, path, name in acts:
        rows = model._base_manager.filter(**{f"{path}__in": homes.order_by().values("pk")})  # noqa: SLF001
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
