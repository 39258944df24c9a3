"""The sheets of a diagnosis through their pages: read, printed, kept in the register, and seen by nobody else."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from cases.models import Beneficiary, JournalEntry, Letter
from cases.models.case import Participation
from tests.factories import NOON, member, membership_of
from tests.pages import html_of
from tests.workflows.views.case.test_case import followed_by
from tests.workflows.walk import Walk
from workflows.actions import milestones

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]


def url(case, code, name="sheet"):
    return reverse(name, args=[case.public_id, code])


def read(client, user, case, code):
    client.force_login(user)
    answer = client.get(url(case, code))
    return html_of(answer) if answer.status_code == 200 else answer.status_code


def pdf_text(answer):
    assert answer["Content-Type"] == "application/pdf"
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).split())


def keep(client, user, case, code):
    client.force_login(user)
    return html_of(client.post(url(case, code), follow=True))


def test_the_page_of_the_diagnosis_offers_the_sheets_with_what_each_misses(client, case):
    html = html_of(client.get(reverse("diagnosis", args=[case.public_id])))
    assert "Feuille préparatoire au DSF" in html
    assert "il manque 8 réponses" in html, "of the CCAPEX"
    assert "Rapport de carence" not in html, "somebody answered"


def test_a_draft_is_read_and_printed_as_one_and_not_kept(client, worker, case):
    client.post(reverse("diagnosis_block", args=[case.public_id, "essentiel"]), {"family": "alone", "version": "0"})
    html = read(client, worker, case, "dsf")
    assert "Brouillon : le diagnostic n’est pas terminé." in html
    assert "Garder au registre" not in html
    assert reverse("diagnosis_block", args=[case.public_id, "observations"]) in html
    assert "Brouillon : diagnostic non terminé" in pdf_text(client.get(url(case, "dsf", "sheet_pdf")))
    assert client.post(url(case, "dsf")).status_code == 403
    assert not Letter.objects.exists()


def test_the_sheet_of_a_finished_diagnosis_is_kept_once_in_the_register_and_sent_to_a_service(client, worker):
    case = followed_by(worker, until="plan")
    assert "dans le registre des courriers" in keep(client, worker, case, "fsl")
    html = keep(client, worker, case, "fsl")
    letter = Letter.objects.get()
    assert (letter.kind, letter.recipient_name, letter.recipient, letter.diagnostic) == (
        "fsl",
        "FSL de l’Essonne",
        None,
        case.diagnostics.get(),
    )
    assert "FSL de l’Essonne" in html
    assert "couple avec enfants" in pdf_text(client.get(reverse("letter", args=[case.public_id, letter.public_id])))
    sending = reverse("letter_sent", args=[case.public_id, letter.public_id])
    html = html_of(client.get(sending))
    assert "dépôt en ligne ou messagerie sécurisée" in html
    assert "Compter cet envoi" not in html
    client.post(sending, {"sent_by": "online", "sent_on": "2026-11-24"})
    letter.refresh_from_db()
    assert (letter.sent_by, letter.sent_on) == ("online", date(2026, 11, 24))
    kinds = JournalEntry.objects.filter(kind__startswith="letter.").values_list("kind", flat=True)
    assert list(kinds.order_by("pk")) == ["letter.made", "letter.sent"]


def test_a_letter_to_a_person_is_not_sent_by_the_secure_messages_of_services(client, worker):
    case = followed_by(worker, until="contact")
    typed = {
        "recipient": case.household.members.get().public_id,
        "phone": "3646",
        "privacy_contact": "dpo@example.org",
    }
    client.post(reverse("letter_write", args=[case.public_id, "information_sheet"]), typed)
    html = html_of(client.get(reverse("letter_sent", args=[case.public_id, Letter.objects.get().public_id])))
    assert "messagerie sécurisée" not in html


def test_the_hearing_stands_on_the_sheet(client, worker):
    case = followed_by(worker, until="plan")
    milestones.record(case=case, by=worker, kind="hearing", happened_on=date(2027, 1, 12), known="proved", at=NOON)
    html = read(client, worker, case, "dsf").replace("\u00a0", " ")
    assert "Audience : 12 janvier 2027." in html


def test_the_text_to_copy_is_plain_and_can_be_selected(client, worker):
    case = followed_by(worker, until="plan")
    assert "<textarea" in read(client, worker, case, "text")
    html = client.get(url(case, "text")).content.decode()
    assert "SITUATION FAMILIALE\nSituation familiale : couple avec enfants" in html
    assert client.get(url(case, "text", "sheet_pdf")).status_code == 404
    assert client.post(url(case, "text")).status_code == 403


def test_a_report_of_no_answer_is_printed_before_anybody_was_reached(client, worker):
    case = followed_by(worker, until="contact")
    walk = Walk(case)
    for day in (20, 23):
        walk.take(
            "contact",
            by=worker,
            result="again",
            channel="phone",
            made_on=date(2026, 11, day),
            informed_by="",
            turn=None,
        )
    html = read(client, worker, case, "no_answer")
    assert "par 2 tentatives (du 20/11/2026 au 23/11/2026)" in html
    assert "2 120" not in html.replace("\u202f", " ")
    assert url(case, "no_answer") in html_of(client.get(reverse("letters", args=[case.public_id])))
    keep(client, worker, case, "no_answer")
    assert (Letter.objects.get().kind, Letter.objects.get().diagnostic) == ("no_answer", None)
    for code in ("dsf", "fsl", "ccapex", "text"):
        assert read(client, worker, case, code) == 404, "the person was not informed yet"


def test_a_report_of_no_answer_makes_no_sense_once_somebody_answered(client, worker, case):
    answer = client.get(url(case, "no_answer"), follow=True)
    assert "terminer le diagnostic comme « carence » d’abord" in html_of(answer)
    Walk(case).take("diagnose", by=worker, completeness="default")
    assert "contact établi" in read(client, worker, case, "no_answer")


def test_a_diagnosis_that_was_not_begun_has_no_sheet(client, case):
    assert "le commencer d’abord" in html_of(client.get(url(case, "dsf"), follow=True))
    assert client.get(url(case, "cuisine")).status_code == 404


def test_a_character_that_no_font_has_is_refused_with_a_reason(client, worker):
    case = followed_by(worker, until="plan")
    holder = case.household.members.get()
    holder.first_names = "李"
    holder.save()
    assert "ne peut pas être imprimé" in keep(client, worker, case, "fsl")
    assert "ne peut pas être imprimé" in html_of(client.get(url(case, "fsl", "sheet_pdf"), follow=True))
    assert not Letter.objects.exists()


def test_only_who_sees_the_whole_case_reads_a_sheet(client, worker):
    case = followed_by(worker, until="plan")
    keep(client, worker, case, "fsl")
    reader = member("ccas-grigny", "manager")
    part = Participation.objects.create(
        case=case,
        structure=membership_of(reader).structure,
        part="support",
        level="full",
        basis="SH-1",
        since=date(2026, 11, 24),
    )
    assert "Note pour le FSL" in read(client, reader, case, "fsl")
    Participation.objects.filter(pk=part.pk).update(level="card")
    assert read(client, reader, case, "fsl") == 403


def test_a_service_that_no_longer_sees_the_whole_case_no_longer_reads_the_sheets_it_made(client, worker):
    case = followed_by(worker, until="plan")
    keep(client, worker, case, "fsl")
    Participation.objects.filter(case=case, structure__code="caf-91").update(level="card")
    client.force_login(worker)
    assert client.get(reverse("letter", args=[case.public_id, Letter.objects.get().public_id])).status_code == 404


def test_a_sheet_holds_its_budget(client, worker, django_assert_max_num_queries):
    case = followed_by(worker, until="plan")
    with django_assert_max_num_queries(25):
        client.get(url(case, "dsf"))
    with django_assert_max_num_queries(35):
        client.post(url(case, "dsf"))


def serve(case, worker, kind="order_to_leave_served", on=date(2026, 11, 23)):
    milestones.record(case=case, kind=kind, happened_on=on, known="proved", by=worker, at=NOON)


def kept_text(letter):
    with letter.file.open("rb") as pdf:
        return " ".join(" ".join(page.extract_text() for page in PdfReader(pdf).pages).split())


@pytest.mark.parametrize(
    ("code", "addressee"), [("siao_alert", "SIAO de l’Essonne"), ("ccapex_alert", "CCAPEX de l’Essonne")]
)
def test_an_alert_is_made_without_a_diagnosis_once_an_order_to_leave_was_served(client, worker, case, code, addressee):
    """It says who lives there and what was served; never what is owed, nor what else is known of the household."""
    Beneficiary.objects.update(caf_number="4518207")
    assert "l’enregistrer d’abord" in html_of(client.get(url(case, code), follow=True))
    page = reverse("letters", args=[case.public_id])
    assert "Alerte " not in html_of(client.get(page))
    serve(case, worker, "over_indebtedness_filed", date(2026, 10, 5))
    serve(case, worker, "plan_agreed", date(2026, 10, 6))
    serve(case, worker)
    assert url(case, code) in html_of(client.get(page))
    client.post(url(case, code), {"agreed": "on"})
    letter = Letter.objects.get()
    assert letter.addressee == addressee
    text = kept_text(letter)
    assert "23 novembre 2026" in text
    for unsaid in ("Dette", "surendettement", "Plan", "octobre 2026", "4518207"):
        assert unsaid not in text, unsaid


def test_an_earlier_eviction_that_was_dropped_is_not_told(client, worker, case):
    serve(case, worker, on=date(2025, 3, 3))
    serve(case, worker, "procedure_dropped", date(2025, 6, 2))
    serve(case, worker)
    text = pdf_text(client.get(url(case, "ccapex_alert", "sheet_pdf")))
    assert "23 novembre 2026" in text
    assert "2025" not in text


def test_the_alert_to_the_siao_waits_for_the_agreement_of_the_household(client, worker, case):
    serve(case, worker)
    refused = "Demander d’abord l’accord du ménage"
    assert refused in html_of(client.get(url(case, "siao_alert", "sheet_pdf"), follow=True))
    assert refused in keep(client, worker, case, "siao_alert")
    assert not Letter.objects.exists()
    client.post(url(case, "siao_alert"), {"agreed": "on"})
    assert Letter.objects.get().typed == {"agreed": "2026-11-24"}
    assert "Le ménage a donné son accord à cet envoi." in kept_text(Letter.objects.get())
    # The commission is bound by secrecy: it is told without it.
    keep(client, worker, case, "ccapex_alert")
    assert Letter.objects.count() == 2


def test_an_alert_is_not_for_who_sees_the_card_alone(client, worker, case):
    serve(case, worker)
    assert read(client, member("adil-91"), case, "siao_alert") == 404
