"""The pieces of a case through their pages: sent several at once, opened by those who may, withdrawn."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.actions import sharing
from cases.models import Document
from notifications import fanout
from notifications.models import Notice
from tests.factories import NOON, member, structure
from tests.pages import html_of
from tests.uploads import pdf, photo
from tests.workflows.views.case.test_case import followed_by
from workflows.actions import milestones

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]


def url(name, case, *args):
    return reverse(name, args=[case.public_id, *args])


def sent(content=None, name="jugement DIALLO Awa.pdf"):
    return SimpleUploadedFile(name, pdf() if content is None else content)


def send(client, user, case, *files, query="", **typed):
    client.force_login(user)
    data = {"kind": "judgment", "received_on": "2026-11-20", "visibility": "shared", "pieces": list(files)}
    return client.post(url("documents", case) + query, data | typed, follow=True)


def read(client, user, case):
    client.force_login(user)
    return html_of(client.get(url("documents", case)))


def test_a_piece_is_sent_listed_and_opened(client, worker, case):
    html = html_of(send(client, worker, case, sent(), title="octobre 2026"))
    assert "Pièce ajoutée." in html
    assert "Décision de justice : octobre 2026 (PDF" in html
    assert "DIALLO" not in html
    answer = client.get(url("document", case, Document.objects.get().public_id))
    assert answer.content == pdf()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == f'inline; filename="dossier-{case.reference}-decision-de-justice.pdf"'
    assert answer["Cache-Control"] == "private, no-store"


def test_several_files_and_a_photo_are_sent_at_once(client, worker, case):
    html = html_of(send(client, worker, case, sent(), sent(photo(), "p.jpg"), photo=sent(photo(size=(80, 60)), "q")))
    assert "3 pièces ajoutées." in html
    assert sorted(Document.objects.values_list("content_type", flat=True)) == [
        "application/pdf",
        "image/jpeg",
        "image/jpeg",
    ]


def test_a_refused_file_does_not_lose_the_others_nor_what_was_typed(client, worker, case):
    html = html_of(send(client, worker, case, sent(), sent(b"<html>", "page.html"), title="octobre"))
    assert "Pièce ajoutée." in html
    assert "« page.html » : Seuls les PDF" in html
    assert 'value="octobre"' in html
    assert Document.objects.count() == 1


def test_the_same_file_sent_again_is_said(client, worker, case):
    send(client, worker, case, sent())
    html = html_of(send(client, worker, case, sent()))
    assert "Ce fichier est déjà au dossier : Décision de justice, reçue le 20/11/2026." in html
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"pieces": []}, "Choisir au moins un fichier"),
        ({"kind": ""}, "obligatoire"),
        ({"received_on": "2026-11-25"}, "Cette date est à venir"),
        ({"visibility": "personal"}, "Sélectionnez un choix valide"),
        ({"pieces": [sent(b"x", str(n)) for n in range(11)]}, "11 fichiers choisis"),
        ({"pieces": [sent(b"", "vide.pdf")]}, "vide"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(client, worker, case, typed, words):
    answer = send(client, worker, case, sent(), **typed)
    assert words in html_of(answer)
    assert not Document.everything.exists()


def test_a_piece_is_attached_to_the_dated_fact_that_it_proves(client, worker, case):
    fact = milestones.record(
        case=case, by=worker, kind="order_to_pay_served", happened_on=date(2026, 11, 3), known="declared", at=NOON
    )
    asked = f"?fait={fact.public_id}"
    assert f"{url('documents', case)}{asked}" in html_of(client.get(url("case", case)))
    html = html_of(client.get(url("documents", case) + asked))
    assert "À l’appui de : <strong>Commandement de payer signifié, 03/11/2026</strong>" in html
    assert '<option value="order_to_pay" selected>' in html
    html = html_of(send(client, worker, case, sent(), query=asked, kind="order_to_pay"))
    assert "à l’appui de : Commandement de payer signifié, 03/11/2026" in html
    assert Document.objects.get().milestone == fact
    assert asked not in html_of(client.get(url("case", case)))


def test_a_piece_is_attached_to_a_measure(client, worker):
    case = followed_by(worker, until="monitor")
    html = html_of(send(client, worker, case, sent(), query="?mesure=fsl"))
    assert "à l’appui de : aide du FSL" in html
    assert Document.objects.get().measure == case.measures.get(kind="fsl")


def test_who_sees_the_card_adds_for_his_own_service_only(client, worker):
    case = followed_by(worker, until="contact")
    assert 'value="shared"' not in read(client, worker, case)
    html = html_of(send(client, worker, case, sent(), visibility="internal"))
    assert "interne à CAF 91" in html


def test_the_responsible_is_told_of_what_a_colleague_adds_and_shares(client, worker, case):
    manager = member("caf-91", "manager", first_name="Paul", last_name="Lemoine")
    send(client, manager, case, sent())
    send(client, manager, case, sent(photo()), visibility="internal")
    fanout.drain_outbox(at=NOON)
    told = Notice.objects.filter(entry__kind="document.added")
    assert [(notice.user, notice.entry.data["visibility"]) for notice in told] == [(worker, "shared")]


def test_the_timeline_names_the_piece_to_those_who_may_see_it(client, worker, case):
    send(client, worker, case, sent(), visibility="internal", kind="resources")
    client.force_login(worker)
    words = 'a ajouté une pièce <span class="badge">Justificatif de ressources</span>'
    assert words in html_of(client.get(url("case", case)))
    sharing.take_part(case=case, structure=structure("ccas-grigny"), part="support", level="full", at=NOON)
    client.force_login(member("ccas-grigny", "manager"))
    html = html_of(client.get(url("case", case)))
    assert "a ajouté une pièce" in html
    assert "ustificatif de ressources" not in html


def test_a_piece_is_withdrawn_with_its_reason(client, worker, case):
    send(client, worker, case, sent())
    document = Document.objects.get()
    assert "obligatoire" in html_of(client.post(url("document_void", case, document.public_id)))
    answer = client.post(url("document_void", case, document.public_id), {"reason": "wrong_case"}, follow=True)
    assert "Pièce retirée" in html_of(answer)
    assert "Aucune pièce pour l’instant" in html_of(answer)
    assert client.get(url("document", case, document.public_id)).status_code == 404
    assert client.post(url("document_void", case, document.public_id), {"reason": "duplicate"}).status_code == 404
    assert "elle concerne un autre dossier" in html_of(client.get(url("case", case)))


def test_another_service_withdraws_nothing(client, worker, case):
    send(client, worker, case, sent())
    sharing.take_part(case=case, structure=structure("ccas-grigny"), part="support", level="full", at=NOON)
    client.force_login(member("ccas-grigny", "manager"))
    document = Document.objects.get()
    assert client.get(url("document", case, document.public_id)).status_code == 200
    assert client.post(url("document_void", case, document.public_id), {"reason": "duplicate"}).status_code == 403
    assert "Retirer" not in html_of(client.get(url("documents", case)))


def test_a_piece_is_found_under_its_own_case_only(client, worker, case):
    send(client, worker, case, sent())
    other = followed_by(worker)
    assert client.get(url("document", other, Document.objects.get().public_id)).status_code == 404


def test_a_closed_case_takes_no_more_pieces(client, worker):
    case = followed_by(worker, until="contact")
    case.closed_on, case.outcome = date(2026, 11, 24), "left"
    case.save()
    assert "Ajouter des pièces" not in read(client, worker, case)
    assert send(client, worker, case, sent()).status_code == 403


def test_the_list_is_read_in_ten_queries(client, worker, django_assert_max_num_queries):
    case = followed_by(worker, until="monitor")
    for number in range(1, 8):
        send(client, worker, case, sent(photo(size=(number, 9))))
    with django_assert_max_num_queries(10):
        client.get(url("documents", case))
