"""Deadlines on the real database; every date is typed from a calendar."""

from datetime import date
from typing import Any

import pytest

from cases.actions import deadlines
from cases.models import Case, Closure, Deadline, JournalEntry, Participation
from tests import factories
from tests.factories import NOON
from tests.workflows.actions.test_overpayment import APL, AT as MONDAY, line, opened
from tests.workflows.walk import Walk
from workflows.actions import milestones
from workflows.actions.taking_back_acts import take_back_act

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    """At the qualification desk since 24 November: its delays are cancelled, to leave the place to those of the test."""
    found = factories.reported()
    deadlines.cancel(Deadline.objects.filter(case=found), at=NOON)
    return found


def start(case: Case, fact: str, on: date, *, structure: str = "caf-91", **context: Any) -> dict[str, date]:
    started = deadlines.start(case=case, fact=fact, on=on, structure=factories.structure(structure), context=context)
    return {deadline.rule.code: deadline.legal_date for deadline in started}


def next_due(case: Case) -> set[date | None]:
    return set(Participation.objects.filter(case=case).values_list("next_due_on", flat=True))


def states(case: Case) -> dict[str, str]:
    found = Deadline.objects.filter(case=case).exclude(state="cancelled").select_related("rule")
    return {deadline.rule.code: deadline.state for deadline in found}


def apply(case: Case, fact: str, **context: Any) -> list[Deadline]:
    """At the CAF, on 24 November."""
    caf, on = factories.structure("caf-91"), date(2026, 11, 24)
    return list(deadlines.apply_fact(case=case, fact=fact, on=on, structure=caf, context=context, at=NOON))


def close(code: str, first_day: date, last_day: date, label: str = "fermeture") -> None:
    Closure.objects.create(structure=factories.structure(code), first_day=first_day, last_day=last_day, label=label)


# Starting


@pytest.mark.parametrize(
    ("on", "five", "ten"),
    [
        (date(2026, 11, 24), date(2026, 12, 1), date(2026, 12, 8)),
        # Wednesday 11 November isn't worked.
        (date(2026, 11, 9), date(2026, 11, 17), date(2026, 11, 24)),
        # Nor are the Fridays 25 December and 1 January.
        (date(2026, 12, 21), date(2026, 12, 29), date(2027, 1, 6)),
        # Started on a Saturday.
        (date(2026, 11, 28), date(2026, 12, 4), date(2026, 12, 11)),
    ],
)
def test_a_fact_starts_every_delay_that_counts_from_it(case: Case, on: date, five: date, ten: date):
    assert start(case, "answer_asked", on, urgent=False) == {"P-ANSWER": five, "P-ANSWER-END": ten}


def test_the_closure_of_the_structure_lengthens_its_working_days_and_says_so(case: Case):
    close("caf-91", date(2026, 12, 24), date(2027, 1, 1), "fin d’année")
    assert start(case, "answer_asked", date(2026, 12, 21), urgent=False) == {
        "P-ANSWER": date(2027, 1, 6),
        "P-ANSWER-END": date(2027, 1, 13),
    }
    kept = Deadline.objects.running().get(rule__code="P-ANSWER")
    assert kept.steps == [
        "21/12/2026 + 5 jours ouvrés → 06/01/2027 (mercredi)",
        (
            "Jours non comptés, outre les samedis et dimanches : 25/12/2026 (Noël), 01/01/2027 (Jour de l’an), "
            "fermeture du 24/12/2026 au 01/01/2027"
        ),
    ]


def test_another_structures_closure_changes_nothing(case: Case):
    close("mds-grigny", date(2026, 11, 25), date(2026, 11, 27))
    assert start(case, "answer_asked", date(2026, 11, 24), urgent=False)["P-ANSWER"] == date(2026, 12, 1)


def test_a_closure_never_lengthens_a_legal_delay(case: Case):
    close("caf-91", date(2026, 12, 14), date(2027, 1, 8))
    keita_morin = start(case, "order_to_pay_served", date(2026, 11, 3), lease_date=date(2024, 3, 1))
    assert keita_morin["C01"] == date(2026, 12, 15)
    haddou = start(case, "order_to_pay_served", date(2026, 11, 3), lease_date=date(2018, 6, 1))
    assert haddou["C01"] == date(2027, 1, 3)


def test_only_the_rule_whose_condition_surely_holds_starts(case: Case):
    assert start(case, "contact_asked", date(2026, 11, 24), contact_rule="P-CONTACT-5") == {
        "P-CONTACT-5": date(2026, 12, 1)
    }
    assert start(case, "contact_asked", date(2026, 11, 24)) == {}
    assert start(case, "nobody_counts_from_this", date(2026, 11, 24)) == {}


def test_the_date_to_aim_at_comes_before_the_legal_one(case: Case):
    start(case, "contact_asked", date(2026, 11, 24), contact_rule="P-CONTACT-10")
    kept = Deadline.objects.running().get(case=case)
    assert (kept.safe_date, kept.legal_date) == (date(2026, 12, 4), date(2026, 12, 8))


def test_a_fact_older_than_the_first_edition_is_counted_by_it(case: Case):
    assert start(case, "order_to_pay_served", date(2021, 5, 4), lease_date=date(2018, 6, 1))["C01"] == date(2021, 7, 4)


# Ending


def test_a_fact_meets_the_delays_that_waited_for_it(case: Case):
    start(case, "data_received", date(2026, 11, 24))
    start(case, "answer_asked", date(2026, 11, 24), urgent=False)
    apply(case, "person_informed")
    assert states(case) == {"P-INFORM-14": "met", "P-ANSWER": "running", "P-ANSWER-END": "running"}
    assert Deadline.objects.get(case=case, state="met").ended_at == NOON


def test_a_fact_may_meet_a_delay_and_start_the_next_one(case: Case):
    reported_on = date(2026, 11, 1)
    start(case, "plan_started", date(2026, 6, 1), report_date=reported_on)
    (again,) = apply(case, "execution_checked", report_date=reported_on)
    assert states(case) == {"I08": "met", "I08b": "running"}
    assert again.legal_date == date(2027, 5, 24)


def test_a_fact_of_one_case_meets_nothing_of_another(case: Case):
    other = factories.reported()
    start(other, "data_received", date(2026, 11, 24))
    apply(case, "closed")
    assert states(other)["P-INFORM-14"] == "running"


def test_a_missed_delay_is_a_line_of_the_journal_and_keeps_its_end(case: Case):
    start(case, "contact_asked", date(2026, 11, 24), contact_rule="P-CONTACT-2")
    deadline = Deadline.objects.running().get(case=case)
    deadlines.miss(deadline, at=NOON)
    entry = JournalEntry.objects.get(case=case, kind="deadline.missed")
    assert entry.data == {"deadline": deadline.pk, "rule": "P-CONTACT-2"}
    deadlines.cancel(Deadline.objects.filter(case=case), at=NOON)
    assert states(case) == {"P-CONTACT-2": "missed"}


# Whoever answers for the case


def test_the_last_days_of_dated_facts_go_with_the_case_around_the_closures_of_who_has_it():
    """22 December 2026 is a Tuesday: five working days before it, the 15th. Closed from the 14th, the last worked day is Friday 11:
    five working days before it, the 4th."""
    opener, worker = factories.member("ccas-grigny"), factories.member("mds-grigny")
    close("mds-grigny", date(2026, 12, 14), date(2026, 12, 24))
    walk = Walk(opened(opener, rsa=True), at=MONDAY)
    walk.take("check_notice", by=opener, routes_stated="no", lacks=["reason"])

    def found() -> set[tuple[str, date, date]]:
        counted = Deadline.objects.running().filter(case=walk.case, rule__code="IND-05c")
        return set(counted.values_list("structure__code", "legal_date", "safe_date"))

    assert found() == {("ccas-grigny", date(2026, 12, 22), date(2026, 12, 15))}
    asked = set(Deadline.objects.running().filter(case=walk.case, structure__code="mds-grigny"))
    assert {each.rule.start for each in asked} == {"accompaniment_asked"}
    Deadline.objects.filter(case=walk.case).update(remind_on=date(2026, 12, 15))
    walk.take("answer", by=worker, accept=True, professional=worker)
    assert found() == {("mds-grigny", date(2026, 12, 22), date(2026, 12, 4))}
    assert not Deadline.objects.running().filter(case=walk.case, structure__code="ccas-grigny").exists()
    assert set(walk.case.deadlines.filter(rule__code="IND-05c").values_list("remind_on", flat=True)) == {date.min}
    take_back_act(case=walk.case, entry=walk.case.journal.get(kind="step.accepted"), by=worker, at=MONDAY, reason="")
    assert found() == {("ccas-grigny", date(2026, 12, 22), date(2026, 12, 15))}


def test_what_had_ended_is_of_whoever_answers_for_the_case_once_it_runs_again():
    """A recourse about a housing aid, received on 26 October 2026: silence on 26 December. Papers asked on 28 October, until 20
    November, stop it for 23 days: 18 January 2027 is a Monday, and five working days before it is Monday 11."""
    opener, worker = factories.member("ccas-grigny"), factories.member("mds-grigny")
    walk = Walk(opened(opener, lines=[APL], rsa=True), at=MONDAY)
    walk.take("check_notice", by=opener, routes_stated="no", lacks=["reason"])
    debt = line(walk.case, "apl").debt
    known: dict[str, Any] = {"case": walk.case, "known": "proved", "at": MONDAY}
    received = date(2026, 10, 26)
    milestones.record(kind="recourse_received", happened_on=received, debt=debt, by=opener, **known)

    def found() -> tuple[str, str, date]:
        counted = Deadline.objects.get(case=walk.case, rule__code="IND-06b")
        return counted.structure.code, counted.state, counted.legal_date

    deadlines.miss(Deadline.objects.get(case=walk.case, rule__code="IND-06b"), at=MONDAY)
    walk.take("answer", by=worker, accept=True, professional=worker)
    assert found() == ("ccas-grigny", "missed", date(2026, 12, 26))
    milestones.record(
        kind="completion_asked", happened_on=date(2026, 10, 28), term=date(2026, 11, 20), debt=debt, by=worker, **known
    )
    assert found() == ("mds-grigny", "running", date(2027, 1, 18))


# What lists read


def test_participations_carry_the_nearest_date_to_aim_at(case: Case):
    assert next_due(case) == {None}
    start(case, "answer_asked", date(2026, 11, 24), urgent=False)
    start(case, "contact_asked", date(2026, 11, 24), contact_rule="P-CONTACT-5")
    assert next_due(case) == {date(2026, 11, 30)}
    deadlines.meet(Deadline.objects.filter(rule__code="P-CONTACT-5"), at=NOON)
    assert next_due(case) == {date(2026, 12, 1)}
    deadlines.miss(Deadline.objects.running().get(case=case, rule__code="P-ANSWER"), at=NOON)
    assert next_due(case) == {date(2026, 12, 8)}
    deadlines.cancel(Deadline.objects.running().filter(case=case), at=NOON)
    assert next_due(case) == {None}


def test_ending_the_delays_of_many_cases_takes_two_queries_and_ending_nothing_one(django_assert_num_queries: Any):
    cases = [factories.reported() for _ in range(3)]
    with django_assert_num_queries(2):
        deadlines.meet(Deadline.objects.running(), at=NOON)
    assert [next_due(case) for case in cases] == [{None}, {None}, {None}]
    with django_assert_num_queries(1):
        deadlines.cancel(Deadline.objects.running(), at=NOON)
