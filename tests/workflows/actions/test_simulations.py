"""A simulation that the worker does: in batches, as the draft was, again after a crash, counted to the last one."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import editions
from cases.actions.editions import CannotEdit
from cases.models import Edition, User
from tests import factories
from tests.factories import NOON, member
from tests.pages import html_of
from workflows.actions import simulations
from workflows.models import RoutingDecision, Simulation
from workflows.queries import simulation
from workflows.routing.apply import decide_case
from workflows.routing.editable_tables import ARREARS_TABLE
from workflows.tasks import run_simulations

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
FAMILY: dict[str, Any] = {"dependent_children": 2, "family_benefits": True, "rsa": False, "age": 41, "employed": True}


@pytest.fixture
def source() -> Edition:
    return Edition.objects.get(catalogue="routing_arrears")


@pytest.fixture
def draft(pilot: User, source: Edition) -> Edition:
    """Families of the private sector go to the ADIL."""
    made = editions.open_draft(catalogue=ARREARS_TABLE, source=source, by=pilot, at=NOON)
    change(made, "R3", lead={"structure": "adil-91"})
    return made


def change(draft: Edition, code: str, **changed: Any) -> None:
    row = next(row for row in ARREARS_TABLE.rows_of_edition(draft) if row["code"] == code)
    editions.keep_rule(catalogue=ARREARS_TABLE, edition=draft, row={**row, **changed}, seen=editions.mark_of_rows(row))


def family_in(housing: str, aid_kind: str) -> None:
    case = factories.reported(factories.tenancy(housing=housing, aid_kind=aid_kind), **FAMILY)
    decide_case(case, at=NOON, by=None)


def ask(draft: Edition, source: Edition, pilot: User, months: int = 6) -> Simulation:
    return simulations.ask(
        edition=draft, rows=ARREARS_TABLE.rows_of_edition(draft), base=source, months=months, by=pilot, at=NOON
    )


def test_batch_after_batch_the_total_is_exact_and_nothing_is_touched(draft, source, pilot, monkeypatch):
    for _ in range(5):
        family_in("private", "ALF")
    family_in("social", "APL")
    before = list(RoutingDecision.objects.order_by("pk").values())
    monkeypatch.setattr(simulations, "BATCH", 2)
    monkeypatch.setattr(simulation, "KEPT", 3)
    asked = ask(draft, source, pilot)
    assert simulations.run_waiting(at=NOON, limit=2) == 2
    asked.refresh_from_db()
    assert (asked.state, asked.progress) == ("running", "2 situations sur 6")
    run_simulations()
    asked.refresh_from_db()
    assert (asked.state, asked.total, asked.done, asked.moved) == ("done", 6, 6, 5)
    assert asked.counts["loads"]["adil-91"] == [0, 5]
    assert asked.counts["loads"]["caf-91"] == [5, 0]
    assert asked.counts["rules"]["R3"] == [5, 5, 5]
    assert len(asked.differences) == 3
    assert asked.differences[0]["why"] == ["R3 désigne ADIL 91, au lieu de CAF 91 – travail social."]
    assert list(RoutingDecision.objects.order_by("pk").values()) == before


def test_the_draft_is_tried_as_it_was_asked(draft, source, pilot, client):
    family_in("private", "ALF")
    asked = ask(draft, source, pilot)
    change(draft, "R3", lead={"structure": "ccas-grigny"})
    simulations.run_waiting(at=NOON)
    asked.refresh_from_db()
    assert asked.counts["loads"]["adil-91"] == [0, 1]
    assert "Le brouillon a changé depuis" in html_of(client.get(page(asked)))


def test_only_the_months_that_were_asked_count(draft, source, pilot):
    for months_ago in (0, 2, 8):
        family_in("private", "ALF")
        last = RoutingDecision.objects.latest("pk")
        RoutingDecision.objects.filter(case=last.case).update(decided_at=NOON - timedelta(days=31 * months_ago))
    for months, counted in ((1, 1), (3, 2), (12, 3)):
        asked = ask(draft, source, pilot, months=months)
        simulations.run_waiting(at=NOON)
        asked.refresh_from_db()
        assert asked.done == counted, months


def test_one_runs_at_a_time_for_a_draft(draft, source, pilot):
    ask(draft, source, pilot)
    with pytest.raises(CannotEdit, match="déjà en cours"):
        ask(draft, source, pilot)


def test_a_draft_with_a_fault_is_not_simulated(draft, source, pilot):
    editions.withdraw_rule(catalogue=ARREARS_TABLE, edition=draft, code="R99")
    with pytest.raises(CannotEdit, match="des points à corriger"):
        ask(draft, source, pilot)


def test_old_ones_are_forgotten(draft, source, pilot):
    ask(draft, source, pilot)
    assert simulations.forget_expired(at=NOON + timedelta(days=31)) == 0
    assert simulations.forget_expired(at=NOON + timedelta(days=32)) == 1


def page(asked: Simulation) -> str:
    return reverse("rules_simulation", args=["orientation-impayes", asked.edition.number, asked.public_id])


def start(client: Client, draft: Edition, months: str) -> Any:
    url = reverse("rules_simulate", args=["orientation-impayes", draft.number])
    return client.post(url, {"mois": months}, follow=True)


def test_a_short_one_is_read_at_once(draft, client):
    family_in("private", "ALF")
    answer = start(client, draft, "12")
    html = html_of(answer)
    assert "R3 désigne ADIL 91, au lieu de CAF 91 – travail social." in html
    assert answer.context["simulation"].since.isoformat() == "2025-11-24"
    changes = html_of(client.get(reverse("rules_changes", args=["orientation-impayes", draft.number])))
    assert "Depuis le 24/11/2025" in changes


def test_a_long_one_is_followed_with_and_without_javascript(draft, client, monkeypatch):
    for _ in range(3):
        family_in("private", "ALF")
    monkeypatch.setattr(simulation, "AT_ONCE", 2)
    changes = html_of(client.get(reverse("rules_changes", args=["orientation-impayes", draft.number])))
    assert "Plus de 2 situations ont été orientées" in changes
    answer = start(client, draft, "6")
    assert "La simulation va commencer" in html_of(answer)
    asked = Simulation.objects.get()
    monkeypatch.setattr(simulations, "BATCH", 2)
    simulations.run_waiting(at=NOON, limit=2)
    html = html_of(client.get(page(asked), headers={"HX-Request": "true"}))
    assert "2 situations sur 3" in html
    assert "<html" not in html
    assert "Actualiser cette page" in html
    simulations.run_waiting(at=NOON)
    assert client.get(page(asked), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "3" in html_of(client.get(page(asked)))


def test_differences_are_paged_and_name_nobody(
    draft, source, client, pilot, monkeypatch, django_assert_max_num_queries
):
    for _ in range(5):
        family_in("private", "ALF")
    monkeypatch.setattr(simulation, "PAGE", 2)
    asked = ask(draft, source, pilot)
    simulations.run_waiting(at=NOON)
    client.force_login(member("caf-91-pilotage", "agent"))
    with django_assert_max_num_queries(10):
        first = client.get(page(asked))
    assert len(first.context["shown"]) == 2
    assert first.context["shown"][0].reference.startswith("2026-")
    assert "Martin" not in first.content.decode()
    assert first.context["next_url"] == "?apres=2"
    last = client.get(page(asked), {"apres": "4"})
    assert (len(last.context["shown"]), last.context["next_url"]) == (1, "")
    assert len(client.get(page(asked), {"apres": "999"}).context["shown"]) == 2


@pytest.mark.parametrize("months", ["", "5", "beaucoup", "-3", "9999999"])
def test_an_unknown_number_of_months_is_refused_in_french(draft, client, months):
    assert "Choisir un nombre de mois parmi 1, 3, 6, 12, 24." in html_of(start(client, draft, months))
    assert not Simulation.objects.exists()


def test_only_who_pilots_the_action_finds_them(draft, source, pilot, client):
    """What each structure receives, rule by rule, is a figure of its cases: the pilots of other actions read the draft, not it."""
    family_in("private", "ALF")
    asked = ask(draft, source, pilot)
    simulations.run_waiting(at=NOON)
    for code, role in (("caf-91", "manager"), ("ville-grigny", "pilot"), ("cd91-rsa", "pilot")):
        client.force_login(member(code, role))
        assert client.get(page(asked)).status_code == 404
    assert client.get(reverse("rules_edition", args=["orientation-impayes", draft.number])).status_code == 200
