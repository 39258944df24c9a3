"""What is said to an operator, or promised by it, is noted: it proves nothing, and the page proposes to write it."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from cases.actions.lines import LawOfTheDay, facts_of
from cases.models import Deadline, DebtLine, Edition, JournalEntry, Milestone, Spoken
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
    fact = Milestone.objects.get(kind="oral_rectification")
    assert (fact.debt, fact.happened_on, fact.known) == (found.debt, date(2026, 10, 30), "declared")
    for words in (
        "A demandé de revoir le mois de juin.",
        "Demande du 30/10/2026, au téléphone, conseiller du 3230. A parlé : la personne. Noté par Awa Sow.",
        "ne prouve rien et n’arrête aucun délai",
        "sans preuve",
        "Rectification demandée à l’oral",
        "La confirmer par écrit avant la fin des vingt jours",
        address(found, "case_line_letter", "L1"),
    ):
        assert words in html
    assert JournalEntry.objects.filter(kind="milestone.recorded", data__milestone=fact.pk).count() == 1


def test_on_day_21_a_rectification_asked_orally_is_kept_and_said_to_stop_nothing(client, worker, found):
    """The notice was received on 22 October: the twenty days end on 11 November."""
    with time_machine.travel(datetime(2026, 11, 12, 9, tzinfo=UTC), tick=False):
        client.force_login(worker)
        html = " ".join(note(client, found, on="2026-11-12").split())
    assert "Sans effet sur les délais" in html
    assert "après les vingt jours (11/11/2026) : elle n’interrompt aucun délai." in html
    assert "CSS L133-4-1, alinéa 4, et R133-9-2, IV" in html
    assert Milestone.objects.filter(kind="oral_rectification").exists()


def test_an_edition_from_before_that_fact_keeps_a_request_as_all_others(client, found):
    edition = Edition.objects.get(catalogue="deadlines")
    del edition.parameters["milestones"]["oral_rectification"]
    edition.save()
    note(client, found)
    assert Milestone.objects.filter(kind="oral_request").count() == 1


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
