"""The table applied to cases of the database."""

from datetime import date
from typing import Any

import pytest

from cases.models import Deadline, Milestone
from tests import factories
from tests.workflows.walk import Walk
from workflows.models import CaseTask, RoutingDecision
from workflows.routing.apply import claimants_of, explain_routing, facts_of, table_in_force
from workflows.steps.arbitrate import ArbitrateForm
from workflows.steps.refusal import StepRefused

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
ALONE: dict[str, Any] = {"dependent_children": 0, "rsa": False, "family_benefits": False, "employed": False}


def age_of(birth_date: str, *, on: date) -> object:
    home = factories.household(birth_date=birth_date)
    case = factories.reported(factories.tenancy(home=home))
    return facts_of(case, on=on, table=table_in_force(on=on, territory="grigny")[1]).value("age")


@pytest.mark.parametrize(
    ("birth_date", "on", "age"),
    [
        ("1966-11-24", date(2026, 11, 23), 59),
        ("1966-11-24", date(2026, 11, 24), 60),
        ("1966-11", date(2026, 11, 29), 59),
        ("1966-11", date(2026, 12, 1), 60),
        ("1966", date(2026, 12, 30), 59),
        ("1966", date(2026, 12, 31), 60),
        ("", date(2026, 12, 31), None),
    ],
)
def test_a_partial_birth_date_gives_the_age_that_is_sure(birth_date: str, on: date, age: int | None):
    assert age_of(birth_date, on=on) == age


def test_the_furthest_act_of_the_bailiff_gives_the_stage():
    case = factories.reported()
    for kind, day in [("order_to_pay_served", date(2026, 8, 3)), ("summons_served", date(2026, 11, 2))]:
        Milestone.objects.create(case=case, kind=kind, happened_on=day)
    facts = facts_of(case, on=TODAY, table=table_in_force(on=TODAY, territory="grigny")[1])
    assert (facts.value("stage"), facts.source("stage")) == ("summons", "fait daté du dossier")


def test_a_case_keeps_going_when_a_structure_that_rules_and_facts_name_is_out_of_service():
    mds = factories.structure("mds-grigny")
    mds.is_active = False
    mds.save()
    lease = factories.tenancy(home=factories.household(birth_date="1979-03-02"))
    walk = Walk(factories.reported(lease, **ALONE, followed_by="mds-grigny"))
    assert walk.waiting_for == {"answer": "ccas-grigny"}


def test_ouattara_vidal_is_declined_twice_and_reaches_the_pilot():
    lease = factories.tenancy(home=factories.household(birth_date="1979-03-02"))
    walk = Walk(factories.reported(lease, **ALONE, followed_by="mds-grigny"))
    assert walk.waiting_for == {"answer": "mds-grigny"}
    mds, ccas = factories.member("mds-grigny", "manager"), factories.member("ccas-grigny", "manager")
    walk.take("answer", by=mds, accept=False, reason="unknown_here")
    assert walk.waiting_for == {"answer": "ccas-grigny"}
    walk.take("answer", by=ccas, accept=False, reason="no_capacity")
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}
    decisions = RoutingDecision.objects.filter(case=walk.case).order_by("pk")
    assert [decision.rule_code for decision in decisions] == ["R2", "R12", "R99"]


@pytest.mark.parametrize("occupation", ["owner", "hosted"])
def test_who_is_no_tenant_reaches_the_pilot_out_of_scope_whoever_follows_him(occupation):
    walk = Walk(factories.reported(**ALONE, followed_by="mds-grigny", occupation=occupation))
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}
    decision = RoutingDecision.objects.get(case=walk.case)
    assert (decision.rule_code, decision.structure) == ("RH", None)
    assert decision.explanation["reason"].startswith("RH : Hors champ")


def test_who_sublets_is_first_told_the_law_by_the_adil():
    walk = Walk(factories.reported(**ALONE, occupation="sublet"))
    assert walk.waiting_for == {"answer": "adil-91"}


def test_a_case_urgent_by_a_known_fact_is_answered_in_urgent_delays():
    case = factories.reported(urgent=True)
    assert not case.is_urgent
    dates = {d.rule.code: d.legal_date for d in Deadline.objects.filter(case=case).select_related("rule")}
    assert dates == {"P-ANSWER": date(2026, 11, 25), "P-ANSWER-END": date(2026, 11, 26)}


def test_explaining_a_case_writes_nothing_and_takes_few_queries(django_assert_max_num_queries: Any):
    case = factories.reported(**factories.FAMILY)
    before = RoutingDecision.objects.count()
    with django_assert_max_num_queries(11):
        explain_routing(case, on=TODAY)
    assert RoutingDecision.objects.count() == before


def test_who_claims_rent_is_the_landlord_with_its_own_services():
    assert claimants_of(factories.reported(factories.tenancy())) == {"bailleur-a", "bailleur-a-social"}


def test_a_household_that_its_landlord_follows_goes_to_another_service():
    lease = factories.tenancy(home=factories.household(birth_date="1979-03-02"))
    walk = Walk(factories.reported(lease, **ALONE, followed_by="bailleur-a-social"))
    assert walk.waiting_for == {"answer": "ccas-grigny"}
    kept = RoutingDecision.objects.get()
    assert kept.explanation["claimants"] == ["bailleur-a", "bailleur-a-social"]


def test_the_pilot_is_not_offered_the_services_of_who_claims_and_cannot_choose_one():
    # She is no tenant: no row takes her.
    lease = factories.tenancy(home=factories.household(birth_date="1979-03-02"), housing="private")
    walk = Walk(factories.reported(lease, **ALONE, occupation="hosted"))
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}
    task = CaseTask.objects.open().get(node="arbitrate")
    pilot = factories.member("caf-91-pilotage", "pilot")
    offered = ArbitrateForm(task=task, user=pilot).fields["structure"].queryset  # type: ignore[attr-defined]
    codes = set(offered.values_list("code", flat=True))
    assert {"ccas-grigny", "caf-91", "mds-grigny"} <= codes
    assert not codes & {"bailleur-a", "bailleur-a-social"}
    with pytest.raises(StepRefused, match="Ce service réclame la dette de ce ménage"):
        walk.take("arbitrate", by=pilot, structure=factories.structure("bailleur-a-social"), out_of_scope=False)


@pytest.mark.parametrize(
    ("kind", "until", "known"),
    [
        ("tutelle", None, True),
        ("curatelle_renforcee", None, True),
        ("tutelle", date(2026, 11, 23), False),
        ("habilitation", None, False),
    ],
)
def test_a_measure_recorded_on_the_person_answers_whatever_was_said_before(kind: str, until: date | None, known: bool):
    """A tutelle that began after the landlord said « no » sends her to whom it was given; a family that a judge empowered
    does not."""
    lease = factories.tenancy(home=factories.household(birth_date="1979-03-02"))
    case = factories.reported(lease, legal_protection=False)
    factories.protect(case, by=factories.member("caf-91"), kind=kind, until=until)
    facts = facts_of(case, on=TODAY, table=table_in_force(on=TODAY, territory="grigny")[1])
    assert facts.value("legal_protection") is known
    if known:
        assert facts.source("legal_protection") == "mesure enregistrée sur la personne"
    assert facts.value("age") == 47
