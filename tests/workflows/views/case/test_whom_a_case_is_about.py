"""A coordination is of one person, who need not hold the lease: each list that names somebody names her."""

import pytest
from django.test import Client

from cases.actions import people
from cases.models import Beneficiary
from notifications import fanout
from tests.factories import NOON, household, member, person, structure
from tests.journeys.scene import followed
from workflows.actions import referents

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def spouse() -> Beneficiary:
    found = person(usual_name="Cadette")
    people.add_member(household=household(usual_name="Titulaire"), person=found, position="spouse", at=NOON)
    return found


@pytest.mark.parametrize("address", ["/?liste=toutes", "/situations/", "/echeances/"])
def test_a_list_names_the_person_followed_and_not_the_holder_of_the_lease(
    client: Client, spouse: Beneficiary, address: str
):
    agent = member("mds-grigny")
    followed(by=agent, code="mds-grigny", someone=spouse)
    client.force_login(agent)
    shown = client.get(address).content.decode()
    assert "CADETTE Alix" in shown
    assert "TITULAIRE" not in shown


def test_so_do_notices(client: Client, spouse: Beneficiary):
    manager, agent = member("mds-grigny", "manager"), member("mds-grigny")
    referents.propose(beneficiary=spouse, structure=structure("mds-grigny"), user=agent, by=manager, at=NOON)
    fanout.drain_outbox(at=NOON)
    client.force_login(agent)
    shown = client.get("/notifications/").content.decode()
    assert "CADETTE Alix" in shown
    assert "TITULAIRE" not in shown
