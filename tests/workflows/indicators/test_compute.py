"""What each indicator counts, against numbers typed by hand."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from cases.models import (
    Beneficiary,
    Case,
    Diagnostic,
    Measure,
    MeasureMove,
    Milestone,
    RentMonth,
    RepaymentPlan,
)
from tests import factories
from tests.cases.actions.test_referents import coordinated, followed, somebody
from tests.factories import NOON, PARIS, know
from tests.workflows.indicators.conftest import AUGUST, JULY, SEPTEMBER, accepted, met, private_case, social_case
from tests.workflows.test_lines_anyhow import Play
from workflows.actions.taking_back_acts import take_back_act
from workflows.indicators.catalogue import BY_CODE, COUNTED
from workflows.indicators.compute import count_indicators, with_same_rows
from workflows.indicators.quarters import Quarter
from workflows.models import CaseTask, RoutingDecision

pytestmark = pytest.mark.django_db
THIRD = Quarter(date(2026, 7, 1))
LAST_DAY = date(2026, 11, 24)


def counted(code, by="", quarter=THIRD):
    """(column, key) → number and value."""
    found = count_indicators([BY_CODE[code]], quarters=[quarter], as_of=LAST_DAY, territory="grigny")[code]
    return {(cell.column, cell.key): (cell.number, cell.value) for cell in found[quarter, by]}


def whole(code, quarter=THIRD):
    return counted(code, quarter=quarter).get((None, None), (0, None))


@pytest.mark.parametrize("indicator", COUNTED, ids=lambda each: each.code)
def test_each_indicator_counts_nothing_where_there_is_nothing(indicator):
    quarters = [THIRD, THIRD.shifted_by(1)]
    [found] = count_indicators([indicator], quarters=quarters, as_of=LAST_DAY, territory="grigny").values()
    assert set(found) == {(each, by) for each in quarters for by in indicator.splits}
    assert not any(found.values())


def test_indicators_that_have_the_same_rows_are_counted_at_once_as_each_would_be_alone(agent):
    accepted(private_case(JULY), by=agent, days=1)
    accepted(private_case(AUGUST), by=agent, days=30)
    told: dict[str, Any] = {"quarters": [THIRD, THIRD.shifted_by(1)], "as_of": LAST_DAY, "territory": "grigny"}
    together = [same for same in with_same_rows(COUNTED) if len(same) > 1]
    assert {"debt_age", "reported_early"} in [{each.code for each in same} for same in together]
    for same in together:
        alone = {each.code: count_indicators([each], **told)[each.code] for each in same}
        assert _in_order(count_indicators(same, **told)) == _in_order(alone)


def _in_order(counted):
    return {(code, *key): sorted(cells, key=repr) for code, split in counted.items() for key, cells in split.items()}


def test_reports_are_counted_by_month_and_by_landlord_and_both():
    for at in (JULY, JULY, AUGUST):
        private_case(at)
    social_case(AUGUST)
    assert counted("reports") == {(None, None): (4, None), ("2026-07", None): (2, None), ("2026-08", None): (2, None)}
    assert counted("reports", "landlord_type") == {
        (None, None): (4, None),
        ("2026-07", None): (2, None),
        ("2026-08", None): (2, None),
        (None, "person"): (3, None),
        (None, "hlm"): (1, None),
        ("2026-07", "person"): (2, None),
        ("2026-08", "person"): (1, None),
        ("2026-08", "hlm"): (1, None),
    }


def test_reports_are_counted_by_structure_and_landlord_at_once_as_a_whole_and_by_month():
    for at in (JULY, JULY, AUGUST):
        private_case(at)
    social_case(AUGUST)
    desk = str(factories.structure("caf-91-pilotage").pk)
    assert counted("reports", "structure_landlord") == {
        ("person", desk): (3, None),
        ("person 2026-07", desk): (2, None),
        ("person 2026-08", desk): (1, None),
        ("hlm", desk): (1, None),
        ("hlm 2026-08", desk): (1, None),
    }


def test_a_landlord_is_counted_once_however_often_he_reports():
    for at in (JULY, JULY, AUGUST):
        private_case(at)
    social_case(AUGUST)
    assert {column: number for (column, _), (number, _) in counted("landlords").items()} == {
        None: 2,
        "2026-07": 1,
        "2026-08": 2,
    }


def test_delays_run_from_report_to_routing_to_acceptance_to_contact_and_leave_the_initial_stock_out(agent):
    for days in (2, 3, 9):
        met(accepted(private_case(JULY), by=agent, days=days), by=agent, days=5)
    stock = met(accepted(private_case(JULY), by=agent, days=40), by=agent, days=20)
    Case.objects.filter(pk=stock.case.pk).update(is_initial_stock=True)
    assert whole("to_route") == (3, 0.0)
    assert whole("to_accept") == (3, 3.0)
    assert whole("to_meet") == (3, 5.0)
    assert whole("report_to_meeting") == (3, 8.0)
    assert whole("reports") == (4, None)
    # Five working days to answer: nine days later is too late.
    assert whole("answered_in_time") == (3, 2.0)


@pytest.mark.parametrize("days", [[4], [1, 4], [9, 2, 3], [2, 2, 7, 30], [*range(1, 12)]], ids=len)
def test_a_median_and_what_nine_of_ten_do_not_exceed_are_what_postgresql_finds(agent, days):
    for each in days:
        met(accepted(private_case(JULY), by=agent, days=1), by=agent, days=each)
    [found] = count_indicators([BY_CODE["to_meet"]], quarters=[THIRD], as_of=LAST_DAY, territory="grigny").values()
    [whole_quarter] = [cell for cell in found[THIRD, ""] if cell.column is None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY day) FROM unnest(%s::float8[]) day", [days]
        )
        [([median, high],)] = cursor.fetchall()
    assert whole_quarter.number == len(days)
    assert [whole_quarter.value, whole_quarter.high] == pytest.approx([median, high])


@pytest.mark.parametrize(
    ("on", "in_time"),
    [
        (date(2026, 7, 21), 1.0),  # its safe date
        (date(2026, 7, 22), 1.0),  # within the margin
        (date(2026, 7, 23), 1.0),  # its last day
        (date(2026, 7, 24), 0.0),
    ],
)
def test_a_contact_is_in_time_until_its_last_day_is_over(agent, on, in_time):
    """Accepted on Wednesday 8 July 2026, Tuesday 14 being a public holiday: ten working days lead to Thursday 23."""
    walk = accepted(private_case(JULY), by=agent, days=1)
    met(walk, by=agent, days=(on - walk.at.date()).days)
    assert whole("met_in_time") == (1, in_time)


def test_the_age_of_a_debt_is_that_of_its_unpaid_terms_when_no_date_is_known():
    private_case(JULY)  # two months unpaid
    assert whole("debt_age") == (1, 60.0)
    assert whole("reported_early") == (1, 0.0)


def test_a_declined_routing_is_counted_with_its_reason_and_the_next_one_as_a_rerouting(agent):
    walk = private_case(JULY)
    walk.take("answer", by=agent, accept=False, reason="no_capacity")
    accepted(private_case(JULY), by=agent, days=1)
    assert counted("declines", "reason")[None, "no_capacity"] == (1, None)
    assert whole("declined") == (2, 1.0)
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}
    assert whole("rerouted") == (0, None)


def test_a_case_routed_again_to_where_it_is_is_not_rerouted():
    case = private_case(JULY).case
    first = RoutingDecision.objects.get(case=case)
    for code in ("mds-grigny", "mds-grigny"):
        RoutingDecision.objects.create(
            case=case,
            edition=first.edition,
            rule_code=first.rule_code,
            structure=factories.structure(code),
            explanation=first.explanation,
            decided_at=JULY,
        )
    assert whole("rerouted") == (1, None)


def test_contacts_are_counted_by_what_came_of_them(agent):
    met(accepted(private_case(JULY), by=agent, days=1), by=agent, days=1)
    assert counted("contacts", "contact")[None, "reached"] == (1, None)
    assert whole("reached") == (1, 1.0)


def test_debt_at_entry_is_that_of_the_first_report():
    for balance in ("500.00", "700.00", "2000.00"):
        private_case(JULY, balance=balance)
    assert whole("debt_in") == (3, 700.0)


def test_outcomes_and_stock_follow_the_days_of_cases(agent):
    first, second = private_case(JULY).case, private_case(AUGUST).case
    Case.objects.filter(pk=first.pk).update(closed_on=date(2026, 9, 15), outcome="cleared")
    assert counted("outcomes", "outcome")["2026-09", "cleared"] == (1, None)
    # On the last day of September: the second one alone, 54 days old.
    assert counted("open")["m1", None] == (1, None)
    assert whole("open") == (1, None)
    assert (second.opened_on, whole("opened"), whole("closed")) == (date(2026, 8, 7), (2, None), (1, None))


def test_a_case_is_taken_in_charge_on_the_day_of_its_first_acceptance_initial_stock_included(agent):
    accepted(private_case(JULY), by=agent, days=3)
    stock = accepted(private_case(JULY), by=agent, days=30)
    Case.objects.filter(pk=stock.case.pk).update(is_initial_stock=True)
    private_case(AUGUST)
    assert counted("taken") == {(None, None): (2, None), ("2026-07", None): (1, None), ("2026-08", None): (1, None)}


def test_an_acceptance_that_was_taken_back_takes_nothing_in_charge(agent):
    walk = accepted(private_case(JULY), by=agent, days=3)
    entry = walk.case.journal.get(kind="step.accepted")
    take_back_act(case=walk.case, entry=entry, by=agent, at=entry.happened_at)
    accepted(private_case(AUGUST), by=agent, days=3)
    assert counted("taken") == {(None, None): (1, None), ("2026-08", None): (1, None)}


def test_an_overpayment_is_taken_in_charge_when_its_lines_begin_to_be_followed():
    Play()
    assert counted("op_taken", quarter=Quarter(date(2026, 10, 1))) == {
        (None, None): (1, None),
        ("2026-11", None): (1, None),
    }


def test_whoever_comes_back_within_a_year_is_a_reentry(agent):
    first = private_case(JULY).case
    Case.objects.filter(pk=first.pk).update(closed_on=date(2026, 7, 20), outcome="cleared")
    factories.reported(first.tenancy, code="gestionnaire-b", at=SEPTEMBER)
    assert whole("reentries") == (2, 1.0)


def test_a_plan_is_kept_when_nobody_broke_it_six_months_after_it_was_agreed(agent):
    case: Any = private_case(JULY).case
    terms = {"case": case, "debt": case.tenancy.debt, "owed": 600, "amount": 600, "monthly": 50}
    for agreed, state, ended in [
        (date(2026, 1, 10), "broken", date(2026, 3, 1)),
        (date(2026, 2, 10), "broken", date(2026, 9, 1)),  # after the six months
        (date(2026, 3, 10), "running", None),
        (date(2026, 3, 20), "withdrawn", date(2026, 4, 1)),  # counts for nothing
    ]:
        RepaymentPlan.objects.create(
            **terms, made_on=agreed, agreed_on=agreed, first_due_on=agreed, state=state, ended_on=ended
        )
    # Amended in April, agreed anew; broken a month later, before the six months of what it continues.
    amended = RepaymentPlan.objects.create(
        **terms, made_on=date(2026, 3, 30), agreed_on=date(2026, 3, 30), first_due_on=date(2026, 5, 5), state="amended",
        ended_on=date(2026, 4, 30),
    )  # fmt: skip
    RepaymentPlan.objects.create(
        **terms, made_on=date(2026, 4, 30), agreed_on=date(2026, 4, 30), first_due_on=date(2026, 5, 5), state="broken",
        ended_on=date(2026, 6, 10), amends=amended,
    )  # fmt: skip
    assert whole("plans_kept_6") == (4, 2.0)
    assert whole("plans_kept_6", quarter=Quarter(date(2026, 10, 1))) == (0, None), (
        "An amendment is no plan of its own."
    )
    assert whole("plans", quarter=Quarter(date(2026, 1, 1))) == (5, None)
    assert whole("plans", quarter=Quarter(date(2026, 4, 1))) == (1, None)


def test_what_was_said_of_the_fsl_by_mistake_is_no_longer_counted(agent):
    """Asked on 6 August, granted by mistake, refused then granted for good on 3 September; another was never asked for."""
    first, second = (
        Measure.objects.create(
            case=private_case(JULY).case, kind="fsl", decided_on=JULY, updated_on=JULY, amount_granted=800
        )
        for _ in range(2)
    )
    for measure, state, on, is_correction in (
        (first, "filed", date(2026, 8, 6), False),
        (first, "granted", date(2026, 8, 10), False),
        (first, "filed", date(2026, 8, 6), True),
        (first, "refused", date(2026, 8, 20), False),
        (first, "filed", date(2026, 8, 6), True),
        (first, "granted", date(2026, 9, 3), False),
        (second, "to_prepare", date(2026, 8, 6), False),
        (second, "filed", date(2026, 8, 6), False),
        (second, "granted", date(2026, 8, 10), False),
        (second, "filed", date(2026, 8, 6), True),
        (second, "to_prepare", date(2026, 8, 6), True),
    ):
        MeasureMove.objects.create(
            measure=measure, state=state, happened_on=on, is_correction=is_correction, by=agent, recorded_at=NOON
        )
    assert counted("fsl_asked") == {(None, None): (1, None), ("2026-08", None): (1, None)}
    assert counted("fsl_granted") == {(None, None): (1, None), ("2026-09", None): (1, None)}
    assert whole("fsl_euros") == (1, 800.0)
    assert whole("fsl_delay") == (1, 28.0)


def test_the_rent_of_a_month_is_that_of_so_many_months_after_the_opening():
    for paid in ("yes", "no", "unknown"):
        case: Any = private_case(JULY).case
        RentMonth.objects.create(
            tenancy=case.tenancy, month=date(2026, 10, 1), paid=paid, source="landlord", known_on=date(2026, 11, 2)
        )
    assert whole("rent_paid_3", Quarter(date(2026, 10, 1))) == (2, 1.0)
    assert whole("rent_paid_1") == (0, None)


def test_what_happens_in_the_first_minutes_of_a_quarter_in_paris_is_counted_in_it(agent):
    """Summer time: 0:30 in Paris is still the day before for PostgreSQL."""
    accepted(private_case(datetime(2026, 6, 30, 0, 30, tzinfo=PARIS)), by=agent, days=1)
    assert whole("taken") == (1, None)
    assert whole("declined") == (1, 0.0)


def test_a_hearing_is_met_with_a_diagnosis_that_was_sent_before_it():
    for sent in (date(2026, 9, 1), date(2026, 9, 20)):
        case = private_case(JULY).case
        Milestone.objects.create(case=case, kind="hearing", happened_on=date(2026, 9, 10))
        Milestone.objects.create(case=case, kind="dsf_sent", happened_on=sent)
        Milestone.objects.create(case=case, kind="order_to_pay_served", happened_on=date(2026, 8, 3))
    # Nobody followed this one yet.
    late = private_case(SEPTEMBER).case
    for kind in ("order_to_pay_served", "summons_served", "hearing"):
        Milestone.objects.create(case=late, kind=kind, happened_on=late.opened_on - timedelta(days=1))
    assert whole("dsf_sent") == (2, 1.0)
    assert counted("orders")["2026-08", None] == (2, None)
    assert whole("summons") == (0, None)


def test_a_case_that_an_undone_import_opened_counts_for_nothing():
    case = private_case(JULY).case
    Case.objects.filter(pk=case.pk).update(closed_on=date(2026, 7, 8), outcome="voided")
    assert {code: whole(code) for code in ("reports", "opened", "closed", "outcomes", "debt_in")} == dict.fromkeys(
        ("reports", "opened", "closed", "outcomes", "debt_in"), (0, None)
    )


def test_people_whom_two_structures_follow_have_a_coordinator_or_not():
    quarter = Quarter.containing(NOON.date())
    for has_one in (True, False):
        someone = somebody()
        first = factories.member("mds-grigny")
        followed(someone, first)
        followed(someone, factories.member("ccas-grigny"), "ccas-grigny")
        if has_one:
            coordinated(someone, first)
    assert whole("ref_coordinated", quarter) == (2, 1.0)
    assert counted("ref_followed", "followers", quarter)[None, "2"] == (2, None)
    assert whole("ref_held", quarter) == (4, 4.0)
    assert whole("ref_informed", quarter) == (4, 4.0)


def test_households_are_told_by_what_is_known_of_them(agent):
    case = private_case(JULY).case
    private_case(JULY)
    social_case(JULY)
    know(case.household, dependent_children=5, rsa=True, aid_kind="APL")
    Milestone.objects.create(case=case, kind="order_to_pay_served", happened_on=JULY.date())
    Milestone.objects.create(case=case, kind="summons_served", happened_on=AUGUST.date())  # later
    Diagnostic.objects.create(
        case=case,
        by=agent,
        structure=factories.structure("caf-91"),
        family="lone_parent",
        completeness="partial",
        made_on=AUGUST.date(),
        finished_at=AUGUST,
    )
    Beneficiary.objects.filter(households=case.household).update(birth_date="2001")  # 24 for sure in July, no more
    told = {
        code: {key: number for (column, key), (number, _) in counted(code, by).items() if column is None and key}
        for code, by in [
            ("profile_children", "children"),
            ("profile_rsa", "rsa"),
            ("profile_aid", "aid"),
            ("profile_age", "holder_age"),
            ("profile_stage", "stage"),
            ("profile_family", "family"),
        ]
    }
    assert told == {
        "profile_children": {"3": 1, "2": 1},
        "profile_rsa": {"true": 1, "false": 1},
        "profile_aid": {"APL": 1, "ALF": 1, "none": 1},
        "profile_age": {"0": 1, "2": 2},
        "profile_stage": {"order_to_pay": 1, "amicable": 2},
        "profile_family": {"lone_parent": 1},
    }
    # Of the social one nobody said whether there are children.
    assert counted("profile_children", "children")[None, ""] == (1, None)


def test_a_household_is_unknown_to_services_when_somebody_said_so():
    for followed_by in ("none", "none", "mds-grigny", None):
        know(private_case(JULY).case.household, **({"followed_by": followed_by} if followed_by else {}))
    assert whole("unknown_before") == (3, 2.0)


def test_a_case_stands_at_its_step_of_the_last_day(agent):
    met(accepted(private_case(JULY), by=agent, days=3), by=agent, days=5)
    accepted(private_case(AUGUST), by=agent, days=3)
    late = accepted(private_case(SEPTEMBER), by=agent, days=30)  # on the seventh of October: asked, until then
    assert late.waiting_for == {"contact": "caf-91"}
    social_case(JULY)
    assert counted("steps", "step") == {
        (None, None): (4, None),
        ("all", None): (4, None),
        (None, "plan"): (1, None),
        ("all", "plan"): (1, None),
        (None, "contact"): (1, None),
        ("all", "contact"): (1, None),
        (None, "answer"): (1, None),
        ("all", "answer"): (1, None),
        (None, "qualify"): (1, None),
        ("all", "qualify"): (1, None),
    }


def test_an_overpayment_stands_where_one_of_its_lines_asks_for_something():
    Play()
    fourth = Quarter(date(2026, 10, 1))
    assert counted("op_steps", "step", fourth)[None, "lines"] == (1, None)
    line = CaseTask.objects.filter(node="choose_way").order_by("pk")
    line.update(node="await_answer")
    assert counted("op_steps", "step", fourth)[None, "operator"] == (1, None)


def test_a_load_is_that_of_a_professional_in_his_structure_on_the_last_day(agent):
    other = factories.member("caf-91")
    cases = [accepted(private_case(JULY), by=agent, days=1).case for _ in range(11)]
    accepted(private_case(JULY), by=other, days=1)
    accepted(private_case(SEPTEMBER), by=other, days=30)  # after the quarter
    found = count_indicators([BY_CODE["load"]], quarters=[THIRD], as_of=LAST_DAY, territory="grigny")["load"]
    # Eleven and one.
    assert [(cell.number, cell.value, cell.high) for cell in found[THIRD, ""] if cell.column is None] == [
        (2, 6.0, 10.0)
    ]
    assert counted("load_bands") == {(None, None): (2, None), ("n1", None): (1, None), ("n10", None): (1, None)}
    Case.objects.filter(pk__in=[case.pk for case in cases[:3]]).update(closed_on=date(2026, 9, 1), outcome="cleared")
    assert counted("load_bands") == {(None, None): (2, None), ("n1", None): (2, None)}


def test_the_people_that_a_professional_follows_are_counted_where_he_is_their_referent():
    quarter = Quarter.containing(NOON.date())
    first = factories.member("mds-grigny")
    for _ in range(3):
        followed(somebody(), first)
    followed(somebody(), factories.member("mds-grigny"))
    assert whole("ref_load", quarter) == (2, 2.0)
    assert counted("ref_load_bands", quarter=quarter)["n1", None] == (2, None)


def test_nothing_that_has_not_happened_yet_is_counted():
    private_case(JULY)
    found = count_indicators(
        [BY_CODE["reports"]], quarters=[THIRD], as_of=JULY.date() - timedelta(days=1), territory="grigny"
    )
    assert found["reports"][THIRD, ""] == []
