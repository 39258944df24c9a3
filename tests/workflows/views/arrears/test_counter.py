"""Le guichet: six fields and a question, kept at each pause; a known household completed; the sheet handed over."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from lxml.html import fromstring  # type: ignore[import-untyped]
from pypdf import PdfReader

from cases import permissions
from cases.actions import appointments, members
from cases.models import (
    Assignment,
    Beneficiary,
    Case,
    ContactAttempt,
    Deadline,
    Edition,
    InformationGiven,
    JournalEntry,
    Letter,
    Note,
    Tenancy,
    User,
)
from cases.rules.opening_hours import read_day
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from tests.workflows.actions.test_counter import as_it_opens, broken
from tests.workflows.test_engine import at_once
from tests.workflows.walk import Walk
from workflows import sweep
from workflows.actions import completions
from workflows.models import ProposedCompletion, ReportDraft
from workflows.steps.contact import ContactForm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

NADIA = {
    "usual_name": "Belhadj",
    "first_names": "Nadia",
    "birth_date": "12/03/1984",
    "phone": "06 12 34 56 78",
    "landlord": "gestionnaire-b",
    "balance": "1 060,50",
}
FAMILY = {"dependent_children": "2", "family_benefits": "yes", "rsa": "no", "employed": "no", "aid_kind": "ALF"}


def new(client) -> Any:
    """The id that the page gives to the draft it would begin."""
    return client.get(reverse("counter")).context["draft"].public_id


def send(client, draft, *, meeting="informed", action="send", **typed):
    return client.post(reverse("counter_draft", args=[draft]), NADIA | {"meeting": meeting, "action": action} | typed)


def pause(client, draft, **typed):
    return client.post(reverse("counter_pause", args=[draft]), typed)


def received(client, **typed):
    """Somebody was received: the answer leads to the sheet."""
    draft = new(client)
    answer = send(client, draft, **typed)
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer.url == reverse("counter_done", args=[draft])
    return ReportDraft.objects.get(public_id=draft).case


def last_page(client, case):
    return html_of(client.get(reverse("counter_done", args=[case.report_drafts.get().public_id])))


def taken(case, *, at=NOON):
    """Who, of the CAF, has just accepted the case."""
    worker = factories.member("caf-91")
    Walk(case, at=at).take("answer", by=worker, accept=True, professional=worker, reason="")
    return worker


def known_lease(**fields):
    person = {"usual_name": "Belhadj", "first_names": "Nadia", "birth_date": "1984-03-12"}
    kind = {"landlord": "gestionnaire-b", "housing": "private", "aid_kind": "ALF", "reference": "B-17"}
    about = {name: fields.pop(name) for name in kind if name in fields}
    return factories.tenancy(home=factories.household(**person | fields), **kind | about)


def known(**fields):
    """Nadia’s open case, followed by the CAF."""
    return factories.reported(known_lease(**fields), code="gestionnaire-b", **factories.FAMILY)


def agree_to_all(case: Case) -> User:
    """Whoever follows the case, else the desk, keeps all that is proposed."""
    following = Assignment.objects.active(NOON.date()).filter(case=case).first()
    who = following.user if following else factories.member("caf-91-pilotage", "pilot")
    for proposed in ProposedCompletion.objects.filter(case=case, state="asked"):
        completions.accept(proposed=proposed, kept=list(completions.keys_of(proposed.said)), by=who, at=NOON)
    return who


def words_of(letter: Letter) -> str:
    with letter.file.open() as file:
        pages = PdfReader(BytesIO(file.read())).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())


# From the empty screen to the sheet


def test_six_answers_open_a_case_that_the_desk_qualifies_and_the_agent_of_the_counter_does_not_see(client, yann):
    case = received(client)
    holder = Beneficiary.objects.get()
    assert (holder.full_name, holder.birth_date, holder.phone) == ("BELHADJ Nadia", "1984-03-12", "+33612345678")
    assert (case.tenancy.landlord.code, case.tenancy.housing) == ("gestionnaire-b", "private")
    assert case.tenancy.debt.statements.get().balance == Decimal("1060.50")
    assert (case.responsible_structure.code, case.opened_by_structure.code) == ("ccas-grigny-accueil",) * 2
    assert Walk(case).waiting_for == {"qualify": "caf-91-pilotage"}
    assert not permissions.can_view(yann, case, at=NOON.date())
    assert client.get(reverse("case", args=[case.public_id])).status_code == 404


def test_what_the_person_says_of_her_family_routes_the_case_at_once_and_the_sheet_names_who_will_call(client, yann):
    """Answered in 5 working days (01/12), called in 10 (15/12)."""
    assert Walk(received(client, **FAMILY)).waiting_for == {"answer": "caf-91"}
    assert InformationGiven.objects.get().named == factories.structure("caf-91")
    assert "CAF 91 – travail social vous contactera avant le mardi 15 décembre 2026" in words_of(Letter.objects.get())


@pytest.mark.parametrize(
    ("occupation", "node", "structure"),
    [
        ("tenant", "answer", "caf-91"),
        ("hosted", "arbitrate", "caf-91-pilotage"),
        ("sublet", "answer", "adil-91"),
    ],
)
def test_how_the_person_occupies_her_dwelling_may_be_said_at_the_counter(client, yann, occupation, node, structure):
    assert Walk(received(client, **FAMILY, occupation=occupation)).waiting_for == {node: structure}


def test_the_contact_is_kept_with_what_the_person_was_told_and_the_sheet_given_by_hand(client, yann):
    case = received(client)
    attempt, told, letter = ContactAttempt.objects.get(), InformationGiven.objects.get(), Letter.objects.get()
    assert (attempt.case, attempt.by, attempt.channel, attempt.result) == (case, yann, "desk", "reached")
    assert (told.case, told.by, told.means, told.named) == (case, yann, "counter", None)
    assert (letter.case, letter.recipient, letter.kind) == (case, Beneficiary.objects.get(), "counter_sheet")
    assert (letter.sent_by, letter.sent_on, letter.made_by) == ("hand", NOON.date(), yann)
    met = JournalEntry.objects.get(kind="contact.attempted")
    lines = JournalEntry.objects.filter(kind__startswith="letter.").order_by("pk")
    assert [(line.kind, line.cause) for line in lines] == [("letter.made", met), ("letter.sent", met)]


def test_a_person_who_could_not_be_told_is_met_all_the_same(client, yann):
    received(client, meeting="met")
    assert ContactAttempt.objects.count() == 1
    assert not InformationGiven.objects.exists()
    assert Letter.objects.get().kind == "counter_papers"


def test_whoever_comes_for_somebody_else_is_no_contact(client, yann):
    html = last_page(client, received(client, meeting="absent"))
    assert not ContactAttempt.objects.exists()
    assert not Letter.objects.exists()
    assert "le délai pour contacter le ménage court toujours" in html
    assert "Une pièce d’identité" in html


def test_urgency_an_order_how_to_call_and_an_address_of_the_town_are_kept(client, yann):
    """Urgent, it is called within its own delays: one working day to answer (25/11), two to call (27/11)."""
    told = {"no_message": "on", "language": "soninké", "address": "4 rue de la Plaine"}
    case = received(client, is_urgent="on", stage="order_to_pay_served", stage_on="2026-11-20", **told)
    assert case.is_urgent
    assert case.milestones.get(kind="order_to_pay_served").happened_on.isoformat() == "2026-11-20"
    holder, lease = Beneficiary.objects.get(), case.tenancy
    assert (holder.no_message, holder.language) == (True, "soninké")
    assert (lease.address, lease.postcode, lease.city) == ("4 rue de la Plaine", "91350", "Grigny")
    assert "MDS de Grigny vous contactera avant le vendredi 27 novembre 2026" in words_of(Letter.objects.get())


def test_a_social_worker_who_receives_goes_on_with_his_case(client):
    worker = factories.member("ccas-grigny")
    client.force_login(worker)
    case = received(client)
    assert case.assignments.get().user == worker
    assert reverse("case", args=[case.public_id]) in last_page(client, case)


# The sheet


def test_the_sheet_says_what_follows_what_to_bring_her_rights_and_nothing_of_debt_nor_landlord(client, yann):
    """Qualified in 2 working days (26/11), answered in 5 (03/12), called in 10 at most (17/12)."""
    counter = factories.structure("ccas-grigny-accueil")
    counter.address, counter.opening_hours = "1 place Henri-Barbusse, 91350 Grigny", {"0": read_day("9h-12h")}
    counter.save(update_fields=["address", "opening_hours"])
    case = received(client, balance="987,65")
    text = words_of(Letter.objects.get())
    for words in [
        "BELHADJ Nadia",
        "Un service partenaire vous contactera avant le jeudi 17 décembre 2026",
        f"Votre dossier porte le numéro {case.reference}",
        "Une pièce d’identité ou un titre de séjour.",
        "Les papiers apportés par un commissaire de justice",
        "Vous pouvez refuser que les services partagent vos informations.",
        "Délégué à la protection des données, Ville de Grigny",
        "CCAS de Grigny – accueil Yann Prigent",
        "1 place Henri-Barbusse, 91350 Grigny",
        "lundi : 9 h – 12 h",
        "Le 24 novembre 2026",
        "page 1 sur 1",
    ]:
        assert words in text, words
    for secret in ("987", "Gestionnaire B", "06 12 34 56 78", "1984"):
        assert secret not in text, secret


def test_the_page_reads_as_the_sheet_and_gives_its_pdf(client, yann):
    case = received(client)
    html = last_page(client, case)
    for words in ("Un service partenaire vous contactera", "Vous pouvez refuser", case.reference, "BELHADJ Nadia"):
        assert words in html, words
    pdf = client.get(reverse("counter_sheet", args=[case.report_drafts.get().public_id]))
    assert pdf["Content-Type"] == "application/pdf"
    assert f"guichet-{case.reference}.pdf" in pdf["Content-Disposition"]
    root: Any = PdfReader(BytesIO(pdf.content)).trailer["/Root"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


def test_a_counter_may_name_no_service_if_the_partners_did_not_agree(client, yann):
    edition = Edition.objects.get(catalogue="letters")
    for letter in edition.parameters["letters"]:
        for block in letter["blocks"]:
            block["text"] = block.get("text", "").replace("{next_service}", "Un service social")
            if not block["text"]:
                del block["text"]
    edition.save()
    received(client, **FAMILY)
    assert "Un service social vous contactera avant" in words_of(Letter.objects.get())
    assert InformationGiven.objects.get().named is None


def test_an_edition_without_sheets_stops_nobody(client, yann):
    edition = Edition.objects.get(catalogue="letters")
    edition.parameters["letters"] = [row for row in edition.parameters["letters"] if not row.get("at_counter")]
    edition.save()
    case = received(client)
    assert ContactAttempt.objects.get().case == case
    assert client.get(reverse("counter_done", args=[case.report_drafts.get().public_id])).status_code == 200


def test_a_name_that_no_font_prints_leaves_its_place_on_the_sheet(client, yann):
    received(client, usual_name="李")
    text = words_of(Letter.objects.get())
    assert "Votre dossier porte le numéro" in text
    assert "李" not in text


# Kept at each pause


def test_the_first_pause_and_not_the_opening_begins_the_draft_and_gives_the_page_its_address(client, yann):
    draft = new(client)
    assert not ReportDraft.objects.exists()
    answer = pause(client, draft, usual_name="Belh")
    assert answer.headers["HX-Replace-Url"] == reverse("counter_draft", args=[draft])
    pause(client, draft, usual_name="Belhadj", balance="beaucoup")
    assert ReportDraft.objects.get().answers["counter"] == {"usual_name": "Belhadj", "balance": "beaucoup"}
    assert not Beneficiary.objects.exists()


def test_a_draft_is_found_after_a_new_sign_in_and_not_in_the_report_in_three_steps(client, yann):
    draft = new(client)
    pause(client, draft, usual_name="Belhadj", first_names="Nadia", balance="1 060")
    client.logout()
    client.force_login(yann)
    html = client.get(reverse("counter")).content.decode()
    assert "Reprendre : Belhadj Nadia" in html
    assert reverse("counter_draft", args=[draft]) in html
    assert 'value="1 060"' in client.get(reverse("counter_draft", args=[draft])).content.decode()
    assert "Belhadj" not in html_of(client.get(reverse("report")))
    assert client.get(reverse("report_step", kwargs={"draft": draft, "step": "qui"})).status_code == 404


def test_every_draft_left_at_the_counter_is_found_again(client, yann):
    for number in range(11):
        pause(client, new(client), usual_name=f"Belhadj{number}")
    page = html_of(client.get(reverse("counter")))
    assert [number for number in range(11) if f"Reprendre : Belhadj{number} " not in page] == []


def test_without_javascript_a_button_keeps_and_looks_up(client, yann):
    known()
    draft = new(client)
    answer = client.post(reverse("counter_draft", args=[draft]), NADIA | {"action": "keep"})
    assert answer.url == reverse("counter_draft", args=[draft])
    html = client.get(answer.url).content.decode()
    assert "Un ménage connu ressemble" in html
    assert 'value="1 060,50"' in html
    assert Case.objects.count() == 1


def test_a_draft_given_up_is_erased_and_a_later_pause_does_not_bring_it_back(client, yann):
    draft = new(client)
    pause(client, draft, usual_name="Belhadj")
    page = fromstring(html_of(client.get(reverse("counter_draft", args=[draft]))))
    pressed = page.xpath("//details[summary='Effacer la saisie']//button[@value='discard']")
    assert pressed, "it is not pressed by mistake"
    assert send(client, draft, action="discard").url == reverse("counter")
    assert str(draft) not in client.get(reverse("counter")).content.decode()
    assert pause(client, draft, usual_name="Belhadj").status_code == 204
    assert send(client, draft).url == client.get(reverse("counter_draft", args=[draft])).url == reverse("counter")
    assert ReportDraft.objects.get().answers == {}
    assert client.get(reverse("counter_done", args=[draft])).status_code == 404
    assert not Case.objects.exists()


def test_a_draft_left_for_a_month_is_forgotten(client, yann):
    pause(client, new(client), usual_name="Belhadj")
    with time_machine.travel(NOON + timedelta(days=31), tick=False):
        client.force_login(yann)
        pause(client, new(client), usual_name="Autre")
    assert ReportDraft.objects.get().answers["counter"] == {"usual_name": "Autre"}


def test_what_was_sent_today_can_be_printed_again_today(client, yann):
    case = received(client)
    assert case.reference in client.get(reverse("counter")).content.decode()
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        client.force_login(yann)
        assert case.reference not in client.get(reverse("counter")).content.decode()


# Someone known


def test_a_household_that_others_follow_is_proposed_masked_once_and_not_for_a_name_alone(client, yann):
    case, draft = known(phone="+33699887766"), new(client)
    assert "Un ménage connu" not in html_of(pause(client, draft, usual_name="Belhadj", first_names="Nadia"))
    html = html_of(pause(client, draft, **NADIA))
    assert "Ménage connu de CAF" in html
    assert "Même nom, même date de naissance" in html
    for secret in ("BELHADJ Nadia", "rue de la Plaine", "B-17", case.reference, str(case.public_id), "99 88"):
        assert secret not in html, secret
    assert 'id="connu"' in html
    assert 'id="connu"' not in html_of(pause(client, draft, **NADIA, seen=[str(case.tenancy.public_id)]))


@pytest.mark.parametrize("said", [{}, {"household": "none"}], ids=["nothing", "none, of what was not shown"])
def test_nothing_is_sent_before_the_agent_said_whether_it_is_the_same(client, yann, said):
    known()
    html = send(client, new(client), **said).content.decode()
    assert "dire si c’est le même" in html
    assert 'value="1 060,50"' in html
    assert (Case.objects.count(), Beneficiary.objects.count()) == (1, 1)


def test_the_open_case_of_a_household_is_completed_and_its_clock_stops(client, yann):
    case = followed()
    completed(client, case)
    assert ReportDraft.objects.get().case == case
    assert (Case.objects.count(), Beneficiary.objects.count(), Tenancy.objects.count()) == (1, 1, 1)
    clock = Deadline.objects.get(case=case, rule__start="contact_asked", is_promised=False)
    assert clock.state == "met"
    assert not permissions.can_view(yann, case, at=NOON.date())
    assert case.tenancy.debt.statements.filter(source__code="ccas-grigny-accueil").count() == 0


def followed(**fields):
    """Nadia’s open case, accepted today by the CAF: to contact by 8 December, at best by the 4th."""
    case = known(**fields)
    taken(case)
    return case


def completed(client, case, **typed):
    """Someone of a household already known: no amount, no landlord. What the last page says."""
    draft = new(client)
    answer = send(client, draft, household=str(case.tenancy.public_id), landlord="", balance="", **typed)
    case.refresh_from_db()
    return html_of(client.get(answer.url))


SUMMONS = {"stage": "summons_served", "stage_on": "2026-11-20", "is_urgent": "on"}


def test_an_act_and_an_urgency_are_kept_without_an_amount_read_back_and_make_the_promised_day_nearer(client, yann):
    """Two working days from Tuesday 24 November."""
    case = followed()
    html = completed(client, case, **SUMMONS)
    assert case.milestones.get(kind="summons_served").happened_on.isoformat() == "2026-11-20"
    assert case.is_urgent
    to_ask = "jour non connu : il est écrit sur l’assignation, le demander avant son départ"
    for title, said in [
        ("Dernier acte reçu", "Assignation, le 20/11/2026"),
        ("Audience", to_ask),
        ("Urgence", "oui"),
        ("Montant dû", "inchangé : aucun montant n’a été saisi"),
    ]:
        assert f"<dt>{title}</dt><dd>{said}</dd>" in html
    assert "contactera avant le jeudi 26 novembre 2026" in words_of(Letter.objects.get())
    assert Walk(case).task("contact").due_on == date(2026, 11, 26)
    assert broken(NOON.date()) == []


def test_the_day_of_the_hearing_is_kept_with_the_summons_and_read_back(client, yann):
    case = received(client, **SUMMONS, hearing_on="2027-01-12")
    assert case.milestones.get(kind="hearing").happened_on.isoformat() == "2027-01-12"
    html = last_page(client, case)
    assert "<dt>Dernier acte reçu</dt><dd>Assignation, le 20/11/2026</dd>" in html
    assert "<dt>Audience</dt><dd>le 12/01/2027</dd>" in html


def test_the_sheet_and_the_step_say_a_call_before_the_hearing(client, yann):
    """A household followed by nobody would be called by 15 December."""
    received(client, **FAMILY, **{**SUMMONS, "is_urgent": ""}, hearing_on="2026-12-10")
    assert "contactera avant le mercredi 9 décembre 2026" in words_of(Letter.objects.get())
    assert Deadline.objects.get(is_promised=True).legal_date == date(2026, 12, 9)
    assert broken(NOON.date()) == []


def test_an_urgency_alone_is_kept_without_an_amount(client, yann):
    case = followed()
    html = completed(client, case, is_urgent="on", meeting="absent")
    assert case.is_urgent
    assert JournalEntry.objects.get(kind="case.made_urgent").actor == yann
    assert "<dt>Dernier acte reçu</dt><dd>aucun signalé</dd>" in html
    assert "<dt>Urgence</dt><dd>oui</dd>" in html


def test_the_last_page_of_a_new_case_reads_back_its_amount(client, yann):
    case = received(client, stage="order_to_pay_served", stage_on="2026-11-19")
    html = last_page(client, case)
    assert "<dt>Dernier acte reçu</dt><dd>Commandement de payer, le 19/11/2026</dd>" in html
    assert "<dt>Urgence</dt><dd>non signalée</dd>" in html
    assert "1 060,50" in html.replace("\u202f", " ")


def test_an_act_told_without_an_amount_routes_a_case_that_waited_for_its_facts(client, yann):
    case = factories.reported(known_lease(aid_kind=""), code="gestionnaire-b")
    assert Walk(case).waiting_for == {"qualify": "caf-91-pilotage"}
    completed(client, case, **FAMILY | {"aid_kind": "ALF"})
    assert Walk(case).waiting_for == {"qualify": "caf-91-pilotage"}
    agree_to_all(case)
    assert Walk(case).waiting_for == {"answer": "caf-91"}


def test_what_is_said_of_a_known_dwelling_completes_it_and_contradicts_nothing(client, yann):
    case = followed(reference="")
    address = case.tenancy.address
    completed(client, case, reference="B-99", address="11 allée des Érables", caf_number="1234567", phone="")
    agree_to_all(case)
    case.tenancy.refresh_from_db()
    assert (case.tenancy.reference, case.tenancy.address) == ("B-99", address)
    assert Beneficiary.objects.get().caf_number == "1234567"
    assert Note.objects.get().text == "Adresse selon CCAS de Grigny – accueil : 11 allée des Érables."


def test_a_reference_of_another_tenant_is_told_to_who_follows_and_given_to_nobody(client, yann):
    factories.tenancy(landlord="gestionnaire-b", reference="B-99")
    case = followed(reference="")
    completed(client, case, reference="B-99", phone="")
    agree_to_all(case)
    case.tenancy.refresh_from_db()
    assert case.tenancy.reference == ""
    assert Note.objects.get().text == "Référence du locataire selon CCAS de Grigny – accueil : B-99."


# What the sheet promises


def test_the_day_that_the_sheet_says_is_kept_by_the_step_that_waits_and_a_later_act_only_shortens_it(client, yann):
    case = followed()
    assert Walk(case).task("contact").due_on == date(2026, 12, 4)
    html = completed(client, case)
    assert "contactera avant le mardi 8 décembre 2026" in words_of(Letter.objects.get())
    assert Walk(case).task("contact").due_on == date(2026, 12, 4)
    assert "Elle annonce un contact avant le mardi 8 décembre 2026" in html.replace("\u00a0", " ")
    assert broken(NOON.date()) == []
    completed(client, case, **SUMMONS)
    assert Walk(case).task("contact").due_on == date(2026, 11, 26)
    assert "contactera avant le jeudi 26 novembre 2026" in words_of(Letter.objects.latest("pk"))


def test_who_accepts_later_holds_the_day_that_the_counter_promised(client, yann):
    """Promised on 24 November: 15 December at most. Accepted on 2 December: ten working days would be the 16th."""
    case = received(client, **FAMILY)
    assert "contactera avant le mardi 15 décembre 2026" in words_of(Letter.objects.get())
    taken(case, at=NOON + timedelta(days=7))
    assert Walk(case).task("contact").due_on == date(2026, 12, 11)
    promise = Deadline.objects.get(is_promised=True)
    assert (promise.structure.code, promise.legal_date) == ("caf-91", date(2026, 12, 15))
    assert promise.steps == [
        "Annoncé à la personne par la fiche remise le 24/11/2026 (CCAS de Grigny – accueil) : contact avant le 15/12/2026"
    ]


def test_a_second_sheet_promises_no_later_than_the_first(client, yann):
    """Declined on 30 November: the pilot, another structure and its call would lead to 28 December."""
    case, manager = received(client, **FAMILY), factories.member("caf-91", "manager")
    Walk(case, at=NOON + timedelta(days=6)).take("answer", by=manager, accept=False, reason="no_capacity")
    with time_machine.travel(NOON + timedelta(days=6), tick=False):
        client.force_login(yann)
        completed(client, case)
    assert Deadline.objects.filter(is_promised=True).count() == 1
    assert "contactera avant le mardi 15 décembre 2026" in words_of(Letter.objects.latest("pk"))


def test_what_was_promised_is_read_by_who_follows_and_runs_until_somebody_of_the_service_calls(client, yann):
    case = received(client, **FAMILY)
    worker, walk = taken(case), Walk(case)
    form = ContactForm(task=walk.task("contact"), user=worker)
    promised = "Sa fiche annonce un contact avant le mardi 15 décembre 2026."
    assert promised in form.notice.replace("\u00a0", " ")
    walk.take("contact", by=worker, **as_it_opens(form))
    promise = Deadline.objects.get(is_promised=True)
    assert promise.state == "running"
    appointments.make(
        case=case,
        person=Beneficiary.objects.get(),
        professional=worker,
        structure=factories.structure("caf-91"),
        starts_at=NOON + timedelta(days=2),
        minutes=30,
        place="office",
        by=worker,
        at=NOON + timedelta(hours=1),
    )
    promise.refresh_from_db()
    assert promise.state == "met"


def test_a_call_keeps_the_promise(client, yann):
    case = followed()
    worker = case.assignments.get().user
    completed(client, case)
    Walk(case).take("contact", by=worker, result="reached", channel="phone", made_on=NOON.date(), informed_by="phone")
    assert Deadline.objects.get(is_promised=True).state == "met"


def test_a_promise_that_is_not_kept_is_told(client, yann):
    case = followed()
    completed(client, case)
    sweep.sweep_deadlines(at=NOON + timedelta(days=15))
    missed = JournalEntry.objects.filter(kind="deadline.missed", case=case)
    assert Deadline.objects.get(is_promised=True).pk in [line.data["deadline"] for line in missed]


def test_who_follows_a_household_is_told_that_a_counter_met_it(client, yann):
    case = known()
    worker = taken(case)
    factories.member("caf-91")
    send(client, new(client), household=str(case.tenancy.public_id))
    drain_outbox(at=NOON)
    told = Notice.objects.filter(entry__kind="contact.attempted")
    assert [(notice.user, notice.case) for notice in told] == [(worker, case)]
    client.force_login(worker)
    words = "CCAS de Grigny – accueil a rencontré la personne au guichet"
    assert words in client.get(reverse("notifications")).content.decode()


def test_a_debt_told_of_an_open_case_joins_its_statements(client, yann):
    case = known()
    send(client, new(client), household=str(case.tenancy.public_id), balance="1 200")
    assert not case.tenancy.debt.statements.filter(source__code="ccas-grigny-accueil").exists()
    agree_to_all(case)
    assert case.tenancy.debt.statements.get(source__code="ccas-grigny-accueil").balance == Decimal(1200)


def test_the_sheet_of_a_household_that_others_follow_says_only_what_was_typed(client, yann):
    case = known(first_names="Nadia Samia", title="mme")
    send(client, new(client), household=str(case.tenancy.public_id))
    text = words_of(Letter.objects.get())
    assert "BELHADJ Nadia" in text
    for secret in ("Samia", "Mme", "rue de la Plaine", "Gestionnaire B"):
        assert secret not in text, secret


def test_how_to_reach_somebody_known_is_completed_and_never_overwritten(client, yann):
    case = known(language="portugais")
    send(client, new(client), household=str(case.tenancy.public_id), no_message="on", language="créole")
    holder = Beneficiary.objects.get()
    assert (holder.phone, holder.no_message, holder.language) == ("", True, "portugais")
    desk = agree_to_all(case)
    holder.refresh_from_db()
    assert (holder.phone, holder.no_message, holder.language) == ("+33612345678", True, "portugais")
    lines = JournalEntry.objects.filter(kind="person.corrected", case=case).order_by("pk")
    assert [(line.actor, line.data["fields"]) for line in lines] == [(yann, ["no_message"]), (desk, ["phone"])]
    assert not Note.objects.exists()


def test_another_number_than_the_known_one_is_told_to_who_follows_even_before_the_person_is_informed(client, yann):
    case = known(phone="+33699887766", no_message=True)
    send(client, new(client), household=str(case.tenancy.public_id))
    desk = agree_to_all(case)
    assert Beneficiary.objects.get().phone == "+33699887766"
    note = Note.objects.get()
    assert (note.case, note.visibility, note.author) == (case, "shared", desk)
    said = "selon CCAS de Grigny – accueil : 06 12 34 56 78."
    assert note.text.replace("\u00a0", " ") == f"Téléphone de BELHADJ Nadia, {said}"
    assert Walk(case).waiting_for == {"answer": "caf-91"}
    client.force_login(factories.member("caf-91", "manager"))
    page = client.get(reverse("case", args=[case.public_id]))
    assert not page.context["full"]
    words = page.content.decode().replace("\u00a0", " ")
    assert "06 99 88 77 66" in words
    assert said in words
    client.force_login(factories.member("mds-grigny", "manager"))
    assert client.get(reverse("case", args=[case.public_id])).status_code == 404


def test_another_household_is_told_apart_from_those_that_were_shown(client, yann):
    send(client, new(client), household="none", seen=[str(known().tenancy.public_id)])
    assert (Case.objects.count(), Beneficiary.objects.count()) == (2, 2)


def test_a_household_that_does_not_resemble_is_not_chosen_by_its_key(client, yann):
    other = factories.tenancy()
    factories.reported(other)
    received(client, household=str(other.public_id))
    assert Case.objects.count() == 2
    assert not ContactAttempt.objects.filter(case__tenancy=other).exists()


def test_a_choice_is_dropped_when_the_household_resembles_no_more(client, yann):
    case = known()
    draft = new(client)
    pause(client, draft, **NADIA, household=str(case.tenancy.public_id))
    assert ReportDraft.objects.get().answers["tenancy"] == case.tenancy.pk
    pause(client, draft, **NADIA | {"usual_name": "Okafor", "birth_date": "1990", "phone": ""})
    assert ReportDraft.objects.get().answers["tenancy"] is None


def test_a_household_without_an_open_case_is_recognised_and_not_made_twice(client, yann):
    lease = known_lease()
    assert received(client).household == lease.household
    assert Beneficiary.objects.count() == 1


# Bad input, and once


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"usual_name": ""}, "obligatoire"),
        ({"birth_date": ""}, "obligatoire"),
        ({"birth_date": "31/02/1984"}, "Date de naissance impossible"),
        ({"phone": "12"}, "Numéro de téléphone illisible"),
        ({"landlord": "", "reference": "B-17"}, "Dire de quel bailleur est cette référence."),
        ({"landlord": "mds-grigny"}, "Cette structure est inconnue"),
        ({"balance": "beaucoup"}, "Saisir un montant en euros"),
        ({"balance": "0"}, "supérieur à zéro"),
        ({"meeting": ""}, "Dire si la personne est là"),
        ({"meeting": "perhaps"}, "Sélectionnez un choix valide"),
        ({"stage": "summons_served"}, "Dire quand cet acte a été reçu."),
        ({"usual_name": "A" * 10_000}, "au plus 120 caractères"),
    ],
)
def test_bad_input_is_told_in_french_and_nothing_typed_is_lost(client, yann, wrong, message):
    draft = new(client)
    answer = send(client, draft, **wrong)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert message in html
    assert 'value="Nadia"' in html
    assert not Case.objects.exists()
    assert ReportDraft.objects.get().answers["counter"]["first_names"] == "Nadia"


def test_a_case_that_nobody_could_answer_to_is_not_opened_without_a_number_nor_an_address(client, yann):
    draft = new(client)
    answer = send(client, draft, phone="")
    assert "Comment la joindre ?" in html_of(answer)
    assert "Ni téléphone ni adresse" in html_of(answer)
    assert answer.context["form"]["usual_name"].value() == "Belhadj"
    assert not Case.objects.exists()
    assert send(client, draft, phone="", address="3 rue des Lilas").status_code == 302
    lease = Case.objects.get().tenancy
    assert lease
    assert lease.address == "3 rue des Lilas"


def test_who_is_known_needs_neither_again(client, yann):
    case = known()
    draft = new(client)
    key = str(case.tenancy.public_id)
    pause(client, draft, **NADIA)
    assert send(client, draft, phone="", household=key, seen=[key]).status_code == 302


def test_a_social_security_number_is_refused_and_kept_nowhere(client, yann):
    draft = new(client)
    html = send(client, draft, caf_number="184039135001234").content.decode()
    assert "numéro de sécurité sociale" in html
    assert "184039135001234" not in str(ReportDraft.objects.get().answers)


def test_what_is_wrong_in_a_fold_opens_it(client, yann):
    html = send(client, new(client), stage="summons_served").content.decode()
    assert '<details class="fold" open>' in html


def test_sending_twice_has_one_effect_and_a_pause_that_comes_after_keeps_nothing(client, yann):
    draft = new(client)
    first = send(client, draft)
    assert pause(client, draft, usual_name="Belhadj").status_code == 204
    assert ReportDraft.objects.get().answers == {}
    assert "déjà été envoyé" not in client.get(reverse("counter")).content.decode()
    assert first.url == send(client, draft).url == reverse("counter_done", args=[draft])
    assert [model.objects.count() for model in (Case, Beneficiary, ContactAttempt, Letter)] == [1, 1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_sending_twice_at_once_has_one_effect_and_leads_to_the_sheet(client, yann):
    draft = new(client)

    def press() -> Any:
        other = Client()
        other.cookies = client.cookies
        return send(other, draft).url

    assert set(at_once(press, press, press)) == {reverse("counter_done", args=[draft])}
    assert [model.objects.count() for model in (Case, Beneficiary, ContactAttempt, Letter)] == [1, 1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_of_two_counters_that_receive_one_new_person_at_once_the_second_is_shown_the_first(client, yann):
    other = Client()
    other.force_login(factories.member("ccas-grigny-accueil", "front_desk"))
    answers = at_once(*(partial(send, each, new(each)) for each in (client, other)))
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert Beneficiary.objects.count() == Case.objects.count() == 1
    shown = next(answer for answer in answers if answer.status_code == 200)
    assert "Un ménage connu ressemble à celui-ci" in shown.content.decode()


# Who may come


def test_a_draft_of_the_counter_is_its_authors_alone(client, yann):
    draft = new(client)
    pause(client, draft, usual_name="Belhadj")
    sent = new(client)
    send(client, sent)
    assert client.get(reverse("counter_draft", args=[uuid4()])).status_code == 404, "nobody began it"
    client.force_login(factories.member("ccas-grigny-accueil", "front_desk"))
    for answer in (
        client.get(reverse("counter_draft", args=[draft])),
        pause(client, draft, usual_name="Autre"),
        send(client, draft),
        client.get(reverse("counter_done", args=[sent])),
        client.get(reverse("counter_sheet", args=[sent])),
    ):
        assert answer.status_code == 404
    assert Case.objects.count() == 1
    assert ReportDraft.objects.get(public_id=draft).answers["counter"] == {"usual_name": "Belhadj"}


@pytest.mark.parametrize(
    ("code", "role", "status"),
    [
        ("ccas-grigny-accueil", "front_desk", 200),
        ("mds-grigny", "agent", 200),
        ("caf-91", "manager", 200),
        ("bailleur-a", "correspondent", 403),
        ("caf-91-pilotage", "pilot", 403),
        ("caf-91", "dpo", 403),
    ],
)
def test_the_counter_is_for_those_who_may_open_a_case(client, code, role, status):
    client.force_login(factories.member(code, role))
    assert client.get(reverse("counter")).status_code == status
    answer = pause(client, uuid4(), usual_name="Belhadj")
    assert answer.status_code == (200 if status == 200 else 404)
    assert ReportDraft.objects.exists() == (status == 200)


def test_who_left_the_counter_finds_neither_his_drafts_nor_his_sheets(client, yann):
    draft, sent = new(client), new(client)
    pause(client, draft, usual_name="Belhadj")
    send(client, sent)
    members.join(user=yann, structure=factories.structure("mds-grigny"), role="agent", since=NOON.date(), at=NOON)
    left = yann.memberships.get(structure__code="ccas-grigny-accueil")
    members.end_membership(membership=left, on=NOON.date() - timedelta(days=1), at=NOON)
    assert client.get(reverse("counter_draft", args=[draft])).status_code == 404
    assert send(client, draft).status_code == 404
    assert client.get(reverse("counter_done", args=[sent])).status_code == 404
    assert "Belhadj" not in client.get(reverse("counter")).content.decode()


def test_who_works_in_two_places_says_in_whose_name(client, yann):
    members.join(user=yann, structure=factories.structure("mds-grigny"), role="agent", since=NOON.date(), at=NOON)
    html = client.get(reverse("counter") + "?structure=mds-grigny").content.decode()
    assert "?structure=ccas-grigny-accueil" in html
    draft = uuid4()
    client.post(reverse("counter_pause", args=[draft]) + "?structure=mds-grigny", {"usual_name": "Belhadj"})
    assert ReportDraft.objects.get().structure.code == "mds-grigny"


def test_the_counter_stays_within_its_queries(client, yann, django_assert_max_num_queries):
    """Five of every page, five that a form which routes needs, one for both lists."""
    for _ in range(3):
        pause(client, new(client), usual_name="Belhadj")
    send(client, new(client))
    send(client, new(client), usual_name="Okafor", birth_date="1990", phone="07 11 22 33 44")
    client.get(reverse("counter"))  # which says that it was sent
    with django_assert_max_num_queries(11):
        assert client.get(reverse("counter")).status_code == 200
