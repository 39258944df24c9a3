"""An answer from an e-mail: once, by the person it was sent to, with the rights that he has at that moment."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.test import Client

from cases.actions import members
from cases.models import JournalEntry, User
from notifications import links
from notifications.delivery import send_due
from notifications.fanout import drain_outbox
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows.models import CaseTask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def agent():
    return factories.member("caf-91", first_name="Prénomdagent", last_name="Nomdagent")


def asked() -> Walk:
    home = factories.household(usual_name="Secretnom", first_names="Prénomcaché")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF", home=home)
    return Walk(factories.reported(lease, code="gestionnaire-b", **factories.FAMILY))


def link_of(walk: Walk, person: User) -> str:
    return links.address_of(walk.task("answer"), person, on=NOON.date())


def test_the_e_mail_of_a_question_leads_to_a_page_that_names_nobody_and_changes_nothing(client, agent):
    walk = asked()
    drain_outbox(at=NOON)
    send_due(at=NOON)
    [path] = re.findall(r"http://localhost:8000(/notifications/repondre/\S+)", str(mail.outbox[0].body))
    before = JournalEntry.objects.count()
    client.get(path)
    html = html_of(client.get(path))
    assert f"Dossier {walk.case.reference}, orienté vers CAF 91 – travail social" in re.sub(r"</?strong>", "", html)
    for secret in ("Secretnom", "SECRETNOM", "Prénomcaché", "Nomdagent", "Prénomdagent", "Plaine"):
        assert secret not in html, secret
    assert walk.waiting_for == {"answer": "caf-91"}
    assert JournalEntry.objects.count() == before


def test_accepting_makes_the_person_responsible_without_signing_in(client, agent):
    walk = asked()
    answer = client.post(link_of(walk, agent), {"accept": "yes"})
    assert "Réponse enregistrée" in html_of(answer)
    assert walk.waiting_for == {"contact": "caf-91"}
    entry = JournalEntry.objects.get(kind="step.accepted")
    assert (entry.actor, entry.data["user"]) == (agent, agent.pk)
    assert "_auth_user_id" not in client.session


def test_declining_needs_a_reason(client, agent):
    walk = asked()
    refused = client.post(link_of(walk, agent), {"accept": "no"})
    assert "Indiquer pourquoi la structure décline." in html_of(refused)
    assert walk.waiting_for == {"answer": "caf-91"}
    client.post(link_of(walk, agent), {"accept": "no", "reason": "no_capacity"})
    entry = JournalEntry.objects.get(kind="step.declined")
    assert (entry.actor, entry.data["reason"]) == (agent, "no_capacity")
    assert walk.waiting_for != {"answer": "caf-91"}


def test_a_link_has_nothing_that_somebody_had_typed(client, agent):
    address = link_of(asked(), agent)
    assert client.get(address).context["form"] is not None
    assert client.post(address, {"typed_again": str(uuid4())}).status_code == 404


def test_nothing_chosen_is_refused(client, agent):
    walk = asked()
    assert "Choisir une réponse." in html_of(client.post(link_of(walk, agent), {}))
    assert walk.waiting_for == {"answer": "caf-91"}


def test_time_is_asked_for_in_one_choice_and_the_same_link_still_answers(client, agent):
    walk = asked()
    path = link_of(walk, agent)
    html = html_of(client.get(path))
    assert "Demander du temps" in html
    assert "3 jours ouvrés : réponse attendue le 27/11/2026" in html
    assert "<textarea" not in html
    answer = html_of(client.post(path, {"accept": "later", "days": "3"}))
    assert "Temps demandé" in answer
    assert "27/11/2026" in answer
    entry = JournalEntry.objects.get(kind="step.time_asked")
    assert (entry.actor, entry.data["on"]) == (agent, "2026-11-27")
    assert walk.waiting_for == {"answer": "caf-91"}
    again = html_of(client.get(path))
    assert "Demander du temps" not in again
    assert "réponse attendue le <strong>27/11/2026</strong>" in again
    client.post(path, {"accept": "yes"})
    assert walk.waiting_for == {"contact": "caf-91"}


def test_to_ask_for_time_says_for_how_long_and_twice_is_refused(client, agent):
    walk = asked()
    path = link_of(walk, agent)
    assert "Choisir le temps demandé." in html_of(client.post(path, {"accept": "later"}))
    assert "Choisir un délai de la liste." in html_of(client.post(path, {"accept": "later", "days": "30"}))
    client.post(path, {"accept": "later", "days": "5"})
    answer = client.post(path, {"accept": "later", "days": "5"})
    assert "Choisir une réponse de la liste." in html_of(answer)
    assert JournalEntry.objects.filter(kind="step.time_asked").count() == 1
    assert walk.task("answer").expected_on == date(2026, 12, 1)


def over(client: Client, path: str) -> str:
    """What is said when the link is no longer good, whatever one does."""
    said = [html_of(client.get(path)), html_of(client.post(path, {"accept": "yes"}))]
    for html in said:
        assert "Ce lien ne permet plus de répondre" in html
    return said[1]


def test_a_link_serves_once(client, agent):
    walk = asked()
    path = link_of(walk, agent)
    client.post(path, {"accept": "yes"})
    lines = JournalEntry.objects.count()
    assert "ce lien ne sert qu’une fois" in over(client, path)
    assert JournalEntry.objects.count() == lines


def test_a_question_that_a_colleague_answered_is_not_answered_again_and_the_colleague_is_not_named(client, agent):
    walk = asked()
    path = link_of(walk, agent)
    other = factories.member("caf-91", last_name="Collègue")
    walk.take("answer", by=other, accept=True, professional=other, reason="")
    assert "Collègue" not in over(client, path)
    assert walk.waiting_for == {"contact": "caf-91"}


@pytest.mark.parametrize("change", ["changed", "cut", "another"])
def test_a_forged_link_does_nothing(client, agent, change):
    walk = asked()
    path = link_of(walk, agent)
    stranger = factories.member("mds-grigny")
    signature = path.rstrip("/").rpartition(".")[2]
    of_stranger = link_of(walk, stranger).rpartition(".")[0]
    forged = {
        "changed": path.replace("/repondre/", "/repondre/x"),
        "cut": path[:-6] + "/",
        "another": f"{of_stranger}.{signature}/",
    }
    assert "n’est pas de nous" in over(client, forged[change])
    assert walk.waiting_for == {"answer": "caf-91"}


def test_a_link_is_good_for_fifteen_days(client, agent, clock):
    walk = asked()
    path = link_of(walk, agent)
    clock.move_to(NOON + timedelta(days=15))
    assert "Votre réponse" in html_of(client.get(path))
    clock.move_to(NOON + timedelta(days=16))
    assert "plus de quinze jours" in over(client, path)
    assert walk.waiting_for == {"answer": "caf-91"}


def test_whoever_left_the_structure_answers_no_more(client, agent):
    walk = asked()
    path = link_of(walk, agent)
    members.end_membership(membership=factories.membership_of(agent), on=NOON.date(), at=NOON)
    assert "Vous ne répondez plus pour cette structure" in over(client, path)
    assert walk.waiting_for == {"answer": "caf-91"}


def test_a_closed_account_answers_no_more(client, agent):
    walk = asked()
    User.objects.filter(pk=agent.pk).update(is_active=False)
    assert "Vous ne répondez plus pour cette structure" in over(client, link_of(walk, agent))


def test_nobody_answers_in_the_name_of_another_who_is_signed_in(client, agent):
    walk = asked()
    client.force_login(factories.member("caf-91"))
    assert "celui d’une autre personne" in over(client, link_of(walk, agent))
    client.force_login(agent)
    assert "Votre réponse" in html_of(client.get(link_of(walk, agent)))


def test_what_the_pilot_attributed_is_not_declined(client, agent):
    walk = asked()
    process = CaseTask.objects.get(pk=walk.task("answer").pk).process
    process.data["arbitrated"] = "assigned"
    process.save(update_fields=["data"])
    answer = client.post(link_of(walk, agent), {"accept": "no", "reason": "no_capacity"})
    assert "Choisir une réponse de la liste." in html_of(answer)
    assert "Demander du temps" not in html_of(client.get(link_of(walk, agent)))
    assert walk.waiting_for == {"answer": "caf-91"}


def test_a_link_costs_ten_queries_at_most(client, agent, django_assert_max_num_queries):
    path = link_of(asked(), agent)
    with django_assert_max_num_queries(10):
        client.get(path)


def test_other_e_mails_have_no_such_link(agent):
    walk = asked()
    manager = factories.member("caf-91", "manager")
    walk.take("answer", by=manager, accept=True, professional=agent, reason="")
    drain_outbox(at=NOON)
    send_due(at=NOON)
    assert mail.outbox
    assert not [letter for letter in mail.outbox if "/repondre/" in letter.body]
