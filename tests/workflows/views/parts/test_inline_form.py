"""Acts done from their line of À faire: the form opens there, the act is done once, the line says what is next."""

import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from cases.models import Assignment, Note
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from tests.workflows.views.work.test_inbox import asked_of_the_caf, followed_by, waiting_for_the_landlord
from tests.workflows.walk import Walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

HERE = {"HX-Request": "true"}


def step(walk: Walk, node: str) -> str:
    return reverse("step", args=[walk.case.public_id, walk.task(node).public_id]) + "?retour=accueil"


def opened(client, url: str) -> str:
    return client.get(url, headers=HERE).content.decode()


def sent(client, url: str, **typed):
    """As the page sends it: with the list that one reads."""
    return client.post(url, {"liste": "pour-moi", **typed}, headers=HERE)


def text(answer) -> str:
    """What is read of an answer, on one line."""
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", words.replace("\N{NO-BREAK SPACE}", " "))


def lines_of(case) -> list[str]:
    return list(case.journal.filter(cause=None).order_by("pk").values_list("kind", flat=True))


def test_the_form_of_a_short_step_opens_in_its_line(client, worker):
    walk = followed_by(worker, phone="+33612345678", no_message=True)
    task = walk.task("contact")
    [group] = client.get(reverse("inbox")).context["groups"]
    assert (group.lines[0].here, group.lines[0].action_url) == (True, step(walk, "contact"))
    answer = client.get(step(walk, "contact"), headers=HERE)
    html = answer.content.decode()
    assert "<html" not in html
    assert answer.headers["HX-Retarget"] == f"#ici-{task.public_id}"
    assert "HX-Request" in answer.headers["Vary"]
    for words in ("06 12 34 56 78", "pas de message", "Appel sans réponse", "Passage sans réponse"):
        assert words in text(answer), words
    assert f'id="id_{task.public_id}_made_on"' in html


def test_without_a_script_the_same_address_is_a_page_that_leads_back_to_the_list(client, worker):
    walk = followed_by(worker)
    url = step(walk, "contact")
    assert "<html" in client.get(url).content.decode()
    answer = client.post(url, {"quick": "phone"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert walk.case.contact_attempts.get().channel == "phone"


def test_an_unanswered_call_is_one_press_and_one_line_of_the_journal(client, worker):
    walk = followed_by(worker)
    before = lines_of(walk.case)
    answer = sent(client, step(walk, "contact"), quick="phone", note="Répondeur plein.", turn=0)
    assert "Étape enregistrée." in text(answer)
    assert "Vous depuis aujourd’hui" in text(answer)
    assert "Contacter" in text(answer)
    attempt = walk.case.contact_attempts.get()
    assert (attempt.result, attempt.channel, attempt.made_on) == ("no_answer", "phone", date(2026, 11, 24))
    assert lines_of(walk.case) == [*before, "contact.attempted"]
    assert Note.objects.get().text == "Répondeur plein."
    assert walk.waiting_for == {"contact": "caf-91"}


def test_the_same_press_sent_twice_counts_once(client, worker):
    walk = followed_by(worker)
    url = step(walk, "contact")
    sent(client, url, quick="visit", turn=0)
    answer = sent(client, url, quick="visit", turn=0)
    assert "Cet envoi est déjà enregistré" in text(answer)
    assert walk.case.contact_attempts.count() == 1


def test_what_is_refused_stays_in_the_line_with_what_was_typed(client, worker):
    walk = followed_by(worker)
    answer = sent(client, step(walk, "contact"), result="reached", channel="phone", made_on="2026-11-24", note="Vu.")
    assert answer.headers["HX-Retarget"] == f"#ici-{walk.task('contact').public_id}"
    assert answer.headers["HX-Reswap"] == "innerHTML"
    assert "Informer la personne avant le diagnostic" in text(answer)
    assert "Vu." in text(answer)
    assert not walk.case.contact_attempts.exists()


def test_one_accepts_in_one_press_and_reads_the_next_step(client, worker):
    walk = asked_of_the_caf()
    answer = sent(client, step(walk, "answer"), quick="mine", liste="a-prendre")
    assert "Prochaine étape : « Informer et contacter le ménage »" in text(answer)
    assert "Contacter" in text(answer)
    assert Assignment.objects.get(case=walk.case, until=None).user == worker
    assert "Pour moi 1" in text(answer)
    assert "À prendre 0" in text(answer)
    assert '<span class="count" data-count="/" hx-swap-oob' in answer.content.decode()


def test_one_accepts_for_a_colleague(client):
    manager, colleague = factories.member("caf-91", "manager"), factories.member("caf-91")
    client.force_login(manager)
    walk = asked_of_the_caf()
    answer = sent(client, step(walk, "answer"), accept="yes", professional=colleague.pk)
    assert f"{colleague}, CAF 91 – travail social" in text(answer)
    assert walk.task("contact").owner == colleague


def test_one_press_accepts_only_for_who_may_follow_the_case(client):
    """Whoever answers for the structure and follows nobody names someone else."""
    walk = asked_of_the_caf()
    client.force_login(factories.member("caf-91"))
    assert "Accepter et m’en charger" in opened(client, step(walk, "answer"))
    stranger = factories.member("mds-grigny")
    client.force_login(stranger)
    assert client.get(step(walk, "answer"), headers=HERE).status_code == 404
    assert sent(client, step(walk, "answer"), quick="mine").status_code == 404


def test_a_case_that_is_no_longer_shown_leaves_its_line(client, worker):
    colleague = factories.member("caf-91", first_name="Rokia", last_name="Sangaré")
    walk = followed_by(worker)
    address = reverse("give_task", args=[walk.task("contact").public_id]) + "?retour=accueil"
    html = opened(client, address)
    assert "La situation le suit" in html
    assert "Claire Montel</option>" not in html
    answer = sent(client, address, to=colleague.pk)
    assert "DELAUNAY" not in text(answer)
    assert "Tâche confiée à Rokia Sangaré, qui en est prévenu." in text(answer)
    assert "Contacter" not in text(answer)
    assert "Pour moi 0" in text(answer)
    assert walk.task("contact").owner == colleague
    assert lines_of(walk.case)[-1] == "task.given"


def test_a_step_that_a_colleague_took_meanwhile_says_by_whom(client, worker):
    colleague = factories.member("caf-91", first_name="Rokia", last_name="Sangaré")
    walk = asked_of_the_caf()
    url = step(walk, "answer")
    walk.take("answer", by=colleague, accept=True, professional=colleague)
    for answer in (client.get(url, headers=HERE), sent(client, url, quick="mine")):
        assert answer.status_code == 200
        assert "Cette étape a déjà été faite par Rokia Sangaré le 24/11/2026 à 12:00." in text(answer)


def test_the_answer_of_the_landlord_is_recorded_as_it_was_heard_and_he_reads_it_in_his_own_words(client, worker):
    walk = waiting_for_the_landlord(worker)
    html = opened(client, step(walk, "agree"))
    assert "Le bailleur a répondu" in html
    assert "Il accepte le plan" in html
    client.force_login(factories.member("gestionnaire-b", "correspondent"))
    html = client.get(reverse("report_detail", args=[walk.case.reports.get().public_id])).content.decode()
    assert "Votre réponse" in html
    assert "Accepter le plan" in html
    client.force_login(worker)
    assert "Suivre le plan" in text(sent(client, step(walk, "agree"), answer="accepted"))


@pytest.mark.parametrize(("press", "result"), [("due", "kept"), ("unpaid", "incident")])
def test_the_month_of_a_plan_is_one_press(client, worker, press, result):
    walk = waiting_for_the_landlord(worker)
    walk.take("agree", by=worker, answer="accepted")
    with time_machine.travel(NOON.replace(month=12, day=8), tick=False):
        client.force_login(worker)
        assert "Mensualité non payée" in opened(client, step(walk, "monitor"))
        sent(client, step(walk, "monitor"), quick=press)
    checks = walk.case.plans.get().checks.all()
    assert [check.result for check in checks] == [result]
    assert lines_of(walk.case)[-1] == "plan.checked"


def test_a_note_is_written_from_the_line(client, worker):
    walk = followed_by(worker)
    [group] = client.get(reverse("inbox")).context["groups"]
    [address] = [act.url for act in group.lines[0].more if act.label == "Écrire une observation"]
    assert "Qui peut la lire" in opened(client, address)
    answer = sent(client, address, text="A rappelé, sera là demain.", visibility="internal")
    assert "Observation enregistrée." in text(answer)
    assert "Contacter" in text(answer)
    assert Note.objects.get().text == "A rappelé, sera là demain."
    refused = sent(client, address, text="", visibility="internal")
    assert refused.headers["HX-Retarget"] == f"#ici-{walk.task('contact').public_id}"


def test_the_acts_of_a_line_are_those_that_the_reader_may_do(client, worker):
    def acts() -> list[str]:
        answer = client.get(reverse("inbox"))
        return [act.label for group in answer.context["groups"] for line in group.lines for act in line.more]

    walk = followed_by(worker)
    own = ["Écrire une observation", "Fixer un rendez-vous", "Préparer un courrier", "Confier à un collègue"]
    assert acts() == own
    for address in [act.url for act in client.get(reverse("inbox")).context["groups"][0].lines[0].more]:
        assert client.get(address).status_code == 200
    walk.take("contact", by=worker, result="declined", channel="phone", made_on=date(2026, 11, 24))
    walk.take("close", by=worker, outcome="declined_support")
    asked_of_the_caf()
    assert acts() == ["Écrire une observation", "Demander du temps"]
    client.force_login(factories.member("caf-91", "manager"))
    assert acts() == ["Écrire une observation", "Demander du temps", "Confier à un collègue"]


def test_time_is_asked_for_in_the_line(client, worker):
    walk = asked_of_the_caf()
    address = reverse("ask_time", args=[walk.case.public_id, walk.task("answer").public_id]) + "?retour=accueil"
    assert "5 jours ouvrés : réponse attendue le 01/12/2026" in opened(client, address)
    answer = sent(client, address, days=5)
    assert "Réponse attendue le 01/12/2026 : la structure qui suit la situation en est prévenue." in text(answer)
    assert "Demander du temps" not in text(answer)
    assert lines_of(walk.case)[-1] == "step.time_asked"
    assert client.get(address).status_code == 302


def test_the_page_of_the_step_leads_to_asking_for_time_as_long_as_one_may(client, worker):
    walk = asked_of_the_caf()
    page = step(walk, "answer")
    assert "Demander du temps" in html_of(client.get(page))
    client.post(reverse("ask_time", args=[walk.case.public_id, walk.task("answer").public_id]), {"days": 3})
    html = html_of(client.get(page))
    assert "Demander du temps" not in html
    assert "Temps demandé : réponse attendue le 27/11/2026" in html
    client.force_login(factories.member("mds-grigny"))
    address = reverse("ask_time", args=[walk.case.public_id, walk.task("answer").public_id])
    assert client.get(address).status_code == 404


def test_a_landlord_s_line_offers_nothing_but_his_answer(client, worker):
    waiting_for_the_landlord(worker)
    client.force_login(factories.member("gestionnaire-b", "correspondent"))
    [group] = client.get(reverse("inbox")).context["groups"]
    assert [(line.here, list(line.more)) for line in group.lines] == [(False, [])]
