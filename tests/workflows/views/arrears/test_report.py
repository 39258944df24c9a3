"""Signaler un impayé: search before create, three steps that lose nothing, one effect, and what each may read."""

from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from lxml.html import fromstring  # type: ignore[import-untyped]

from cases import permissions
from cases.actions.case import close_case
from cases.models import (
    AccessEntry,
    Assignment,
    Beneficiary,
    Case,
    HouseholdFact,
    JournalEntry,
    Report,
    StructureKind,
    Tenancy,
    Watch,
)
from cases.rules import traces
from tests import factories
from tests.factories import NOON
from tests.pages import html_of, without_ids
from tests.workflows.test_engine import at_once
from tests.workflows.views.arrears.test_counter import known
from workflows.models import CaseTask, ProposedCompletion, ReportDraft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

SUMMONS = {"stage": "summons_served", "stage_on": "2026-11-20"}
NADIA = {"usual_name": "Belhadj", "first_names": "Nadia", "birth_date": "12/03/1984"}
FLAT = {
    "landlord": "gestionnaire-b",
    "address": "4 rue de la Plaine",
    "postcode": "91350",
    "city": "Grigny",
    "housing": "private",
    "aid_kind": "ALF",
    "balance": "1 060,50 €",
    "as_of": "2026-11-20",
}
FAMILY = {"dependent_children": "2", "family_benefits": "yes", "rsa": "no", "employed": "no"}
HIS_FLAT = {name: value for name, value in FLAT.items() if name not in ("landlord", "housing")}


@pytest.fixture
def worker(client):
    person = factories.member("ccas-grigny")
    client.force_login(person)
    return person


def search(client, **typed):
    """The draft that a search begins."""
    answer = client.post(reverse("report"), typed)
    assert answer.status_code == 302, answer.context["form"].errors
    return ReportDraft.objects.latest("pk")


def step(draft, name):
    return reverse("report_step", kwargs={"draft": draft.public_id, "step": name})


def matches(draft):
    return reverse("report_matches", kwargs={"draft": draft.public_id})


def typed(client, *, who=NADIA, flat=FLAT, **facts):
    """A draft that is ready to be sent."""
    draft = search(client, **who)
    client.post(step(draft, "qui"), who | facts)
    client.post(step(draft, "dette"), flat)
    return draft


def send(client, draft, **data):
    return client.post(step(draft, "envoi"), data)


def choose(client, draft):
    """The one household that resembles."""
    [match] = client.get(matches(draft)).context["matches"]
    client.post(matches(draft), {"household": match.key})


def lease_of_nadia(**fields):
    home = factories.household(usual_name="Belhadj", first_names="Nadia", birth_date="1984-03-12")
    return factories.tenancy(home=home, **fields)


def waiting(case):
    """The step that waits, and the structure that has the ball."""
    task = CaseTask.objects.open().of_case(case).get()
    return task.node, task.structure.code


# A professional


def test_a_professional_reports_once_whom_the_preview_names_and_the_case_is_his_until_another_accepts(client, worker):
    draft = typed(client, **FAMILY)
    html = client.get(step(draft, "envoi")).content.decode()
    assert "CAF 91 – travail social" in html
    assert "parc privé avec ALF" in html
    answer, again = send(client, draft), send(client, draft)
    case = Case.objects.get()
    assert answer.url == again.url == reverse("case", kwargs={"case": case.public_id})
    assert case.responsible_structure.code == "ccas-grigny"
    assert waiting(case) == ("answer", "caf-91")
    assert client.get(answer.url).status_code == 200
    holder = Beneficiary.objects.get()
    assert (holder.full_name, holder.birth_date) == ("BELHADJ Nadia", "1984-03-12")
    assert Tenancy.objects.get().debt.statements.get().balance == Decimal("1060.50")
    assert Report.objects.get().channel == "professional"
    client.post(step(draft, "qui"), {"action": "discard"})
    assert ReportDraft.objects.get().case == case, "once it is sent, it is not given up"


def test_who_follows_no_case_is_not_named_professional_of_the_one_he_reports(client):
    yann, pilot = factories.member("ccas-grigny-accueil", "front_desk"), factories.member("caf-91-pilotage", "pilot")
    for person, who in ((yann, NADIA), (pilot, NADIA | {"usual_name": "Okafor", "birth_date": "1990"})):
        client.force_login(person)
        send(client, typed(client, who=who))
    of_yann, of_pilot = Case.objects.order_by("pk")
    assert not Assignment.objects.exists()
    assert of_yann.responsible_structure.code == "ccas-grigny-accueil"
    assert not permissions.can_view(yann, of_yann, at=NOON.date())
    colleague = factories.member("caf-91-pilotage", "pilot")
    assert permissions.can_view(colleague, of_pilot, at=NOON.date())


def test_without_the_facts_that_decide_the_preview_says_which_and_the_desk_qualifies(client, worker):
    draft = typed(client)
    html = client.get(step(draft, "dette")).content.decode()
    assert "CAF 91 – cellule impayés (pilotage)" in html
    assert "<li>Enfants à charge</li>" in html
    send(client, draft)
    assert waiting(Case.objects.get()) == ("qualify", "caf-91-pilotage")
    draft.refresh_from_db()
    assert draft.answers == {}, "nothing is kept of what was typed"


def test_an_urgent_report_goes_to_the_permanence(client, worker):
    send(client, typed(client), is_urgent="on")
    case = Case.objects.get()
    assert case.is_urgent
    assert waiting(case) == ("answer", "mds-grigny")


def test_an_order_to_leave_is_a_dated_fact_of_the_case_and_routes_it_as_the_preview_says(client, worker):
    draft = typed(client, flat=FLAT | {"stage": "order_to_leave_served", "stage_on": "2026-11-10"}, **FAMILY)
    shown = client.get(step(draft, "envoi")).context["preview"].decision
    send(client, draft)
    case = Case.objects.get()
    assert case.milestones.get(kind="order_to_leave_served").happened_on.isoformat() == "2026-11-10"
    assert waiting(case) == ("answer", "mds-grigny")
    kept = case.routing_decisions.values_list("rule_code", "structure__code").get()
    assert (shown.rule, shown.structure) == kept == ("R0", "mds-grigny")


def test_what_is_not_known_is_not_recorded(client, worker):
    send(client, typed(client, dependent_children="0", rsa="yes"))
    facts = dict(HouseholdFact.objects.values_list("name", "value"))
    assert facts == {"dependent_children": 0, "rsa": True}


@pytest.mark.parametrize(
    ("occupation", "node", "structure"),
    [
        ("", "answer", "caf-91"),
        ("tenant", "answer", "caf-91"),
        ("hosted", "arbitrate", "caf-91-pilotage"),
        ("owner", "arbitrate", "caf-91-pilotage"),
        ("sublet", "answer", "adil-91"),
        ("hostel", "answer", "adil-91"),
    ],
)
def test_who_is_no_tenant_is_not_routed_as_one_although_nothing_is_missing(
    client, worker, occupation, node, structure
):
    send(client, typed(client, **FAMILY, occupation=occupation))
    assert waiting(Case.objects.get()) == (node, structure)


def test_the_way_of_occupying_is_asked_of_a_known_household_too_and_folded(client, worker):
    known()
    draft = search(client, **NADIA)
    assert particular_fields(client, draft)[0] == "occupation"
    choose(client, draft)
    assert particular_fields(client, draft)[0] == "occupation"


def particular_fields(client, draft) -> list[str]:
    """What is asked of seldom, folded: nobody passes through it on the usual path."""
    form = client.get(step(draft, "qui")).context["form"]
    group = next(each for each in form.group_fields() if each.title == "Situations particulières")
    assert group.is_folded
    return [field.name for field in group.fields]


# The preview


def test_the_preview_follows_what_is_being_typed_and_keeps_it(client, worker):
    draft = typed(client, **FAMILY)
    page = reverse("report_preview", kwargs={"draft": draft.public_id, "step": "dette"})
    html = client.post(page, FLAT | {"housing": "epfif", "balance": "beaucoup"}).content.decode()
    assert "EPFIF – équipe sociale" in html
    assert "<html" not in html
    assert "beaucoup" in client.get(step(draft, "dette")).content.decode()
    assert not Case.objects.exists()


@pytest.mark.parametrize(("now_typed", "rule"), [({}, "R3"), ({"family_benefits": "no"}, "R14")])
def test_the_preview_of_a_known_household_counts_what_others_said_of_it(client, worker, now_typed, rule):
    ended = factories.reported(lease_of_nadia(), by=worker, code="ccas-grigny", channel="professional")
    close_case(case=ended, outcome="cleared", at=NOON, by=worker)
    factories.know(ended.household, source="caf", **factories.FAMILY)
    draft = search(client, **NADIA)
    choose(client, draft)
    client.post(step(draft, "qui"), now_typed)
    client.post(step(draft, "dette"), FLAT)
    shown = client.get(step(draft, "envoi")).context["preview"].decision
    send(client, draft)
    kept = Case.objects.exclude(pk=ended.pk).get().routing_decisions.get()
    assert shown.rule == kept.rule_code == rule


# Nothing typed is lost


def test_a_refused_step_shows_what_was_typed_and_going_back_keeps_a_half_typed_one(client, worker):
    draft = search(client, **NADIA)
    html = client.post(step(draft, "dette"), FLAT | {"balance": "beaucoup"}).content.decode()
    assert "Saisir un montant en euros" in html
    assert "4 rue de la Plaine" in html
    assert 'value="beaucoup"' in html
    answer = client.post(step(draft, "dette"), {"address": "7 rue des Lil", "action": "back"})
    assert answer.url == step(draft, "qui")
    assert "7 rue des Lil" in client.get(step(draft, "dette")).content.decode()


def test_a_draft_outlives_the_session(client, worker):
    draft = typed(client)
    client.logout()
    client.force_login(worker)
    assert step(draft, "qui") in client.get(reverse("report")).content.decode()
    assert "4 rue de la Plaine" in client.get(step(draft, "dette")).content.decode()


def test_every_draft_left_is_found_again_under_its_name(client, worker):
    for number in range(6):
        search(client, **NADIA | {"usual_name": f"Belhadj{'abcdef'[number]}"})
    page = html_of(client.get(reverse("report")))
    assert [letter for letter in "abcdef" if f"Belhadj{letter} Nadia" not in page] == []
    assert "au fur et à mesure" not in page


def test_a_step_left_with_faults_is_shown_again_before_sending(client, worker):
    draft = search(client, **NADIA)
    answer = send(client, draft)
    assert answer.url == step(draft, "qui") + "?verifier=1" or answer.url == step(draft, "dette") + "?verifier=1"
    assert "points sont à corriger" in client.get(answer.url).content.decode()
    assert not Case.objects.exists()


def test_a_draft_left_for_a_month_is_forgotten(client, worker):
    old = search(client, **NADIA)
    with time_machine.travel(NOON.replace(month=12, day=26), tick=False):
        client.force_login(worker)
        search(client, **NADIA)
    assert not ReportDraft.objects.filter(pk=old.pk).exists()


def test_every_question_has_its_place_on_the_page(client, worker):
    draft = search(client, **NADIA)
    for name in ("qui", "dette", "envoi"):
        answer = client.get(step(draft, name))
        html = answer.content.decode()
        for field in answer.context["form"].fields:
            assert html.count(f'name="{field}"') == 1, field


def test_a_draft_given_up_is_erased_at_once(client, worker):
    draft = typed(client)
    page = fromstring(html_of(client.get(step(draft, "dette"))))
    pressed = page.xpath("//details[summary='Effacer la saisie']//button[@value='discard']")
    assert pressed, "it is not pressed by mistake"
    client.post(step(draft, "dette"), {"action": "discard"})
    assert not ReportDraft.objects.exists()


def test_what_is_folded_opens_when_something_in_it_is_wrong(client, worker):
    draft = search(client, **NADIA)
    fold = "<summary>Bail, loyer et aide</summary>"
    assert fold in client.get(step(draft, "dette")).content.decode()
    assert fold not in client.post(step(draft, "dette"), FLAT | {"lease_date": "2027-01-01"}).content.decode()


def test_what_is_about_to_be_sent_is_read_in_french(client, worker):
    html = client.get(step(typed(client, rsa="no"), "envoi")).content.decode()
    for words in (
        "<dd>12/03/1984</dd>",
        "<dd>1\u202f060,50\u202f€</dd>",
        "<dt>RSA</dt><dd>Non</dd>",
        "<dd>20/11/2026</dd>",
    ):
        assert words in html, words


def test_a_draft_is_its_authors_alone(client, worker):
    draft = typed(client)
    client.force_login(factories.member("ccas-grigny"))
    preview = reverse("report_preview", kwargs={"draft": draft.public_id, "step": "qui"})
    for answer in (
        client.get(matches(draft)),
        client.get(step(draft, "qui")),
        client.post(preview, {}),
        client.post(step(draft, "qui"), {"action": "discard"}),
        send(client, draft),
    ):
        assert answer.status_code == 404
    assert not Case.objects.exists()
    assert ReportDraft.objects.get() == draft


# Search before create


@pytest.mark.parametrize(
    ("too_little", "words"),
    [
        ({"usual_name": "Belhadj"}, "Saisir le nom et la date de naissance"),
        (NADIA | {"reference": "B-17"}, "Dire de quel bailleur est cette référence."),
        ({"caf_number": "1234567"}, "un numéro seul ne dit pas si une personne est connue"),
        (
            {"landlord": "gestionnaire-b", "reference": "B-17"},
            "un numéro seul ne dit pas si une personne est connue",
        ),
    ],
    ids=["name", "reference without its landlord", "CAF number", "reference"],
)
def test_a_search_needs_enough_to_find_someone_and_tells_nobody_else_that_a_person_is_known(
    client, worker, too_little, words
):
    known(caf_number="1234567")
    assert words in client.post(reverse("report"), too_little).content.decode()
    assert not ReportDraft.objects.exists()


def test_nobody_known_leads_straight_to_the_first_step(client, worker):
    answer = client.get(matches(search(client, **NADIA)), follow=True)
    assert answer.redirect_chain[-1][0] == step(ReportDraft.objects.get(), "qui")
    assert "Aucun dossier ouvert ne correspond" in answer.content.decode()


@pytest.mark.parametrize(
    "typed_in_search",
    [
        {"usual_name": "BELHADJ", "first_names": "nadia", "birth_date": "12/03/1984"},
        {"usual_name": "BELHADJ", "birth_date": "1984", "caf_number": "1234567"},
        {"usual_name": "Belhadi", "birth_date": "03/1984", "landlord": "gestionnaire-b", "reference": "B-17"},
    ],
    ids=["name and birth", "CAF number", "reference"],
)
def test_someone_elses_case_shows_only_who_follows_it(client, worker, typed_in_search):
    case = known(caf_number="1234567")
    html = html_of(client.get(matches(search(client, **typed_in_search))))
    assert f"Ménage connu de {case.responsible_structure.name}" in html
    assert "Demander un partage" in html
    assert str(case.public_id) not in html
    for secret in ("BELHADJ Nadia", "rue de la Plaine", "1060", case.reference):
        assert secret not in without_ids(html), secret


@pytest.mark.parametrize(
    "typed",
    [
        {"usual_name": "Moreau", "birth_date": "12/03/1984"},
        {"usual_name": "Belhadj", "first_names": "Nadia", "birth_date": "11/02/1990"},
    ],
    ids=["another name", "another birth date"],
)
def test_the_number_of_somebody_else_tells_nothing(client, worker, typed):
    known(caf_number="1234567")
    answer = client.get(matches(search(client, **typed, caf_number="1234567")), follow=True)
    assert "Ménage connu de" not in answer.content.decode()
    [noted] = AccessEntry.objects.all()
    assert (noted.kind, noted.case) == ("lookup", None)


def test_who_learns_that_a_person_is_known_is_noted_once_a_day(client, worker):
    case = known(caf_number="1234567")
    for _ in range(2):
        client.get(matches(search(client, **NADIA)))
    [noted] = AccessEntry.objects.filter(kind="search")
    assert (noted.user, noted.case, noted.structure) == (worker, case, factories.structure("ccas-grigny"))
    assert (noted.day, noted.is_assigned) == (NOON.date(), False)
    searched = AccessEntry.objects.filter(kind="lookup", case=None).values_list("user", "structure__code", "criteria")
    assert set(searched) == {(worker.pk, "ccas-grigny", "usual_name,first_names,birth_date")}


def test_nobody_finds_more_than_the_day_allows(client, worker, monkeypatch):
    limits = replace(traces.load_trace_limits(), found_a_day=1)
    monkeypatch.setattr(traces, "load_trace_limits", lambda: limits)
    known()
    client.get(matches(search(client, **NADIA)))
    moreau = factories.household(usual_name="Moreau", birth_date="1971-05-02", first_names="Luc")
    factories.reported(factories.tenancy(home=moreau))
    luc = {"usual_name": "Moreau", "first_names": "Luc", "birth_date": "02/05/1971"}
    html = html_of(client.get(matches(search(client, **luc)), follow=True))
    assert "Ménage connu de" not in html
    assert "ne sont plus signalés avant demain" in html
    assert "Ménage connu de" in html_of(client.get(matches(search(client, **NADIA))))
    assert AccessEntry.objects.filter(kind="search").count() == 1
    # The officers are told who, once a day, whatever else he looks for.
    client.get(matches(search(client, **luc)))
    [line] = JournalEntry.objects.filter(kind="search.bounded")
    town = factories.structure("ccas-grigny")
    assert (line.actor, line.structure, line.case, line.data) == (worker, town, None, {})


def test_ones_own_case_is_named_and_opens(client, worker):
    case = factories.reported(lease_of_nadia(), by=worker, code="ccas-grigny", channel="professional")
    html = client.get(matches(search(client, **NADIA))).content.decode()
    assert "BELHADJ Nadia" in html
    assert reverse("case", kwargs={"case": case.public_id}) in html


def test_a_household_on_a_watch_list_is_the_landlords_secret(client, worker):
    lease = lease_of_nadia()
    Watch.objects.create(tenancy=lease, structure=lease.landlord, first_seen_on=NOON.date(), last_seen_on=NOON.date())
    draft = search(client, **NADIA)
    assert client.get(matches(draft)).status_code == 302
    client.post(step(draft, "qui"), NADIA)
    client.post(step(draft, "dette"), FLAT)
    send(client, draft)
    assert Case.objects.get().household == lease.household
    assert Beneficiary.objects.count() == 1


def test_completing_an_open_case_opens_no_second_one_and_gives_no_sight_of_it(client, worker):
    case = known()
    draft = search(client, **NADIA)
    choose(client, draft)
    html = client.get(step(draft, "dette")).content.decode()
    assert "Ce que vous apportez est proposé au service qui suit le dossier" in html
    assert 'name="address"' not in html
    client.post(step(draft, "dette"), {"balance": "1200", "as_of": "2026-11-20"})
    answer = send(client, draft)
    assert Case.objects.get() == case
    assert not case.tenancy.debt.statements.filter(source__code="ccas-grigny").exists()
    assert ProposedCompletion.objects.get().said == {"debt": {"balance": "1200", "as_of": "2026-11-20"}}
    assert answer.url == reverse("report")
    assert "Rien n’y est inscrit avant son accord" in client.get(answer.url).content.decode()
    assert client.get(reverse("case", kwargs={"case": case.public_id})).status_code == 404


def test_another_household_is_told_apart_once(client, worker):
    known()
    draft = typed(client)
    assert send(client, draft).url == matches(draft)
    assert client.post(matches(draft), {"household": ""}).url == step(draft, "qui")
    send(client, draft)
    assert (Case.objects.count(), Beneficiary.objects.count()) == (2, 2)


def test_a_key_that_was_not_offered_chooses_nothing(client, worker):
    other = factories.tenancy()
    factories.reported(other)
    draft = search(client, **NADIA)
    client.post(matches(draft), {"household": str(other.public_id)})
    draft.refresh_from_db()
    assert draft.answers.get("tenancy") is None


# Bad input


@pytest.mark.parametrize("number", ["184039135001234", "1 84 03 91 350 012 34", "1840391350012"])
def test_a_social_security_number_is_refused_and_kept_nowhere(client, worker, number):
    draft = search(client, **NADIA)
    html = client.post(step(draft, "qui"), NADIA | {"caf_number": number}).content.decode()
    assert "numéro de sécurité sociale" in html
    draft.refresh_from_db()
    assert number not in str(draft.answers)
    assert client.post(reverse("report"), {"caf_number": number}).status_code == 200
    assert ReportDraft.objects.count() == 1


@pytest.mark.parametrize(
    ("part", "wrong", "message"),
    [
        ("dette", {"balance": "-5"}, "La dette est un montant supérieur à zéro."),
        ("dette", {"balance": "0"}, "La dette est un montant supérieur à zéro."),
        ("dette", {"balance": "99999999999"}, "9 chiffres"),
        ("dette", {"lease_date": "2027-01-01"}, "La date du bail ne peut pas être à venir."),
        ("dette", {"lease_date": "31/02/2026"}, "Date impossible"),
        ("dette", {"lease_date": "0001-01-01"}, "Vérifier l’année"),
        ("dette", {"as_of": "2026-11-25"}, "date à venir"),
        ("dette", {"first_unpaid_on": "2026-11-21"}, "Le premier impayé précède la date de la dette."),
        ("dette", {"stage": "summons_served"}, "Dire quand cet acte a été reçu."),
        ("dette", {"hearing_on": "2026-12-15"}, "Seule une assignation fixe ce jour"),
        ("dette", SUMMONS | {"hearing_on": "2026-11-20"}, "L’audience précède l’assignation"),
        (
            "dette",
            SUMMONS | {"hearing_on": "2029-11-30"},
            "Vérifier l’année : cette audience est dans plus de deux ans.",
        ),
        ("dette", {"landlord": "mds-grigny"}, "Cette structure est inconnue"),
        ("dette", {"postcode": "9135"}, "Code postal illisible"),
        ("dette", {"rent": "NaN"}, "Saisir un montant en euros"),
        ("dette", {"months_unpaid": "1e9"}, "600"),
        ("qui", {"usual_name": "A" * 10_000}, "au plus 120 caractères"),
        ("qui", {"usual_name": " "}, "obligatoire"),
        ("qui", {"birth_date": "31/02/1984"}, "Date de naissance impossible"),
        ("qui", {"birth_date": "12/03/2031"}, "Date de naissance impossible ou à venir"),
        ("qui", {"phone": "12"}, "Numéro de téléphone illisible"),
        ("qui", {"caf_number": "12"}, "7 chiffres"),
        ("qui", {"dependent_children": "-1"}, "supérieure ou égale à 0"),
    ],
)
def test_bad_input_is_told_in_french_and_writes_nothing(client, worker, part, wrong, message):
    draft = search(client, **NADIA)
    answer = client.post(step(draft, part), {"qui": NADIA, "dette": FLAT}[part] | wrong)
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not Case.objects.exists()


def test_a_null_character_does_no_harm(client, worker):
    draft = search(client, **NADIA)
    kept = draft.answers
    assert client.post(step(draft, "qui"), NADIA | {"email": "a\0b@example.org"}).status_code == 400
    draft.refresh_from_db()
    assert draft.answers == kept


def test_another_tenants_reference_is_refused_at_sending(client, worker):
    factories.tenancy(landlord="gestionnaire-b", reference="B-99", home=factories.household(usual_name="Tout-Autre"))
    draft = typed(client, flat=FLAT | {"reference": "B-99"})
    html = send(client, draft).content.decode()
    assert "celle d’un autre locataire" in html
    assert (Case.objects.count(), Beneficiary.objects.count()) == (0, 1)


# A landlord’s correspondent


def test_a_landlord_is_asked_nothing_of_children_nor_benefits_and_told_nothing_of_services(client, landlord):
    draft = search(client, **NADIA)
    client.post(step(draft, "dette"), HIS_FLAT)
    html = "".join(html_of(client.get(step(draft, name))) for name in ("qui", "dette", "envoi"))
    told = ("Enfants", "RSA", "Prestations", "Urgent", "CAF 91", "travail social", "Déjà suivi", "À quel titre")
    assert [secret for secret in told if secret in html] == []


def test_a_landlord_reports_his_own_tenant_and_reads_it_in_his_reports(client, landlord):
    answer = send(client, typed(client, flat=HIS_FLAT | {"reference": "L-1", "rent": "450", "charges": "80"}))
    case = Case.objects.get()
    assert answer.url == reverse("reports")
    assert Tenancy.objects.values_list("landlord__code", "housing").get() == ("bailleur-a", "social")
    assert Report.objects.get().channel == "landlord_form"
    assert case.responsible_structure.kind == StructureKind.CAF_PILOT
    assert "L-1" in client.get(answer.url).content.decode()


def test_a_small_debt_only_goes_to_the_landlords_watch_list(client, landlord):
    flat = HIS_FLAT | {"balance": "100", "rent": "450", "aid_kind": "none"}
    answer = send(client, typed(client, flat=flat))
    assert answer.url == reverse("watch_list")
    assert Watch.objects.get().structure.code == "bailleur-a"
    assert not Case.objects.exists()


def test_a_landlord_sees_his_own_tenant_among_the_matches_and_nobody_elses(client, landlord):
    known()
    assert client.get(matches(search(client, **NADIA))).status_code == 302
    lease_of_nadia(reference="L-7")
    [match] = client.get(matches(search(client, reference="L-7"))).context["matches"]
    assert (match.name, match.tenancy.reference) == ("BELHADJ Nadia", "L-7")


def test_a_household_that_a_landlord_may_not_see_is_recognised_all_the_same(client, landlord):
    case = known()
    send(client, typed(client, flat=HIS_FLAT))
    assert Beneficiary.objects.count() == 1
    assert Case.objects.exclude(pk=case.pk).get().household == case.household


# Who may come, and what it costs


@pytest.mark.parametrize(
    ("code", "role"), [("caf-91", "dpo"), ("ville-grigny", "administrator"), ("mds-grigny", "correspondent")]
)
def test_who_may_not_report_is_told_whom_to_ask(client, code, role):
    client.force_login(factories.member(code, role))
    assert client.get(reverse("report")).status_code == 403


def test_a_removed_member_keeps_no_access_to_his_draft(client, worker):
    draft = typed(client)
    membership = factories.membership_of(worker)
    membership.until = NOON.date().replace(day=23)
    membership.save()
    assert client.get(step(draft, "qui")).status_code == 403


def test_the_steps_stay_within_their_queries(client, worker, django_assert_max_num_queries):
    known()
    draft = typed(client, **FAMILY)
    client.post(matches(draft), {"household": ""})
    for name in ("qui", "dette"):
        with django_assert_max_num_queries(25):
            client.get(step(draft, name))
    with django_assert_max_num_queries(162):
        send(client, draft)


# Two who enter one new person at once


@pytest.mark.django_db(transaction=True)
def test_of_two_who_report_one_new_person_at_once_the_second_is_shown_the_first():
    clients = []
    for code in ("ccas-grigny", "mds-grigny"):
        client = Client()
        client.force_login(factories.member(code))
        clients.append((client, typed(client)))
    answers = at_once(*(partial(send, *each) for each in clients))
    assert Beneficiary.objects.count() == Case.objects.count() == 1
    case, asked = sorted(answers, key=lambda answer: "/situations/" not in answer.url)
    assert case.url == reverse("case", args=[Case.objects.get().public_id])
    late, draft = next(each for each in clients if matches(each[1]) == asked.url)
    html = late.get(asked.url).content.decode()
    assert "Même personne" in html or "nom" in html
    send(late, draft)
    assert Beneficiary.objects.count() == 1
