"""A step is taken on its page, once."""

import pytest
import time_machine
from django.urls import reverse

from tests.factories import FAMILY, NOON, member, reported, tenancy
from tests.workflows.walk import Walk
from workflows import engine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_noon")]


@pytest.fixture
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


def routed_to_the_caf():
    return reported(tenancy(housing="private", aid_kind="ALF"), **FAMILY)


def address(case, node):
    return reverse("step", args=[case.public_id, Walk(case).task(node).public_id])


def test_a_structure_accepts_and_reads_what_comes_next(client):
    worker = member("caf-91")
    case = routed_to_the_caf()
    client.force_login(worker)
    page = client.get(address(case, "answer")).content.decode()
    assert "Répondre à l’orientation" in page
    answer = client.post(address(case, "answer"), {"accept": "yes", "professional": worker.pk}, follow=True)
    assert answer.redirect_chain == [(reverse("case", args=[case.public_id]), 302)]
    html = answer.content.decode()
    assert "Étape enregistrée. Prochaine étape : « Informer et contacter le ménage », chez Camille" in html
    assert Walk(case).waiting_for == {"contact": "caf-91"}


def test_a_double_click_takes_the_step_once(client):
    worker = member("caf-91")
    case = routed_to_the_caf()
    client.force_login(worker)
    where = address(case, "answer")
    client.post(where, {"accept": "yes", "professional": worker.pk})
    answer = client.post(where, {"accept": "yes", "professional": worker.pk}, follow=True)
    assert f"Cette étape a déjà été faite par {worker} le 24/11/2026 à 12:00." in answer.content.decode()
    assert case.journal.filter(kind="step.accepted").count() == 1


def test_who_comes_second_is_told_who_was_first(client):
    worker, colleague = member("caf-91"), member("caf-91", "manager")
    case = routed_to_the_caf()
    where = address(case, "answer")
    engine.complete(Walk(case).task("answer"), by=colleague, at=NOON, data={"accept": True, "professional": colleague})
    for late in (worker, member("caf-91", "manager")):
        client.force_login(late)
        answer = client.post(where, {"accept": "yes", "professional": late.pk})
        assert answer.status_code == 409
        assert f"Cette étape a déjà été faite par {colleague} le 24/11/2026 à 12:00." in answer.content.decode()


def test_a_step_taken_elsewhere_does_not_exist(client):
    manager = member("mds-grigny", "manager")
    case = routed_to_the_caf()
    where = address(case, "answer")
    client.force_login(manager)
    assert client.get(where).status_code == 404
    caf = member("caf-91")
    engine.complete(Walk(case).task("answer"), by=caf, at=NOON, data={"accept": True, "professional": caf})
    assert client.get(where).status_code == 404
    assert client.post(where, {"accept": "yes"}).status_code == 404
