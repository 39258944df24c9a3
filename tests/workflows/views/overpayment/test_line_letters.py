"""The letters of a line through their pages: offered, filled, printed, copied, sent with proof, and seen by nobody else."""

import hashlib
import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document
from pypdf import PdfReader

from cases.actions.lines import LawOfTheDay
from cases.letters.line_letter_writer import letters_for
from cases.letters.offered import offered_letters
from cases.models import Beneficiary, JournalEntry, Letter, Milestone, Structure
from cases.rules.tracks import DatedFact
from tests.factories import member
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import APL, AT, BONUS, RSA, line, opened, take
from tests.workflows.walk import Walk
from workflows.actions import milestones
from workflows.actions.lines import record_movement
from workflows.models import CaseTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_monday"), pytest.mark.slow]

SAID = {
    "story": "J’ai déclaré ma reprise d’emploi le 2 juin 2026.",
    "cause": "reprise d’emploi",
    "file_number": "4518207",
}


def ready(worker, *, lacks=(), lines=(RSA, BONUS, APL), **more):
    case = opened(worker, lines=lines, followed_by="ccas-grigny", **more)
    Walk(case, at=AT).take("check_notice", by=worker, routes_stated="yes", lacks=list(lacks))
    return case


def chosen(worker, *, ways=("recourse",), benefit="rsa", **more):
    case = ready(worker, **more)
    take(case, benefit, "choose_way", worker, ways=list(ways), informed_by="interview", confirmed=True)
    return case


def url(case, code, benefit="rsa"):
    return reverse("case_line_letter", args=[case.public_id, line(case, benefit).public_id, code])


def text_of(answer) -> str:
    pages = PdfReader(BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split()).replace("\u202f", " ")


def said_in(client, case, letter=None) -> str:
    """The words of that letter, or of the only one."""
    return plain(
        text_of(client.get(reverse("letter", args=[case.public_id, (letter or Letter.objects.get()).public_id])))
    )


def plain(text: str) -> str:
    return " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split())


def make(client, worker, case, code="L3", benefit="rsa", **typed):
    client.force_login(worker)
    return client.post(url(case, code, benefit), SAID | typed, follow=True)


def step_page(client, worker, case, node, benefit="rsa"):
    client.force_login(worker)
    task = CaseTask.objects.open().get(process__debt=line(case, benefit).debt, node=node)
    return client.get(reverse("step", args=[case.public_id, task.public_id])).content.decode()


def test_a_recourse_is_offered_by_its_step_then_made_and_kept_with_its_fingerprint(client, worker):
    case = chosen(worker)
    assert "Faire le courrier L3" in step_page(client, worker, case, "prepare")
    answer = make(client, worker, case)
    assert "le courrier est prêt à imprimer et à faire signer" in answer.content.decode()
    letter = Letter.objects.get()
    assert (letter.line, letter.kind, letter.addressee) == (
        line(case, "rsa"),
        "L3",
        "Monsieur ou Madame le Président du conseil départemental",
    )
    assert letter.edition.number == 1
    with letter.file.open() as file:
        kept = file.read()
    assert hashlib.sha256(kept).hexdigest() == letter.sha256
    assert b"pdfuaid" in kept
    said = said_in(client, case)
    for words in (
        "Président du conseil départemental",
        "Recours administratif préalable contre un indu de RSA",
        "Numéro d’allocataire : 4518207",
        "Notification du 19 octobre 2026, reçue le 22 octobre 2026",
        "1 214,31 €",
        "J’ai déclaré ma reprise d’emploi le 2 juin 2026.",
        "Ce recours suspend le recouvrement",
    ):
        assert words in said
    assert "Faire le courrier" not in step_page(client, worker, case, "prepare")
    assert JournalEntry.objects.get(kind="letter.made").data == {"letter": letter.pk}


def test_the_editable_copy_says_the_same_words_as_the_record_to_who_follows_alone(client, worker):
    case = chosen(worker)
    make(client, worker, case, home="3 rue des Lilas\n91350 Grigny", to_address="Boulevard de France\n91000 Évry")
    letter = Letter.objects.get()
    copy = client.get(reverse("letter_copy", args=[case.public_id, letter.public_id]))
    assert copy["Content-Disposition"].endswith('recours-prealable-rsa.docx"')
    copied = plain(" ".join(each.text for each in Document(BytesIO(copy.content)).paragraphs))
    printed = said_in(client, case)
    for words in (SAID["story"], "3 rue des Lilas", "Boulevard de France", "1 214,31 €", "distinguées"):
        assert words in copied
        assert words in printed
    client.force_login(member("mds-grigny"))
    assert client.get(url(case, "L3")).status_code == 404
    assert client.get(reverse("letter_copy", args=[case.public_id, letter.public_id])).status_code == 404


def test_a_preview_keeps_nothing_and_what_lacks_is_asked_then_beside_its_field_and_nothing_typed_is_lost(
    client, worker
):
    case = chosen(worker)
    page = make(client, worker, case, preview="oui", file_number="").content.decode()
    assert page.count("J’ai déclaré ma reprise d’emploi le 2 juin 2026.") == 2
    assert "error-summary" not in page
    page = make(client, worker, case, file_number="", arguments=["right_to_error"]).content.decode()
    assert Letter.objects.count() == 0
    assert "Numéro de dossier chez l’organisme" in page
    assert "J’ai déclaré ma reprise d’emploi le 2 juin 2026." in page
    kept = page[page.index('value="right_to_error"') :]
    assert "checked" in kept[: kept.index(">")]


def test_what_the_check_found_missing_is_an_argument_from_the_start(client, worker):
    case = chosen(worker, lacks=["reason"])
    client.force_login(worker)
    page = plain(client.get(url(case, "L3")).content.decode())
    assert "La notification ne contient pas ce que la loi exige" in page
    make(client, worker, case, arguments=["incomplete_notice", "prescription"])
    said = said_in(client, case)
    assert "La notification ne contient pas ce que la loi exige" in said
    assert "se prescrit, hors fraude, par 2 ans" in said


def test_sending_with_proof_in_its_step_alone_marks_the_letter_of_the_way_as_sent(client, worker):
    case = chosen(worker)
    make(client, worker, case)
    register = reverse("letter_sent", args=[case.public_id, Letter.objects.get().public_id])
    words = "L’envoi de ce courrier s’enregistre à l’étape « Préparer et faire signer »"
    assert words in client.get(register, follow=True).content.decode()
    make(client, worker, case, story="Texte revu avec la personne.")
    take(case, "rsa", "prepare", worker, signed="signed")
    take(case, "rsa", "send", worker, sent_on=date(2026, 11, 2), proof="registered", received_on=None)
    first, last = Letter.objects.order_by("pk")
    assert (last.sent_on, last.sent_by, last.is_proved) == (date(2026, 11, 2), "registered", True)
    assert first.sent_on is None
    client.force_login(worker)
    register = client.get(reverse("letters", args=[case.public_id])).content.decode()
    assert "02/11/2026, courrier recommandé" in register
    assert "copie modifiable (.docx)" in register


def send_step(client, worker, case):
    client.force_login(worker)
    task = CaseTask.objects.open().get(process__debt=line(case, "rsa").debt, node="send")
    return reverse("step", args=[case.public_id, task.public_id])


SENT = {"sent_on": "2026-11-02", "proof": "registered", "received_on": "2026-11-02"}


def test_of_two_ways_the_one_that_is_ticked_is_recorded_and_nothing_of_the_other(client, worker):
    case = chosen(worker, ways=["recourse", "waiver"])
    make(client, worker, case)
    take(case, "rsa", "prepare", worker, signed="signed")
    page = html_of(client.get(send_step(client, worker, case)))
    boxes = re.findall(r'<input[^>]*name="sent_ways"[^>]*>', page)
    ticked = [re.findall('value="([a-z_]+)"', box)[0] for box in boxes if " checked" in box]
    assert (len(boxes), ticked) == (2, ["recourse"])  # whose letter was made
    page = html_of(client.post(send_step(client, worker, case), SENT))
    assert "Cocher ce qui est envoyé." in page
    assert 'value="2026-11-02"' in page
    assert not Milestone.objects.filter(kind__in=["recourse_sent", "waiver_asked"]).exists()
    client.post(send_step(client, worker, case), SENT | {"sent_ways": ["recourse"]})
    assert set(Milestone.objects.filter(debt=line(case, "rsa").debt).values_list("kind", flat=True)) >= {
        "recourse_sent", "recourse_received",
    }  # fmt: skip
    assert not Milestone.objects.filter(kind__in=["waiver_asked", "waiver_received"]).exists()
    waiting = CaseTask.objects.open().get(process__debt=line(case, "rsa").debt)
    assert (waiting.node, waiting.process.answer("awaits")) == ("await_answer", ["recourse"])
    # The waiver leaves later, from the register: its answer is awaited then, beside the other.
    make(client, worker, case, "L6a", resources="1120", expenses="980", left_to_live="140")
    sent = reverse("letter_sent", args=[case.public_id, Letter.objects.get(kind="L6a").public_id])
    client.post(sent, {"sent_by": "online", "sent_on": "2026-11-02"})
    waiting.process.refresh_from_db()
    assert waiting.process.answer("awaits") == ["recourse", "waiver"]
    answer = reverse("step", args=[case.public_id, waiting.public_id])
    client.post(answer, {"way": "waiver", "answer": "refused", "received_on": "2026-11-02"})
    assert Milestone.objects.filter(kind="waiver_refused").exists()


def test_one_way_alone_is_asked_nothing_more_nor_a_letter_made_here(client, worker):
    case = chosen(worker)
    take(case, "rsa", "prepare", worker, signed="signed")
    assert "Ce qui est envoyé" not in html_of(client.get(send_step(client, worker, case)))
    client.post(send_step(client, worker, case), SENT | {"proof": "none", "received_on": ""})
    assert Milestone.objects.filter(kind="recourse_sent").count() == 1
    assert Letter.objects.count() == 0


def test_a_letter_without_an_address_cannot_be_posted_and_that_of_an_office_is_remembered_in_the_next_case(
    client, worker
):
    case = chosen(worker)
    words = "Ce courrier n’a pas l’adresse du destinataire"
    assert words in make(client, worker, case).text
    address = "1 boulevard de France\n91000 Évry-Courcouronnes"
    assert words not in make(client, worker, case, to_address=address).text
    assert address in client.get(url(chosen(worker), "L3")).content.decode()


def test_the_address_that_an_operator_gave_of_itself_is_proposed(client, worker):
    case = chosen(worker)
    Structure.objects.filter(pk=line(case, "rsa").notice.creditor_id).update(address="2 rue Neuve, 91000 Évry")
    client.force_login(worker)
    assert "2 rue Neuve, 91000 Évry" in client.get(url(case, "L1")).text
    assert "2 rue Neuve" not in client.get(url(case, "L3")).text  # to the président of the département


def test_a_letter_beside_the_ways_is_sent_from_the_register_and_is_a_fact_of_its_line(client, worker):
    case = chosen(worker)
    make(client, worker, case, "L6a", resources="1120", expenses="980", left_to_live="140")
    letter = Letter.objects.get()
    sent = reverse("letter_sent", args=[case.public_id, letter.public_id])
    client.post(sent, {"sent_by": "online", "sent_on": "2026-11-02"})
    letter.refresh_from_db()
    assert (letter.sent_by, letter.is_proved) == ("online", True)
    fact = Milestone.objects.get(kind="waiver_asked")
    assert (fact.debt, fact.happened_on, fact.known) == (line(case, "rsa").debt, date(2026, 11, 2), "proved")


def test_a_forbidden_withholding_proposes_its_letter_filled(client, worker):
    case = chosen(worker)
    take(case, "rsa", "prepare", worker, signed="signed")
    take(case, "rsa", "send", worker, sent_on=date(2026, 11, 2), proof="online", received_on=None)
    found, on = line(case, "rsa"), date(2026, 11, 2)
    record_movement(case=case, line=found, kind="withheld", amount=RSA.amount / 10, on=on, by=worker, at=AT)
    client.force_login(worker)
    page = client.get(reverse("case_line", args=[case.public_id, line(case, "rsa").public_id])).content.decode()
    assert "Préparer ce courrier" in page
    assert url(case, "L7") in page
    letter = plain(client.get(url(case, "L7")).content.decode())
    assert "une retenue de 121,43 € sur mes prestations" in letter
    assert "CAF de l’Essonne" in letter


def test_a_letter_of_another_benefit_or_authority_is_not_written(client, worker):
    case = ready(worker)
    client.force_login(worker)
    for code, benefit in (("L3", "apl"), ("L2", "apl"), ("L4", "rsa"), ("L18", "rsa"), ("L99", "rsa")):
        assert client.get(url(case, code, benefit)).status_code in (403, 404), (code, benefit)


def test_words_that_look_like_fields_or_like_markup_stay_words(client, worker):
    case = chosen(worker)
    odd = 'Ma fille {person} <b>& moi</b> #eval("1") \\ $x$'
    make(client, worker, case, story=odd)
    assert '{person} <b>& moi</b> #eval("1") \\ $x$' in said_in(client, case)
    copy = client.get(reverse("letter_copy", args=[case.public_id, Letter.objects.get().public_id]))
    assert any("{person} <b>& moi" in each.text for each in Document(BytesIO(copy.content)).paragraphs)


def test_a_claim_before_the_court_goes_on_from_the_recourse_whatever_was_asked_since(client, worker):
    case = chosen(worker)
    for kind, day in (("recourse_sent", 22), ("waiver_asked", 23), ("recourse_rejected", 24), ("waiver_refused", 26)):
        milestones.keep_milestone(
            case=case, debt=line(case, "rsa").debt, kind=kind, happened_on=date(2026, 10, day),
            structure=case.responsible_structure, by=worker, at=AT,
        )  # fmt: skip
    sums = {"resources": "900", "expenses": "850", "left_to_live": "50"}
    make(client, worker, case, "L13")
    make(client, worker, case, "L13c", **sums)
    against_the_claim, against_the_refusal = (
        said_in(client, case, letter) for letter in Letter.objects.order_by("pk")
    )
    assert (
        "J’ai formé un recours le 22 octobre 2026. Mon recours a été rejeté par une décision du 24 octobre 2026."
    ) in against_the_claim
    assert (
        "J’ai demandé une remise de cette dette le 23 octobre 2026. Cette remise a été refusée par une décision du 26"
        " octobre 2026."
    ) in against_the_refusal


def test_an_opposition_names_the_day_from_which_its_delay_counts(client, worker):
    case = chosen(worker)
    milestones.keep_milestone(
        case=case, debt=line(case, "rsa").debt, kind="constraint_served", happened_on=date(2026, 10, 22),
        structure=case.responsible_structure, by=worker, at=AT,
    )  # fmt: skip
    client.force_login(worker)
    assert "served_date" not in client.get(url(case, "L12")).content.decode()
    make(client, worker, case, "L12", constraint_date="2026-10-15", constraint_amount="980,31")
    said = said_in(client, case)
    assert "signifiée ou notifiée le 22 octobre 2026" in said
    # 1 214,31 € were notified: what the deed claims is what is opposed.
    assert said.count("980,31 €") == 2  # of what is claimed, and in what is written
    assert "1 214,31" not in said


def test_a_formal_notice_of_a_fund_is_contested_with_the_letter_that_its_option_names(worker):
    family = replace(RSA, benefit="prestations_familiales")
    found = line(ready(worker, lines=(family,)), "prestations_familiales")
    law = LawOfTheDay(on=date(2027, 3, 2), territory=found.notice.case.territory, with_letters=True)
    facts = [DatedFact("notice_received", date(2026, 10, 22)), DatedFact("formal_notice_received", date(2027, 3, 1))]
    offered = offered_letters(
        found,
        letters=law.letters,
        remedy=law.remedy_for(found),
        standing=law.standing_of_line(found, facts),
        chosen={},
    )
    # Two months end on Saturday 1 May, a holiday: Monday 3.
    assert [(each.until, each.is_possible) for each in offered if each.letter.code == "L2d"] == [
        (date(2027, 5, 3), True)
    ]


# Where one answers her


def home_of(client, worker, case, code="L3", benefit="rsa"):
    client.force_login(worker)
    return client.get(url(case, code, benefit)).context["form"]["home"]


def test_the_address_that_was_typed_once_is_proposed_in_the_next_letter_of_the_case(client, worker):
    case = chosen(worker)
    assert home_of(client, worker, case).value() == ""
    make(client, worker, case, home="3 rue des Lilas\n91350 Grigny")
    assert home_of(client, worker, case).value() == "3 rue des Lilas\n91350 Grigny"


@pytest.mark.parametrize(
    "instruction", [{"safe_address": "12 avenue des Tilleuls, 91000 Évry"}, {"not_through_spouse": True}]
)
def test_who_gave_instructions_says_herself_where_she_is_answered(client, worker, instruction):
    case = chosen(worker)
    make(client, worker, case, home="3 rue des Lilas\n91350 Grigny")
    Beneficiary.objects.filter(pk=case.household.members.get().pk).update(**instruction)
    field = home_of(client, worker, case)
    assert field.value() == ""
    assert "choisir avec elle" in field.help_text
    make(client, worker, case, home="Chez Me Roche\n91000 Évry")
    assert "home" not in Letter.objects.latest("pk").typed


@pytest.mark.parametrize(("operator", "is_offered"), [("caf", False), ("france_travail", True)])
def test_the_mediator_of_france_travail_is_written_to_about_its_own_penalties_alone(worker, operator, is_offered):
    case = ready(worker, lines=(replace(RSA, benefit="prime_noel"),), operator=operator)
    found, law = line(case, "prime_noel"), LawOfTheDay(on=AT.date(), territory=case.territory, with_letters=True)
    may = letters_for(found, letters=law.letters, remedy=law.remedy_for(found))
    assert ("L14c" in {letter.code for letter in may}) is is_offered


@pytest.mark.parametrize(
    ("benefit", "operator", "is_offered"), [("are", "france_travail", False), ("rsa", "caf", True)]
)
def test_no_rectification_is_asked_of_a_service_that_knows_none(worker, benefit, operator, is_offered):
    """« Aucune retenue ne peut être faite et le délai de recours est interrompu » would be wrong of it."""
    case = ready(worker, lines=(replace(RSA, benefit=benefit),), operator=operator)
    found, law = line(case, benefit), LawOfTheDay(on=AT.date(), territory=case.territory, with_letters=True)
    assert law.remedy_for(found).suspension.has_rectification is is_offered
    may = letters_for(found, letters=law.letters, remedy=law.remedy_for(found))
    assert ("L1" in {letter.code for letter in may}) is is_offered
