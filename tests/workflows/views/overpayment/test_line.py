"""The page of a line says what is to be done now: once a way is chosen, nobody is asked to choose it."""

from datetime import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import strip_tags

from cases.models import Case, User
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import AT, RSA, line, take
from tests.workflows.views.overpayment.test_line_letters import ready

pytestmark = pytest.mark.django_db
CHOOSE = "Choisir la voie, ligne par ligne, avant le premier dernier jour."


def read_line(client, case: Case) -> str:
    answer = client.get(reverse("case_line", args=[case.public_id, line(case, "rsa").public_id]))
    return spaced(html_of(answer))


def spaced(html: str) -> str:
    return " ".join(strip_tags(html).split())


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


def read_case(client, case: Case, worker: User, *, on: datetime) -> tuple[str, str]:
    """The top of its page, and its line."""
    with time_machine.travel(on, tick=False):
        client.force_login(worker)
        html = html_of(client.get(reverse("case", args=[case.public_id])))
    top, below = html.split("case-band")[1].split("ligne-1", 1)
    return spaced(top), spaced(below.split("</section>")[0])


@pytest.mark.parametrize(
    ("day", "said", "other"),
    [
        (2, "mar. 03/11/2026", "05/11/2026"),
        (4, "marge dépassée, dernier jour demain jeu. 05/11/2026 Dernier jour : jeu. 05/11/2026", "nothing"),
        (6, "en retard de 3 j ouvrés mar. 03/11/2026", "05/11/2026"),
    ],
)
def test_a_step_that_a_right_dates_sooner_than_its_own_delay_has_one_date(client, worker, day, said, other):
    """A letter received on 22 October 2026 is signed within fourteen days; by 3 November to have it rectified by the 11th."""
    case = ready(worker, lines=[RSA], informed_by="interview")
    take(case, "rsa", "choose_way", worker, ways=["rectification"], confirmed=True)
    top, below = read_case(client, case, worker, on=AT.replace(day=day))
    assert said in top
    assert other not in top
    assert other not in below
    assert "Demander la rectification du trop-perçu" in below


def test_what_a_landlord_reads_of_a_routing_is_said_of_no_overpayment(client, worker):
    case = ready(worker, lines=[RSA], informed_by="interview")
    html = spaced(html_of(client.get(reverse("case", args=[case.public_id]))))
    assert "Pourquoi cette orientation" in html
    assert "bailleur" not in html
