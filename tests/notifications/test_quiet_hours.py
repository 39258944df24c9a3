"""Nobody is written to at night, on weekends or on public holidays: what waits leaves at 8 h, on a working day."""

from datetime import UTC, date, datetime

import pytest

from notifications.quiet_hours import is_quiet, next_monday, next_morning
from tests.factories import PARIS


def paris(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        (paris(2026, 11, 24, 7, 59), True),
        (paris(2026, 11, 24, 8), False),
        (paris(2026, 11, 24, 18, 59), False),
        (paris(2026, 11, 24, 19), True),
        (paris(2026, 11, 28, 12), True),  # a Saturday
        (paris(2026, 11, 29, 12), True),  # a Sunday
        (paris(2026, 11, 11, 12), True),  # the armistice, a Wednesday
        (paris(2027, 3, 29, 12), True),  # Easter Monday
        (datetime(2026, 7, 1, 17, 30, tzinfo=UTC), True),  # 19 h 30 in summer
        (datetime(2026, 12, 1, 17, 30, tzinfo=UTC), False),  # 18 h 30 in winter
    ],
)
def test_the_night_weekends_and_holidays_are_quiet(at, quiet):
    assert is_quiet(at) is quiet


@pytest.mark.parametrize(
    ("at", "morning"),
    [
        (paris(2026, 11, 24, 3), paris(2026, 11, 24, 8)),
        (paris(2026, 11, 24, 8), paris(2026, 11, 24, 8)),
        (paris(2026, 11, 24, 8, 1), paris(2026, 11, 25, 8)),
        (paris(2026, 11, 27, 20), paris(2026, 11, 30, 8)),  # Friday evening: Monday
        (paris(2026, 11, 10, 20), paris(2026, 11, 12, 8)),  # the eve of the armistice
        (paris(2026, 12, 24, 20), paris(2026, 12, 28, 8)),  # Christmas is a Friday
        (paris(2027, 3, 26, 20), paris(2027, 3, 30, 8)),  # Easter, and the night when the clocks go forward
        (paris(2026, 10, 24, 12), paris(2026, 10, 26, 8)),  # the night when they go back
        (paris(2028, 2, 28, 20), paris(2028, 2, 29, 8)),
        (paris(2026, 12, 31, 23), paris(2027, 1, 4, 8)),
    ],
)
def test_the_next_morning_is_8_h_on_a_working_day(at, morning):
    assert next_morning(at) == morning


def test_8_h_is_that_of_paris_in_summer_and_in_winter():
    assert next_morning(paris(2027, 3, 26, 20)).astimezone(UTC) == datetime(2027, 3, 30, 6, tzinfo=UTC)
    assert next_morning(paris(2026, 10, 24, 12)).astimezone(UTC) == datetime(2026, 10, 26, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (paris(2026, 11, 24, 12), date(2026, 11, 30)),
        (paris(2026, 11, 30, 7), date(2026, 11, 30)),
        (paris(2026, 11, 30, 9), date(2026, 12, 7)),
        (paris(2026, 11, 29, 12), date(2026, 11, 30)),
        (paris(2027, 3, 24, 12), date(2027, 3, 30)),  # Easter Monday: on Tuesday
        (paris(2027, 3, 29, 12), date(2027, 3, 30)),  # on Easter Monday itself
        (paris(2027, 3, 30, 9), date(2027, 4, 5)),
    ],
)
def test_the_summary_of_the_week_leaves_on_monday_or_on_the_working_day_after(at, day):
    assert next_monday(at) == datetime(day.year, day.month, day.day, 8, tzinfo=PARIS)
