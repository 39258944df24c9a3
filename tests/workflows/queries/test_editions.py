"""What a draft of the deadline rules would change for cases that run, counted on the real database."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cases.actions.deadlines import catalogue_in_force
from cases.models import Case, Closure, User
from cases.rules.catalogue import CheckedDeadlineRule
from tests import factories
from tests.factories import NOON, member
from tests.journeys.scene import case_at
from workflows.actions import milestones
from workflows.queries.editions import Impact, compute_impact, would_miss

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
EVERYWHERE: dict[str, Any] = {"territory": "grigny", "kinds": ("arrears", "overpayment", "coordination")}


@pytest.fixture
def worker() -> User:
    return member("caf-91")


@pytest.fixture
def pilot() -> User:
    return member("caf-91-pilotage", "pilot")


def rules(**changed: dict[str, Any]) -> dict[str, CheckedDeadlineRule]:
    """Those in force, some of which say something else."""
    found = {rule.code: rule for rule in catalogue_in_force(on=TODAY, territory="grigny").rules}
    for code, fields in changed.items():
        found[code] = replace(found[code], **fields)
    return found


def served(case: Case, by: User, day: date = date(2026, 11, 16)) -> None:
    milestones.record(case=case, kind="order_to_leave_served", happened_on=day, known="proved", by=by, at=NOON)


def looked(
    code: str, after: dict[str, CheckedDeadlineRule], user: User, before: dict[str, CheckedDeadlineRule] | None = None
) -> Impact:
    return compute_impact(before=before or rules(), after=after, codes=[code], user=user, on=TODAY, **EVERYWHERE)


def test_a_margin_moves_the_safe_date_of_the_cases_that_have_the_fact(worker):
    case = case_at("monitor", worker=worker).case
    served(case, worker)
    found = looked("C08", rules(C08={"safe_margin": 15}), worker)
    assert (found.running, found.counted, found.cases) == ({"C08": 1}, 1, 1)
    ((seen, moved),) = found.moved
    assert seen == case
    assert (moved.started_on, moved.before, moved.after) == (date(2026, 11, 16), date(2027, 1, 16), date(2027, 1, 16))
    # The last worked day is Friday 15 January; ten, then fifteen working days before, without 1 January.
    assert (moved.safe_before, moved.safe_after) == (date(2026, 12, 31), date(2026, 12, 23))


def test_the_closed_days_of_the_structure_count_as_they_do_in_life(worker):
    case = case_at("monitor", worker=worker).case
    Closure.objects.create(
        structure=case.responsible_structure, first_day=date(2026, 12, 28), last_day=date(2026, 12, 31), label="Noël"
    )
    served(case, worker)
    ((_, moved),) = looked("C08", rules(C08={"safe_margin": 11}), worker).moved
    assert (moved.safe_before, moved.safe_after) == (date(2026, 12, 24), date(2026, 12, 23))


def test_a_rule_that_says_the_same_moves_nothing(worker):
    served(case_at("monitor", worker=worker).case, worker)
    found = looked("C08", rules(), worker)
    assert (found.counted, found.cases, found.moved) == (1, 0, [])


def test_a_new_rule_would_have_started_and_a_withdrawn_one_not(worker):
    served(case_at("monitor", worker=worker).case, worker)
    without = rules()
    del without["C08"]
    ((_, started),) = looked("C08", rules(), worker, before=without).moved
    assert (started.before, started.after) == (None, date(2027, 1, 16))
    ((_, stopped),) = looked("C08", without, worker).moved
    assert (stopped.before, stopped.after) == (date(2027, 1, 16), None)


def test_what_steps_make_happen_is_known_by_its_delays(worker):
    case_at("contact", worker=worker)
    before = rules()
    longer = replace(before["P-CONTACT-10"].variants[0], length=12)
    found = looked(
        "P-CONTACT-10", {**before, "P-CONTACT-10": replace(before["P-CONTACT-10"], variants=(longer,))}, worker
    )
    ((_, moved),) = found.moved
    assert (moved.before, moved.after) == (date(2026, 12, 8), date(2026, 12, 10))


def test_the_pilot_reads_numbers_and_no_case_that_he_does_not_see(worker, pilot):
    served(case_at("monitor", worker=worker).case, worker)
    found = looked("C08", rules(C08={"safe_margin": 15}), pilot)
    assert (found.cases, found.moved) == (1, [])


def test_a_fact_recorded_long_ago_is_not_counted_again(worker):
    case = case_at("monitor", worker=worker).case
    served(case, worker)
    case.milestones.update(recorded_at="2026-03-01T12:00:00+01:00")
    case.deadlines.update(created_at="2026-03-01T12:00:00+01:00")
    assert looked("C08", rules(C08={"safe_margin": 15}), worker).counted == 0


def test_many_rules_and_cases_take_as_many_queries_as_one(worker, django_assert_num_queries):
    for _ in range(3):
        served(case_at("monitor", worker=worker).case, worker)
    changed = {code: replace(rule, safe_margin=rule.safe_margin + 1) for code, rule in rules().items()}
    before = rules()
    factories.know(Case.objects.earliest("pk").household, rsa=True)
    with django_assert_num_queries(3):
        compute_impact(before=before, after=changed, codes=list(changed), user=worker, on=TODAY, **EVERYWHERE)


def without(*codes: str) -> list[CheckedDeadlineRule]:
    return [rule for code, rule in rules().items() if code not in codes]


def test_a_delay_that_the_routing_table_chooses_is_missed():
    assert [doubt.text for doubt in would_miss(without(), without("P-CONTACT-2"), territory="grigny", on=TODAY)] == [
        "La règle d’orientation R0 choisit le délai de contact P-CONTACT-2, qui ne serait plus là."
    ]


def test_a_fact_from_which_nothing_counts_any_more_is_said():
    (doubt,) = would_miss(without(), without("RGPD-ANSWER"), territory="grigny", on=TODAY)
    assert doubt.text == (
        "RGPD-ANSWER (« Répondre à la demande d’une personne sur ses données ») est la dernière à compter de ce fait : "
        "plus aucune date ne suivrait."
    )
    assert (
        would_miss(without(), without("P-QUALIFY"), territory="grigny", on=TODAY) == []
    )  # P-QUALIFY-END still counts from it


def test_nothing_withdrawn_is_nothing_missed(django_assert_num_queries):
    before = without()
    with django_assert_num_queries(0):
        assert would_miss(before, before, territory="grigny", on=TODAY) == []
