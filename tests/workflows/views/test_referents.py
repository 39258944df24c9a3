"""Mes bénéficiaires, a person who is followed, the référents of a structure, and a portfolio handed over."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import JournalEntry, Referent, User
from notifications import fanout
from notifications.models import Notice
from notifications.queries import places_of
from tests.cases.actions.test_referents import nothing_broken, somebody
from tests.factories import NOON, member, structure
from tests.journeys.scene import followed
from workflows.actions import referents

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def agent() -> User:
    return member("mds-grigny", last_name="Kessler")


@pytest.fixture
def manager() -> User:
    return member("mds-grigny", "manager", last_name="Lambert")


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def held(user: User, count: int) -> list[Referent]:
    return [followed(by=user, code="mds-grigny", someone=somebody(f"Personne{number}")) for number in range(count)]


def test_a_professional_reads_whom_he_follows_and_what_is_to_do(agent: User):
    held(agent, 2)
    page = of(agent).get(reverse("my_people")).content.decode()
    assert "2 personnes suivies" in page
    assert "PERSONNE0" in page


def test_the_list_costs_ten_queries_at_most(agent: User, django_assert_max_num_queries: Any):
    held(agent, 12)
    client = of(agent)
    with django_assert_max_num_queries(12):  # two of them are the session and the user
        client.get(reverse("my_people"))


def test_the_page_of_a_structure_costs_ten_queries_at_most(
    manager: User, agent: User, django_assert_max_num_queries: Any
):
    held(agent, 12)
    client = of(manager)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("referents")).content.decode()
    assert "Kessler" in page


def test_who_is_proposed_answers_from_his_list_and_reads_the_person_only_then(agent: User, manager: User):
    referent = referents.propose(
        beneficiary=somebody(), structure=structure("mds-grigny"), user=agent, by=manager, at=NOON
    )
    client = of(agent)
    person_url = reverse("beneficiary", args=[referent.case.public_id])
    assert client.get(person_url).status_code == 404
    answer_url = reverse("referent_answer", args=[referent.public_id])
    assert answer_url in client.get(reverse("my_people")).content.decode()
    refused = client.post(answer_url, {"accept": "no", "reason": ""})
    assert "Indiquer pourquoi décliner" in refused.content.decode()
    assert client.post(answer_url, {"accept": "yes", "reason": ""}).url == person_url  # type: ignore[attr-defined]
    assert client.get(person_url).status_code == 200


def test_several_people_are_proposed_to_a_colleague_at_once(agent: User):
    other = member("mds-grigny")
    chosen = [referent.pk for referent in held(agent, 3)][:2]
    of(agent).post(reverse("my_people"), {"chosen": chosen, "colleague": other.pk})
    assert Referent.objects.proposed().filter(user=other).count() == 2
    assert Referent.objects.current().filter(user=agent).count() == 3


def test_a_manager_tries_a_transfer_does_it_and_undoes_it(manager: User, agent: User):
    other = member("mds-grigny")
    rows = held(agent, 4)
    client, url = of(manager), reverse("portfolio", args=["mds-grigny", agent.public_id])
    typed = {"personne": [row.pk for row in rows[:3]], "collegue": [other.pk], f"vers-{rows[0].pk}": manager.pk}
    tried = client.post(url, typed).content.decode()
    assert "Transférer 3 personnes" in tried
    assert not JournalEntry.objects.filter(kind="referents.handed_over").exists()
    done = client.post(url, {**typed, "transferer": "oui"})
    assert Referent.objects.current().filter(user=manager).count() == 1
    assert Referent.objects.current().filter(user=other).count() == 2
    assert nothing_broken()
    client.post(done.url)  # type: ignore[attr-defined]
    assert Referent.objects.current().filter(user=agent).count() == 4
    assert nothing_broken()


def test_a_transfer_to_nobody_says_what_to_choose(manager: User, agent: User):
    [row] = held(agent, 1)
    url = reverse("portfolio", args=["mds-grigny", agent.public_id])
    page = of(manager).post(url, {"personne": [row.pk]}).content.decode()
    assert "Choisir au moins un collègue" in page


def test_a_manager_takes_a_proposal_back(manager: User, agent: User):
    referent = referents.propose(
        beneficiary=somebody(), structure=structure("mds-grigny"), user=agent, by=manager, at=NOON
    )
    of(manager).post(reverse("referent_withdraw", args=[referent.public_id]))
    referent.refresh_from_db()
    assert referent.state == "withdrawn"
    assert "1 place de référent à pourvoir" in of(manager).get(reverse("referents")).content.decode()
    assert nothing_broken()


def test_an_agent_reads_no_page_of_managers(agent: User):
    held(agent, 1)
    assert of(agent).get(reverse("referents")).status_code == 404
    assert of(agent).get(reverse("portfolio", args=["mds-grigny", agent.public_id])).status_code == 404


def test_who_is_proposed_is_told_and_led_to_his_answer(agent: User, manager: User):
    referent = referents.propose(
        beneficiary=somebody(), structure=structure("mds-grigny"), user=agent, by=manager, at=NOON
    )
    fanout.drain_outbox(at=NOON)
    notice = Notice.objects.get(user=agent)
    assert notice.entry.kind == "referent.proposed"
    assert places_of([referent.case], reader=agent, today=NOON.date())[referent.case_id].url == reverse(
        "referent_answer", args=[referent.public_id]
    )
