"""The page of a line says what is to be done now: once a way is chosen, nobody is asked to choose it."""

from collections.abc import Iterator

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import strip_tags

from cases.models import Case, User
from tests.factories import member
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import AT, line, take
from tests.workflows.views.overpayment.test_line_letters import ready

pytestmark = pytest.mark.django_db
CHOOSE = "Choisir la voie, ligne par ligne, avant le premier dernier jour."


@pytest.fixture
def worker(client) -> Iterator[User]:
    with time_machine.travel(AT, tick=False):
        person = member("ccas-grigny")
        client.force_login(person)
        yield person


def read_line(client, case: Case) -> str:
    answer = client.get(reverse("case_line", args=[case.public_id, line(case, "rsa").public_id]))
    return " ".join(strip_tags(html_of(answer)).split())


def test_a_way_is_asked_for_until_it_is_chosen_then_what_is_to_be_done_of_it(client, worker):
    case = ready(worker, informed_by="interview")
    assert CHOOSE in read_line(client, case)
    take(case, "rsa", "choose_way", worker, ways=["waiver"], confirmed=True)
    html = read_line(client, case)
    assert "Préparer et faire signer : demander une remise de dette." in html
    assert CHOOSE not in html
    take(case, "rsa", "prepare", worker, signed="signed")
    assert "Envoyer avec preuve : demander une remise de dette." in read_line(client, case)
    take(case, "rsa", "send", worker, sent_on=AT.date(), proof="registered")
    html = read_line(client, case)
    assert "Attendre la réponse ou le silence : demander une remise de dette." in html
    assert CHOOSE not in html


def test_a_way_is_asked_for_again_when_the_person_changes_her_mind(client, worker):
    case = ready(worker, informed_by="interview")
    take(case, "rsa", "choose_way", worker, ways=["recourse"], confirmed=True)
    take(case, "rsa", "prepare", worker, signed="withdrawn")
    assert CHOOSE in read_line(client, case)


def test_a_line_that_the_person_accepts_is_to_be_closed(client, worker):
    case = ready(worker, informed_by="interview")
    take(case, "rsa", "choose_way", worker, ways=["accept"], confirmed=True)
    html = read_line(client, case)
    assert "Clore la ligne." in html
    assert CHOOSE not in html


def test_what_a_state_calls_for_besides_is_still_said(client, worker):
    case = ready(worker, informed_by="interview")
    take(case, "rsa", "choose_way", worker, ways=["rectification"], confirmed=True)
    take(case, "rsa", "prepare", worker, signed="signed")
    take(case, "rsa", "send", worker, sent_on=AT.date(), proof="registered")
    assert "Attendre la réponse, un mois ; le silence vaut refus." in read_line(client, case)
