"""Early warning, as a landlord and a professional read it. Amounts and dates are typed by hand.

Regime A (reports before 1 January 2027): twice the net due, or two months unpaid in some cases. Regime B: above 450 €.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cases.actions import debts
from cases.actions.milestones import save_milestone as keep_milestone
from cases.models import ProcessingRestriction, Tenancy
from tests import factories
from tests.factories import NOON, PARIS
from workflows.views.arrears import debts_to_watch

pytestmark = pytest.mark.django_db

DECEMBER = datetime(2026, 12, 1, 12, 0, tzinfo=PARIS)


def owing(balance: str, *, on: date = date(2026, 11, 20), code: str = "bailleur-a", **fields: Any) -> Tenancy:
    """A lease at 530 € a month, without aid unless said."""
    lease = factories.tenancy(**fields)
    debts.record_statement(
        tenancy=lease, source=factories.structure(code), as_of=on, balance=Decimal(balance), at=NOON
    )
    return lease


APL: dict[str, Any] = {"aid_kind": "APL", "aid": Decimal("230.00"), "direct_payment": True}
"""The net due is 300 €."""


def shown(client: Any, sign: str, *, at: datetime = NOON) -> list[str]:
    with time_machine.travel(at, tick=False):
        client.force_login(client.user)
        page = client.get(reverse("warnings"), {"voir": sign})
    assert page.status_code == 200
    return [line.tenancy.reference for line in page.context["lines"]]


@pytest.fixture
def landlord(client):
    client.user = factories.member("bailleur-a", "correspondent")
    return client


def test_who_is_about_to_cross_one_due(landlord):
    owing("396.00", reference="FAR")  # three quarters of 530 € are 397,50 €
    owing("398.00", reference="NEAR")
    owing("530.00", reference="THERE")
    assert shown(landlord, "un-terme") == ["NEAR"]


def test_a_lease_whose_case_is_open_is_no_longer_about_to_cross(landlord):
    lease = factories.tenancy(reference="OPEN")
    factories.reported(lease, balance="1060.00")
    debts.record_statement(
        tenancy=lease, source=factories.structure("bailleur-a"), as_of=NOON.date(), balance=Decimal("500.00"), at=NOON
    )
    assert shown(landlord, "un-terme") == []


def test_who_nears_the_legal_threshold_of_either_regime(landlord):
    owing("330.00", reference="FAR", **APL)  # three quarters of 450 € are 337,50 €
    owing("340.00", reference="NEAR-450", **APL)
    owing("470.00", reference="NEAR-600", **APL)  # above 450 €, and three quarters of twice 300 €
    owing("340.00", reference="NO-AID", aid_kind="none")
    assert sorted(shown(landlord, "seuil-legal")) == ["NEAR-450", "NEAR-600"]


def test_a_debt_constituted_for_two_months_and_not_reported(landlord):
    old = owing("700.00", reference="OLD", on=date(2026, 9, 20), **APL)
    debts.record_statement(
        tenancy=old, source=factories.structure("bailleur-a"), as_of=NOON.date(), balance=Decimal("710.00"), at=NOON
    )
    owing("700.00", reference="RECENT", on=date(2026, 10, 20), **APL)
    told = factories.tenancy(reference="TOLD", **APL)
    case = factories.reported(told, balance="700.00", at=datetime(2026, 9, 20, 12, tzinfo=PARIS))
    keep_milestone(case=case, kind="arrears_reported", happened_on=date(2026, 10, 1), at=NOON)
    assert shown(landlord, "non-signales") == ["OLD"]


def test_the_list_of_1_december_holds_what_exceeds_450_euros_and_is_not_reported(landlord):
    owing("450.00", reference="AT", **APL)
    owing("450.01", reference="ABOVE", **APL)
    owing("900.00", reference="NO-AID", aid_kind="none")
    told = factories.tenancy(reference="TOLD", **APL)
    case = factories.reported(told, balance="900.00")
    keep_milestone(case=case, kind="arrears_reported", happened_on=date(2026, 11, 1), at=NOON)
    assert shown(landlord, "nouveau-seuil", at=DECEMBER) == ["ABOVE"]
    assert shown(landlord, "nouveau-seuil", at=NOON) == []
    assert shown(landlord, "nouveau-seuil", at=datetime(2027, 1, 1, 12, tzinfo=PARIS)) == []


def test_a_landlord_sees_his_own_leases_by_his_own_figures_only(landlord):
    owing("398.00", reference="HERS", code="gestionnaire-b", landlord="gestionnaire-b")
    owing("398.00", reference="MINE-BY-CAF", code="caf-91")
    owing("398.00", reference="MINE")
    assert shown(landlord, "un-terme") == ["MINE"]


def test_a_professional_sees_the_cases_that_are_shown_to_him_in_full_and_no_watch(client):
    case = factories.reported(factories.tenancy(reference="CASE", **APL), balance="500.00")
    factories.reported(factories.tenancy(reference="CARD", **APL), balance="500.00")
    owing("500.00", reference="WATCH", **APL)
    case.participations.create(
        structure=factories.structure("caf-91"), part="support", level="full", basis="SH-8", since=NOON.date()
    )
    client.user = factories.member("caf-91", "manager")
    assert shown(client, "nouveau-seuil", at=DECEMBER) == ["CASE"]
    for code, role in (("mds-grigny", "manager"), ("caf-91-pilotage", "pilot")):  # the desk has the card alone
        client.user = factories.member(code, role)
        assert shown(client, "nouveau-seuil", at=DECEMBER) == []


def test_a_landlord_is_not_told_of_who_had_what_is_done_with_her_restricted(landlord):
    lease = owing("398.00", reference="HERS")
    ProcessingRestriction.objects.create(
        household=lease.household, ground="accuracy", put_by=landlord.user, put_at=NOON
    )
    assert shown(landlord, "un-terme") == []


def test_the_pilot_reads_by_landlord_what_is_still_to_report_without_a_name(client):
    for balance, lord in (("500.00", "bailleur-a"), ("470.00", "bailleur-a"), ("800.00", "gestionnaire-b")):
        factories.reported(factories.tenancy(landlord=lord, **APL), code=lord, balance=balance)
    factories.reported(factories.tenancy(**APL), balance="450.00")
    owing("900.00", **APL)  # watched: its landlord’s alone
    client.force_login(factories.member("caf-91-pilotage", "pilot"))
    with time_machine.travel(DECEMBER, tick=False):
        client.force_login(factories.member("caf-91-pilotage", "pilot"))
        found = client.get(reverse("warnings")).context["landlords"]
        assert "ceux qui suivent leur situation les lisent" in client.get(reverse("warnings")).content.decode()
    assert [(line.landlord.code, line.coming, str(line.debt)) for line in found] == [
        ("bailleur-a", 2, "970.00"),
        ("gestionnaire-b", 1, "800.00"),
    ]


@pytest.mark.parametrize(
    ("code", "role"), [("bailleur-a", "correspondent"), ("caf-91", "manager"), ("mds-grigny", "pilot")]
)
def test_figures_of_landlords_are_the_desk_s_alone(client, code, role):
    factories.reported(factories.tenancy(**APL), balance="900.00")
    with time_machine.travel(DECEMBER, tick=False):
        client.force_login(factories.member(code, role))
        assert client.get(reverse("warnings")).context["landlords"] == []


def test_who_reports_nothing_has_no_such_page(client):
    client.force_login(factories.member("caf-91", "dpo"))
    assert client.get(reverse("warnings")).status_code == 404


def test_the_page_costs_the_same_however_many_leases(landlord, django_assert_max_num_queries):
    for _ in range(12):
        owing("398.00")
    landlord.force_login(landlord.user)
    with django_assert_max_num_queries(12), time_machine.travel(NOON, tick=False):
        assert len(landlord.get(reverse("warnings"), {"voir": "un-terme"}).context["lines"]) == 12


def test_the_largest_debts_are_read_and_the_page_says_where_there_are_others(landlord, client, monkeypatch):
    monkeypatch.setattr(debts_to_watch, "READ", 2)
    owing("398.00", reference="SMALL")
    owing("420.00", reference="LARGE")
    assert "Seules les 2 plus grandes dettes" not in page_text(landlord)
    owing("410.00", reference="MIDDLE")
    assert shown(landlord, "un-terme") == ["LARGE", "MIDDLE"]
    assert "Seules les 2 plus grandes dettes sont lues et comptées ici" in page_text(landlord)


def test_the_desk_is_told_where_smaller_debts_are_not_in_its_figures(client, monkeypatch):
    monkeypatch.setattr(debts_to_watch, "READ", 1)
    for balance in ("500.00", "470.00"):
        factories.reported(factories.tenancy(**APL), balance=balance)
    client.user = factories.member("caf-91-pilotage", "pilot")
    with time_machine.travel(DECEMBER, tick=False):
        client.force_login(client.user)
        page = client.get(reverse("warnings"))
    assert [(line.coming, str(line.debt)) for line in page.context["landlords"]] == [(1, "500.00")]
    assert "Seules ses 1 plus grandes dettes sont comptées." in " ".join(page.content.decode().split())


def page_text(client: Any) -> str:
    with time_machine.travel(NOON, tick=False):
        client.force_login(client.user)
        return " ".join(client.get(reverse("warnings")).content.decode().split())
