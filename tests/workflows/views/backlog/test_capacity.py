"""Capacity suspended: its page, and everything that respects it: routing, lots, the preview, the pilot’s pages."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.capacity import suspend
from cases.models import Suspension, User
from notifications import fanout
from notifications.models import Notice
from tests import factories
from tests.factories import FAMILY, NOON
from tests.journeys.scene import case_at, deposited, imported, lease, reported, to_arbitrate
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows.models import CaseTask
from workflows.routing.preview import preview_routing

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
CAPACITY = "/encours/caf-91/capacite/"


def suspended(by: User, code: str = "caf-91", last_day: date = date(2026, 12, 31)) -> Suspension:
    return suspend(
        structure=factories.structure(code), since=TODAY, last_day=last_day, reason="backlog", by=by, at=NOON
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_manager_suspends_changes_the_day_and_takes_cases_again(client, manager):
    assert CAPACITY in html_of(client.get(reverse("backlog")))
    typed = {"since": "2026-11-24", "last_day": "2026-12-31", "reason": "absences"}
    done = client.post(CAPACITY, typed, follow=True)
    assert "Nouvelles situations suspendues jusqu’au 31\xa0décembre\xa02026" in html_of(done)
    assert "Jusqu’au 31/12/2026." in html_of(client.get(reverse("backlog")))
    client.post(CAPACITY, {"last_day": "2027-01-08"})
    assert Suspension.objects.get().last_day == date(2027, 1, 8)
    again = client.post(CAPACITY, {"resume": "oui"}, follow=True)
    assert "La structure reçoit de nouveau des situations, dès maintenant." in html_of(again)
    assert not Suspension.objects.current(TODAY).exists()


def test_what_is_refused_is_said_beside_the_form(client, manager):
    typed = {"since": "2026-11-24", "last_day": "2026-11-20", "reason": "absences"}
    assert "Le dernier jour précède le premier" in html_of(client.post(CAPACITY, typed))
    assert not Suspension.objects.exists()


@pytest.mark.parametrize(
    ("code", "role", "status"),
    [
        ("caf-91", "agent", 404),
        ("caf-91", "administrator", 404),
        ("caf-91", "manager", 200),
        ("caf-91-pilotage", "pilot", 404),
        ("bailleur-a", "manager", 404),
    ],
)
def test_the_page_is_for_the_managers_of_a_structure_that_is_given_cases(code, role, status):
    client = signed_in(factories.member(code, role))
    assert client.get(f"/encours/{code}/capacite/").status_code == status


def test_a_new_case_goes_to_the_next_row_and_the_case_says_why(manager):
    worker = factories.member("caf-91")
    kept = case_at("contact", worker=worker)
    asked = Walk(reported())
    suspended(manager)
    walk = Walk(reported())
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}
    decision = walk.case.routing_decisions.get()
    assert decision.explanation["reason"] == (
        "R99 : aucune autre structure ne peut être sollicitée, le pilote arbitre. "
        "Capacité suspendue : CAF 91 – travail social jusqu’au 31/12/2026."
    )
    assert kept.waiting_for == {"contact": "caf-91"}
    assert asked.waiting_for == {"answer": "caf-91"}


def test_when_it_is_over_cases_come_again_by_themselves(clock, manager):
    suspended(manager, last_day=date(2026, 11, 25))
    clock.move_to(NOON + timedelta(days=2))
    case = factories.reported(lease(), code="gestionnaire-b", at=NOON + timedelta(days=2), **FAMILY)
    assert Walk(case).waiting_for == {"answer": "caf-91"}


def test_the_pilot_reads_it_and_is_told_and_may_decide_all_the_same(manager):
    pilot = factories.member("caf-91-pilotage", "pilot")
    by = factories.member("caf-91", "manager")
    walk = to_arbitrate(by=by)
    suspended(manager)
    client = signed_in(pilot)
    page = html_of(client.get(reverse("steering")))
    assert "Capacité suspendue : les nouvelles situations vont à la règle suivante" in page
    assert "encours trop important" in page
    step = client.get(reverse("step", args=[walk.case.public_id, walk.task("arbitrate").public_id]))
    assert "CAF 91 – travail social (capacité suspendue jusqu’au 31/12/2026)" in html_of(step)
    fanout.drain_outbox(at=NOON)
    assert Notice.objects.filter(user=pilot, entry__kind="capacity.suspended").count() == 1
    walk.take("arbitrate", by=pilot, structure=factories.structure("caf-91"))
    assert walk.waiting_for == {"answer": "caf-91"}


def test_the_preview_of_a_report_says_it(manager):
    suspended(manager)
    facts: dict[str, Any] = {**FAMILY, "housing": "private", "aid_kind": "ALF", "followed_by": "none"}
    facts |= {"legal_protection": False, "urgent": False, "debt_disputed": False, "msa": False}
    found = preview_routing(facts, born="1980-05-17", landlord=None, on=TODAY, territory="grigny")
    assert found.suspended == ("CAF 91 – travail social jusqu’au 31/12/2026",)
    assert found.structure != "CAF 91 – travail social"


FOUR = """Réf. locataire;Nom;Prénom;Né(e) le;Adresse;CP;Commune;Loyer HC;Charges;Solde débiteur
L7101;LEROY;Alice;09/11/1962;4 rue de la Plaine;91350;GRIGNY;450,00;80,00;1 060,00
L7102;DIALLO;Awa;02/03/1991;6 rue de la Plaine;91350;GRIGNY;510,00;90,00;1 410,00
L7103;NGUYEN;Lan;04/04/1975;8 rue des Lacs;91350;GRIGNY;480,00;85,00;1 200,00
L7104;KONE;Ali;17/05/1979;8 rue de la Plaine;91350;GRIGNY;450,00;80,00;1 800,00
"""
TENANTS = [
    ("L7101", "Leroy", "Alice", "1962-11-09", "4 rue de la Plaine"),
    ("L7102", "Diallo", "Awa", "1991-03-02", "6 rue de la Plaine"),
    ("L7103", "Nguyen", "Lan", "1975-04-04", "8 rue des Lacs"),
    ("L7104", "Kone", "Ali", "1979-05-17", "8 rue de la Plaine"),
]


def import_of_four() -> None:
    """A file after the first one, of four known tenants whom the table sends to the CAF."""
    owner = factories.member("bailleur-a", "correspondent")
    other = (
        FOUR.splitlines(keepends=True)[0]
        + "L7100;SOW;Fatou;01/02/1977;2 rue de la Plaine;91350;GRIGNY;450,00;80,00;600,00\n"
    )
    imported(deposited(by=owner, text=other), as_of=date(2026, 10, 24))
    for reference, name, first, born, address in TENANTS:
        home = factories.household(usual_name=name, first_names=first, birth_date=born)
        factories.know(home, **FAMILY)
        factories.tenancy(home=home, reference=reference, housing="private", aid_kind="ALF", address=address)
    imported(deposited(by=owner, text=FOUR))


def test_an_import_tells_each_manager_once_and_a_suspended_structure_nothing(manager):
    other = factories.member("caf-91", "manager")
    mds = factories.member("mds-grigny", "manager")
    import_of_four()
    fanout.drain_outbox(at=NOON)
    assert CaseTask.objects.open().filter(node="answer", structure__code="caf-91").count() == 4
    told = Notice.objects.filter(user__in=[manager, other, mds]).values_list("user", "entry__kind")
    assert sorted(told) == sorted([(manager.pk, "lot.received"), (other.pk, "lot.received")])


def test_a_suspended_structure_gets_neither_cases_nor_notice(manager):
    suspended(manager)
    import_of_four()
    fanout.drain_outbox(at=NOON)
    assert not CaseTask.objects.open().filter(node="answer", structure__code="caf-91").exists()
    assert not Notice.objects.filter(user=manager).exists()
