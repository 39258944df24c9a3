"""The sheet of the hearing and the tenant's letters through their pages: offered, refused, filled, printed, kept."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document as Paper
from pypdf import PdfReader

from cases.actions.rent import record_rent
from cases.models import Deadline, DebtStatement, Diagnostic, Edition, HouseholdMember, Letter
from tests.factories import NOON, member, person, protect
from tests.workflows.views.case.test_case import followed_by
from workflows.actions import milestones

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]

HEARING = date(2027, 1, 12)
COURT = {"court": "Tribunal de proximité de Juvisy-sur-Orge", "hearing_time": "09:30", "hearing_room": "B"}
SAFE = "chez Mme Lopez, 12 avenue des Lilas, 91000 Évry"


@pytest.fixture
def worker():
    return member("caf-91", first_name="Claire", last_name="Montel", phone="0169000001")


def happened(case, worker, kind, on):
    milestones.record(case=case, by=worker, kind=kind, happened_on=on, known="proved", at=NOON)


@pytest.fixture
def summoned(worker):
    """A case followed by Claire, whose tenant is summoned."""
    case = followed_by(worker)
    happened(case, worker, "summons_served", date(2026, 11, 3))
    happened(case, worker, "hearing", HEARING)
    return case


def holder_of(case):
    return case.household.memberships.get(position="holder").beneficiary


def add_co_holder(case, **fields):
    other = person(usual_name="Ferreira", first_names="Luis", title="m", **fields)
    other.save()
    HouseholdMember.objects.create(household=case.household, beneficiary=other, position="co_holder")
    return other


def ordered_to_leave(case, worker, *facts):
    """After the decision of 10 November; then these facts."""
    for kind, day in (("lease_terminated", 10), ("order_to_leave_served", 16), *facts):
        happened(case, worker, kind, date(2026, 11, day))


def pay(case, worker, day, answer, source):
    record_rent(
        tenancy=case.tenancy, months={day: answer}, source=source, structure=case.responsible_structure, by=worker,
        at=NOON, case=case,
    )  # fmt: skip


def resume_rent(case, worker):
    pay(case, worker, date(2026, 11, 1), "yes", "tenant")


def diagnose(case, worker, made_on):
    """The diagnosis of that day says that the rent is paid again."""
    Diagnostic.objects.create(
        case=case, by=worker, structure=case.responsible_structure, completeness="full", made_on=made_on,
        finished_at=NOON, rent_resumed="yes",
    )  # fmt: skip


def open_page(client, user, case, kind):
    client.force_login(user)
    return client.get(reverse("tenant_letter", args=[case.public_id, kind])).content.decode()


def write(client, user, case, kind, **typed):
    client.force_login(user)
    typed.setdefault("signers", [str(holder_of(case).public_id)])
    url = reverse("tenant_letter", args=[case.public_id, kind])
    return client.post(url, typed, follow=True).content.decode()


def text_of(pdf):
    said = " ".join(" ".join(each.extract_text() for each in pdf.pages).split())
    return said.replace("\u00a0", " ").replace("\u202f", " ")


def printed(letter):
    with letter.file.open() as file:
        return PdfReader(BytesIO(file.read()))


def test_the_sheet_of_the_hearing_is_one_page_in_words_that_everybody_reads(client, worker, summoned):
    assert "prêt à imprimer." in write(client, worker, summoned, "hearing_sheet", **COURT)
    letter = Letter.objects.get()
    pdf = printed(letter)
    assert len(pdf.pages) == 1
    text = text_of(pdf)
    for words in [
        "Votre audience au tribunal",
        "Jour : mardi 12 janvier 2027",
        "Heure : 9 h 30. Arrivez trente minutes avant.",
        "Où : Tribunal de proximité de Juvisy-sur-Orge",
        "Salle : B",
        "Payez le loyer du mois en entier.",
        "Du temps pour payer la dette : trois ans au plus.",
        "Un report de l’audience, pour vous préparer.",
        "demandez l’aide juridictionnelle au tribunal",
        "Claire Montel, CAF 91 – travail social : 01 69 00 00 01.",
    ]:
        assert words in text
    assert (letter.recipient, letter.addressee) == (holder_of(summoned), "")
    assert letter.edition == Edition.objects.get(catalogue="tenant_letters")


def test_the_sheet_holds_on_one_page_for_two_tenants_with_long_names_and_all_known(client, worker, summoned):
    holder = holder_of(summoned)
    holder.usual_name, holder.first_names = "Aubry-Ndong de La Rochefoucauld", "Marie-Françoise Antoinette"
    holder.save()
    other = add_co_holder(summoned)
    write(
        client, worker, summoned, "hearing_sheet",
        signers=[str(holder.public_id), str(other.public_id)],
        court="Tribunal judiciaire d’Évry-Courcouronnes, 9 rue des Mazières, 91012 Évry-Courcouronnes Cedex",
        hearing_time="13:45", hearing_room="Salle des audiences civiles n° 3, deuxième étage", phone="01 69 00 00 01",
    )  # fmt: skip
    assert len(printed(Letter.objects.get()).pages) == 1


def test_the_sheet_never_bears_an_address(client, worker, summoned):
    holder = holder_of(summoned)
    holder.safe_address = SAFE
    holder.save()
    write(client, worker, summoned, "hearing_sheet", **COURT)
    text = text_of(printed(Letter.objects.get()))
    assert "Lilas" not in text
    assert "rue de la Plaine" not in text


def test_the_letters_of_the_moment_are_listed_and_the_others_are_not(client, worker, summoned):
    client.force_login(worker)
    html = client.get(reverse("letters", args=[summoned.public_id])).content.decode()
    for title in ("Fiche « Votre audience »", "Au juge : report de l’audience", "À la CCAPEX"):
        assert f">{title}</a>" in html
    assert ">Au juge : délais de paiement</a>" not in html
    assert "Pas encore possible. Le juge n’accorde ces délais que si le loyer courant est repris en entier" in html
    assert "Recours DALO" not in html


def test_a_letter_whose_condition_is_not_met_is_refused_and_nothing_is_kept(client, worker, summoned):
    html = open_page(client, worker, summoned, "judge_delays")
    assert "article 24, V et VII" in html
    assert "Produire le PDF" not in html
    html = write(client, worker, summoned, "judge_delays", **COURT)
    assert "Le juge n’accorde ces délais que si le loyer courant est repris en entier" in html
    assert not Letter.objects.exists()


@pytest.mark.parametrize("kind", ["dalo", "prefect", "jex_delays"])
def test_a_letter_of_another_moment_is_refused_with_its_article(client, worker, summoned, kind):
    assert "Pas encore possible" in open_page(client, worker, summoned, kind)


def test_the_rent_that_the_diagnosis_says_resumed_is_resumed_unless_a_month_says_no(client, worker, summoned):
    diagnose(summoned, worker, NOON.date())
    assert "Produire le PDF" in open_page(client, worker, summoned, "judge_delays")
    pay(summoned, worker, date(2026, 11, 1), "no", "landlord")
    assert "Produire le PDF" not in open_page(client, worker, summoned, "judge_delays")


def test_a_letter_to_the_judge_is_printed_as_the_tenant_signs_it(client, worker, summoned):
    resume_rent(summoned, worker)
    html = write(
        client, worker, summoned, "judge_delays",
        court=COURT["court"], case_number="11-26-000412", months="24", monthly_offer="90",
        story="J’ai perdu mon emploi en mars 2026.\nJe travaille de nouveau depuis septembre 2026.",
        home="4 rue de la Plaine\n91350 Grigny", to_address="1 place de la Mairie\n91260 Juvisy-sur-Orge",
        enclosures=["copie de l’assignation", "preuves du paiement du loyer courant"],
    )  # fmt: skip
    assert "prêt à imprimer et à faire signer." in html
    letter = Letter.objects.get()
    text = text_of(printed(letter))
    for words in [
        "FERREIRA Ana 4 rue de la Plaine 91350 Grigny",
        "Juge des contentieux de la protection Tribunal de proximité de Juvisy-sur-Orge 1 place de la Mairie",
        "L’audience du mardi 12 janvier 2027 concerne mon logement.",
        "Numéro de l’affaire au tribunal : 11-26-000412.",
        "Je peux payer 90,00 € chaque mois",
        "de m’accorder 24 mois pour payer la dette (loi n° 89-462, article 24, V)",
        "article L412-3",
        "Pièces jointes : – copie de l’assignation – preuves du paiement du loyer courant",
    ]:
        assert words in text
    assert "demande au FSL" not in text
    assert summoned.reference not in text
    assert letter.recipient is None
    assert letter.addressee.startswith("Juge des contentieux de la protection")
    copy = client.get(reverse("letter_copy", args=[summoned.public_id, letter.public_id]))
    words = "\n".join(each.text for each in Paper(BytesIO(copy.getvalue())).paragraphs)
    assert "11-26-000412" in words


def test_the_debt_is_said_as_of_its_statement_and_not_at_all_when_nobody_stated_it(client, worker, summoned):
    resume_rent(summoned, worker)
    DebtStatement.objects.all().delete()
    assert "La somme réclamée figure dans l’assignation." in open_page(client, worker, summoned, "judge_delays")
    DebtStatement.objects.create(
        debt=summoned.tenancy.debt, source=summoned.tenancy.landlord, as_of=date(2026, 11, 2), balance=2340
    )
    html = open_page(client, worker, summoned, "judge_delays").replace("\u00a0", " ").replace("\u202f", " ")
    assert "connus au 2 novembre 2026, la dette de loyer est comptée à 2 340,00 €." in html


@pytest.mark.parametrize(("months", "refused"), [("36", False), ("37", True), ("0", True)])
def test_no_delay_is_asked_beyond_what_the_law_allows(client, worker, summoned, months, refused):
    resume_rent(summoned, worker)
    html = write(client, worker, summoned, "judge_delays", court=COURT["court"], months=months)
    assert ("article 24, V : trois années au plus." in html) is refused
    assert Letter.objects.exists() is not refused


def test_joint_tenants_sign_together_unless_one_gave_instructions(client, worker, summoned):
    other = add_co_holder(summoned)
    both = [str(holder_of(summoned).public_id), str(other.public_id)]
    page = open_page(client, worker, summoned, "judge_postponement")
    assert page.count("checked") == 2
    write(client, worker, summoned, "judge_postponement", signers=both, court=COURT["court"], reason="Un avocat.")
    text = text_of(printed(Letter.objects.get()))
    assert "Nous vous demandons de reporter cette audience" in text
    assert "FERREIRA Ana Date et signature : M. FERREIRA Luis Date et signature :" in text
    other.not_through_spouse = True
    other.save()
    assert open_page(client, worker, summoned, "judge_postponement").count("checked") == 1
    html = write(
        client, worker, summoned, "judge_postponement", signers=both, court=COURT["court"], reason="Un avocat."
    )
    assert "préparer un courrier pour chaque personne" in html
    assert Letter.objects.count() == 1


@pytest.mark.parametrize("field", ["home", "reason", "to_address"])
def test_a_safe_address_is_proposed_nowhere_and_refused_wherever_it_is_typed(client, worker, summoned, field):
    holder = holder_of(summoned)
    holder.safe_address = SAFE
    holder.save()
    page = open_page(client, worker, summoned, "judge_postponement")
    assert "Lilas" not in page
    typed = {
        "court": COURT["court"],
        "reason": "Un avocat.",
        field: "Chez Mme LOPEZ\n12, avenue des Lilas\n91000 Evry",
    }
    html = write(client, worker, summoned, "judge_postponement", **typed)
    assert "Ce texte contient l’adresse sûre" in html
    assert not Letter.objects.exists()


@pytest.mark.parametrize(("kind", "is_refused"), [("tutelle", True), ("curatelle", False)])
def test_who_is_represented_signs_no_letter_and_still_has_the_sheet(client, worker, summoned, kind, is_refused):
    protect(summoned, by=worker, kind=kind)
    resume_rent(summoned, worker)
    page = write(
        client, worker, summoned, "judge_delays", court=COURT["court"], months="24", monthly_offer="90",
        home="4 rue de la Plaine\n91350 Grigny",
    )  # fmt: skip
    said = "est sous tutelle : ce courrier est fait et signé en son nom par Mme Diane Roche (UDAF de l’Essonne)"
    assert (said in page) is is_refused
    assert summoned.letters.exists() is not is_refused
    write(client, worker, summoned, "hearing_sheet", **COURT)
    assert summoned.letters.filter(kind="hearing_sheet").exists()


@pytest.mark.parametrize(
    ("made_on", "is_accepted"),
    [(date(2026, 3, 10), False), (date(2026, 9, 30), False), (date(2026, 10, 1), True), (date(2026, 11, 2), True)],
)
def test_a_diagnosis_says_the_rent_resumed_in_its_month_and_the_next_one(
    client, worker, summoned, made_on, is_accepted
):
    diagnose(summoned, worker, made_on)
    pay(summoned, worker, date(2026, 7, 1), "no", "landlord")
    assert ("Produire le PDF" in open_page(client, worker, summoned, "judge_delays")) is is_accepted


GUARDIAN = "Mme Diane Roche (UDAF de l’Essonne)"
JUDGED = "jugement du 3\u00a0mars\u00a02025, tribunal de proximité de Juvisy"


def ask_delays(client, worker, case, *signers):
    """Of the judge; the blocks of the letter that was kept."""
    write(
        client, worker, case, "judge_delays", court=COURT["court"], months="24", monthly_offer="90",
        home="4 rue de la Plaine\n91350 Grigny", signers=[str(each.public_id) for each in signers],
    )  # fmt: skip
    return case.letters.get(kind="judge_delays").text["blocks"]


def signature_of(blocks):
    return next(block["items"] for block in blocks if block["kind"] == "signature")


@pytest.mark.parametrize("kind", ["curatelle", "curatelle_renforcee", "habilitation_assistance"])
def test_who_is_assisted_signs_with_who_assists_her_and_the_page_says_so(client, worker, summoned, kind):
    known = protect(summoned, by=worker, kind=kind)
    resume_rent(summoned, worker)
    html = open_page(client, worker, summoned, "judge_delays")
    assert known.rule.letters in html
    assert "FERREIRA Ana : " + known.rule.label in html
    assert "La signature de FERREIRA Ana ne suffit pas" not in html
    blocks = ask_delays(client, worker, summoned, holder_of(summoned))
    assert signature_of(blocks) == ["FERREIRA Ana", f"Avec l’assistance de {GUARDIAN} ({JUDGED})"]


def test_who_is_represented_by_her_family_is_signed_for_and_the_page_says_that_she_does_not_sign_alone(
    client, worker, summoned
):
    protect(summoned, by=worker, kind="habilitation")
    resume_rent(summoned, worker)
    html = open_page(client, worker, summoned, "judge_delays")
    assert f"La signature de FERREIRA Ana ne suffit pas : faire signer {GUARDIAN}." in html
    assert "5 rue du Temple\n91000 Évry-Courcouronnes" in html
    blocks = ask_delays(client, worker, summoned, holder_of(summoned))
    sender = summoned.letters.get(kind="judge_delays").text["sender"]
    assert sender == [
        "Mme Diane Roche",
        "UDAF de l’Essonne",
        "pour FERREIRA Ana",
        "4 rue de la Plaine",
        "91350 Grigny",
    ]
    assert signature_of(blocks) == [f"{GUARDIAN}, pour FERREIRA Ana"]
    assert f"Ce courrier est signé au nom de FERREIRA Ana par {GUARDIAN} ({JUDGED})." in [
        block["text"] for block in blocks
    ]


def test_of_two_who_sign_the_one_who_is_assisted_alone_has_somebody_beside_her(client, worker, summoned):
    protect(summoned, by=worker, kind="curatelle", court="")
    resume_rent(summoned, worker)
    blocks = ask_delays(client, worker, summoned, holder_of(summoned), add_co_holder(summoned))
    assert signature_of(blocks) == [
        "FERREIRA Ana",
        f"Avec l’assistance de {GUARDIAN} (jugement du 3\u00a0mars\u00a02025)",
        "M. FERREIRA Luis",
    ]


def test_who_protects_is_not_asked_to_sign_the_sheet_of_the_hearing(client, worker, summoned):
    known = protect(summoned, by=worker, kind="curatelle")
    assert known.rule.letters not in open_page(client, worker, summoned, "hearing_sheet")


def test_the_letters_after_the_decision_are_printed_in_their_time(client, worker, summoned):
    ordered_to_leave(summoned, worker, ("police_requested", 20))
    story = "Nous avons trois enfants, scolarisés à Grigny."
    write(
        client, worker, summoned, "jex_delays", court="Tribunal judiciaire d’Évry", story=story, leave_months="6",
        identity="aide à domicile, française, née à Évry le 2 mai 1988", landlord_address="1 rue du Lac, Évry",
    )  # fmt: skip
    write(
        client, worker, summoned, "prefect", story=story, rehousing="Demande de logement social déposée en mai 2025."
    )
    write(client, worker, summoned, "dalo", story=story)
    write(client, worker, summoned, "ccapex", story=story)
    texts = {letter.kind: text_of(printed(letter)) for letter in Letter.objects.all()}
    assert "La décision du 10 novembre 2026 met fin au bail." in texts["jex_delays"]
    assert "un commandement de quitter les lieux, signifié le 16 novembre 2026." in texts["jex_delays"]
    assert "Je demande un délai de 6 mois pour quitter le logement." in texts["jex_delays"]
    assert "de ne pas accorder ce concours" in texts["prefect"]
    assert "La décision du 10 novembre 2026 met fin au bail." in texts["dalo"]
    assert "recommande une solution au bailleur" in texts["ccapex"]


def test_a_debt_that_is_paid_undoes_no_judgment_and_its_letters_stay(client, worker, summoned):
    ordered_to_leave(summoned, worker, ("debt_cleared", 18), ("police_requested", 20))
    for kind in ("jex_delays", "dalo"):
        assert "Produire le PDF" in open_page(client, worker, summoned, kind), kind
    write(client, worker, summoned, "prefect", story="Nous avons trois enfants.")
    said = text_of(printed(Letter.objects.get()))
    assert "La décision du 10 novembre 2026 met fin au bail." in said
    assert "20 novembre 2026" in said


def test_a_new_lease_undoes_the_judgment_and_its_letters_go(client, worker, summoned):
    ordered_to_leave(summoned, worker, ("new_lease_signed", 20))
    for kind in ("jex_delays", "dalo", "prefect"):
        assert "Produire le PDF" not in open_page(client, worker, summoned, kind), kind


def test_legal_aid_is_asked_on_paper_before_the_hearing_and_no_more_once_it_is_known(client, worker, summoned):
    running = Deadline.objects.running().filter(case=summoned, rule__code="P-LEGAL-AID")
    assert [each.legal_date for each in running] == [date(2026, 12, 28)]
    write(client, worker, summoned, "legal_aid", court=COURT["court"], enclosures=[
        "dernier avis d’impôt", "copie de l’assignation, ou de la décision",
    ])  # fmt: skip
    said = text_of(printed(Letter.objects.get()))
    assert "L’audience est fixée au mardi 12 janvier 2027." in said
    assert "Juridiction : Tribunal de proximité de Juvisy-sur-Orge." in said
    assert "– dernier avis d’impôt" in said
    assert "Cerfa" not in said
    happened(summoned, worker, "legal_aid_asked", date(2026, 11, 20))
    assert not running.all().exists()
    assert "L’aide juridictionnelle est déjà demandée" in open_page(client, worker, summoned, "legal_aid")


def test_legal_aid_that_one_of_two_tenants_asked_is_not_that_of_the_other(client, worker, summoned):
    """The dated fact says of nobody whose it is."""
    add_co_holder(summoned)
    happened(summoned, worker, "legal_aid_asked", date(2026, 11, 20))
    assert "Produire le PDF" in open_page(client, worker, summoned, "legal_aid")


def test_legal_aid_of_the_first_judge_says_nothing_of_the_next(client, worker, summoned):
    happened(summoned, worker, "legal_aid_declined", date(2026, 11, 5))
    assert "Pas encore possible" in open_page(client, worker, summoned, "legal_aid")
    happened(summoned, worker, "lease_terminated", date(2026, 11, 10))
    assert "Produire le PDF" in open_page(client, worker, summoned, "legal_aid")
    assert not Deadline.objects.running().filter(case=summoned, rule__code="P-LEGAL-AID").exists()


def test_a_decision_on_legal_aid_begins_no_delay_of_an_overpayment_in_arrears(client, worker, summoned):
    happened(summoned, worker, "legal_aid_asked", date(2026, 11, 10))
    happened(summoned, worker, "legal_aid_decided", date(2026, 11, 20))
    assert not Deadline.objects.filter(case=summoned, rule__code__startswith="IND-").exists()


def test_the_court_typed_for_one_letter_is_proposed_in_the_next_one(client, worker, summoned):
    write(client, worker, summoned, "hearing_sheet", **COURT)
    assert COURT["court"] in open_page(client, worker, summoned, "judge_postponement")
    assert 'value="09:30"' in open_page(client, worker, summoned, "hearing_sheet")
    happened(summoned, worker, "hearing", date(2027, 2, 9))
    assert 'value="09:30"' not in open_page(client, worker, summoned, "hearing_sheet")


def test_the_sending_of_a_sheet_given_by_hand_is_recorded(client, worker, summoned):
    write(client, worker, summoned, "hearing_sheet", **COURT)
    letter = Letter.objects.get()
    url = reverse("letter_sent", args=[summoned.public_id, letter.public_id])
    client.post(url, {"sent_by": "hand", "sent_on": "2026-11-24"})
    letter.refresh_from_db()
    assert (letter.sent_by, letter.sent_on) == ("hand", date(2026, 11, 24))


def test_a_letter_that_does_not_exist_is_not_found(client, worker, summoned):
    client.force_login(worker)
    assert client.get(reverse("tenant_letter", args=[summoned.public_id, "ghost"])).status_code == 404
