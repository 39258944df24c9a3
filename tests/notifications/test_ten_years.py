"""Ten simulated years: every reminder once, on its day, over the changes of hour and the leap days."""

from datetime import date, datetime, time, timedelta

import pytest

from cases.models import Case, Deadline, DeadlineRule
from config.ticking import tick
from notifications import reminders
from notifications.fanout import drain_outbox
from notifications.models import Notice, Reminder
from tests import factories
from tests.factories import PARIS
from tests.journeys.scene import case_at
from workflows.sweep import sweep_deadlines

pytestmark = [pytest.mark.django_db, pytest.mark.long, pytest.mark.timeout(600), pytest.mark.turn(4)]

FIRST, LAST = date(2026, 11, 24), date(2036, 12, 31)
CLOCK_CHANGES = [
    "2027-03-28", "2027-10-31", "2028-03-26", "2028-10-29", "2029-03-25", "2029-10-28", "2030-03-31", "2030-10-27",
    "2031-03-30", "2031-10-26", "2032-03-28", "2032-10-31", "2033-03-27", "2033-10-30", "2034-03-26", "2034-10-29",
    "2035-03-25", "2035-10-28", "2036-03-30", "2036-10-26",
]  # fmt: skip
LEAP_DAYS = ["2028-02-29", "2032-02-29", "2036-02-29"]
EASTER_MONDAYS = {
    2026: (4, 6), 2027: (3, 29), 2028: (4, 17), 2029: (4, 2), 2030: (4, 22), 2031: (4, 14), 2032: (3, 29),
    2033: (4, 18), 2034: (4, 10), 2035: (3, 26), 2036: (4, 14), 2037: (4, 6),
}  # fmt: skip
FIXED = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
DAY = timedelta(days=1)


# The days, counted apart from the product


def is_worked(day: date) -> bool:
    monday = date(day.year, *EASTER_MONDAYS[day.year])
    movable = (monday, monday + 38 * DAY, monday + 49 * DAY)  # Easter Monday, Ascension, Whit Monday
    return day.weekday() < 5 and (day.month, day.day) not in FIXED and day not in movable


def worked(day: date, count: int) -> date:
    step = DAY if count > 0 else -DAY
    while count:
        day += step
        count -= is_worked(day) and (1 if count > 0 else -1)
    return day


def worked_or_before(day: date) -> date:
    return day if is_worked(day) else worked(day, -1)


def months() -> list[date]:
    """A last day a month, at its beginning, middle and end: leap days and nights of a changed hour among them."""
    found = []
    for number in range(118):
        year, month = 2027 + number // 12, number % 12 + 1
        following = date(year + month // 12, month % 12 + 1, 1)
        found.append([date(year, month, 1), date(year, month, 15), following - DAY][number % 3])
    return found


# The rows, and the ticks


def run(case: Case, code: str, last_day: date) -> None:
    Deadline.objects.create(
        case=case,
        rule=DeadlineRule.objects.get(code=code),
        structure=case.responsible_structure,
        started_on=last_day - 60 * DAY,
        legal_date=last_day,
        safe_date=last_day - 10 * DAY,
    )


def ticks() -> list[datetime]:
    watched = {date.fromisoformat(day) + n * DAY for day in (*CLOCK_CHANGES, *LEAP_DAYS) for n in (-1, 0, 1)}
    found = []
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + number * DAY
        midnight = datetime.combine(day, time(0, 1), tzinfo=PARIS).timestamp()
        if day not in watched:
            found.append(datetime.combine(day, time(6, 30), tzinfo=PARIS))
            continue
        hours = (datetime.fromtimestamp(midnight + 3600 * hour, tz=PARIS) for hour in range(25))
        found += [moment for moment in hours if moment.date() == day]
    return found


def test_ten_years_of_ticks_say_each_reminder_once_and_on_its_day():
    manager = factories.member("caf-91", "manager")
    worker = factories.member("caf-91")
    walk = case_at("contact", worker=worker)
    expected = [
        ("R-CONTACT-LAST", date(2026, 12, 3), worker.pk),
        ("R-ANY", date(2026, 12, 17), worker.pk),
        ("R-ANY", date(2026, 12, 23), worker.pk),
        ("R-CONTACT", worked(FIRST, 5), worker.pk),
        ("R-CONTACT", worked(FIRST, 15), manager.pk),
    ]
    again = worked(FIRST, 10)
    while again <= LAST:
        expected.append(("R-CONTACT", again, worker.pk))
        again = worked(again, 10)
    for last_day in months():
        run(walk.case, "C08", last_day)
        run(walk.case, "C02", last_day)
        expected += [("R-LEAVE", worked_or_before(last_day - count * DAY), worker.pk) for count in (15, 7)]
        expected += [("R-ANY", worked(last_day, -5), worker.pk), ("R-ANY", worked(last_day, -1), worker.pk)]

    for moment in ticks():
        if moment.day == 1 and moment.hour == 6:
            tick(at=moment)
        else:
            sweep_deadlines(at=moment)
            reminders.scan(at=moment)
            drain_outbox(at=moment)

    said = Notice.objects.filter(entry__kind="reminder.due").values_list("entry__data__reminder", "created_at", "user")
    codes = dict(Reminder.objects.values_list("pk", "rule__code"))
    found = [(codes[reminder], at.astimezone(PARIS).date(), user) for reminder, at, user in said]
    assert sorted(found) == sorted(expected)
    assert Reminder.objects.count() == len(expected)
    assert not Deadline.objects.running().exists()
