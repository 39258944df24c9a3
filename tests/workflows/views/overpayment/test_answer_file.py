"""Who answers for an operator takes its questions away as a file, and gives it back filled in."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.actions.notices import balance_of
from cases.models import AccessEntry, Case, JournalEntry, Question, User
from cases.refusals import NotAllowed
from cases.rules.answer_files import MOST, UnreadableAnswers, read_answers
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.pages import html_of
from tests.security.standing import standing
from workflows import engine
from workflows.actions import questions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
RECOVERY = "caf-91-recouvrement"
FILE, EXPORT = "/questions/fichier/", "/questions/fichier/telecharger/"


@pytest.fixture(scope="module")
def standing_case(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Case]:
    with standing(django_db_blocker, tmp_path_factory):
        factories.member(RECOVERY, "correspondent", first_name="Iris", last_name="Bonnard")
        yield scene.overpaid(worker=factories.member("caf-91", first_name="Nadia", last_name="Belkacem"))


@pytest.fixture
def worker(asker: User) -> User:
    return asker


@pytest.fixture
def taken(client, correspondent) -> Client:
    client.force_login(correspondent)
    return client


def download(client: Client, path: str = EXPORT) -> list[dict[str, str]]:
    answer = client.post(path)
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    _, *lines = csv.reader(io.StringIO(content), delimiter=";")
    titles, *rows = lines
    return [dict(zip(titles, row, strict=True)) for row in rows]


def as_file(rows: list[dict[str, str]], *, encoding: str = "cp1252", delimiter: str = ";") -> SimpleUploadedFile:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile("reponses.csv", out.getvalue().encode(encoding), content_type="text/csv")


def deposit(client: Client, rows: list[dict[str, str]], *, path: str = FILE, **how: str) -> list[tuple[str, str]]:
    page = client.post(path, {"file": as_file(rows, **how)})
    return [(line.state, line.words) for line in page.context["lines"]]


def line_page(case: Case, benefit: str) -> str:
    return reverse("case_line", args=[case.public_id, scene.line_of(case, benefit).public_id])


def test_the_file_holds_what_the_page_of_each_question_shows_and_the_journal_says_how_many(
    case, worker, correspondent, taken
):
    scene.asked(case, "rsa", by=worker, shared=["name", "period"])
    scene.asked(case, "apl", by=worker, kind="appointment", shared=["amount"], text="")
    first, second = download(taken)
    assert first["Question"] == "Décompte détaillé"
    assert (first["Posée le"], first["Réponse attendue le"]) == ("24/11/2026", "08/12/2026")
    assert (first["Nom et prénoms"], first["Période"]) == ("DELORME Inès", "06/2026 à 08/2026")
    assert (first["Date de naissance"], first["Montant notifié"]) == ("non partagé", "non partagé")
    assert first["Précision de la question"] == "Le courrier n’indique pas les mois réclamés."
    assert second["Nom et prénoms"] == "non partagé"
    assert second["Montant notifié"] == "412,00 €"
    assert second["Réponses possibles"] == "Rendez-vous proposé / Pas de rendez-vous possible"
    said = str([first, second])
    assert not [word for word in ("Belkacem", case.reference, "caf-91", "1 214") if word in said]
    entry = JournalEntry.objects.get(kind="list.exported")
    assert (entry.actor, entry.structure, entry.case) == (correspondent, factories.structure(RECOVERY), None)
    assert {name: entry.data[name] for name in ("list", "format", "rows")} == {
        "list": "questions",
        "format": "csv",
        "rows": 2,
    }
    assert AccessEntry.objects.filter(user=correspondent, kind="export").count() == 1


def test_each_line_is_an_ordinary_answer_and_the_same_file_does_nothing_twice(case, worker, taken, correspondent):
    scene.asked(case, "rsa", by=worker)
    scene.asked(case, "apl", by=worker, kind="appointment")
    scene.asked(case, "rsa", by=worker, kind="reason")
    first, second, third = download(taken)
    first |= {"Réponse": "indu réduit", "Décidé le": "23/11/2026", "Somme qui n’est plus réclamée": "164,31"}
    second |= {
        "Réponse": "Rendez-vous proposé",
        "Décidé le": "24/11/2026",
        "Jour du rendez-vous": "03/12/2026",
        "Heure du rendez-vous": "14:30",
        "Précision de la réponse": "Au siège.",
    }
    assert deposit(taken, [first, second, third]) == [
        ("kept", "Enregistrée : le professionnel en est prévenu."),
        ("kept", "Enregistrée : le professionnel en est prévenu."),
        ("empty", "Laissée sans réponse."),
    ]
    line = scene.line_of(case, "rsa")
    assert balance_of(line.debt) == Decimal("1000.00")
    reduced = Question.objects.get(answer="reduced")
    assert (reduced.ended_by, reduced.decided_on) == (correspondent, date(2026, 11, 23))
    answered = JournalEntry.objects.filter(kind="question.answered").count()
    assert [state for state, _ in deposit(taken, [first, second, third], encoding="utf-8-sig", delimiter=",")] == [
        "known",
        "known",
        "empty",
    ]
    assert JournalEntry.objects.filter(kind="question.answered").count() == answered == 2
    assert balance_of(line.debt) == Decimal("1000.00")


def test_a_line_that_cannot_be_is_refused_in_french_and_holds_back_no_other(case, worker, taken, correspondent):
    for kind in ("breakdown", "reason", "document", "suspension"):
        scene.asked(case, "rsa", by=worker, kind=kind)
    unfit, future, bare, fit = download(taken)
    unfit |= {"Réponse": "Rendez-vous proposé", "Décidé le": "24/11/2026"}
    future |= {"Réponse": "Maintenu", "Décidé le": "25/11/2026"}
    bare |= {"Réponse": "Pièce fournie", "Décidé le": "hier"}
    fit |= {"Réponse": "Retenue suspendue", "Décidé le": "2026-11-24"}
    found = deposit(taken, [unfit, future, bare, fit])
    assert [state for state, _ in found] == ["refused", "refused", "refused", "kept"]
    assert "Réponses possibles" in found[0][1]
    assert "Cette date est à venir" in found[1][1]
    assert found[2][1].startswith("Décidé le : ")


def test_a_reference_that_is_wrong_or_of_another_service_is_refused_alike_and_tells_nothing(case, worker, taken):
    scene.asked(case, "rsa", by=worker)
    factories.member("cd91-rsa", "correspondent")
    other = scene.asked(case, "rsa", by=worker, structure=factories.structure("cd91-rsa"))
    [row] = download(taken)
    row |= {"Réponse": "Maintenu", "Décidé le": "24/11/2026"}
    rows = [
        row | {"Référence (ne pas changer)": key}
        for key in (str(other.public_id), "0c7b7a5e-1111-4222-8333-444444444444", "12", "")
    ]
    page = taken.post(FILE, {"file": as_file(rows)})
    said = {(line.title, line.state, line.words) for line in page.context["lines"]}
    assert len(said) == 1
    assert said.pop()[:2] == ("", "refused")
    other.refresh_from_db()
    assert other.is_open


def test_a_reference_that_is_twice_in_the_file_is_said_so_and_keeps_nothing(case, worker, taken):
    """Of two answers, nobody knows which; a line left empty is none."""
    scene.asked(case, "rsa", by=worker)
    scene.asked(case, "apl", by=worker)
    first, second = download(taken)
    filled = {"Réponse": "Maintenu", "Décidé le": "24/11/2026"}
    found = deposit(taken, [first | filled, second, first | filled | {"Réponse": "Pièces demandées"}, second | filled])
    assert [state for state, _ in found] == ["refused", "empty", "refused", "kept"]
    assert "deux fois dans le fichier" in found[0][1]
    assert Question.objects.filter(state=Question.State.ANSWERED).count() == 1


def test_a_question_withdrawn_meanwhile_is_said_so_and_changes_nothing(case, worker, taken):
    asked = scene.asked(case, "rsa", by=worker)
    [row] = download(taken)
    questions.withdraw(question=asked, by=worker, at=NOON)
    row |= {"Réponse": "Indu annulé", "Décidé le": "24/11/2026"}
    assert deposit(taken, [row]) == [("refused", "Cette question n’attend plus de réponse : retirée le 24/11/2026.")]
    assert balance_of(scene.line_of(case, "rsa").debt) == Decimal("1164.31")


@pytest.mark.parametrize(
    ("code", "role"),
    [("caf-91", "agent"), (RECOVERY, "manager"), ("caf-91-pilotage", "pilot"), ("bailleur-a", "agent")],
)
def test_nobody_else_takes_questions_away_nor_answers_by_a_file(client, case, worker, code, role):
    scene.asked(case, "rsa", by=worker)
    client.force_login(factories.member(code, role))
    assert client.get(FILE).status_code == client.post(EXPORT).status_code == client.post(FILE).status_code == 404


def test_without_a_question_there_is_nothing_to_take_away(taken):
    assert "il n’y a rien à télécharger" in html_of(taken.post(EXPORT, follow=True))


def test_the_page_costs_ten_queries_and_the_file_few_however_long(case, worker, taken, django_assert_max_num_queries):
    for kind in ("breakdown", "reason", "document", "suspension"):
        scene.asked(case, "rsa", by=worker, kind=kind)
        scene.asked(case, "apl", by=worker, kind=kind)
    taken.get(reverse("questions_file"))
    with django_assert_max_num_queries(12):  # two of them are the session and the user
        taken.get(reverse("questions_file"))
    with django_assert_max_num_queries(16):
        taken.post(EXPORT)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "La colonne"),
        (b"Question;R\xc3\xa9ponse\r\nx;y", "La colonne « Référence \\(ne pas changer\\) » manque"),
        ("Référence (ne pas changer);Réponse\r\nx;y".encode(), "Il manque « Décidé le » parmi"),
        (b"\x00" * 10, "n’est pas du texte"),
        (b"x" * (1024 * 1024 + 1), "dépasse 1 Mo"),
        ('Référence (ne pas changer);Réponse;Décidé le\r\nx;"y'.encode() + b"z" * 140_000, "guillemet"),
        (
            ("Référence (ne pas changer);Réponse;Décidé le\r\n" + "x;y;z\r\n" * (MOST + 1)).encode(),
            "plus de 500 lignes",
        ),
    ],
)
def test_what_is_no_such_file_is_refused_in_french(content, words):
    with pytest.raises(UnreadableAnswers, match=words):
        read_answers(content)


FOLLOWED, FOLLOWED_EXPORT = "/questions/suivies/fichier/", "/questions/suivies/fichier/telecharger/"


def test_who_follows_the_case_gives_the_file_to_a_service_that_never_signs_in_and_notes_what_it_answers(
    client, case, worker, correspondent
):
    """The same file, the same effects; the journal says who noted it, and who asked is told."""
    first = scene.asked(case, "rsa", by=worker)
    scene.asked(case, "apl", by=worker)
    manager = factories.member("caf-91", "manager", first_name="Odile", last_name="Faure")
    client.force_login(manager)
    [line, _] = rows = download(client, FOLLOWED_EXPORT)
    assert line["Nom et prénoms"] == "DELORME Inès"
    line |= {"Réponse": "indu réduit", "Décidé le": "23/11/2026", "Somme qui n’est plus réclamée": "164,31"}
    assert deposit(client, rows, path=FOLLOWED) == [
        ("kept", "Enregistrée : qui suit la situation en est prévenu."),
        ("empty", "Laissée sans réponse."),
    ]
    assert balance_of(scene.line_of(case, "rsa").debt) == Decimal("1000.00")
    entry = JournalEntry.objects.get(kind="question.answer_noted")
    assert (entry.actor, entry.structure, entry.data["to"]) == (manager, factories.structure(RECOVERY), worker.pk)
    assert not JournalEntry.objects.filter(kind="question.answered").exists()
    assert [state for state, _ in deposit(client, rows, path=FOLLOWED)] == ["known", "empty"]
    assert "réponse notée par Odile Faure" in html_of(client.get(line_page(case, "rsa")))
    assert f"{FOLLOWED}?structure={RECOVERY}" in html_of(client.get(line_page(case, "apl")))
    client.force_login(correspondent)
    for path in ("/questions/", reverse("question", args=[first.public_id])):
        said = html_of(client.get(path))
        assert "le professionnel qui l’a notée" in said
        assert "Faure" not in said


def test_the_page_leads_back_to_the_line_from_which_one_came(client, case, worker):
    """To the line of somebody whom one does not follow, or to none: to one’s cases."""
    scene.asked(case, "rsa", by=worker)
    colleague = factories.member("caf-91")
    other = scene.overpaid(worker=colleague)
    scene.asked(other, "rsa", by=colleague)
    client.force_login(worker)
    page = html_of(client.get(line_page(case, "rsa")))
    [there] = re.findall(rf'href="({re.escape(FOLLOWED)}[^"]+)"', page)
    back = line_page(case, "rsa")
    assert html_of(client.get(unescape(there))).count(f'href="{back}"') == 2
    for line in (str(scene.line_of(other, "rsa").public_id), "x", ""):
        page = html_of(client.get(FOLLOWED, {"ligne": line}))
        assert f'<a href="{reverse("cases")}">Situations</a>' in page
        assert line_page(other, "rsa") not in page


def test_a_question_on_a_case_that_he_does_not_follow_is_refused_as_one_that_does_not_exist(client, case, worker):
    """Nor does a withdrawn one move anything; of a colleague’s case the key alone changes nothing."""
    mine = scene.asked(case, "rsa", by=worker)
    colleague = factories.member("caf-91")
    other = scene.overpaid(worker=colleague)
    theirs = scene.asked(other, "rsa", by=colleague)
    client.force_login(worker)
    [row] = download(client, FOLLOWED_EXPORT)
    assert row["Référence (ne pas changer)"] == str(mine.public_id)
    row |= {"Réponse": "Indu annulé", "Décidé le": "24/11/2026"}
    keys = (str(theirs.public_id), "0c7b7a5e-1111-4222-8333-444444444444")
    page = client.post(FOLLOWED, {"file": as_file([row | {"Référence (ne pas changer)": key} for key in keys])})
    said = {(line.title, line.state, line.words) for line in page.context["lines"]}
    assert [each[:2] for each in said] == [("", "refused")]
    theirs.refresh_from_db()
    assert theirs.is_open
    questions.withdraw(question=mine, by=worker, at=NOON)
    assert deposit(client, [row], path=FOLLOWED) == [
        ("refused", "Cette question n’attend plus de réponse : retirée le 24/11/2026.")
    ]
    with pytest.raises(NotAllowed):
        questions.note_answer(question=theirs, answer="cancelled", decided_on=NOON.date(), by=worker, at=NOON)
    assert balance_of(scene.line_of(other, "rsa").debt) == Decimal("1164.31")


@pytest.mark.parametrize(
    ("code", "role"),
    [("caf-91", "agent"), ("mds-grigny", "manager"), (RECOVERY, "correspondent"), ("ville-grigny", "pilot")],
)
def test_nobody_but_who_follows_the_case_notes_answers_by_a_file(client, case, worker, code, role):
    """Another agent of the same structure does not follow it."""
    scene.asked(case, "rsa", by=worker)
    client.force_login(factories.member(code, role))
    paths = (FOLLOWED, FOLLOWED_EXPORT)
    assert client.get(FOLLOWED).status_code == 404
    assert [client.post(path).status_code for path in paths] == [404, 404]


def test_the_page_of_who_follows_costs_ten_queries_however_many_wait(
    client, case, worker, correspondent, django_assert_max_num_queries
):
    for kind in ("breakdown", "reason", "document", "suspension"):
        scene.asked(case, "rsa", by=worker, kind=kind)
        scene.asked(case, "apl", by=worker, kind=kind)
    client.force_login(worker)
    client.get(FOLLOWED)
    with django_assert_max_num_queries(12):  # two of them are the session and the user
        assert "8 questions sur les situations que vous suivez" in html_of(client.get(FOLLOWED))


@pytest.mark.parametrize(
    ("kind", "answer", "sum_said", "left"),
    [
        ("breakdown", "indu réduit", "300,00", "864.31"),
        ("breakdown", "indu réduit", "200,00", "664.31"),
        ("reason", "remise accordée, en partie", "300,00", "564.31"),
    ],
)
def test_a_sum_that_the_step_noted_since_the_question_is_not_deducted_twice(
    case, worker, taken, kind, answer, sum_said, left
):
    scene.asked(case, "rsa", by=worker, kind=kind)
    noted = {"way": "rectification", "answer": "partly", "received_on": date(2026, 11, 24), "amount": Decimal(300)}
    engine.complete(scene.line_task(case, "rsa", "await_answer"), by=worker, at=NOON, data=noted)
    (row,) = download(taken)
    row |= {"Réponse": answer, "Décidé le": "23/11/2026", "Somme qui n’est plus réclamée": sum_said}
    assert deposit(taken, [row]) == [("kept", "Enregistrée : le professionnel en est prévenu.")]
    assert balance_of(scene.line_of(case, "rsa").debt) == Decimal(left)


def test_two_questions_answered_by_the_same_sum_are_two_decisions(case, worker, taken):
    for kind in ("breakdown", "reason"):
        scene.asked(case, "rsa", by=worker, kind=kind)
    rows = download(taken)
    for row in rows:
        row |= {"Réponse": "indu réduit", "Décidé le": "24/11/2026", "Somme qui n’est plus réclamée": "100,00"}
    assert [state for state, _ in deposit(taken, rows)] == ["kept", "kept"]
    assert balance_of(scene.line_of(case, "rsa").debt) == Decimal("964.31")
