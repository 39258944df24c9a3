"""A landlord’s pages: the advancement of his reports, the plan to approve, and nothing of what is confidential."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cases.actions.debts import watch
from cases.models import LandlordProfile, RepaymentPlan
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows.actions import milestones

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


REPAYMENT: dict[str, Any] = {
    "kinds": ["repayment"],
    "amount": Decimal("1060.00"),
    "monthly": Decimal("106.00"),
    "first_due_on": date(2026, 12, 5),
}


def case_with(node: str) -> Walk:
    """A case of the rent manager B, followed by the CAF, waiting at a step."""
    home = factories.household(usual_name="Secretnom")
    lease = factories.tenancy(
        landlord="gestionnaire-b", housing="private", aid_kind="ALF", home=home, reference="B-17"
    )
    walk = Walk(factories.reported(lease, code="gestionnaire-b", **factories.FAMILY))
    worker = factories.member("caf-91", last_name="Discrète")
    steps: dict[str, tuple[str, dict[str, Any]]] = {
        "contact": ("answer", {"accept": True, "professional": worker, "reason": ""}),
        "diagnose": (
            "contact",
            {"result": "reached", "channel": "phone", "made_on": date(2026, 11, 24), "informed_by": "phone"},
        ),
        "plan": ("diagnose", {"completeness": "default"}),
        "agree": ("plan", REPAYMENT),
    }
    for waiting, (step, data) in steps.items():
        if node in walk.waiting_for:
            break
        walk.take(step, by=worker, **data)
        assert waiting in walk.waiting_for
    return walk


@pytest.fixture
def landlord(client):
    person = factories.member("gestionnaire-b", "correspondent")
    client.force_login(person)
    return person


@pytest.mark.parametrize(
    ("node", "state"), [("answer", "reçu"), ("contact", "pris en charge"), ("agree", "plan à approuver")]
)
def test_a_report_shows_a_coarse_state(client, landlord, node, state):
    case_with(node)
    page = client.get(reverse("reports"))
    assert [line.state for line in page.context["lines"]] == [state]
    assert state in page.content.decode()


def test_a_step_beside_the_others_says_nothing_of_how_far_the_case_is(client, landlord):
    walk = case_with("plan")
    worker = walk.task("plan").owner
    milestones.record(case=walk.case, kind="hearing", happened_on=date(2027, 2, 2), known="proved", by=worker, at=NOON)
    assert [line.state for line in client.get(reverse("reports")).context["lines"]] == ["pris en charge"]
    walk.take("plan", by=worker, **REPAYMENT)
    assert walk.waiting_for == {"send_dsf": "caf-91", "agree": "gestionnaire-b"}
    assert [line.state for line in client.get(reverse("reports")).context["lines"]] == ["plan à approuver"]


def test_a_closed_case_is_shown_when_asked_for(client, landlord):
    walk = case_with("contact")
    worker = walk.task("contact").owner
    walk.take("contact", by=worker, result="declined", channel="phone", made_on=date(2026, 11, 24))
    walk.take("close", by=worker, outcome="declined_support", note="")
    assert client.get(reverse("reports")).context["lines"] == []
    assert [line.state for line in client.get(reverse("reports") + "?clos=oui").context["lines"]] == ["clos"]


@pytest.mark.parametrize("node", ["answer", "contact", "diagnose", "agree"])
def test_a_landlord_reads_nothing_confidential(client, landlord, node):
    walk = case_with(node)
    report = walk.case.reports.get()
    addresses = (reverse("reports"), reverse("report_detail", args=[report.public_id]))
    shown = "".join(html_of(client.get(address)) for address in addresses)
    for secret in ("Discrète", "travail social", "enfant", "prestation", "ALF", "R3", "MDS"):
        assert secret not in shown, secret


def test_a_landlord_approves_a_plan(client, landlord):
    walk = case_with("agree")
    page = reverse("report_detail", args=[walk.case.reports.get().public_id])
    assert "106,00" in client.get(page).content.decode()
    client.post(page, {"answer": "accepted", "counter_monthly": ""})
    assert RepaymentPlan.objects.get().state == "running"
    assert walk.waiting_for == {"monitor": "caf-91"}


def test_a_landlord_proposes_another_sum_as_he_types_it(client, landlord):
    walk = case_with("agree")
    page = reverse("report_detail", args=[walk.case.reports.get().public_id])
    client.post(page, {"answer": "countered", "counter_monthly": "1 50,50 €"})
    assert RepaymentPlan.objects.get().counter_monthly == Decimal("150.50")
    assert walk.waiting_for == {"plan": "caf-91"}


def test_a_counter_proposal_without_a_sum_is_asked_again_and_keeps_what_was_typed(client, landlord):
    walk = case_with("agree")
    page = reverse("report_detail", args=[walk.case.reports.get().public_id])
    answer = client.post(page, {"answer": "countered", "counter_monthly": ""})
    assert "Saisir la mensualité que le bailleur propose." in answer.content.decode()
    assert answer.context["form"]["answer"].value() == "countered"
    assert walk.waiting_for == {"agree": "gestionnaire-b"}


def test_answering_twice_has_one_effect(client, landlord):
    walk = case_with("agree")
    page = reverse("report_detail", args=[walk.case.reports.get().public_id])
    for _ in range(2):
        client.post(page, {"answer": "accepted", "counter_monthly": ""}, follow=True)
    assert walk.waiting_for == {"monitor": "caf-91"}
    assert walk.case.journal.filter(kind="plan.answered").count() == 1


def test_another_landlord_and_a_social_worker_find_no_page(client):
    walk = case_with("agree")
    page = reverse("report_detail", args=[walk.case.reports.get().public_id])
    for outsider in (factories.member("bailleur-a", "correspondent"), factories.member("caf-91", "manager")):
        client.force_login(outsider)
        assert client.get(page).status_code == 404


def test_the_case_page_does_not_exist_for_a_landlord_even_if_he_guesses_its_address(client, landlord):
    walk = case_with("agree")
    assert client.get(f"/situations/{walk.case.public_id}/").status_code == 404


def test_the_watch_list_is_the_landlords_alone(client, landlord):
    lease = factories.tenancy(landlord="gestionnaire-b", reference="B-99")
    watch(tenancy=lease, structure=factories.structure("gestionnaire-b"), on=date(2026, 11, 5))
    assert "B-99" in client.get(reverse("watch_list")).content.decode()
    client.force_login(factories.member("bailleur-a", "correspondent"))
    assert "B-99" not in client.get(reverse("watch_list")).content.decode()


def test_a_landlord_changes_his_opening_threshold(client):
    client.force_login(factories.member("bailleur-a", "correspondent"))
    client.post(reverse("landlord_profile"), {"opening_dues": "1.5", "balance_includes_costs": "on"})
    profile = LandlordProfile.objects.get(structure__code="bailleur-a")
    assert (profile.opening_dues, profile.balance_includes_costs) == (Decimal("1.5"), True)


def test_a_threshold_of_zero_is_refused_in_french(client):
    client.force_login(factories.member("bailleur-a", "correspondent"))
    page = client.post(reverse("landlord_profile"), {"opening_dues": "0"})
    assert "supérieur à zéro" in page.content.decode()


def test_the_list_costs_ten_queries_at_most_whatever_its_length(client, landlord, django_assert_max_num_queries):
    for number in range(5):
        lease = factories.tenancy(landlord="gestionnaire-b", reference=f"B-{number}")
        factories.reported(lease, code="gestionnaire-b")
    with django_assert_max_num_queries(10):
        assert len(client.get(reverse("reports")).context["lines"]) == 5


def test_a_landlord_reads_his_own_tenants_name_but_not_from_the_report_of_another(client, landlord):
    case_with("answer")
    assert "SECRETNOM" in client.get(reverse("reports")).content.decode()
    lease = factories.tenancy(landlord="gestionnaire-b", home=factories.household(usual_name="Autrenom"))
    opener = factories.member("ccas-grigny")
    case = factories.reported(lease, by=opener, code="ccas-grigny", channel="professional", **factories.FAMILY)
    page = client.get(reverse("reports"))
    assert case.reports.get() not in [line.report for line in page.context["lines"]]
    assert "AUTRENOM" not in page.content.decode()


def test_a_services_own_lateness_is_not_the_landlords_to_read(client, landlord):
    case_with("contact")
    with time_machine.travel(NOON.replace(month=12, day=29), tick=False):
        client.force_login(landlord)
        page = client.get(reverse("reports"))
    assert [line.next_on for line in page.context["lines"]] == [None]
    assert "en retard" not in page.content.decode()


def test_a_plan_to_approve_comes_first_however_old_and_pages_show_each_report_once(client, landlord, monkeypatch):
    monkeypatch.setattr("workflows.views.landlord.PAGE_SIZE", 2)
    oldest = case_with("agree").case
    for number in range(4):
        factories.reported(
            factories.tenancy(landlord="gestionnaire-b", reference=f"B-{number}"), code="gestionnaire-b"
        )
    pages, address = [], reverse("reports")
    while address:
        context = client.get(address).context
        pages.append([line.report.case_id for line in context["lines"]])
        address = reverse("reports") + context["next_url"] if context["next_url"] else ""
    assert [len(page) for page in pages] == [2, 2, 1]
    assert pages[0][0] == oldest.pk
    assert len({case for page in pages for case in page}) == 5


def test_a_report_is_found_by_its_reference(client, landlord):
    for reference in ("B-1", "B-2"):
        factories.reported(factories.tenancy(landlord="gestionnaire-b", reference=reference), code="gestionnaire-b")
    [line] = client.get(reverse("reports"), {"reference": "b-2"}).context["lines"]
    assert line.report.tenancy.reference == "B-2"
    assert "Aucun signalement sous cette référence" in client.get(reverse("reports"), {"reference": "X"}).text


@pytest.mark.parametrize("place", ["x", "1-0-0", "1-9999999-1", "1-1-" + "9" * 30])
def test_a_place_that_means_nothing_does_no_harm(client, landlord, place):
    assert client.get(reverse("reports"), {"apres": place}).status_code == 200
