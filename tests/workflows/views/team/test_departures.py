"""Préparer un départ: the two screens by which it is sent, its state, the handover notes, and for whom they exist."""

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from cases.actions.support import write_note
from cases.models import Assignment, Deadline, JournalEntry, Referent, User
from notifications import fanout, places, queries
from notifications.models import Notice
from tests import factories
from tests.factories import NOON, PARIS
from tests.journeys.scene import case_at, followed
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows.actions import absences
from workflows.models import CaseTask

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TODAY = date(2026, 11, 24)
OWN = "/mon-depart/"


def page(person: User) -> str:
    return f"/equipe/caf-91/{person.public_id}/preparer-le-depart/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def typed(*colleagues: User, **more: Any) -> dict[str, Any]:
    return {"last_day": "2026-12-15", "colleagues": [str(user.public_id) for user in colleagues]} | more


def all_to(user: User, *walks: Walk) -> dict[str, str]:
    return {str(walk.case.public_id): str(user.public_id) for walk in walks}


def responsible(case) -> User | None:
    return Assignment.objects.get(case=case, structure__code="caf-91", kind="responsible", until=None).user


def test_the_split_is_shown_then_sent_then_its_state_is_read(manager, nadia, rokia):
    walk, place = case_at("contact", worker=nadia), followed(by=nadia, code="caf-91")
    client = signed_in(manager)
    html = html_of(client.get(page(nadia)))
    assert "Reste à transmettre : 2 dossiers et places" in html
    assert "place de référent" in html
    split = client.post(page(nadia), typed(rokia))
    assert responsible(walk.case) == nadia  # nothing is sent before its split was shown
    assert "Nadia Belkacem reste le référent jusqu’à la réponse" in html_of(split)
    assert [(str(line.to), field.initial) for line, field in split.context["form"].rows] == [
        ("Rokia Sangaré", str(rokia.public_id))
    ] * 2
    shown = {line.key: field.initial for line, field in split.context["form"].rows}
    answer = client.post(page(nadia), typed(rokia, stage="send", **shown), follow=True)
    html = html_of(answer)
    assert "1 dossier confié et 1 relais proposé. Chaque collègue est prévenu." in html
    assert "Plus rien à transmettre" in html
    assert "proposé, sans réponse" in html
    assert "Sans réponse le 15 décembre 2026" in html.replace("\xa0", " ")
    assert responsible(walk.case) == rokia
    assert Referent.objects.proposed().get().case == place.case


def test_each_line_is_changed_before_it_is_sent(nadia, rokia, julien):
    walk, kept = case_at("contact", worker=nadia), case_at("plan", worker=nadia, usual_name="Benali")
    client = signed_in(nadia)
    changed = {str(walk.case.public_id): str(julien.public_id), str(kept.case.public_id): "personne"}
    counted = client.post(OWN, typed(rokia, stage="count", **changed))
    assert [(str(share.user), share.added) for share in counted.context["split"].shares] == [
        ("Rokia Sangaré", 0),
        ("Julien Pastor", 1),
    ]
    assert "1 sans repreneur" in html_of(counted)
    client.post(OWN, typed(rokia, stage="send", **changed))
    assert (responsible(walk.case), responsible(kept.case)) == (julien, nadia)


def test_a_case_in_its_margin_says_its_last_day_and_is_not_called_late(nadia, rokia):
    case_at("contact", worker=nadia)
    task = CaseTask.objects.open().get(node="contact")
    Deadline.objects.filter(tasks=task).update(safe_date=date(2026, 11, 20), legal_date=date(2026, 11, 27))
    CaseTask.objects.filter(pk=task.pk).update(due_on=date(2026, 11, 20), nearest_on=date(2026, 11, 20))
    html = html_of(signed_in(nadia).get(OWN))
    assert "marge dépassée" in html
    assert "en retard" not in html


def test_a_departure_is_prepared_on_the_day_of_a_leap_year_too(nadia, rokia, clock):
    case_at("contact", worker=nadia)
    clock.move_to(datetime(2028, 2, 29, 12, tzinfo=PARIS))
    assert signed_in(nadia).get(OWN).status_code == 200


def test_what_came_since_the_split_was_shown_is_not_sent_unseen(nadia, rokia):
    shown, since = case_at("contact", worker=nadia), case_at("plan", worker=nadia, usual_name="Benali")
    signed_in(nadia).post(OWN, typed(rokia, stage="send", **all_to(rokia, shown)))
    assert (responsible(shown.case), responsible(since.case)) == (rokia, nadia)


def test_a_second_sending_changes_nothing_and_says_so(nadia, rokia):
    walk = case_at("contact", worker=nadia)
    client, sent = signed_in(nadia), typed(rokia, stage="send", **all_to(rokia, walk))
    client.post(OWN, sent)
    assert responsible(walk.case) == rokia
    lines = JournalEntry.objects.count()
    assert "Rien n’a changé." in html_of(client.post(OWN, sent, follow=True))
    assert JournalEntry.objects.count() == lines


def test_what_is_refused_is_said_and_stays_on_its_line(nadia, rokia, julien):
    walk = case_at("contact", worker=nadia)
    caf = factories.structure("caf-91")
    absences.declare(user=julien, structure=caf, since=TODAY, last_day=date(2026, 12, 4), by=julien, at=NOON)
    client = signed_in(nadia)
    sent = typed(rokia, stage="send", **{str(walk.case.public_id): str(julien.public_id)})
    html = html_of(client.post(OWN, sent, follow=True))
    assert f"Dossier {walk.case.reference} : Julien Pastor est en absence" in html
    assert "Non transmis le 24/11/2026 à Julien Pastor" in html_of(client.get(OWN))


@pytest.mark.parametrize("day", ["2026-11-24", "2026-11-20", "", "demain"])
def test_a_wrong_day_is_said_beside_its_field_and_the_colleagues_stay_ticked(nadia, rokia, day):
    walk = case_at("contact", worker=nadia)
    for stage in ("", "send"):
        answer = signed_in(nadia).post(OWN, typed(rokia, last_day=day, stage=stage))
        assert answer.context["form"].errors["last_day"]
        assert f'value="{rokia.public_id}"' in html_of(answer)
        assert "checked" in html_of(answer)
    assert responsible(walk.case) == nadia


def test_a_colleague_who_could_not_is_refused_on_his_line(manager, nadia, rokia):
    walk = case_at("contact", worker=nadia)
    stranger = factories.member("mds-grigny")
    sent = typed(rokia, stage="send", **{str(walk.case.public_id): str(stranger.public_id)})
    assert "Cette personne ne peut pas le prendre" in html_of(signed_in(manager).post(page(nadia), sent))
    assert responsible(walk.case) == nadia


def test_the_managers_are_told_of_what_one_prepares_oneself_and_led_to_it(manager, nadia, rokia):
    walk = case_at("contact", worker=nadia)
    signed_in(nadia).post(OWN, typed(rokia, stage="send", **all_to(rokia, walk)))
    fanout.drain_outbox(at=NOON)
    told = list(queries.page_of_notices(manager))
    words = [line.words for line in queries.describe_notices(told, reader=manager, today=TODAY)]
    assert words[:1] == ["Nadia Belkacem prépare son départ : lire ce qui reste à confier"]
    assert places.find_departure(told[0], factories.structure("caf-91")) == page(nadia)
    assert Notice.objects.filter(user=rokia, entry__kind="cases.handed_over").count() == 1


def test_it_exists_for_the_managers_and_for_oneself_only(manager, nadia, rokia):
    case_at("contact", worker=nadia)
    notes = f"/equipe/caf-91/{nadia.public_id}/notes-de-relais/"
    for reader in (rokia, factories.member("mds-grigny", "manager"), factories.member("caf-91", "administrator")):
        for url in (page(nadia), notes):
            assert signed_in(reader).get(url).status_code == 404
    for url in (page(nadia), notes):
        assert signed_in(manager).get(url).status_code == 200
    assert signed_in(nadia).get(OWN).status_code == 200
    assert "Préparer le départ" in html_of(signed_in(manager).get(f"/equipe/caf-91/{nadia.public_id}/"))


def test_the_notes_say_each_case_on_its_sheet_and_nothing_that_the_reader_may_not_see(manager, nadia, rokia):
    walk = case_at("monitor", worker=nadia)
    for visibility, text in (("shared", "Le loyer est repris."), ("personal", "Rappeler avant midi.")):
        write_note(
            case=walk.case, text=text, visibility=visibility,
            structure=factories.structure("caf-91"), author=nadia, at=NOON,
        )  # fmt: skip
    html = html_of(signed_in(nadia).get("/mon-depart/notes/"))
    assert walk.case.reference in html
    assert "contact établi" in html
    assert "Plan d’apurement en cours" in html
    assert "Le loyer est repris." in html
    assert "Rappeler avant midi." not in html
    note = f"/situations/{walk.case.public_id}/note-de-relais/"
    assert "Le loyer est repris." in html_of(signed_in(manager).get(note))
    assert signed_in(rokia).get(note).status_code == 404


def test_the_notes_of_many_cases_follow_on_another_page_of_the_same_structure(nadia, monkeypatch):
    monkeypatch.setattr("workflows.views.team.departures.SHOWN", 1)
    first, second = (case_at("contact", worker=nadia).case for _ in range(2))
    client = signed_in(nadia)
    html = html_of(client.get(f"{OWN}notes/?structure=caf-91"))
    assert [first.reference in html, second.reference in html] == [True, False]
    assert "Notes 1 à 1 sur 2" in html
    assert 'href="?structure=caf-91&amp;apres=1"' in html
    html = html_of(client.get(f"{OWN}notes/?structure=caf-91&apres=1"))
    assert [first.reference in html, second.reference in html] == [False, True]
    assert f'href="{OWN}notes/?structure=caf-91"' in html
    assert client.get(f"{OWN}notes/?structure=caf-91&apres=2").status_code == 404


def test_before_the_person_is_informed_the_note_says_what_waits_and_no_more(nadia):
    walk = case_at("contact", worker=nadia)
    html = html_of(signed_in(nadia).get(f"/situations/{walk.case.public_id}/note-de-relais/"))
    assert "Informer et contacter" in html
    assert "Derniers contacts" not in html
    assert "dus au" not in html
