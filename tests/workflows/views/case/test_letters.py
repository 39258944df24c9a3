"""The letters of a case through their pages: offered, filled, printed, kept, sent, and seen by nobody else."""

import hashlib
from datetime import date, timedelta
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from cases.actions.case import close_case
from cases.actions.sharing import take_part
from cases.models import ContactAttempt, DataController, JournalEntry, LeaseDeparture, Letter
from tests import factories
from tests.factories import NOON, member
from tests.journeys.scene import REACHED
from tests.workflows.views.case.test_case import followed_by, page
from tests.workflows.walk import Walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]

APPOINTMENT = {
    "appointment_day": "2026-12-01",
    "appointment_time": "14:30",
    "appointment_place": "CAF, 1 rue du Lac, 91000 Évry",
    "phone": "01 69 00 00 01",
}


def holder_of(case):
    return case.household.memberships.get(position="holder").beneficiary


def change_holder(case, **fields):
    person = holder_of(case)
    for name, value in fields.items():
        setattr(person, name, value)
    person.save()


def url(name, case, *args):
    return reverse(name, args=[case.public_id, *args])


def read(client, user, case):
    client.force_login(user)
    return client.get(url("letters", case)).content.decode()


def write(client, user, case, kind, **typed):
    client.force_login(user)
    typed.setdefault("recipient", holder_of(case).public_id)
    return client.post(url("letter_write", case, kind), typed, follow=True).content.decode()


def pdf_text(client, case, letter):
    answer = client.get(url("letter", case, letter.public_id))
    assert answer["Content-Type"] == "application/pdf"
    return " ".join(" ".join(each.extract_text() for each in PdfReader(BytesIO(answer.content)).pages).split())


@pytest.fixture
def case(worker):
    return followed_by(worker, until="contact")


def test_an_appointment_is_written_printed_and_kept(client, worker, case):
    change_holder(case, title="mme")
    assert "le courrier est prêt à imprimer" in write(client, worker, case, "first_appointment", **APPOINTMENT)
    letter = Letter.objects.get()
    text = pdf_text(client, case, letter)
    for words in [
        "Mme FERREIRA Ana 4 rue de la Plaine 91350 Grigny",
        "Madame,",
        "Jour : mardi 1er décembre 2026",
        "Heure : 14 h 30",
        "Lieu : CAF, 1 rue du Lac, 91000 Évry",
        "téléphonez au 01 69 00 00 01",
        "Claire Montel, CAF 91",
    ]:
        assert words in text.replace("\u00a0", " ").replace("\u202f", " ")
    with letter.file.open() as file:
        assert hashlib.sha256(file.read()).hexdigest() == letter.sha256
    line = JournalEntry.objects.get(kind="letter.made")
    assert (line.case, line.actor, line.structure, line.data) == (
        case,
        worker,
        letter.structure,
        {"letter": letter.pk},
    )
    assert letter.structure.code == "caf-91"


def test_the_page_opens_with_blanks_its_preview_shows_what_was_typed_and_neither_keeps_anything(client, worker, case):
    assert "Jour : …………" in client.get(url("letter_write", case, "first_appointment")).content.decode()
    html = write(client, worker, case, "first_appointment", preview="oui", **APPOINTMENT)
    assert "Jour : mardi 1er" in html
    assert "Lieu : CAF, 1 rue du Lac" in html
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("appointment_day", "2026-11-23", "Cette date est passée"),
        ("appointment_time", "25:00", "Heure impossible"),
        ("appointment_place", "", "Un point est à corriger"),
        ("appointment_place", "Évry 李", "ne peut pas être imprimé"),
        ("recipient", "00000000-0000-0000-0000-000000000000", "Sélectionnez un choix valide"),
    ],
)
def test_what_cannot_be_printed_as_typed_is_refused_with_a_reason(client, worker, case, field, value, words):
    assert words in write(client, worker, case, "first_appointment", **APPOINTMENT | {field: value})
    assert not Letter.objects.exists()
    assert not JournalEntry.objects.filter(kind="letter.made").exists()


def test_a_letter_goes_to_the_safe_address_and_to_no_other(client, worker, case):
    change_holder(case, safe_address="chez Mme Lopez, 12 avenue des Lilas, 91000 Évry", not_through_spouse=True)
    html = read(client, worker, case)
    assert "ne pas passer par le conjoint" in html
    assert "Avis de passage" not in html
    assert "Aucun avis ne se laisse au domicile" in html
    assert client.get(url("letter_write", case, "visit_notice")).status_code == 404
    write(client, worker, case, "first_appointment", **APPOINTMENT)
    text = pdf_text(client, case, Letter.objects.get())
    assert "chez Mme Lopez, 12 avenue des Lilas 91000 Évry" in text
    assert "rue de la Plaine" not in text


def test_a_letter_never_goes_to_the_dwelling_that_its_reader_fled(client, worker, case):
    LeaseDeparture.objects.create(
        tenancy=case.tenancy, beneficiary=holder_of(case), ground="violence", left_on=date(2026, 11, 20),
        structure=case.responsible_structure, recorded_by=worker,
    )  # fmt: skip
    assert "Avis de passage" not in read(client, worker, case)
    assert client.get(url("letter_write", case, "visit_notice")).status_code == 404
    html = client.get(url("letter_write", case, "first_appointment")).content.decode()
    assert "adresse inconnue" in html
    write(client, worker, case, "first_appointment", **APPOINTMENT)
    assert "rue de la Plaine" not in pdf_text(client, case, Letter.objects.get())


@pytest.mark.parametrize("name", ['#read("/etc/passwd")', "<>& *x*"])
def test_a_name_that_looks_like_source_is_printed_as_it_is(client, worker, case, name):
    change_holder(case, first_names=name)
    html = write(client, worker, case, "information_sheet", phone="3646", privacy_contact="dpo@example.org")
    assert "prêt à imprimer" in html
    assert name in pdf_text(client, case, Letter.objects.get())


def test_the_information_sheet_names_who_follows_and_what_one_may_do(client, worker, case):
    write(client, worker, case, "information_sheet", phone="01 69 00 00 01", privacy_contact="dpo@example.org")
    text = pdf_text(client, case, Letter.objects.get())
    for words in ["Claire Montel vous accompagne", "CAF 91", "dpo@example.org", "Vous pouvez refuser", case.reference]:
        assert words in text


def test_a_number_that_nobody_can_call_is_not_printed(client, worker):
    case = followed_by(worker, until="monitor")
    html = write(client, worker, case, "repayment_plan", phone="12")
    assert "Ce numéro ne s’appelle pas : dix chiffres, par exemple 01 69 02 53 53." in html
    assert not Letter.objects.exists()


def test_the_plan_is_printed_with_each_instalment(client, worker):
    case = followed_by(worker, until="monitor")
    write(client, worker, case, "repayment_plan", phone="01 69 00 00 01")
    text = pdf_text(client, case, Letter.objects.get()).replace("\u202f", " ").replace("\u00a0", " ")
    assert "Montant à rembourser, compté au 24 novembre 2026 : 2 120,00 €" in text
    assert "Nombre de mensualités : 20" in text
    assert "Signer ce plan, c’est reconnaître la somme à rembourser." in " ".join(text.split())
    assert text.count("106,00 €") == 21  # in words, then in each of the twenty rows
    assert "1 5 décembre 2026 106,00 €" in text
    assert "20 5 juillet 2028 106,00 €" in text
    assert "Le bailleur l’a accepté le 24 novembre 2026." in text


def test_a_plan_that_outlives_its_case_is_read_and_printed_in_the_next_one_of_the_debt(client, worker):
    former = followed_by(worker, until="monitor")
    close_case(case=former, outcome="plan_kept", at=NOON, by=worker)
    case = factories.reported(former.tenancy, code="gestionnaire-b", at=NOON + timedelta(days=10))
    walk = Walk(case, at=NOON + timedelta(days=10))
    walk.take("answer", by=worker, accept=True, professional=worker)
    walk.take("contact", by=worker, **REACHED | {"made_on": date(2026, 12, 4)})
    with time_machine.travel(NOON + timedelta(days=10), tick=False):
        assert "Plan d’apurement" in read(client, worker, case)
        write(client, worker, case, "repayment_plan", phone="01 69 00 00 01")
        text = " ".join(pdf_text(client, case, Letter.objects.get()).split())
        assert (
            "Montant à rembourser, compté au 24 novembre 2026 :" in text
        )  # and not as the letter is printed, on 4 December
        assert "Nombre de mensualités : 20" in text
        assert "Le bailleur l’a accepté le 24 novembre 2026." in text
        html = " ".join(page(client, case, worker).split())
        assert "2 120,00 € à 106,00 € par mois" in html.replace("\u202f", " ").replace("\u00a0", " ")
        assert "Conclu dans un dossier précédent de la même dette" in html
        assert "Conclu dans un dossier précédent" not in page(client, former, worker)


def test_a_plan_that_the_landlord_has_not_answered_says_so(client, worker):
    case = followed_by(worker, until="agree")
    write(client, worker, case, "repayment_plan", phone="01 69 00 00 01")
    assert "Il est proposé au bailleur" in pdf_text(client, case, Letter.objects.get())


def test_only_letters_that_apply_are_offered(client, worker, case):
    html = read(client, worker, case)
    assert "Première convocation" in html
    assert "Seconde convocation" not in html
    assert "Plan d’apurement" not in html
    assert client.get(url("letter_write", case, "second_appointment")).status_code == 404
    write(client, worker, case, "first_appointment", **APPOINTMENT)
    assert "Seconde convocation" in read(client, worker, case)


def test_the_next_letter_remembers_the_place_and_that_of_another_household_does_not(client, worker, case):
    """It may be that one's own door."""
    write(client, worker, case, "first_appointment", **APPOINTMENT)
    html = client.get(url("letter_write", case, "second_appointment")).content.decode()
    assert 'value="CAF, 1 rue du Lac, 91000 Évry"' in html
    assert 'value="01 69 00 00 01"' in html
    other = followed_by(worker, until="contact")
    html = client.get(url("letter_write", other, "first_appointment")).content.decode()
    assert "1 rue du Lac" not in html


def test_what_the_service_corrected_is_proposed_in_the_place_of_what_was_typed_before(client, worker, case):
    write(client, worker, case, "information_sheet", phone="01 69 00 00 01", privacy_contact="ancien@example.org")
    controller = DataController.of_structure(factories.structure("caf-91"))
    controller.name, controller.officer_email = "CAF de l’Essonne", "nouveau@example.org"
    controller.save()
    worker.phone = "+33169000002"
    worker.save()
    html = client.get(url("letter_write", case, "information_sheet")).content.decode()
    assert "nouveau@example.org" in html
    assert "ancien@example.org" not in html
    assert 'value="01 69 00 00 02"' in html.replace("\u00a0", " ").replace("\u202f", " ")


def send(client, user, case, **typed):
    client.force_login(user)
    where = url("letter_sent", case, Letter.objects.get().public_id)
    typed = {"sent_by": "post", "sent_on": "2026-11-24"} | typed
    return client.post(where, typed, follow=True).content.decode()


def test_a_sending_is_recorded_without_counting_as_an_attempt_unless_one_says_so(client, worker, case):
    write(client, worker, case, "first_appointment", **APPOINTMENT)
    assert "Compter cet envoi" in client.get(url("letter_sent", case, Letter.objects.get().public_id)).content.decode()
    html = send(client, worker, case)
    assert "Envoi enregistré." in html
    assert "24/11/2026, courrier simple" in html
    assert not ContactAttempt.objects.exists()
    line = JournalEntry.objects.get(kind="letter.sent")
    assert line.data == {"letter": Letter.objects.get().pk, "means": "post"}
    assert "déjà enregistré" in send(client, worker, case, sent_by="hand")
    assert Letter.objects.get().sent_by == "post"


@pytest.mark.parametrize(
    ("kind", "typed", "sent_by", "channel"),
    [
        ("first_appointment", APPOINTMENT, "post", "letter"),
        ("visit_notice", {"visit_day": "2026-11-24", "phone": "01 69 00 00 01"}, "mailbox", "visit"),
    ],
)
def test_a_letter_sent_counts_as_an_attempt_when_one_says_so(client, worker, case, kind, typed, sent_by, channel):
    write(client, worker, case, kind, **typed)
    send(client, worker, case, sent_by=sent_by, attempt="on")
    attempt = ContactAttempt.objects.get()
    assert (attempt.channel, attempt.result, attempt.made_on) == (channel, "no_answer", date(2026, 11, 24))
    assert "contact" in Walk(case).waiting_for


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"sent_on": "2026-11-25"}, "Cette date est à venir"),
        ({"sent_on": "2026-11-23"}, "Ce courrier a été préparé le 24/11/2026"),
        ({"sent_by": "hand", "attempt": "on"}, "le contact est établi"),
    ],
)
def test_an_impossible_sending_is_refused_with_a_reason(client, worker, case, typed, words):
    write(client, worker, case, "first_appointment", **APPOINTMENT)
    assert words in send(client, worker, case, **typed)
    assert Letter.objects.get().sent_on is None
    assert not ContactAttempt.objects.exists()


def test_after_the_contact_a_sending_is_no_attempt(client, worker):
    case = followed_by(worker, until="diagnose")
    write(client, worker, case, "information_sheet", phone="01 69 00 00 01", privacy_contact="dpo@example.org")
    html = client.get(url("letter_sent", case, Letter.objects.get().public_id)).content.decode()
    assert "Compter cet envoi" not in html


def test_a_service_that_sees_the_card_reads_no_letter_of_another(client, worker, case):
    write(client, worker, case, "first_appointment", **APPOINTMENT)
    take_part(case=case, structure=factories.structure("ccas-grigny"), part="support", level="card", at=NOON)
    client.force_login(member("ccas-grigny", "manager"))
    assert client.get(url("case", case)).status_code == 200
    assert client.get(url("letters", case)).status_code == 403
    assert client.get(url("letter", case, Letter.objects.get().public_id)).status_code == 404


def test_the_case_page_leads_to_its_letters_and_tells_them(client, worker):
    case = followed_by(worker, until="monitor")
    assert url("letters", case) in page(client, case, worker)
    write(client, worker, case, "repayment_plan", phone="01 69 00 00 01")
    send(client, worker, case)
    html = page(client, case, worker)
    assert "Claire Montel a préparé un courrier" in html
    assert "Claire Montel a envoyé un courrier" in html


def test_a_letter_is_found_under_its_own_case_only_and_as_long_as_its_file_is_there(client, worker, case):
    write(client, worker, case, "first_appointment", **APPOINTMENT)
    letter = Letter.objects.get()
    other = followed_by(worker, until="contact")
    assert client.get(url("letter", other, letter.public_id)).status_code == 404
    assert client.get(url("letter", case, letter.public_id)).status_code == 200
    letter.file.delete(save=False)
    assert client.get(url("letter", case, letter.public_id)).status_code == 404


def test_a_closed_case_keeps_its_letters_and_takes_no_new_one(client, worker):
    case = followed_by(worker, until="monitor")
    write(client, worker, case, "repayment_plan", phone="01 69 00 00 01")
    client.post(url("case_close", case), {"outcome": "fsl"})
    html = read(client, worker, case)
    assert "Plan d’apurement (PDF)" in html
    assert "Préparer un courrier</h2>" not in html
    assert client.get(url("letter_write", case, "information_sheet")).status_code == 403


def test_the_pages_of_letters_hold_their_budgets(client, worker, case, django_assert_max_num_queries):
    write(client, worker, case, "first_appointment", **APPOINTMENT)
    with django_assert_max_num_queries(20):
        client.get(url("letters", case))
    with django_assert_max_num_queries(20):
        client.get(url("letter_write", case, "second_appointment"))
    with django_assert_max_num_queries(62):
        send(client, worker, case, attempt="on")
