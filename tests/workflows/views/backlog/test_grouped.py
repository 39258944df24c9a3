"""Encours: several steps ticked, tried, done and undone, without a script; and how the structure answers."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from cases import journal
from cases.models import JournalEntry, User
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows.models import CaseTask

pytestmark = pytest.mark.django_db


@pytest.fixture
def nadia() -> User:
    return factories.member("caf-91", first_name="Nadia", last_name="A")


@pytest.fixture
def rokia() -> User:
    return factories.member("caf-91", first_name="Rokia", last_name="B")


GROUP = "/encours/caf-91/agir/"


def asked(act: str, *walks: Walk, **more: Any) -> dict[str, Any]:
    return {"acte": act, "etape": [walk.task("contact").public_id for walk in walks], **more}


def test_each_grouped_act_of_the_day_leads_to_where_it_is_undone(client, manager):
    told: dict[str, Any] = {"structure": factories.structure("caf-91"), "by": manager, "count": 100}
    acts = [journal.record("tasks.given", at=NOON - timedelta(hours=hours), **told) for hours in range(7)]
    journal.record("tasks.given", at=NOON - timedelta(days=1), **told)
    page = html_of(client.get(reverse("backlog")))
    links = [page.index(reverse("backlog_act", args=["caf-91", act.pk])) for act in acts]
    assert links == sorted(links)
    assert links[4] < page.index("Les précédents") < links[5]
    assert page.count("a réparti plusieurs étapes") == 7


def test_steps_are_ticked_tried_given_and_taken_back(client, manager, nadia, rokia):
    walks = [scene.case_at("contact", worker=nadia) for _ in range(3)]
    listed = client.get(reverse("backlog_list") + "?tout=oui").content.decode()
    assert listed.count("checked") == 3
    tried = client.get(GROUP, asked("confier", *walks))
    assert tried.context["count"] == 3
    assert "Le moins chargé des collègues choisis" in tried.content.decode()
    by_hand = {f"vers-{walks[0].task('contact').public_id}": manager.pk}
    sent = asked("confier", *walks, collegue=[rokia.pk], motif="load", **by_hand)
    again = client.post(GROUP, sent)
    assert {row["line"].to for row in again.context["rows"]} == {manager, rokia}
    assert not JournalEntry.objects.filter(kind="tasks.given").exists()
    done = client.post(GROUP, {**sent, "faire": "oui"}, follow=True)
    assert "3 étapes confiées" in done.content.decode()
    assert [walk.task("contact").owner for walk in walks] == [manager, rokia, rokia]
    assert "a réparti plusieurs étapes" in client.get(reverse("backlog")).content.decode()
    undone = client.post(done.redirect_chain[0][0], follow=True).content.decode()
    assert "Acte défait pour 3 étapes" in undone
    assert "Défaire cet acte" not in undone
    assert [walk.task("contact").owner for walk in walks] == [nadia] * 3


def test_steps_are_set_aside_and_leave_the_queues_until_that_day(client, manager, nadia):
    walk = scene.case_at("contact", worker=nadia)
    sent = asked("mettre-de-cote", walk, motif="piece", jusquau="2026-11-27", faire="oui")
    page = client.post(GROUP, sent, follow=True).content.decode()
    assert "1 étape mise de côté" in page
    assert "jusqu’au 27\u00a0novembre\u00a02026" in page
    assert "de côté jusqu’au 27/11/2026" in client.get(reverse("backlog_list") + "?file=de-cote").content.decode()


def test_those_who_have_the_steps_are_reminded(client, manager, nadia):
    walk = scene.case_at("contact", worker=nadia)
    page = client.post(GROUP, asked("rappeler", walk, motif="soon", faire="oui"), follow=True).content.decode()
    assert "1 étape rappelée" in page
    assert "Un rappel envoyé ne se reprend pas" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"acte": "confier", "collegue": []}, "Aucune des étapes choisies ne peut l’être"),
        ({"acte": "confier", "motif": ""}, "Choisir un motif."),
        ({"acte": "mettre-de-cote", "jusquau": "demain"}, "Date impossible"),
        ({"acte": "mettre-de-cote", "jusquau": "2026-11-24"}, "Choisir un jour à venir."),
        ({"acte": "mettre-de-cote", "jusquau": "2027-11-24"}, "Choisir un jour jusqu’au 24/12/2026"),
    ],
)
def test_what_is_badly_asked_is_said_in_french_and_does_nothing(client, manager, nadia, typed, said):
    walk = scene.case_at("contact", worker=nadia)
    CaseTask.objects.open().of_case(walk.case).update(due_on=None)
    sent = asked(typed["acte"], walk, **{"motif": "other", "faire": "oui", **typed})
    page = client.post(GROUP, sent)
    assert said in page.content.decode()
    assert not JournalEntry.objects.filter(kind__startswith="tasks.").exists()


def test_steps_of_another_structure_and_what_is_no_step_are_not_taken(client, manager):
    page = client.get(GROUP, {"acte": "confier", "etape": ["bonjour", "0c7b7a5e-1111-4222-8333-444444444444"]})
    assert "Aucune étape n’est cochée" in page.content.decode()
    assert "ont avancé entre-temps" in page.content.decode()
    assert client.get(GROUP, {"acte": "clore"}).status_code == 404


def test_only_the_managers_of_the_structure_act_on_its_backlog(client, nadia):
    walk = scene.case_at("contact", worker=nadia)
    for person in (nadia, factories.member("mds-grigny", "manager")):
        client.force_login(person)
        assert client.get(GROUP, asked("confier", walk)).status_code == 404
        assert client.post(GROUP, asked("confier", walk, faire="oui")).status_code == 404


def test_the_page_of_fifty_steps_costs_as_much_as_that_of_one(
    client, manager, nadia, rokia, django_assert_max_num_queries: Any
):
    walks = [scene.case_at("contact", worker=nadia) for _ in range(6)]
    for act in ("confier", "rappeler", "mettre-de-cote"):
        for number in (1, 6):
            typed = asked(act, *walks[:number])
            with django_assert_max_num_queries(12):  # two of them are the session and the user
                client.get(GROUP, typed)


def test_the_answers_of_the_structure_are_counted_by_reason_with_the_median_of_their_delays(client, manager, nadia):
    for days in (1, 4, 7):  # reported on Monday 23, Friday 20 and Tuesday 17: one, two and five working days
        walk = Walk(
            factories.reported(
                scene.lease(), code="gestionnaire-b", at=NOON - timedelta(days=days), **factories.FAMILY
            )
        )
        walk.take("answer", by=manager, accept=True, professional=nadia)
        walk.at = NOON
        if days != 7:
            walk.take("contact", by=nadia, **scene.REACHED | {"made_on": date(2026, 11, 24)})
    declined = Walk(scene.reported())
    declined.take("answer", by=manager, accept=False, professional=None, reason="no_capacity")
    Walk(scene.reported())
    page = client.get(reverse("backlog_answers"))
    card = page.context["card"]
    assert (card.accepted, card.declined, card.unanswered, card.waiting) == (3, {"capacité dépassée": 1}, 0, 1)
    assert card.accepted_share == 75
    assert [(delay.words, delay.number) for delay in page.context["delays"]] == [("2", 3), ("0", 2)]


def test_no_professional_is_named_among_the_answers(client, manager, nadia):
    scene.case_at("contact", worker=nadia)
    assert "Nadia" not in client.get(reverse("backlog_answers")).content.decode()
