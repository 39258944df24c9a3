"""Where a case is of no lease, nobody is called the holder of one."""

import pytest
from django.urls import reverse

from cases.models import Case
from tests import factories
from tests.factories import member
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import opened

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def worker(client):
    person = member("ccas-grigny")
    client.force_login(person)
    return person


@pytest.fixture
def case(worker) -> Case:
    return opened(worker, followed_by="ccas-grigny", informed_by="interview")


def pages(client, case: Case) -> list[str]:
    holder = case.household.members.get()
    args = [case.public_id]
    addresses = [
        reverse("case", args=args),
        reverse("household", args=args),
        reverse("person", args=[*args, holder.public_id]),
        reverse("person_place", args=[*args, holder.public_id]),
        reverse("household_add", args=args),
    ]
    return [html_of(client.get(address)) for address in addresses]


def test_every_page_of_an_overpayment_says_the_holder_of_the_case(client, case):
    for html in pages(client, case):
        assert "titulaire du dossier" in html.lower()
        assert "titulaire du bail" not in html.lower()


def test_a_case_about_a_lease_says_the_holder_of_the_lease(client, worker):
    lease = factories.tenancy()
    found = factories.reported(lease, code="ccas-grigny", channel="professional", by=worker)
    html = html_of(client.get(reverse("case", args=[found.public_id])))
    assert "titulaire du bail" in html
    assert "titulaire du dossier" not in html


def test_her_departure_is_refused_in_the_same_words(client, worker, case):
    holder = case.household.members.get()
    other = factories.person(usual_name="Roux", first_names="Zoé")
    other.save()
    case.household.memberships.create(beneficiary=other, position="spouse")
    typed = {"what": "leave", "on": "2026-11-10", "position": "holder"}
    html = html_of(client.post(reverse("person_place", args=[case.public_id, holder.public_id]), typed))
    assert "Cette personne est titulaire du dossier" in html


def test_the_page_of_her_place_opens_on_the_place_that_she_has(client, case):
    holder = case.household.members.get()
    form = client.get(reverse("person_place", args=[case.public_id, holder.public_id])).context["form"]
    assert form["position"].value() == "holder"
