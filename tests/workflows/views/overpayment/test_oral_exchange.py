"""What is said to an operator, or promised by it, is noted: it proves nothing, and the page proposes to write it."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from cases.actions.lines import LawOfTheDay, facts_of
from cases.models import Deadline, DebtLine, JournalEntry, Milestone, Spoken
from tests.factories import member
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import AT, RSA, line, opened
from tests.workflows.walk import Walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_monday")]

SAID = {
    "kind": "oral_request",
    "on": "2026-10-30",
    "channel": "phone",
    "speaker": "person",
    "agent": "conseiller du 3230",
    "about": "rectification",
    "words": "A demandé de revoir le mois de juin.",
}


@pytest.fixture
def _monday():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def worker(client):
    person = member("ccas-grigny", first_name="Awa", last_name="Sow")
    client.force_login(person)
    return person


@pytest.fixture
def found(worker) -> DebtLine:
    case = opened(worker, lines=[RSA], followed_by="ccas-grigny", informed_by="interview")
    Walk(case, at=AT).take("check_notice", by=worker, routes_stated="yes", lacks=[])
    return line(case, "rsa")


def address(found: DebtLine, name: str = "case_line_spoken", *more: str) -> str:
    return reverse(name, args=[found.notice.case.public_id, found.public_id, *more])


def note(client, found: DebtLine, **said: str) -> str:
    return html_of(client.post(address(found), SAID | said, follow=True))


def running(found: DebtLine) -> list[tuple[str, date]]:
    return list(Deadline.objects.running().filter(debt=found.debt).order_by("pk").values_list("state", "legal_date"))


def state(found: DebtLine) -> str:
    law = LawOfTheDay(on=AT.date(), territory="grigny")
    return law.standing_of_line(found, facts_of([found])[found.debt_id]).label


def test_a_request_by_telephone_is_a_declared_fact_that_changes_nothing(client, found):
    before = running(found), state(found)
    html = " ".join(note(client, found).split())
    assert (running(found), state(found)) == before
    fact = Milestone.objects.get(kind="oral_request")
    assert (fact.debt, fact.happened_on, fact.known) == (found.debt, date(2026, 10, 30), "declared")
    for words in (
        "A demandé de revoir le mois de juin.",
        "Demande du 30/10/2026, au téléphone, conseiller du 3230. A parlé : la personne. Noté par Awa Sow.",
        "ne prouve rien et n’arrête aucun délai",
        "sans preuve",
        address(found, "case_line_letter", "L1"),
    ):
        assert words in html
    assert JournalEntry.objects.filter(kind="milestone.recorded", data__milestone=fact.pk).count() == 1


def test_a_promise_is_noted_as_often_as_it_is_made_and_once_for_two_presses(client, found):
    promised = {"kind": "oral_promise", "channel": "counter", "about": "", "words": "La retenue s’arrête en décembre."}
    for day in ("2026-10-30", "2026-10-30"):
        note(client, found, **promised, on=day)
    html = note(client, found, **promised, on="2026-10-29")
    assert "Promesse du 29/10/2026, au guichet" in html
    assert "Promesse du 30/10/2026, au guichet" in html
    assert (Spoken.objects.count(), Milestone.objects.filter(kind="oral_promise").count()) == (2, 2)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"on": "2026-11-03"}, "Cette date est à venir"),
        ({"on": "2006-11-03"}, "Vérifier l’année"),
        ({"words": ""}, "Ce champ est obligatoire"),
        ({"about": "magic"}, "Sélectionnez un choix valide"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(client, found, said, words):
    assert words in note(client, found, **said)
    assert not Spoken.objects.exists()


def test_a_colleague_elsewhere_notes_nothing(client, found):
    client.force_login(member("mds-grigny"))
    assert client.post(address(found), SAID).status_code == 404
