"""What an operator’s correspondent sees: the questions of his service, what is shared with them, and nothing else."""

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import get_connection
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions import support
from cases.actions.notices import balance_of
from cases.models import AccessEntry, Case, Deadline, Document, JournalEntry, Question, User
from cases.rules.questions import SHARED
from notifications import fanout, reminders
from notifications.delivery import build_message
from notifications.models import Delivery, Notice
from notifications.queries import describe_notices, place_without_case
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.pages import html_of
from tests.security.standing import standing
from tests.uploads import photo
from workflows.actions import questions
from workflows.models import KeptFile
from workflows.sweep import sweep_deadlines

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
RECOVERY = "caf-91-recouvrement"
TODAY = date(2026, 11, 24)
TEN_AND_THE_SESSION = 12
"""Of a page, and what signs its reader in."""


@pytest.fixture(scope="module")
def standing_case(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Case]:
    with standing(django_db_blocker, tmp_path_factory):
        worker = factories.member("caf-91", first_name="Nadia", last_name="Belkacem")
        factories.member(RECOVERY, "correspondent", first_name="Iris", last_name="Bonnard")
        case = scene.overpaid(worker=worker)
        child = factories.person(usual_name="Delorme", first_names="Capucine", birth_date="2019-03-02")
        child.save()
        case.household.memberships.create(beneficiary=child, position="child")
        support.write_note(
            case=case,
            structure=factories.structure("caf-91"),
            author=worker,
            text="Madame dort mal depuis ce courrier.",
            visibility="shared",
            at=NOON,
        )
        yield case


@pytest.fixture
def worker(asker: User) -> User:
    return asker


def page(client, user: User, asked: Question, *, expected: int = 200) -> str:
    client.force_login(user)
    answer = client.get(reverse("question", args=[asked.public_id]))
    assert answer.status_code == expected
    return html_of(answer)


def send(client, user: User, asked: Question, **typed) -> str:
    client.force_login(user)
    data = {"decided_on": "2026-11-24"} | typed
    return html_of(client.post(reverse("question", args=[asked.public_id]), data, follow=True))


def line_page(client, user: User, case: Case) -> str:
    client.force_login(user)
    return html_of(client.get(reverse("case_line", args=[case.public_id, scene.line_of(case, "rsa").public_id])))


def breakdown() -> SimpleUploadedFile:
    return SimpleUploadedFile("decompte.jpg", photo(), content_type="image/jpeg")


# What is seen

NEVER = (
    "Capucine",
    "Belkacem",
    "CAF 91 – travail social",
    "dort mal",
    "APL",
    "412,00",
    "50,00",
    "2026-0",
    "rectification",
)
"""A child, who follows her, where, a note, another line and its sum, a withholding, the case, what was sent."""
SHOWN = {
    "name": "DELORME Inès",
    "birth_date": "17/05/1980",
    "file_number": "4417033",
    "benefit": "RSA",
    "amount": "1 214,31",
    "period": "06/2026 à 08/2026",
    "letter_date": "09/11/2026",
}


def test_a_correspondent_reads_the_fields_shared_with_him_and_no_other(client, case, worker, correspondent):
    """Whatever was chosen: thirty sets at random, and each field alone."""
    line = scene.line_of(case, "rsa")
    type(line.notice).objects.filter(pk=line.notice_id).update(file_number="4417033")
    asked = scene.asked(case, "rsa", by=worker)
    chance = random.Random(5)  # noqa: S311 - what is drawn is kept from nobody
    sets = [[code] for code in SHARED] + [chance.sample(list(SHARED), chance.randint(0, 7)) for _ in range(30)]
    for shared in sets:
        Question.objects.filter(pk=asked.pk).update(shared=shared)
        text = page(client, correspondent, asked).replace("\u202f", " ").replace("\u00a0", " ")
        main = text[text.index("<main") : text.index("</main")]
        for code, value in SHOWN.items():
            assert (value in main) == (code in shared), (shared, code)
        assert [word for word in NEVER if word in main] == []


@pytest.mark.parametrize(
    ("code", "role"),
    [
        ("cpam-91", "correspondent"),
        (RECOVERY, "agent"),
        (RECOVERY, "manager"),
        ("caf-91-pilotage", "pilot"),
        ("caf-91", "correspondent"),
        ("bailleur-a", "correspondent"),
    ],
)
def test_for_everybody_else_a_question_does_not_exist(client, case, worker, code, role):
    page(client, factories.member(code, role), scene.asked(case, "rsa", by=worker), expected=404)


def test_who_asks_reads_it_on_the_line_and_not_there(client, case, worker):
    page(client, worker, scene.asked(case, "rsa", by=worker), expected=404)


def test_once_answered_nothing_that_was_shared_is_shown(client, case, worker, correspondent):
    asked = scene.asked(case, "rsa", by=worker)
    send(client, correspondent, asked, answer="maintained", text="Deux contrôles concordent.")
    text = page(client, correspondent, asked)
    assert "Maintenu" in text
    assert "Deux contrôles concordent." in text
    assert "DELORME" not in text
    assert "Le courrier n’indique pas" not in text


def test_once_sent_an_answer_is_read_with_the_sum_it_takes_off_and_not_as_what_is_shared(
    client, case, worker, correspondent
):
    asked = scene.asked(case, "rsa", by=worker)
    send(client, correspondent, asked, answer="reduced", amount_reduced="164,31")
    text = page(client, correspondent, asked)
    assert "<dt>Somme qui n’est plus réclamée</dt><dd>164,31\u202f€</dd>" in text
    assert "Cette question n’attend plus de réponse." in text
    assert "Vous voyez la question et ce qui est partagé" not in text


@pytest.mark.parametrize(
    ("shared", "refused"),
    [
        (["letter_date"], "Cette date précède le courrier, du 09/11/2026 : vérifier le jour et l’année."),
        (["name"], "Cette date précède le courrier qui réclame cette somme : vérifier le jour et l’année."),
    ],
)
def test_a_decision_before_the_letter_is_refused_with_its_day_where_it_is_shared(
    client, case, worker, correspondent, shared, refused
):
    asked = scene.asked(case, "rsa", by=worker, shared=shared)
    text = send(client, correspondent, asked, answer="reduced", amount_reduced="100", decided_on="2019-03-01")
    assert refused in text
    assert ("09/11/2026" in text) == ("letter_date" in shared)


def test_the_day_of_the_letter_is_shared_unless_who_asks_unticks_it(client, case, worker, correspondent):
    assert "09/11/2026" in page(client, correspondent, scene.asked(case, "rsa", by=worker))


def test_reading_a_question_is_noted(client, case, worker, correspondent):
    asked = scene.asked(case, "rsa", by=worker)
    page(client, correspondent, asked)
    page(client, correspondent, asked)
    found = AccessEntry.objects.filter(user=correspondent).values_list(
        "case", "kind", "structure__code", "day", "right"
    )
    assert list(found) == [(case.pk, "question", RECOVERY, TODAY, "question")] * 2


# The list


def test_the_oldest_comes_first_with_its_age_in_working_days(client, case, worker, correspondent):
    scene.asked(case, "apl", by=worker, kind="reason")
    old = scene.asked(case, "rsa", by=worker)
    Question.objects.filter(pk=old.pk).update(asked_at=NOON - timedelta(days=13))  # the 11th is a holiday
    client.force_login(correspondent)
    text = html_of(client.get(reverse("questions")))
    assert "2 questions en attente" in text
    assert text.index("Décompte détaillé") < text.index("Motif<")
    assert "9 jours ouvrés" in text
    assert "DELORME" not in text


def test_a_list_of_many_questions_is_cut_after_the_oldest_and_says_so(
    client, case, worker, correspondent, monkeypatch
):
    monkeypatch.setattr("workflows.views.overpayment.questions.MOST_SHOWN", 2)
    asked = [scene.asked(case, "rsa", by=worker, kind=kind) for kind in ("breakdown", "reason", "document")]
    client.force_login(correspondent)
    text = html_of(client.get(reverse("questions")))
    assert "Les 2 plus anciennes questions sur 3 ; les autres viendront au fur et à mesure." in text
    assert "3 questions en attente : les plus anciennes d’abord" in text
    assert [reverse("question", args=[each.public_id]) in text for each in asked] == [True, True, False]
    Deadline.objects.filter(questions__in=asked[1:]).update(state="missed", ended_at=NOON)
    assert "3 questions en attente, dont 2 en retard" in html_of(client.get(reverse("questions")))


def test_the_list_takes_ten_queries_however_long(client, case, worker, correspondent, django_assert_max_num_queries):
    for kind in ("breakdown", "reason", "document", "appointment", "suspension"):
        scene.asked(case, "rsa", by=worker, kind=kind)
    scene.asked_and_answered(case, "apl", by=worker, correspondent=correspondent)
    client.force_login(correspondent)
    with django_assert_max_num_queries(TEN_AND_THE_SESSION):
        client.get(reverse("questions"))


def test_questions_add_few_queries_to_the_page_of_a_case_however_many(client, case, worker):
    client.force_login(worker)
    url = reverse("case", args=[case.public_id])
    client.get(url)
    counts = []
    for kind in (None, "breakdown", "reason", "document"):
        if kind:
            scene.asked(case, "rsa", by=worker, kind=kind)
        with CaptureQueriesContext(connection) as made:
            client.get(url)
        counts.append(len(made))
    assert counts[1] == counts[2] == counts[3]
    assert counts[1] - counts[0] <= 5


# Asking and answering through the pages


def test_a_question_is_asked_from_the_line_with_the_least_that_it_takes(client, case, worker):
    client.force_login(worker)
    line = scene.line_of(case, "rsa")
    url = reverse("case_line_ask", args=[case.public_id, line.public_id])
    text = html_of(client.get(url))
    assert text.count("checked") == 8  # seven fields and the ground
    typed = {"kind": "breakdown", "shared": ["name", "file_number"], "basis": "SH-3", "text": ""}
    text = html_of(client.post(url, typed | {"structure": RECOVERY}, follow=True))
    assert "Question envoyée à CAF 91 – recouvrement." in text
    assert "chez CAF 91 – recouvrement depuis aujourd’hui" in text
    assert "réponse attendue le 08/12/2026" in text
    assert Question.objects.get().shared == ["name", "file_number"]
    assert "chez CAF 91 – recouvrement" in html_of(client.get(reverse("case", args=[case.public_id])))


def test_a_reduction_lowers_the_line_and_tells_the_professional(client, case, worker, correspondent):
    asked = scene.asked(case, "rsa", by=worker)
    text = send(client, correspondent, asked, answer="reduced", amount_reduced="164,31")
    assert "Réponse envoyée" in text
    text = line_page(client, worker, case)
    assert "Indu réduit" in text
    assert "1\u202f000,00" in text
    assert Decimal("164.31") in scene.line_of(case, "rsa").debt.ledger.values_list("amount", flat=True)


def test_of_a_sum_that_was_deducted_since_one_says_whether_it_is_the_same(client, case, worker, correspondent):
    """Answered by the operator, then noted in the step; and the other way round."""
    first, second = scene.asked(case, "rsa", by=worker), scene.asked(case, "rsa", by=worker, kind="reason")
    assert "Est-ce la somme déjà déduite" not in page(client, correspondent, second)
    send(client, correspondent, first, answer="reduced", amount_reduced="300,00")
    client.force_login(worker)
    task = scene.line_task(case, "rsa", "await_answer")
    step = reverse("step", args=[case.public_id, task.public_id])
    asked = html_of(client.get(step)).replace("\N{NO-BREAK SPACE}", " ")
    assert "Depuis la demande : 300,00 € au 24/11/2026 (annulation par l’organisme)." in asked
    noted = {"way": "rectification", "answer": "partly", "received_on": "2026-11-24", "amount": "300,00"}
    text = html_of(client.post(step, noted))
    assert "dire si c’est la même." in text
    assert 'value="300,00"' in text
    client.post(step, noted | {"noted": "same"})
    waived = {"answer": "waived_partly", "amount_waived_partly": "100,00"}
    text = send(client, correspondent, second, **waived)
    assert "dire si c’est la même." in text
    assert "Est-ce la somme déjà déduite" in text
    assert "300,00" not in text  # what was deducted, and by whom, is not shared with who answers
    waived |= {"noted_waived_partly": "another"}
    text = send(client, correspondent, second, **waived)
    assert "Réponse envoyée" in text
    assert balance_of(scene.line_of(case, "rsa").debt) == Decimal("764.31")


def test_what_is_wrong_in_an_answer_stands_beside_its_field(client, case, worker, correspondent):
    asked = scene.asked(case, "rsa", by=worker)
    assert "Saisir la somme qui n’est plus réclamée." in send(client, correspondent, asked, answer="reduced")
    assert "Il ne reste que" in send(client, correspondent, asked, answer="reduced", amount_reduced="9 000")
    asked.refresh_from_db()
    assert asked.is_open


def test_each_question_offers_its_own_answers_and_what_they_do_to_the_line(client, case, worker, correspondent):
    text = page(client, correspondent, scene.asked(case, "rsa", by=worker, kind="appointment"))
    assert "Rendez-vous proposé" in text
    assert "La ligne ne change pas." in text
    assert not [word for word in ("Décompte fourni", "Indu annulé", "Remise accordée") if word in text]
    text = page(client, correspondent, scene.asked(case, "rsa", by=worker))
    assert "Décompte fourni" in text
    assert "Ce qui reste dû de cette ligne tombe à zéro." in text
    assert "Rendez-vous" not in text[text.index("<main") : text.index("</main")]


def test_an_appointment_is_proposed_and_read_on_the_line(client, case, worker, correspondent):
    asked = scene.asked(case, "rsa", by=worker, kind="appointment")
    refused = send(client, correspondent, asked, answer="appointment_given", hour_appointment_given="14:30")
    assert "Saisir un jour et une heure à venir." in refused
    typed = {"meets_at_appointment_given": "2026-12-03", "hour_appointment_given": "14:30"}
    sent = send(client, correspondent, asked, answer="appointment_given", text="Au siège, guichet 4.", **typed)
    assert "Réponse envoyée : le professionnel en est prévenu." in sent
    text = line_page(client, worker, case).replace("\u202f", " ").replace("\u00a0", " ")
    assert "Rendez-vous proposé à la personne : 03/12/2026 à 14 h 30" in text


def test_a_breakdown_is_joined_opened_by_who_asked_and_withdrawn_by_him_alone(client, case, worker, correspondent):
    asked = scene.asked(case, "rsa", by=worker)
    assert "Joindre le fichier, ou écrire" in send(client, correspondent, asked, answer="breakdown_given")
    sent = send(client, correspondent, asked, answer="breakdown_given", pieces=breakdown())
    assert "Réponse envoyée, avec 1 fichier : le professionnel en est prévenu." in sent
    [piece] = asked.documents.all()
    url, void = (reverse(name, args=[case.public_id, piece.public_id]) for name in ("document", "document_void"))
    # Its author sees the case no more once he has answered.
    assert client.get(url).status_code == client.post(void, {"reason": "wrong_case"}).status_code == 404
    assert url in line_page(client, worker, case)
    assert client.get(url).status_code == 200
    assert void in html_of(client.get(reverse("documents", args=[case.public_id])))
    client.post(void, {"reason": "wrong_case"})
    assert not Document.objects.filter(pk=piece.pk).exists()


def test_a_file_joined_to_an_answer_at_fault_is_kept_for_its_author(client, case, worker, correspondent):
    asked = scene.asked(case, "rsa", by=worker)
    text = send(client, correspondent, asked, answer="reduced", pieces=breakdown())
    assert "Saisir la somme qui n’est plus réclamée." in text
    assert "decompte.jpg" in text
    kept = re.findall(r'name="kept" value="([^"]+)"', text)
    send(client, correspondent, asked, answer="breakdown_given", kept=kept)
    assert asked.documents.count() == 1
    assert not KeptFile.objects.exists()


def test_an_answer_to_a_question_withdrawn_meanwhile_is_given_back_and_tells_nobody(
    client, case, worker, correspondent
):
    asked = scene.asked(case, "rsa", by=worker)
    page(client, correspondent, asked)
    questions.withdraw(question=asked, by=worker, at=NOON)
    lines = JournalEntry.objects.count()
    said = "Tout est annulé depuis octobre."
    text = send(client, correspondent, asked, answer="cancelled", text=said, pieces=breakdown())
    assert "Votre réponse n’a pas été envoyée." in text
    assert said in text
    assert "DELORME" not in text
    assert JournalEntry.objects.count() == lines
    assert not KeptFile.objects.exists()
    assert scene.line_of(case, "rsa").debt.ledger.filter(kind="cancelled").count() == 0


# Who is told


def told() -> list[tuple[str, str]]:
    fanout.drain_outbox(at=NOON)
    found = Notice.objects.filter(
        entry__kind__in=["question.asked", "question.answered", "reminder.due", "deadline.missed"]
    )
    return sorted(found.values_list("user__last_name", "entry__kind"))


def test_the_correspondents_are_told_without_a_name_nor_the_number_of_the_case_then_the_professional_of_the_answer(
    client, case, worker, correspondent
):
    factories.member(RECOVERY, "correspondent", last_name="Arnal")
    factories.member(RECOVERY, "agent", last_name="Poncet")
    asked = scene.asked(case, "rsa", by=worker)
    assert told() == [("Arnal", "question.asked"), ("Bonnard", "question.asked")]
    notice = Notice.objects.select_related("entry__structure").get(user=correspondent)
    assert place_without_case(notice) == reverse("question", args=[asked.public_id])
    (line,) = describe_notices([notice], reader=correspondent, today=TODAY)
    assert (line.words, line.about) == ("Un professionnel interroge votre service", "CAF 91 – recouvrement")
    mail = build_message(Delivery.objects.get(notice=notice), get_connection())
    said = f"{mail.subject}\n{mail.body}"
    assert not [word for word in ("Delorme", "DELORME", case.reference, "RSA", "1214", "Belkacem") if word in said]
    send(client, correspondent, asked, answer="documents_asked", text="Attestation d’hébergement.")
    assert ("Belkacem", "question.answered") in told()


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2026, 11, 30), 0),
        (date(2026, 12, 1), 1),  # five working days
        (date(2026, 12, 8), 2),  # ten
        (date(2026, 12, 15), 3),  # fifteen
    ],
)
def test_the_inbox_is_reminded_at_five_ten_and_fifteen_working_days(client, case, worker, correspondent, day, count):
    scene.asked(case, "rsa", by=worker)
    told()
    moment = NOON
    while moment.date() <= day:
        sweep_deadlines(at=moment)
        reminders.scan(at=moment)
        fanout.drain_outbox(at=moment)
        moment += timedelta(days=1)
    found = Notice.objects.filter(user=correspondent, entry__kind="reminder.due")
    assert found.count() == count
    if count:
        notice = found.select_related("case", "entry__structure", "entry__actor", "case__tenancy").latest("pk")
        (line,) = describe_notices([notice], reader=correspondent, today=day)
        assert line.about == "CAF 91 – recouvrement"
        assert "question" in line.words


def test_without_an_answer_who_asked_is_told(client, case, worker, correspondent):
    scene.asked(case, "rsa", by=worker)
    told()
    for days in range(16):
        sweep_deadlines(at=NOON + timedelta(days=days))
    missed = JournalEntry.objects.get(kind="deadline.missed", data__rule="T-QUESTION")
    fanout.drain_outbox(at=NOON)
    notice = Notice.objects.select_related("case", "entry__structure", "entry__actor").get(entry=missed, user=worker)
    (line,) = describe_notices([notice], reader=worker, today=TODAY)
    assert "Sans réponse de l’organisme : ne pas l’attendre" in line.words
    with time_machine.travel(NOON + timedelta(days=16), tick=False):
        assert "Sans réponse" in line_page(client, worker, case)
