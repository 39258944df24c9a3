from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from cases.calendar import is_working_day, working_days_between
from cases.rules.counting import Counted, Mode, Unit, add_months, count_delay, safe_date
from cases.rules.pauses import Pause

days = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31))
CALENDAR_UNITS = [Unit.DAY, Unit.WEEK, Unit.MONTH]


def counted(start: date, length: int, unit: Unit, **more: Any) -> Counted:
    """Forward and not extended, unless said otherwise."""
    how: dict[str, Any] = {"mode": Mode.FORWARD, "extend": False} | more
    return count_delay(start, length=length, unit=unit, **how)


def last_day(start: date, length: int, unit: Unit, **more: Any) -> date:
    return counted(start, length, unit, **more).legal_date


# The jurist's vectors (domain/overpayments §A4): receipt, then the last day of each delay.
VECTORS = [
    (20, Unit.DAY, Mode.FORWARD, False),
    (15, Unit.DAY, Mode.FORWARD, True),
    (15, Unit.DAY, Mode.FRANC, True),
    (2, Unit.MONTH, Mode.FORWARD, True),
    (2, Unit.MONTH, Mode.FRANC, True),
    (1, Unit.MONTH, Mode.FORWARD, False),
    (3, Unit.MONTH, Mode.FORWARD, False),
]


@pytest.mark.parametrize(
    ("receipt", "expected"),
    [
        ("2026-12-31", "2027-01-20 2027-01-15 2027-01-18 2027-03-01 2027-03-01 2027-01-31 2027-03-31"),
        ("2027-01-15", "2027-02-04 2027-02-01 2027-02-01 2027-03-15 2027-03-16 2027-02-15 2027-04-15"),
        ("2027-03-01", "2027-03-21 2027-03-16 2027-03-17 2027-05-03 2027-05-03 2027-04-01 2027-06-01"),
        ("2027-04-30", "2027-05-20 2027-05-18 2027-05-18 2027-06-30 2027-07-01 2027-05-30 2027-07-30"),
        ("2027-06-14", "2027-07-04 2027-06-29 2027-06-30 2027-08-16 2027-08-16 2027-07-14 2027-09-14"),
    ],
)
def test_the_jurists_vectors(receipt: str, expected: str):
    start = date.fromisoformat(receipt)
    computed = [last_day(start, n, unit, mode=mode, extend=extend) for n, unit, mode, extend in VECTORS]
    assert [day.isoformat() for day in computed] == expected.split()


@pytest.mark.parametrize(
    ("start", "length", "unit", "extend", "expected"),
    [
        # A commandement of 3 November 2026: six weeks for a lease renewed since July 2023, two months before.
        (date(2026, 11, 3), 6, Unit.WEEK, False, date(2026, 12, 15)),
        (date(2026, 11, 3), 2, Unit.MONTH, False, date(2027, 1, 3)),
        (date(2026, 11, 3), 2, Unit.MONTH, True, date(2027, 1, 4)),
        # Short months and leap years
        (date(2027, 1, 31), 1, Unit.MONTH, False, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, Unit.MONTH, False, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, Unit.MONTH, False, date(2029, 2, 28)),
        (date(2027, 8, 31), 1, Unit.MONTH, False, date(2027, 9, 30)),
        (date(2026, 11, 30), 3, Unit.MONTH, False, date(2027, 2, 28)),
        (date(2026, 11, 30), 36, Unit.MONTH, False, date(2029, 11, 30)),
        # Good Saturday to Easter Monday, then Christmas followed by a weekend
        (date(2027, 3, 12), 15, Unit.DAY, True, date(2027, 3, 30)),
        (date(2026, 11, 25), 1, Unit.MONTH, True, date(2026, 12, 28)),
        # 1 May 2027, a Saturday; Ascension 2027, a Thursday
        (date(2027, 4, 16), 15, Unit.DAY, True, date(2027, 5, 3)),
        (date(2027, 4, 6), 1, Unit.MONTH, True, date(2027, 5, 7)),
        (date(2027, 4, 6), 1, Unit.MONTH, False, date(2027, 5, 6)),
        (date(2026, 11, 24), 0, Unit.DAY, False, date(2026, 11, 24)),
        # Two holidays in a row: Easter Sunday and Monday; Christmas, a Saturday
        (date(2011, 3, 24), 1, Unit.MONTH, True, date(2011, 4, 26)),
        (date(2021, 12, 10), 15, Unit.DAY, True, date(2021, 12, 27)),
    ],
)
def test_delays_counted_forward(start: date, length: int, unit: Unit, extend: bool, expected: date):
    assert last_day(start, length, unit, extend=extend) == expected


def test_six_weeks_before_a_hearing_are_counted_from_its_eve_and_show_the_earlier_reading():
    assert counted(date(2027, 3, 2), 6, Unit.WEEK, mode=Mode.BACK_FROM_EVE) == Counted(
        legal_date=date(2027, 1, 17),
        steps=(
            "Veille de l’audience du 02/03/2027 (mardi) → 01/03/2027 (lundi)",
            "01/03/2027 − 6 semaines → 18/01/2027 (lundi)",
            "D’après l’avis n° 25-70.018, dernier jour utile → 18/01/2027 (lundi)",
            "Gardé ici par prudence, la veille : lu dans une note seulement, à vérifier → 17/01/2027 (dimanche)",
            "Délai à rebours : pas de report, les jours non ouvrés comptent",
        ),
    )


def test_a_delay_counted_back_before_an_event_is_never_extended_even_when_asked():
    assert last_day(date(2027, 3, 2), 42, Unit.DAY, mode=Mode.BACK_FROM_EVE, extend=True) == date(2027, 1, 17)
    assert last_day(date(2027, 3, 2), 10, Unit.DAY, mode=Mode.BEFORE) == date(2027, 2, 20)
    assert last_day(date(2027, 3, 2), 10, Unit.WORKING_DAY, mode=Mode.BEFORE) == date(2027, 2, 16)
    assert last_day(date(2027, 3, 31), 1, Unit.MONTH, mode=Mode.BEFORE) == date(2027, 2, 28)


def test_working_days_say_what_they_jump_over():
    closed = [(date(2026, 12, 28), date(2026, 12, 30))]
    assert counted(date(2026, 12, 21), 5, Unit.WORKING_DAY, closures=closed) == Counted(
        legal_date=date(2027, 1, 4),
        steps=(
            "21/12/2026 + 5 jours ouvrés → 04/01/2027 (lundi)",
            (
                "Jours non comptés, outre les samedis et dimanches : "
                "25/12/2026 (Noël), 01/01/2027 (Jour de l’an), fermeture du 28/12/2026 au 30/12/2026"
            ),
        ),
    )


@pytest.mark.parametrize(
    ("delay", "how", "steps"),
    [
        (
            (date(2027, 1, 15), 2, Unit.MONTH),
            {"extend": True},
            ["15/01/2027 + 2 mois → 15/03/2027 (lundi)", "Lundi : pas de report"],
        ),
        (
            (date(2026, 11, 3), 2, Unit.MONTH),
            {},
            ["03/11/2026 + 2 mois → 03/01/2027 (dimanche)", "Dimanche : cette règle ne prévoit pas de report"],
        ),
        (
            (date(2026, 11, 3), 2, Unit.MONTH),
            {"extend": True},
            [
                "03/11/2026 + 2 mois → 03/01/2027 (dimanche)",
                "Dimanche : report au premier jour ouvrable → 04/01/2027 (lundi)",
            ],
        ),
        (
            (date(2026, 12, 31), 15, Unit.DAY),
            {"mode": Mode.FRANC, "extend": True},
            [
                "31/12/2026 + 15 jours → 15/01/2027 (vendredi)",
                "Délai franc : le dernier jour ne compte pas → 16/01/2027 (samedi)",
                "Samedi : report au premier jour ouvrable → 18/01/2027 (lundi)",
            ],
        ),
        (
            (date(2027, 1, 31), 1, Unit.MONTH),
            {},
            [
                "31/01/2027 + 1 mois → 28/02/2027 (dimanche)",
                "Ce mois n’a pas de 31 : son dernier jour",
                "Dimanche : cette règle ne prévoit pas de report",
            ],
        ),
        (
            (date(2026, 11, 25), 1, Unit.MONTH),
            {"extend": True},
            [
                "25/11/2026 + 1 mois → 25/12/2026 (vendredi)",
                "Noël : report au premier jour ouvrable → 28/12/2026 (lundi)",
            ],
        ),
        (
            (date(2026, 11, 24), 1, Unit.DAY),
            {},
            ["24/11/2026 + 1 jour → 25/11/2026 (mercredi)", "Mercredi : pas de report"],
        ),
    ],
)
def test_the_steps_are_words_that_one_can_check(delay: tuple[date, int, Unit], how: dict[str, Any], steps: list[str]):
    assert list(counted(*delay, **how).steps) == steps


def test_a_structures_closure_never_extends_a_legal_delay():
    closed = [(date(2027, 3, 15), date(2027, 3, 19))]
    found = counted(date(2027, 1, 15), 2, Unit.MONTH, extend=True, closures=closed)
    assert found.legal_date == date(2027, 3, 15)


@pytest.mark.parametrize(("length", "unit", "mode"), [(-1, Unit.DAY, Mode.FORWARD), (5, Unit.WORKING_DAY, Mode.FRANC)])
def test_what_the_law_does_not_count_is_refused(length: int, unit: Unit, mode: Mode):
    with pytest.raises(ValueError, match="no delay is counted so"):
        counted(date(2027, 1, 15), length, unit, mode=mode)


@pytest.mark.parametrize(
    ("legal", "margin", "expected"),
    [
        (date(2027, 3, 15), 5, date(2027, 3, 8)),
        (date(2027, 1, 4), 5, date(2026, 12, 24)),
        (date(2027, 1, 3), 0, date(2026, 12, 31)),  # a Sunday after New Year's day: the last day one can act
        (date(2027, 1, 3), 1, date(2026, 12, 30)),
        (date(2027, 3, 15), 0, date(2027, 3, 15)),
    ],
)
def test_the_safe_date_keeps_a_margin_of_working_days(legal: date, margin: int, expected: date):
    assert safe_date(legal, margin_working_days=margin) == expected


def test_the_safe_date_comes_before_a_closure():
    assert safe_date(
        date(2027, 3, 15), margin_working_days=1, closures=[(date(2027, 3, 8), date(2027, 3, 15))]
    ) == date(2027, 3, 4)


# Begun again, and pushed back


def test_a_delay_that_begins_again_is_counted_whole_from_that_day_and_says_so():
    found = counted(
        date(2026, 11, 2),
        1,
        Unit.MONTH,
        extend=True,
        pauses=[
            Pause(since=date(2026, 11, 5), until=date(2026, 11, 10)),
            Pause(since=date(2026, 11, 20), until=date(2026, 11, 25)),
        ],
        restarts=[date(2026, 11, 20)],
    )
    # The pause that came before is forgotten; the one of that very day adds its five days to 20 December.
    assert found == Counted(
        legal_date=date(2026, 12, 28),
        steps=(
            "Le délai recommence le 20/11/2026 (vendredi)",
            "20/11/2026 + 1 mois → 20/12/2026 (dimanche)",
            "Suspendu du 20/11/2026 au 25/11/2026 : 5 jours → 25/12/2026 (vendredi)",
            "Noël : report au premier jour ouvrable → 28/12/2026 (lundi)",
        ),
    )


@pytest.mark.parametrize(
    ("restart", "begins_again", "expected"),
    [
        (date(2026, 11, 2), False, date(2026, 12, 2)),  # the day on which it begins
        (date(2026, 11, 3), True, date(2026, 12, 3)),
        (date(2026, 12, 2), True, date(2027, 1, 4)),  # its last day: it still runs; 2 January is a Saturday
        (date(2026, 12, 3), False, date(2026, 12, 2)),  # it is over
    ],
)
def test_a_delay_begins_again_only_while_it_runs(restart: date, begins_again: bool, expected: date):
    found = counted(date(2026, 11, 2), 1, Unit.MONTH, extend=True, restarts=[restart])
    assert found.legal_date == expected
    assert found.steps[0].startswith("Le délai recommence le") == begins_again


def test_a_delay_that_begins_again_keeps_its_closures():
    closed = [(date(2026, 11, 5), date(2026, 11, 6))]
    found = counted(date(2026, 11, 2), 5, Unit.WORKING_DAY, closures=closed, restarts=[date(2026, 11, 4)])
    assert found.legal_date == date(2026, 11, 16)  # 9, 10, 12, 13, 16: the 11th is a holiday


@pytest.mark.parametrize(
    ("since", "extend", "expected"),
    [
        (date(2026, 12, 7), True, date(2026, 12, 8)),  # 5 December, a Saturday, is put off to Monday 7: in time
        (date(2026, 12, 8), True, date(2026, 12, 7)),  # too late
        (date(2026, 12, 5), False, date(2026, 12, 8)),  # the last day itself
        (date(2026, 12, 7), False, date(2026, 12, 5)),  # nothing is put off: the delay was over
    ],
)
def test_what_stops_a_delay_comes_by_its_last_day(since: date, extend: bool, expected: date):
    pause = Pause(since=since, until=since + timedelta(days=3))
    found = counted(date(2026, 11, 5), 1, Unit.MONTH, extend=extend, pauses=[pause])
    assert found.legal_date == expected


def test_a_delay_in_working_days_is_pushed_back_by_those_of_the_structure():
    closed = [(date(2026, 11, 19), date(2026, 11, 20)), (date(2026, 12, 4), date(2026, 12, 4))]
    pause = Pause(since=date(2026, 11, 17), until=date(2026, 11, 24))
    found = counted(date(2026, 11, 16), 10, Unit.WORKING_DAY, closures=closed, pauses=[pause])
    # 10 days lead to 2 December; the pause took the 18th, the 23rd and the 24th: 3, 7 and 8 December.
    assert found.legal_date == date(2026, 12, 8)
    assert found.steps[-1] == "Suspendu du 17/11/2026 au 24/11/2026 : 3 jours ouvrés → 08/12/2026 (mardi)"


@pytest.mark.parametrize(
    ("start", "length", "closures", "said"),
    [
        (date(2026, 11, 10), 3, [], ["11/11/2026 (Armistice)"]),  # the very next day
        (date(2026, 8, 13), 2, [], []),  # 15 August 2026 is a Saturday, which nobody counts
        (date(2026, 11, 16), 4, [(date(2026, 11, 2), date(2026, 11, 6))], []),  # over before
        (date(2026, 11, 16), 4, [(date(2026, 11, 23), date(2026, 11, 27))], []),  # begins after
        (
            date(2026, 11, 16),
            4,
            [(date(2026, 11, 18), date(2026, 11, 18))],
            ["fermeture du 18/11/2026 au 18/11/2026"],
        ),
    ],
)
def test_only_what_was_jumped_over_is_said(
    start: date, length: int, closures: list[tuple[date, date]], said: list[str]
):
    found = counted(start, length, Unit.WORKING_DAY, closures=closures)
    words = [f"Jours non comptés, outre les samedis et dimanches : {', '.join(said)}"] if said else []
    assert list(found.steps[1:]) == words


def test_two_days_are_said_in_the_plural_and_no_day_is_added():
    assert counted(date(2026, 11, 2), 2, Unit.DAY).steps[0] == "02/11/2026 + 2 jours → 04/11/2026 (mercredi)"
    assert counted(date(2026, 11, 2), 0, Unit.DAY).steps[0] == "02/11/2026 + 0 jour → 02/11/2026 (lundi)"


def test_the_margin_of_a_safe_date_jumps_over_a_closure():
    closed = [(date(2026, 12, 16), date(2026, 12, 17))]
    assert safe_date(date(2026, 12, 18), margin_working_days=2, closures=closed) == date(2026, 12, 14)


@given(start=days, length=st.integers(0, 400), unit=st.sampled_from(CALENDAR_UNITS))
def test_an_extended_day_is_worked_and_at_most_four_days_later(start: date, length: int, unit: Unit):
    plain = last_day(start, length, unit)
    extended = last_day(start, length, unit, extend=True)
    assert is_working_day(extended)
    assert plain <= extended <= plain + timedelta(days=4)


@given(start=days, length=st.integers(0, 400), unit=st.sampled_from(CALENDAR_UNITS))
def test_a_delai_franc_is_one_day_longer(start: date, length: int, unit: Unit):
    plain, franc = last_day(start, length, unit), last_day(start, length, unit, mode=Mode.FRANC)
    assert franc - plain == timedelta(days=1)


@given(start=days, weeks=st.integers(0, 60))
def test_weeks_are_blocks_of_seven_days(start: date, weeks: int):
    assert last_day(start, weeks, Unit.WEEK) - start == timedelta(days=7 * weeks)


@given(start=days, months=st.integers(-60, 60))
def test_months_keep_the_day_or_end_on_the_last_of_a_shorter_month(start: date, months: int):
    end = add_months(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)


@given(start=days, length=st.integers(0, 60))
def test_working_days_end_on_a_worked_day_and_count_right(start: date, length: int):
    end = last_day(start, length, Unit.WORKING_DAY)
    assert working_days_between(start, end) == length


@given(
    one=days, other=days, length=st.integers(0, 40), unit=st.sampled_from(CALENDAR_UNITS), mode=st.sampled_from(Mode)
)
def test_an_earlier_start_never_ends_later(one: date, other: date, length: int, unit: Unit, mode: Mode):
    early, late = sorted((one, other))
    assert last_day(early, length, unit, mode=mode) <= last_day(late, length, unit, mode=mode)


@given(legal=days, margin=st.integers(0, 30))
def test_the_safe_date_is_worked_and_never_after_the_legal_one(legal: date, margin: int):
    safe = safe_date(legal, margin_working_days=margin)
    assert is_working_day(safe)
    assert safe <= legal
