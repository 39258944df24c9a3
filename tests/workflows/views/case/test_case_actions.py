"""Acts on a case besides its steps, through their pages: closing, reopening, dated facts, notes."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.models import Deadline, Milestone
from cases.models.case import Note
from tests.factories import NOON, member, reported
from tests.pages import html_of
from tests.workflows.views.case.test_case import followed_by, page
from tests.workflows.views.overpayment.test_overpayment_pages import opened
from tests.workflows.walk import Walk
from workflows.actions import dating, milestones

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def act(client, user, case, name, *args, **typed):
    client.force_login(user)
    where = reverse(name, args=[case.public_id, *args])
    assert client.get(where).status_code == 200
    return client.post(where, typed, follow=True).content.decode()


@pytest.fixture
def case(worker):
    return followed_by(worker, until="plan")


def test_a_case_is_closed_from_whichever_step_it_is_at(client, worker, case):
    html = act(client, worker, case, "case_close", outcome="fsl")
    assert "Dossier clos : FSL accordé." in html
    assert "Dossier clos le" in html
    assert Walk(case).waiting_for == {}


def test_an_outcome_is_asked_before_closing_and_what_was_typed_stays(client, worker, case):
    html = act(client, worker, case, "case_close", outcome="", note="Déménagement en cours")
    assert "Un point est à corriger" in html
    assert "Déménagement en cours" in html
    case.refresh_from_db()
    assert case.is_open


@pytest.mark.parametrize("ticked", ["", "evicted"], ids=["nothing", "another outcome"])
def test_a_debt_said_to_be_cleared_that_is_still_owed_is_asked_about_before_closing(client, worker, case, ticked):
    html = act(client, worker, case, "case_close", outcome="cleared", note="Réglé au guichet", confirmed=ticked)
    assert "2\u202f120,00\u00a0€ restent dus au 24/11/2026." in html
    assert "Clore quand même" in html
    assert not re.search(r'<input[^>]*name="confirmed"[^>]*checked', html)
    assert "Réglé au guichet" in html
    case.refresh_from_db()
    assert case.is_open
    html = act(client, worker, case, "case_close", outcome="cleared", confirmed="cleared")
    assert "Dossier clos : dette apurée." in html


def test_the_page_that_closes_lists_what_it_cancels(client, case):
    html = html_of(client.get(reverse("case_close", args=[case.public_id])))
    assert "Étape annulée : Construire le plan d’actions (CAF 91 – travail social)." in html
    assert "Échéance abandonnée : " in html


def test_an_overpayment_closes_with_the_outcomes_of_its_lines_and_offers_no_eviction(client, worker):
    case = opened(worker, ["rsa"])
    html = html_of(client.get(reverse("case_close", args=[case.public_id])))
    assert "expulsion" not in html
    html = act(client, worker, case, "case_close", note="")
    assert "Une ligne n’a pas encore d’issue" in html
    case.refresh_from_db()
    assert case.is_open


def test_the_desk_is_asked_before_an_announced_order_leaves_with_the_case(client, pilot):
    """An order to pay is announced for 1 December: the case does not leave without a word, and comes back."""
    case = Walk(reported(by=member("ccas-grigny"), code="ccas-grigny", channel="professional")).case
    milestones.keep_milestone(
        case=case,
        kind="order_to_pay_planned",
        happened_on=date(2026, 12, 1),
        structure=case.responsible_structure,
        by=None,
        at=NOON,
    )
    where = reverse("step", args=[case.public_id, Walk(case).task("qualify").public_id])
    html = html_of(client.post(where, {"result": "out_of_scope"}))
    assert "Commandement de payer envisagé par le bailleur, le 01/12/2026" in html
    assert "Échéance abandonnée : " in html
    case.refresh_from_db()
    assert case.is_open
    client.post(where, {"result": "out_of_scope", "confirmed": "out_of_scope"})
    case.refresh_from_db()
    assert case.outcome == "out_of_scope"
    assert "Rouvrir le dossier" in page(client, case, pilot)
    act(client, pilot, case, "case_reopen")
    case.refresh_from_db()
    assert case.is_open
    assert Walk(case).waiting_for == {"qualify": "caf-91-pilotage"}


def test_a_closed_case_offers_to_be_reopened_once(client, worker, case):
    act(client, worker, case, "case_close", outcome="fsl")
    assert "Rouvrir le dossier" in page(client, case, worker)
    html = act(client, worker, case, "case_reopen")
    assert "Dossier rouvert. Prochaine étape : « Répondre à l’orientation », chez CAF 91" in html
    assert client.post(reverse("case_reopen", args=[case.public_id])).status_code == 403
    assert case.processes.count() == 2


def test_a_dated_fact_brings_its_legal_dates_on_the_page(client, worker, case):
    html = act(
        client, worker, case, "case_milestone", kind="order_to_pay_served", happened_on="2026-11-03", known="proved"
    )
    assert "Commandement de payer signifié" in html
    assert "Effet de la clause résolutoire après le commandement de payer" in html
    assert "03/11/2026" in html


@pytest.mark.parametrize(
    ("kind", "day", "words"),
    [
        ("order_to_pay_served", "2026-12-03", "Cette date est à venir"),
        ("order_to_pay_served", "0026-11-03", "Vérifier l’année"),
        ("accepted", "2026-11-03", "Sélectionnez un choix valide"),
    ],
)
def test_an_impossible_fact_is_refused_with_a_reason(client, worker, case, kind, day, words):
    assert words in act(client, worker, case, "case_milestone", kind=kind, happened_on=day, known="proved")
    assert not Milestone.objects.exists()


def test_the_day_written_on_the_order_to_pay_is_asked_with_it_and_has_its_own_delay(client, worker, case):
    form = client.get(reverse("case_milestone", args=[case.public_id])).content.decode()
    assert "Dernier jour pour payer écrit sur le commandement" in form
    typed = {"kind": "order_to_pay_served", "happened_on": "2026-11-03", "known": "proved"}
    html = act(client, worker, case, "case_milestone", **typed, written_until="2026-11-03")
    assert "Ce jour précède la signification de l’acte" in html
    assert not Milestone.objects.filter(case=case, kind__startswith="order_to_pay").exists()
    act(client, worker, case, "case_milestone", **typed, written_until="2027-01-05")
    facts = Milestone.objects.filter(case=case, kind__startswith="order_to_pay").order_by("kind")
    assert [(each.kind, each.happened_on, each.known) for each in facts] == [
        ("order_to_pay_served", date(2026, 11, 3), "proved"),
        ("order_to_pay_term", date(2027, 1, 5), "proved"),
    ]
    [written] = Deadline.objects.running().filter(case=case, rule__code="C01b")
    assert written.legal_date == date(2027, 1, 5)
    again = client.get(reverse("case_milestone", args=[case.public_id]) + "?fait=order_to_pay_served")
    assert "2027-01-05" in again.content.decode()


def test_a_written_day_that_is_cleared_is_withdrawn_and_one_that_was_not_shown_stays(client, worker, case):
    typed = {"kind": "order_to_pay_served", "happened_on": "2026-11-03", "known": "proved"}
    act(client, worker, case, "case_milestone", **typed, written_until="2027-01-05")
    act(client, worker, case, "case_milestone", **typed, written_until="")
    assert Deadline.objects.running().get(case=case, rule__code="C01b").legal_date == date(2027, 1, 5)
    client.post(
        reverse("case_milestone", args=[case.public_id]) + "?fait=order_to_pay_served", typed | {"written_until": ""}
    )
    assert not Milestone.objects.filter(case=case, kind="order_to_pay_term", replaced_by=None).exists()
    assert Milestone.objects.filter(case=case, kind="order_to_pay_served", replaced_by=None).exists()
    assert not Deadline.objects.running().filter(case=case, rule__code="C01b").exists()


def test_what_is_refused_of_the_written_day_is_said_beside_it(client, case, monkeypatch):
    monkeypatch.setattr(dating, "MAY_BE_TO_COME", frozenset())
    typed = {"kind": "order_to_pay_served", "happened_on": "2026-11-03", "known": "proved"}
    answer = client.post(reverse("case_milestone", args=[case.public_id]), typed | {"written_until": "2027-01-05"})
    assert answer.context["form"].errors == {
        "written_until": ["Cette date est à venir : saisir la date du fait accompli."]
    }
    assert not Milestone.objects.exists()


def test_a_hearing_may_be_to_come(client, worker, case):
    act(client, worker, case, "case_milestone", kind="hearing", happened_on="2027-01-12", known="proved")
    assert Milestone.objects.get().happened_on == date(2027, 1, 12)


def test_a_note_is_read_by_those_it_is_written_for(client):
    worker, manager = member("caf-91"), member("caf-91", "manager")
    case = followed_by(worker, until="plan")
    for visibility in ("internal", "personal"):
        act(client, worker, case, "case_note", text=f"Observation {visibility}", visibility=visibility)
    assert "Observation internal" in (html := page(client, case, manager))
    assert "Observation personal" not in html
    assert "Observation personal" in page(client, case, worker)


def test_a_long_note_is_refused_whole_and_never_cut(client, worker, case):
    """A browser cuts what is pasted at `maxlength` without a word; the page says how much is too much as one types."""
    html = act(client, worker, case, "case_note", text="a" * 4001 + "fin", visibility="internal")
    assert "au plus 4000 caractères (actuellement 4004)" in html.replace("\N{NO-BREAK SPACE}", " ")
    assert "a" * 4001 + "fin" in html
    assert 'data-most="4000"' in html
    assert "maxlength" not in html[html.index("<textarea") : html.index("</textarea>")]
    assert not Note.objects.exists()


def test_a_note_sent_twice_counts_once(client, worker):
    case = followed_by(worker, until="monitor")
    for _ in range(2):
        act(client, worker, case, "case_note", text="Une note", visibility="internal")
    assert Note.objects.count() == 1


def test_before_the_person_is_informed_no_note_is_shared(client, worker):
    case = followed_by(worker, until="contact")
    html = act(client, worker, case, "case_note", text="Une note", visibility="shared")
    assert "Sélectionnez un choix valide" in html
    assert not Note.objects.exists()


def test_the_pilot_who_sees_a_case_does_not_close_it(client, pilot):
    case = reported()
    assert client.get(reverse("case", args=[case.public_id])).status_code == 200
    assert client.get(reverse("case_milestone", args=[case.public_id])).status_code == 200
    assert client.get(reverse("case_close", args=[case.public_id])).status_code == 403


# What does not belong in a free text


def test_what_is_written_is_kept_and_its_writer_told_the_words_to_reread(client, worker):
    case = followed_by(worker)
    html = act(client, worker, case, "case_note", text="Dit être diabétique.", visibility="internal")
    note = case.notes.get()
    assert note.text == "Dit être diabétique."
    assert "À relire : « diabétique » (santé). Restez factuel : la personne peut demander à lire." in html
    url = reverse("note_rewrite", args=[case.public_id, note.public_id])
    assert f'<a href="{url}">Reprendre l’observation</a>' in html
    assert "messages" not in client.cookies, "the words found stand in no cookie"
    assert "Dit être diabétique." in client.get(url).content.decode()
    html = client.post(url, {"text": "A un rendez-vous le 3."}, follow=True).content.decode()
    assert "Observation reprise." in html
    assert "À relire" not in html
    note.refresh_from_db()
    assert note.text == "A un rendez-vous le 3."
    assert case.journal.filter(kind="note.rewritten").count() == 1


def test_an_observation_that_others_read_is_rewritten_within_ten_minutes(client, worker):
    case = followed_by(worker)
    for visibility, minutes, text in (
        ("shared", 10, "Rappelée."),
        ("shared", 11, "Rappeler."),
        ("internal", 11, "Rappelée."),
    ):
        case.notes.all().delete()
        with time_machine.travel(NOON, tick=False):
            act(client, worker, case, "case_note", text="Rappeler.", visibility=visibility)
        url = reverse("note_rewrite", args=[case.public_id, case.notes.get().public_id])
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            html = client.post(url, {"text": "Rappelée."}, follow=True).content.decode()
        assert case.notes.get().text == text
        assert ("partagée depuis plus de dix minutes" in html) == (text == "Rappeler.")


def test_a_step_warns_of_its_note_too(client, worker):
    case = followed_by(worker, until="contact")
    url = reverse("step", args=[case.public_id, Walk(case).task("contact").public_id])
    typed = {"quick": "phone", "note": "Menteuse."}
    html = client.post(url, typed, headers={"HX-Request": "true"}).content.decode()
    assert "« Menteuse » (jugement)" in html
    assert case.contact_attempts.count() == 1


def test_nobody_takes_up_the_observation_of_another(client, worker):
    case = followed_by(worker)
    act(client, worker, case, "case_note", text="Rappeler.", visibility="shared")
    url = reverse("note_rewrite", args=[case.public_id, case.notes.get().public_id])
    client.force_login(member("caf-91", "manager"))
    assert client.get(url).status_code == 404
    assert client.post(url, {"text": "Non."}).status_code == 404
