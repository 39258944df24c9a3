"""Signaler un impayé: search before create, three steps that lose nothing, one effect, and what each may read."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from cases.models import Beneficiary, Case, HouseholdFact, Report, Tenancy, Watch
from tests import factories
from tests.factories import NOON
from workflows.models import ReportDraft

pytestmark = pytest.mark.django_db

NADIA = {"usual_name": "Belhadj", "first_names": "Nadia", "birth_date": "12/03/1984"}
FLAT = {
    "landlord": "gestionnaire-b",
    "address": "4 rue de la Plaine",
    "postcode": "91350",
    "city": "Grigny",
    "housing": "private",
    "aid_kind": "ALF",
    "balance": "1 060,50 €",
    "as_of": "2026-11-20",
}
FAMILY = {"dependent_children": "2", "family_benefits": "yes", "rsa": "no", "employed": "no"}
HIS_FLAT = {name: value for name, value in FLAT.items() if name not in ("landlord", "housing")}


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def worker(client):
    person = factories.member("ccas-grigny")
    client.force_login(person)
    return person


@pytest.fixture
def landlord(client):
    person = factories.member("bailleur-a", "correspondent")
    client.force_login(person)
    return person


def search(client, **typed):
    """The draft that a search begins."""
    answer = client.post(reverse("report"), typed)
    assert answer.status_code == 302, answer.context["form"].errors
    return ReportDraft.objects.latest("pk")


def step(draft, name):
    return reverse("report_step", kwargs={"draft": draft.public_id, "step": name})


def matches(draft):
    return reverse("report_matches", kwargs={"draft": draft.public_id})


def typed(client, *, who=NADIA, flat=FLAT, **facts):
    """A draft that is ready to be sent."""
    draft = search(client, **who)
    client.post(step(draft, "qui"), who | facts)
    client.post(step(draft, "dette"), flat)
    return draft


def send(client, draft, **data):
    return client.post(step(draft, "envoi"), data)


def known(**fields):
    """Nadia’s open case, followed by the CAF."""
    home = factories.household(
        **({"usual_name": "Belhadj", "first_names": "Nadia", "birth_date": "1984-03-12"} | fields)
    )
    lease = factories.tenancy(
        home=home, landlord="gestionnaire-b", housing="private", aid_kind="ALF", reference="B-17"
    )
    case = factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)
    return case


def test_a_professional_reports_and_the_case_is_his_until_another_accepts(client, worker):
    answer = send(client, typed(client, **FAMILY))
    case = Case.objects.get()
    assert answer.url == reverse("case", kwargs={"case": case.public_id})
    assert case.responsible_structure.code == "ccas-grigny"
    assert case.tasks.open().get().structure.code == "caf-91"
    holder = Beneficiary.objects.get()
    assert (holder.full_name, holder.birth_date) == ("BELHADJ Nadia", "1984-03-12")
    assert Tenancy.objects.get().debt.statements.get().balance == Decimal("1060.50")
    assert Report.objects.get().channel == "professional"


def test_sending_twice_has_one_effect(client, worker):
    draft = typed(client, **FAMILY)
    first, second = send(client, draft), send(client, draft)
    assert first.url == second.url
    assert (Case.objects.count(), Beneficiary.objects.count()) == (1, 1)


def test_a_sent_draft_keeps_nothing_of_what_was_typed(client, worker):
    draft = typed(client)
    send(client, draft)
    draft.refresh_from_db()
    assert draft.answers == {}
