"""Between two facts a delay does not run; every date is typed from a calendar."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, strategies as st

from cases.calendar import working_days_between
from cases.rules.catalogue import compute_deadline
from cases.rules.catalogue_reading import load_catalogue
from cases.rules.counting import Mode, Unit, count_delay
from cases.rules.deadline_context import read_context
from cases.rules.pauses import NONE, DelayPauses, Pause, Stop, read_pauses

START = date(2027, 1, 15)
days = st.dates(min_value=date(2026, 1, 1), max_value=date(2036, 12, 31))
lengths = st.integers(min_value=1, max_value=90)


def pause(since: tuple[int, int], until: tuple[int, int]) -> Pause:
    return Pause(since=date(2027, *since), until=date(2027, *until))


def read(paused: list[tuple[int, ...]], resumed: list[tuple[int, int]]) -> DelayPauses:
    """Of a pause: its month and day, then those of its term when it has one."""
    stops = [Stop(date(2027, *day[:2]), date(2027, *day[2:]) if day[2:] else None) for day in paused]
    return read_pauses(paused_by=stops, resumed_on=[date(2027, *day) for day in resumed], start=START)


def last_day(*pauses: Pause, **how: Any) -> date:
    """Of two months, forward and not extended, unless said otherwise."""
    usual: dict[str, Any] = {"length": 2, "unit": Unit.MONTH, "mode": Mode.FORWARD, "extend": False}
    return count_delay(START, **usual | how, pauses=pauses).legal_date


# What the facts say


@pytest.mark.parametrize(
    ("paused", "resumed", "expected"),
    [
        ([], [], NONE),
        ([(2, 3)], [], DelayPauses(since=date(2027, 2, 3))),
        ([(2, 3)], [(2, 17)], DelayPauses(pauses=(pause((2, 3), (2, 17)),))),
        # Two in a row, and one that goes on.
        ([(2, 3), (3, 1)], [(2, 17), (3, 5)], DelayPauses(pauses=(pause((2, 3), (2, 17)), pause((3, 1), (3, 5))))),
        ([(2, 3), (3, 1)], [(2, 17)], DelayPauses(pauses=(pause((2, 3), (2, 17)),), since=date(2027, 3, 1))),
        # What resumes what runs says nothing, nor what stops what stands still.
        ([], [(2, 17)], NONE),
        ([(2, 3), (2, 10)], [(2, 17), (2, 20)], DelayPauses(pauses=(pause((2, 3), (2, 17)),))),
        # Begun before the delay, it counts from its start; ended before it, not at all.
        ([(1, 2)], [(2, 1)], DelayPauses(pauses=(pause((1, 15), (2, 1)),))),
        ([(1, 2)], [(1, 15)], NONE),
        ([(1, 2)], [], DelayPauses(since=START)),
        # Stopped and let go on the same day; let go, and stopped again.
        ([(2, 3)], [(2, 3)], NONE),
        ([(2, 3), (2, 17)], [(2, 17)], DelayPauses(pauses=(pause((2, 3), (2, 17)),), since=date(2027, 2, 17))),
        # Until its term at the latest, whether or not anything came; sooner when something did.
        ([(2, 3, 2, 20)], [], DelayPauses(pauses=(pause((2, 3), (2, 20)),))),
        ([(2, 3, 2, 20)], [(2, 17)], DelayPauses(pauses=(pause((2, 3), (2, 17)),))),
        ([(2, 3, 2, 20)], [(2, 27)], DelayPauses(pauses=(pause((2, 3), (2, 20)),))),
        # The term of one ends no other.
        (
            [(2, 3, 2, 28), (2, 22, 3, 10)],
            [(2, 17)],
            DelayPauses(pauses=(pause((2, 3), (2, 17)), pause((2, 22), (3, 10)))),
        ),
    ],
)
def test_pauses_are_read_from_the_days_of_the_facts(paused, resumed, expected):
    assert read(paused, resumed) == expected


# What they do to the last day


def test_a_pause_of_fourteen_days_moves_the_last_day_by_fourteen():
    found = count_delay(
        START, length=2, unit=Unit.MONTH, mode=Mode.FORWARD, extend=False, pauses=[pause((2, 3), (2, 17))]
    )
    assert found.legal_date == date(2027, 3, 29)
    assert found.steps == (
        "15/01/2027 + 2 mois → 15/03/2027 (lundi)",
        "Suspendu du 03/02/2027 au 17/02/2027 : 14 jours → 29/03/2027 (lundi)",
        "Lundi de Pâques : cette règle ne prévoit pas de report",
    )


@pytest.mark.parametrize(
    ("pauses", "how", "expected"),
    [
        # The extension is applied to the day that the pause gives. 15 March and 12 days: Saturday 27, then Easter Monday.
        ([pause((3, 1), (3, 13))], {"extend": True}, date(2027, 3, 30)),
        # Pauses in a row add up.
        ([pause((2, 3), (2, 17)), pause((3, 1), (3, 5))], {}, date(2027, 4, 2)),
        # One that the first made possible counts: without the first, 15 March would have been over on 20 March.
        ([pause((2, 3), (2, 17)), pause((3, 20), (3, 25))], {}, date(2027, 4, 3)),
        # What stops it after its last day comes too late.
        ([pause((3, 16), (4, 16))], {}, date(2027, 3, 15)),
        ([pause((3, 15), (3, 16))], {}, date(2027, 3, 16)),
        # A franc delay is pushed back whole.
        ([pause((2, 3), (2, 17))], {"mode": Mode.FRANC, "extend": True}, date(2027, 3, 30)),
    ],
)
def test_a_pause_in_time_moves_the_last_day(pauses: list[Pause], how: dict[str, Any], expected: date):
    assert last_day(*pauses, **how) == expected


def test_what_is_counted_in_working_days_is_pushed_back_by_working_days():
    # From Friday 15 January, five working days end on Friday 22; Wednesday 20 to Wednesday 27 are five more.
    found = last_day(pause((1, 20), (1, 27)), length=5, unit=Unit.WORKING_DAY)
    assert found == date(2027, 1, 29)


def test_the_silence_of_the_operator_waits_for_the_papers_that_he_asked():
    rule = load_catalogue().rule("IND-06b")
    context = read_context({"benefit": "apl"})
    found = compute_deadline(rule, start=START, context=context, pauses=[pause((2, 3), (2, 17))])
    assert (found.legal_date, found.safe_date) == (date(2027, 3, 29), date(2027, 3, 26))


@pytest.mark.parametrize(
    ("received", "papers", "last"),
    [
        ("2027-01-15", ["2027-02-17"], "2027-04-17"),
        ("2027-01-15", ["2027-02-17", "2027-04-01"], "2027-06-01"),
        # On the last day it still runs; the day after, silence has rejected.
        ("2027-01-15", ["2027-03-15"], "2027-05-15"),
        ("2027-01-15", ["2027-03-16"], "2027-03-15"),
        # Given with the recourse, or before it.
        ("2027-01-15", ["2027-01-15", "2027-01-04"], "2027-03-15"),
        ("2027-12-20", ["2027-12-31"], "2028-02-29"),
    ],
)
def test_the_two_months_of_a_commission_begin_again_when_papers_arrive(received: str, papers: list[str], last: str):
    rule, context = load_catalogue().rule("IND-06"), read_context({"benefit": "aah"})
    restarts = [date.fromisoformat(day) for day in papers]
    found = compute_deadline(rule, start=date.fromisoformat(received), context=context, restarts=restarts)
    assert found.legal_date == date.fromisoformat(last)


def test_a_delay_that_began_again_says_so():
    found = compute_deadline(
        load_catalogue().rule("IND-06"),
        start=START,
        context=read_context({"benefit": "aah"}),
        restarts=[date(2027, 2, 17)],
    )
    assert found.steps == (
        "Le délai recommence le 17/02/2027 (mercredi)",
        "17/02/2027 + 2 mois → 17/04/2027 (samedi)",
        "Samedi : cette règle ne prévoit pas de report",
    )


def test_no_rule_of_the_law_waits_for_papers_without_an_end():
    waiting = [rule for rule in load_catalogue().rules if "completion_asked" in rule.paused_by]
    assert {rule.code for rule in waiting} == {"IND-02", "IND-06b", "IND-07", "IND-07b", "IND-15"}
    assert all(rule.pause_has_term for rule in waiting)


@given(
    start=days, length=lengths, unit=st.sampled_from([Unit.DAY, Unit.WEEK, Unit.MONTH]), wait=lengths, data=st.data()
)
def test_a_pause_of_some_days_moves_a_legal_delay_by_as_many(start, length, unit, wait, data):
    plain = count_delay(start, length=length, unit=unit, mode=Mode.FORWARD, extend=False).legal_date
    since = data.draw(st.dates(min_value=start, max_value=plain))
    stopped = Pause(since=since, until=since + timedelta(days=wait))
    moved = count_delay(start, length=length, unit=unit, mode=Mode.FORWARD, extend=False, pauses=[stopped]).legal_date
    assert moved - plain == timedelta(days=wait)


@given(start=days, length=st.integers(min_value=1, max_value=20), wait=lengths, data=st.data())
def test_a_pause_moves_a_delay_in_working_days_by_those_that_it_lost(start, length, wait, data):
    plain = count_delay(start, length=length, unit=Unit.WORKING_DAY, mode=Mode.FORWARD, extend=False).legal_date
    since = data.draw(st.dates(min_value=start, max_value=plain))
    stopped = Pause(since=since, until=since + timedelta(days=wait))
    moved = count_delay(
        start, length=length, unit=Unit.WORKING_DAY, mode=Mode.FORWARD, extend=False, pauses=[stopped]
    ).legal_date
    assert working_days_between(plain, moved) == working_days_between(stopped.since, stopped.until)


@given(paused=st.lists(days, max_size=5), resumed=st.lists(days, max_size=5), start=days)
def test_no_pause_begins_before_the_start_and_none_overlaps_the_next(paused, resumed, start):
    found = read_pauses(paused_by=[Stop(day) for day in paused], resumed_on=resumed, start=start)
    edges = [day for each in found.pauses for day in (each.since, each.until)]
    assert edges == sorted(edges)
    assert all(each.since >= start and each.days > 0 for each in found.pauses)
    assert found.since is None or found.since >= max([start, *edges])


def test_of_two_terms_of_one_day_the_first_ends_the_pause_in_whatever_order_they_are_read():
    day, first, second = date(2027, 2, 3), date(2027, 2, 20), date(2027, 3, 5)
    stops = [Stop(day, second), Stop(day), Stop(day, first)]
    found = {
        tuple(read_pauses(paused_by=order, resumed_on=[], start=date(2027, 1, 15)).pauses)
        for order in permutations(stops)
    }
    assert found == {(Pause(since=day, until=first),)}
