"""Where a case stands in court and with its housing aid, read from its dated facts."""

import random
from datetime import date

import pytest
from hypothesis import given, strategies as st

from cases.rules.catalogue_reading import load_catalogue
from cases.rules.tracks import DatedFact, load_tracks

TRACKS = load_tracks()
TODAY = date(2027, 6, 1)

ORDER = DatedFact("order_to_pay_served", date(2026, 11, 3))
CCAPEX = DatedFact("ccapex_seized", date(2026, 11, 10))
SUMMONS = DatedFact("summons_served", date(2027, 1, 8))
DSF = DatedFact("dsf_sent", date(2027, 2, 20))
HEARING = DatedFact("hearing", date(2027, 3, 2))
DELAYS = DatedFact("payment_delays_granted", date(2027, 3, 30))
TERMINATED = DatedFact("lease_terminated", date(2027, 4, 6))
LEAVE = DatedFact("order_to_leave_served", date(2027, 4, 20))
LEAVE_DELAYS = DatedFact("leave_delays_granted", date(2027, 5, 4))
POLICE = DatedFact("police_requested", date(2027, 5, 11))
GRANTED = DatedFact("police_granted", date(2027, 5, 18))


def court(*facts: DatedFact, on: date = TODAY) -> str:
    return TRACKS.court.position(facts, on=on).code


def aid(*facts: DatedFact, on: date = TODAY) -> str:
    return TRACKS.aid.position(facts, on=on).code


PLANNED = DatedFact("order_to_pay_planned", date(2027, 6, 15))
WHOLE_PROCEDURE = [
    (ORDER, "order_to_pay"),
    (CCAPEX, "ccapex_seized"),
    (SUMMONS, "summons"),
    (DSF, "diagnosis_sent"),
    (HEARING, "hearing"),
    (DELAYS, "payment_delays"),
    (TERMINATED, "lease_terminated"),
    (LEAVE, "order_to_leave"),
    (LEAVE_DELAYS, "leave_delays"),
    (POLICE, "police_requested"),
    (GRANTED, "police_granted"),
]


def test_without_a_fact_there_is_no_procedure():
    assert court() == ""
    assert TRACKS.court.position([], on=TODAY).current is None


@pytest.mark.parametrize("length", range(1, len(WHOLE_PROCEDURE) + 1))
def test_each_fact_leads_to_the_state_of_the_law(length: int):
    facts = [fact for fact, _ in WHOLE_PROCEDURE[:length]]
    assert court(*facts) == WHOLE_PROCEDURE[length - 1][1]


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("prefect_notified", "summons"),
        ("dsf_not_made", "diagnosis_sent"),
        ("police_refused", "police_requested"),
        ("protocol_signed", "protocol"),
        ("evicted", "evicted"),
        ("left", "left"),
        ("rehoused", "rehoused"),
    ],
)
def test_other_facts_lead_to_their_state(kind: str, state: str):
    facts = [fact for fact, _ in WHOLE_PROCEDURE] if state in ("protocol", "evicted", "left", "rehoused") else []
    facts = [*facts, LEAVE, POLICE] if kind == "police_refused" else facts
    assert court(*facts, DatedFact(kind, date(2027, 5, 25))) == state


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6])
def test_paying_the_debt_ends_what_the_judge_has_not_ended(length: int):
    facts = [fact for fact, _ in WHOLE_PROCEDURE[:length]]
    assert court(*facts, DatedFact("debt_cleared", date(2027, 4, 1))) == ""


@pytest.mark.parametrize("length", [7, 8, 9, 10, 11])
def test_paying_the_debt_does_not_give_the_lease_back(length: int):
    facts = [fact for fact, _ in WHOLE_PROCEDURE[:length]]
    assert court(*facts, DatedFact("debt_cleared", date(2027, 5, 30))) == WHOLE_PROCEDURE[length - 1][1]
    assert court(*facts, DatedFact("new_lease_signed", date(2027, 5, 30))) == ""


PAID = DatedFact("debt_cleared", date(2026, 12, 1))
PROTOCOL = DatedFact("protocol_signed", date(2027, 5, 1))


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        # What follows a payment counts anew; on the day of the act, it comes after it.
        ([ORDER, PAID], ""),
        ([ORDER, PAID, DatedFact("order_to_pay_served", date(2027, 4, 2))], "order_to_pay"),
        ([ORDER, DatedFact("debt_cleared", date(2026, 11, 3))], ""),
        # A hearing put off brings back to where one waited for it.
        ([ORDER, SUMMONS, DSF, HEARING], "hearing"),
        ([ORDER, SUMMONS, DSF, DatedFact("hearing", date(2027, 9, 7))], "diagnosis_sent"),
        # Papers sent after the hearing do not undo it.
        ([SUMMONS, HEARING, DatedFact("dsf_sent", date(2027, 3, 9))], "hearing"),
        # Delays granted on appeal keep the lease.
        ([SUMMONS, HEARING, TERMINATED, DatedFact("payment_delays_granted", date(2027, 5, 20))], "payment_delays"),
        # A protocol that fails lets the eviction go on.
        ([TERMINATED, LEAVE, PROTOCOL], "protocol"),
        ([TERMINATED, LEAVE, PROTOCOL, POLICE], "police_requested"),
    ],
)
def test_the_court_is_where_its_last_fact_left_it(facts: list[DatedFact], state: str):
    assert court(*facts) == state


def test_a_hearing_to_come_is_announced_and_changes_nothing_yet():
    eve = date(2027, 3, 1)
    found = TRACKS.court.position([ORDER, SUMMONS, HEARING], on=eve)
    assert (found.code, found.coming) == ("summons", (HEARING,))
    assert court(ORDER, SUMMONS, HEARING, on=date(2027, 3, 2)) == "hearing"


def test_an_order_that_the_landlord_considers_is_known_before_its_day_and_yields_to_any_act():
    found = TRACKS.court.position([PLANNED], on=TODAY)
    assert (found.code, found.coming, found.comes_first) == ("order_planned", (), True)
    assert court(PLANNED, ORDER) == "order_to_pay"
    assert court(PLANNED, on=date(2027, 7, 1)) == "order_planned"
    assert TRACKS.court.calls_off["order_to_pay_served"] == {"order_to_pay_planned"}
    assert TRACKS.court.calls_off["debt_cleared"] == {"order_to_pay_planned", "order_to_pay_term"}


def test_a_case_comes_first_as_long_as_the_dwelling_is_at_stake():
    assert not TRACKS.court.position([], on=TODAY).comes_first
    assert TRACKS.court.position([ORDER], on=TODAY).comes_first
    assert TRACKS.court.position([DatedFact("hearing", date(2027, 9, 7))], on=TODAY).comes_first
    assert not TRACKS.court.position([ORDER, LEAVE, DatedFact("left", date(2027, 5, 25))], on=TODAY).comes_first


def test_a_procedure_that_the_landlord_drops_is_over():
    assert court(ORDER, SUMMONS, DatedFact("procedure_dropped", date(2027, 2, 1))) == ""
    assert TRACKS.court.calls_off["procedure_dropped"] == {"order_to_pay_planned", "order_to_pay_term", "hearing"}


def test_only_what_threatens_the_dwelling_is_urgent_and_only_an_eviction_knows_the_truce():
    urgent = {state.code for state in TRACKS.court.states if state.is_urgent}
    assert urgent == {"order_to_leave", "leave_delays", "police_requested", "police_granted", "evicted"}
    truce = {state.code for state in TRACKS.court.states if state.has_truce}
    assert truce == {"lease_terminated", "order_to_leave", "leave_delays", "police_requested", "police_granted"}


REPORTED = DatedFact("arrears_reported", date(2026, 11, 3))


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ([], ""),
        ([REPORTED], "kept_meanwhile"),
        ([REPORTED, DatedFact("plan_agreed", date(2026, 12, 1))], "kept_under_plan"),
        ([REPORTED, DatedFact("default_plan_started", date(2027, 1, 1))], "default_plan"),
        (
            [REPORTED, DatedFact("plan_agreed", date(2026, 12, 1)), DatedFact("aid_suspended", date(2027, 3, 1))],
            "suspended",
        ),
        ([DatedFact("aid_suspended", date(2027, 3, 1)), DatedFact("aid_restored", date(2027, 5, 1))], "restored"),
        (
            [DatedFact("aid_restored", date(2027, 3, 1)), DatedFact("plan_started", date(2027, 4, 5))],
            "kept_under_plan",
        ),
        ([DatedFact("aid_suspended", date(2027, 3, 1)), DatedFact("plan_started", date(2027, 4, 5))], "suspended"),
        (
            [
                DatedFact("plan_agreed", date(2026, 12, 1)),
                DatedFact("default_plan_started", date(2027, 1, 1)),
                DatedFact("plan_started", date(2027, 4, 5)),
            ],
            "kept_under_plan",
        ),
        ([REPORTED, DatedFact("debt_cleared", date(2027, 2, 1))], ""),
        ([DatedFact("aid_suspended", date(2027, 1, 5)), DatedFact("debt_cleared", date(2027, 2, 1))], "suspended"),
    ],
)
def test_the_aid_is_where_its_last_fact_left_it(facts: list[DatedFact], state: str):
    assert aid(*facts) == state


@pytest.mark.parametrize(
    ("day", "last_day"),
    [
        (date(2026, 10, 31), None),
        (date(2026, 11, 1), date(2027, 3, 31)),
        (date(2027, 1, 15), date(2027, 3, 31)),
        (date(2027, 3, 31), date(2027, 3, 31)),
        (date(2027, 4, 1), None),
    ],
)
def test_the_winter_truce_lasts_from_november_to_march(day: date, last_day: date | None):
    assert TRACKS.truce.last_day(day) == last_day


KINDS = sorted(TRACKS.court.moving_facts | TRACKS.aid.moving_facts)
DAYS = st.dates(date(2026, 11, 1), date(2027, 12, 31))
FACTS = st.lists(st.builds(DatedFact, st.sampled_from(KINDS), DAYS), max_size=12)


@given(facts=FACTS, on=DAYS, seed=st.integers(0, 1000))
def test_the_order_in_which_facts_were_recorded_does_not_matter(facts: list[DatedFact], on: date, seed: int):
    shuffled = random.Random(seed).sample(facts, len(facts))  # noqa: S311
    for track in (TRACKS.court, TRACKS.aid):
        assert track.position(facts, on=on) == track.position(shuffled, on=on)


@given(facts=FACTS, on=DAYS)
def test_what_is_shown_as_reached_holds_the_current_state_and_nothing_to_come(facts: list[DatedFact], on: date):
    for track in (TRACKS.court, TRACKS.aid):
        found = track.position(facts, on=on)
        assert (found.current in found.reached) is bool(found.reached)
        assert all(reached.fact.on <= on or reached.state.is_ahead for reached in found.reached)
        assert all(fact.on > on for fact in found.coming)


def test_every_fact_of_a_track_is_a_dated_fact_of_the_catalogue():
    assert set(KINDS) <= set(load_catalogue().milestones)


def test_every_state_is_reached_by_something_and_says_what_it_changes():
    for track in (TRACKS.court, TRACKS.aid):
        assert len({state.code for state in track.states}) == len(track.states)
        for state in track.states:
            assert state.reached_by, state.code
            assert state.means, state.code
            assert state.next, state.code
