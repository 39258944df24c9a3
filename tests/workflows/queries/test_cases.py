"""Situations: found by what people have at hand, narrowed by filters, never beyond what the reader sees."""

from datetime import date, timedelta
from typing import Any

import pytest

from cases import permissions
from cases.actions.case import assign_professional
from cases.models import Case, Tenancy, User
from tests import factories
from tests.factories import NOON
from tests.workflows.walk import Walk
from workflows.models import CaseTask
from workflows.queries import cases as queries, time_left
from workflows.queries.cases import CaseCriteria, CaseStateFilter

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
PRIVATE: dict[str, Any] = {"landlord": "gestionnaire-b", "housing": "private", "aid_kind": "ALF"}


@pytest.fixture
def manager():
    return factories.member("caf-91", "manager")


def asked_of_the_caf(*, reference: str = "", **person: Any) -> Case:
    more: dict[str, Any] = {"reference": reference} if reference else {}
    lease = factories.tenancy(home=factories.household(**person), **PRIVATE, **more)
    return factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)


def found(user: User, text: str = "", **criteria: Any) -> list[Case]:
    return list(queries.find_matching_cases(user, CaseCriteria(text=text, **criteria), today=TODAY))


@pytest.mark.parametrize(
    "text", ["Ferreira", "ferreira nogueira", "ANA NOGUEIRA", "Nogueira, Ana", "  férreira  ", "nogu"]
)
def test_a_name_is_found_however_it_is_typed(manager, text):
    case = asked_of_the_caf(usual_name="Ferreira Nogueira", first_names="Ana")
    asked_of_the_caf(usual_name="Diarra", first_names="Carla")
    assert found(manager, text) == [case]


def test_apostrophes_and_accents_of_the_record_do_not_matter_either(manager):
    case = asked_of_the_caf(usual_name="N’Diaye", first_names="Élodie")
    assert found(manager, "ndiaye elodie") == found(manager, "N'DIAYE") == [case]


def test_every_word_must_be_found(manager):
    asked_of_the_caf(usual_name="Diarra", first_names="Carla")
    assert found(manager, "Diarra Mamadou") == []


def test_another_member_of_the_household_leads_to_its_case(manager):
    case = asked_of_the_caf(usual_name="Diarra", first_names="Carla")
    spouse = factories.person(usual_name="Okafor", first_names="Jude")
    spouse.save()
    case.household.memberships.create(beneficiary=spouse, position="spouse")
    assert found(manager, "Okafor") == [case]


def test_a_misspelt_name_is_found_among_those_that_look_like_it(manager):
    case = asked_of_the_caf(usual_name="Ferreira Nogueira", first_names="Ana")
    asked_of_the_caf(usual_name="Karaman", first_names="Emre")
    criteria = CaseCriteria(text="Fereira")
    assert found(manager, criteria.text) == []
    assert list(queries.find_similar_cases(manager, criteria, today=TODAY)) == [case]


def test_numbers_lead_to_the_case(manager):
    case = asked_of_the_caf(reference="G2-1180", caf_number="1234567", phone="+33612345678")
    asked_of_the_caf(caf_number="7654321", phone="+33687654321")
    for text in (case.reference, "1234567", "123 45 67", "G2-1180", "g2-1180", "06 12 34 56 78", "+33 6 12 34 56 78"):
        assert found(manager, text) == [case], text


@pytest.mark.parametrize("text", ["%", "_", "1999-1", "0", "'", "\\", "--", "§", "a" * 100])
def test_what_nobody_is_called_finds_nobody(manager, text):
    asked_of_the_caf()
    criteria = CaseCriteria(text=text)
    assert found(manager, text) == []
    assert list(queries.find_similar_cases(manager, criteria, today=TODAY)) == []


@pytest.mark.parametrize(
    ("code", "role"), [("mds-grigny", "manager"), ("caf-91-recouvrement", "manager"), ("gestionnaire-b", "manager")]
)
def test_nobody_finds_what_he_does_not_see(code, role):
    outsider = factories.member(code, role)
    case = asked_of_the_caf(reference="G2-1180", usual_name="Delaunay", caf_number="1234567")
    for text in ("", "Delaunay", "1234567", case.reference, "G2-1180"):
        assert found(outsider, text, state=CaseStateFilter.ALL) == []
    assert list(queries.find_similar_cases(outsider, CaseCriteria(text="Delauney"), today=TODAY)) == []


def test_closed_cases_are_apart(manager):
    walk = Walk(asked_of_the_caf())
    walk.take("answer", by=manager, accept=True, professional=manager, reason="")
    walk.take("contact", by=manager, result="declined", channel="phone", made_on=TODAY, informed_by="phone")
    walk.take("close", by=manager, outcome="declined_support")
    still_open = asked_of_the_caf()
    assert found(manager) == [still_open]
    assert found(manager, state=CaseStateFilter.CLOSED) == [walk.case]
    assert set(found(manager, state=CaseStateFilter.ALL)) == {still_open, walk.case}


def test_filters_narrow(manager):
    worker = factories.member("caf-91")
    waiting = asked_of_the_caf()
    accepted = Walk(asked_of_the_caf())
    accepted.take("answer", by=worker, accept=True, professional=worker, reason="")
    factories.aim(CaseTask.objects.open().of_case(waiting), at=TODAY - timedelta(days=1))
    assert found(manager, step="answer") == [waiting]
    assert found(manager, step="contact") == [accepted.case]
    assert found(manager, late=True) == [waiting]
    assert found(manager, late=True, step="contact") == []
    assert found(worker, mine=True) == [accepted.case]
    assert found(manager, mine=True) == []


def test_a_structure_is_found_whether_it_answers_for_the_case_or_has_the_ball(manager):
    case = asked_of_the_caf()
    for code, expected in (("caf-91", [case]), ("caf-91-pilotage", [case]), ("mds-grigny", [])):
        assert found(manager, structure=factories.structure(code)) == expected


def test_pages_follow_one_another_newest_first(manager, monkeypatch):
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    made = [asked_of_the_caf() for _ in range(5)]
    Case.objects.filter(pk=made[0].pk).update(opened_on=date(2026, 11, 1))
    cases = queries.find_matching_cases(manager, CaseCriteria(), today=TODAY)
    first = queries.page(cases, today=TODAY)
    second = queries.page(cases, today=TODAY, after=queries.position_of(first[1]))
    last = queries.page(cases, today=TODAY, after=queries.position_of(second[1]))
    assert [first[:2], second[:2], last] == [[made[4], made[3]], [made[2], made[1]], [made[0]]]
    assert len(first) == len(second) == 3


def test_a_line_says_who_has_the_ball_and_who_answers_for_the_case(manager):
    worker = factories.member("caf-91", first_name="Claire", last_name="Montel")
    walk = Walk(asked_of_the_caf(usual_name="Delaunay", first_names="Inès"))
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    assign_professional(case=walk.case, user=manager, structure=factories.structure("caf-91"), at=NOON, by=manager)
    [line] = queries.build_rows(
        queries.page(queries.find_matching_cases(manager, CaseCriteria(), today=TODAY), today=TODAY), today=TODAY
    )
    assert (line.person, line.professional) == ("DELAUNAY Inès", manager.get_full_name())
    [step] = line.steps
    assert (step.title, step.who, step.since) == (
        "Informer et contacter le ménage",
        "Claire Montel",
        "depuis aujourd’hui",
    )


def test_a_count_stops_where_it_tells_no_more(manager, monkeypatch):
    monkeypatch.setattr(time_left, "COUNTED", 1)
    for _ in range(3):
        asked_of_the_caf()
    assert queries.find_cases(manager, CaseCriteria(), today=TODAY).total == 2


@pytest.mark.parametrize("state", CaseStateFilter)
def test_whoever_sees_many_cases_finds_the_same_ones(manager, monkeypatch, state):
    walk = Walk(asked_of_the_caf())
    walk.take("answer", by=manager, accept=True, professional=manager, reason="")
    walk.take("contact", by=manager, result="declined", channel="phone", made_on=TODAY, informed_by="phone")
    walk.take("close", by=manager, outcome="declined_support")
    asked_of_the_caf()
    factories.reported()
    expected = set(found(manager, state=state))
    monkeypatch.setattr(permissions.seeing, "MANY", 1)
    seen = queries.find_cases(manager, CaseCriteria(state=state), today=TODAY)
    assert (set(seen.cases), seen.total) == (expected, time_left.COUNTED + 1)


def test_a_list_costs_the_same_queries_however_many_cases(manager, django_assert_num_queries):
    asked_of_the_caf(usual_name="Ferreira")
    for criteria, number in (
        (CaseCriteria(), 6),
        (CaseCriteria(text="Ferreira"), 5),
        (CaseCriteria(text="Fereira"), 7),
    ):
        with django_assert_num_queries(number):
            queries.build_rows(
                queries.page(queries.find_cases(manager, criteria, today=TODAY).cases, today=TODAY), today=TODAY
            )


@pytest.mark.parametrize("text", ["Ferreira", "Fereira", "ferr an"])
def test_a_common_name_is_looked_for_among_the_cases_that_one_sees_and_finds_the_same(manager, monkeypatch, text):
    for _ in range(2):
        asked_of_the_caf(usual_name="Ferreira", first_names="Ana")
    factories.reported(factories.tenancy(home=factories.household(usual_name="Ferreira", first_names="Ana")))
    few = queries.find_cases(manager, CaseCriteria(text=text), today=TODAY)
    monkeypatch.setattr(queries, "COMMON", 0)
    many = queries.find_cases(manager, CaseCriteria(text=text), today=TODAY)
    assert len(set(few.cases)) == 2
    assert (set(many.cases), many.total, many.is_similar) == (set(few.cases), few.total, few.is_similar)


def test_a_reference_is_found_even_where_it_is_a_common_name_too(manager, monkeypatch):
    monkeypatch.setattr(queries, "COMMON", 0)
    case = asked_of_the_caf(usual_name="Ferreira")
    other = asked_of_the_caf(usual_name="Sow")
    Tenancy.objects.filter(cases=other).update(reference="FERREIRA")
    assert set(found(manager, text="Ferreira")) == {case, other}


def test_of_too_many_cases_to_gather_a_page_is_read_all_the_same(manager, monkeypatch):
    monkeypatch.setattr(queries, "GATHERED", 1)
    cases = {asked_of_the_caf(usual_name="Ferreira") for _ in range(3)}
    assert set(queries.find_cases(manager, CaseCriteria(text="Ferreira"), today=TODAY).cases) == cases
