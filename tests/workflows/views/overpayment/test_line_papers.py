"""The papers of a line through its page, and the letter photographed at intake: typed, cleaned, refused, already sent."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from cases.models import Case, Document, Letter
from tests import uploads
from tests.factories import member
from tests.workflows.actions.test_overpayment import line, take
from tests.workflows.views.overpayment.test_line_letters import chosen, make, ready

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_monday"), pytest.mark.slow]
HOSTILE = '../../etc/passwd\u202e"><script>alert(1)</script>.pdf'
NOTICE = {
    "usual_name": "Delaunay-Traoré", "first_names": "Fatim", "birth_date": "11/02/1990", "phone": "0611223308",
    "operator": "caf", "act": "notice_received", "letter_date": "2026-10-19", "received_on": "2026-10-22",
    "receipt": "post", "file_number": "4 518 207", "informed_by": "interview",
    "lignes": "1", "ligne1-benefit": "rsa", "ligne1-amount": "1 214,31", "ligne1-since": "06/2026",
    "ligne1-until": "08/2026", "ligne1-fraud": "unknown",
}  # fmt: skip


def papers(case):
    return reverse("case_line_papers", args=[case.public_id, line(case, "rsa").public_id])


def add(client, worker, case, file, *, paper="open:notification", **typed):
    client.force_login(worker)
    sent = {"paper": paper, "pieces": file, "received_on": "2026-11-02", "visibility": "shared"}
    return client.post(papers(case), sent | typed, follow=True).content.decode()


def file(content=None, name="scan.pdf"):
    return SimpleUploadedFile(name, uploads.pdf() if content is None else content, content_type="application/pdf")


def test_a_paper_is_kept_under_what_it_is_asked_for_and_lacks_no_more(client, worker):
    case = chosen(worker, ways=("recourse", "waiver"))
    client.force_login(worker)
    before = client.get(papers(case)).content.decode()
    assert "Pièce ajoutée." in add(client, worker, case, file(), paper="waiver:budget")
    kept = Document.objects.get()
    assert (kept.kind, kept.paper, kept.line, kept.visibility) == ("paper", "budget", line(case, "rsa"), "shared")
    assert kept.label == "Justificatif du trop-perçu : Le tableau des ressources et des charges (reste pour vivre)"
    after = client.get(papers(case)).content.decode()
    assert before.count(">manque<") == after.count(">manque<") + 1


def test_the_papers_of_the_letter_serve_every_line_and_those_of_a_request_its_own(client, worker):
    case = chosen(worker)
    add(client, worker, case, file())
    add(client, worker, case, file(uploads.pdf(trailer=b" ")), paper="contest:letter")
    assert dict(Document.objects.values_list("paper", "line__benefit")) == {"notification": None, "letter": "rsa"}


def test_what_left_with_a_letter_says_when_and_with_which_proof(client, worker):
    case = chosen(worker)
    add(client, worker, case, file())
    piece = Document.objects.get()
    make(client, worker, case, pieces=[str(piece.public_id)])
    assert list(Letter.objects.get().pieces.all()) == [piece]
    take(case, "rsa", "prepare", worker, signed="signed")
    take(case, "rsa", "send", worker, sent_on=date(2026, 11, 2), proof="registered", received_on=None)
    page = client.get(papers(case)).content.decode()
    assert "déjà envoyée le 02/11/2026, Recours préalable, RSA (courrier recommandé)" in page


def test_the_name_of_a_file_goes_nowhere(client, worker):
    case = chosen(worker)
    page = add(client, worker, case, file(name=HOSTILE))
    kept = Document.objects.get()
    assert "<script>alert" not in page
    assert "passwd" not in page + kept.file.name + kept.title
    assert kept.file.name == f"documents/2026-11/{kept.public_id}.pdf"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"<html><script>alert(1)</script>", "Seuls les PDF et les photos JPEG ou PNG sont acceptés"),
        (b"%PDF-1.7 not one", "Ce PDF est incomplet ou abîmé"),
        (b"PK\x03\x04docx", "Document de bureautique"),
        (uploads.pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>"), "contient un programme"),
    ],
)
def test_a_pdf_that_is_not_one_is_refused_and_what_was_typed_stays(client, worker, content, words):
    case = chosen(worker)
    page = add(client, worker, case, file(content), paper="waiver:other_debts")
    assert words in page
    assert Document.objects.count() == 0
    chosen_paper = page[page.index('value="waiver:other_debts"') :]
    assert "selected" in chosen_paper[: chosen_paper.index(">")]


def test_a_photo_leaves_its_place_and_its_camera_behind(client, worker):
    case = chosen(worker)
    add(client, worker, case, file(uploads.photo(), name="IMG_2026.jpg"))
    with Document.objects.get().file.open() as kept, Image.open(BytesIO(kept.read())) as image:
        assert dict(image.getexif()) == {}


def test_who_does_not_see_the_case_and_its_opener_before_it_is_open_find_no_papers(client, worker):
    client.force_login(worker)
    assert client.get(papers(ready(worker))).status_code == 403
    case = chosen(worker)
    client.force_login(member("mds-grigny"))
    assert client.get(papers(case)).status_code == 404


# At intake


def typed(client, worker, *files, **more):
    client.force_login(worker)
    return client.post(
        reverse("notice"), NOTICE | {"structure": "ccas-grigny", "letter": list(files)} | more, follow=True
    )


def test_the_letter_photographed_at_intake_is_the_first_piece_of_its_case(client, worker):
    answer = typed(client, worker, file(uploads.photo(), name="IMG.jpg"), file())
    assert "Trop-perçu enregistré" in answer.content.decode()
    case = Case.objects.get()
    kept = Document.objects.filter(case=case)
    assert {(each.kind, each.paper, each.extension) for each in kept} == {
        ("notification", "notification", "jpg"),
        ("notification", "notification", "pdf"),
    }
    assert {each.received_on for each in kept} == {date(2026, 10, 22)}
    with kept.get(content_type="image/jpeg").file.open() as photo, Image.open(BytesIO(photo.read())) as image:
        assert dict(image.getexif()) == {}


def test_a_letter_that_is_no_pdf_opens_no_case_and_loses_nothing_typed(client, worker):
    page = typed(client, worker, file(b"%PDF-1.7 not one", name=HOSTILE), file()).content.decode()
    assert "Ce PDF est incomplet ou abîmé" in page
    assert "<script>alert" not in page
    assert "Fichier gardé, à ne pas choisir de nouveau" in page
    assert 'value="1 214,31"' in page
    assert not Case.objects.exists()
    assert not Document.objects.exists()


def test_the_same_page_twice_is_one_piece(client, worker):
    typed(client, worker, file(), file(name="copie.pdf"))
    assert Document.objects.count() == 1
