from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from cases.calendar import (
    add_working_days,
    holiday_name,
    is_working_day,
    public_holidays,
    working_day_on_or_after,
    working_day_on_or_before,
    working_days_between,
)

days = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31))
ranges = st.tuples(days, st.integers(0, 40)).map(lambda pair: (pair[0], pair[0] + timedelta(days=pair[1])))
CHRISTMAS_WEEK = (date(2026, 12, 24), date(2027, 1, 3))


def test_the_year_has_the_eleven_national_holidays():
    assert sorted(public_holidays(2027)) == [
        date(2027, 1, 1),
        date(2027, 3, 29),
        date(2027, 5, 1),
        date(2027, 5, 6),
        date(2027, 5, 8),
        date(2027, 5, 17),
        date(2027, 7, 14),
        date(2027, 8, 15),
        date(2027, 11, 1),
        date(2027, 11, 11),
        date(2027, 12, 25),
    ]
    assert holiday_name(date(2027, 3, 29)) == "Lundi de Pâques"
    assert holiday_name(date(2027, 3, 30)) == ""


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 11, 24), True),
        (date(2026, 11, 28), False),  # Saturday
        (date(2026, 11, 29), False),  # Sunday
        (date(2026, 11, 11), False),  # Armistice, a Wednesday
        (date(2026, 4, 3), True),  # Good Friday is worked in Essonne
        (date(2026, 12, 26), False),  # Saturday, and no holiday outside Alsace-Moselle
        (date(2028, 12, 26), True),
    ],
)
def test_weekends_and_national_holidays_are_not_worked(day: date, worked: bool):
    assert is_working_day(day) is worked


def test_a_structure_does_not_work_while_it_is_closed():
    assert is_working_day(date(2026, 12, 28))
    assert not is_working_day(date(2026, 12, 28), closures=[CHRISTMAS_WEEK])
    assert not is_working_day(date(2026, 12, 24), closures=[CHRISTMAS_WEEK])
    assert is_working_day(date(2027, 1, 4), closures=[CHRISTMAS_WEEK])


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2026, 11, 24), 2, date(2026, 11, 26)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2027, 4, 30), 5, date(2027, 5, 10)),  # 1 and 8 May are Saturdays, the 6th is Ascension
        (date(2026, 12, 23), 5, date(2026, 12, 31)),  # Christmas
        (date(2027, 1, 4), -5, date(2026, 12, 24)),  # New Year's day and Christmas
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
    ],
)
def test_working_days_are_counted_from_the_day_after(start: date, count: int, expected: date):
    assert add_working_days(start, count) == expected


def test_working_days_jump_over_a_closure():
    assert add_working_days(date(2026, 12, 23), 2, closures=[CHRISTMAS_WEEK]) == date(2027, 1, 5)


def test_a_generator_of_closures_is_read_once_for_the_whole_count():
    assert add_working_days(date(2026, 12, 23), 2, closures=iter([CHRISTMAS_WEEK])) == date(2027, 1, 5)
    assert working_days_between(date(2026, 12, 23), date(2027, 1, 5), closures=iter([CHRISTMAS_WEEK])) == 2


def test_the_nearest_working_day_is_the_day_itself_when_worked():
    assert working_day_on_or_after(date(2026, 11, 24)) == date(2026, 11, 24)
    assert working_day_on_or_before(date(2026, 11, 24)) == date(2026, 11, 24)
    assert working_day_on_or_after(date(2026, 12, 25)) == date(2026, 12, 28)
    assert working_day_on_or_before(date(2026, 11, 1)) == date(2026, 10, 30)


@given(day=days, count=st.integers(-60, 60), closures=st.lists(ranges, max_size=3))
def test_counting_between_undoes_adding(day: date, count: int, closures: list[tuple[date, date]]):
    start = working_day_on_or_after(day, closures=closures)
    end = add_working_days(start, count, closures=closures)
    assert is_working_day(end, closures=closures)
    assert working_days_between(start, end, closures=closures) == count
