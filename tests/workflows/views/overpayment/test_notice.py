"""Saisir un trop-perçu: one page with the letter in hand; what is wrong is said beside its field, and nothing is lost."""

import re
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.models import AccessEntry, Beneficiary, Case, DebtLine, Household, OverpaymentNotice
from tests import factories
from tests.factories import NOON
from tests.pages import forms_of, html_of
from tests.workflows.test_engine import at_once
from tests.workflows.walk import Walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

WHO = {
    "usual_name": "Delorme",
    "first_names": "Inès",
    "birth_date": "12/03/1988",
    "caf_number": "",
    "phone": "06 12 34 56 78",
}
LETTER = {
    "operator": "caf",
    "act": "notice_received",
    "letter_date": "2026-11-02",
    "received_on": "2026-11-05",
    "receipt": "post",
    "file_number": "1234567 C",
    "routes_stated": "",
    "informed_by": "interview",
    "structure": "mds-grigny",
    "lignes": "3",
}
LINES = {
    "ligne1-benefit": "aah",
    "ligne1-amount": "2 306,15",
    "ligne1-since": "06/2026",
    "ligne1-until": "08/2026",
    "ligne1-fraud": "unknown",
    "ligne2-benefit": "prestations_familiales",
    "ligne2-amount": "1359.54",
}
TYPED = WHO | LETTER | LINES


@pytest.fixture
def worker(client):
    person = factories.member("mds-grigny")
    client.force_login(person)
    return person


def lease_of_ines(**fields):
    home = factories.household(usual_name="Delorme", first_names="Inès", birth_date="1988-03-12")
    return factories.tenancy(home=home, **fields)


def known_here(worker):
    """Inès is known by an open case of the reader."""
    return factories.reported(lease_of_ines(), code="mds-grigny", channel="professional", by=worker)


def post(client, **changes):
    return client.post(reverse("notice"), TYPED | changes, follow=True)


def test_the_letter_opens_a_case_that_its_author_sees_whole(client, worker):
    page = post(client)
    case = Case.objects.get()
    assert page.redirect_chain[-1][0] == reverse("case", args=[case.public_id])
    assert "vous en répondez jusqu’à ce qu’une autre structure l’accepte" in page.content.decode()
    assert [(each.benefit, each.amount, each.since, each.until) for each in DebtLine.objects.order_by("position")] == [
        ("aah", Decimal("2306.15"), date(2026, 6, 1), date(2026, 8, 1)),
        ("prestations_familiales", Decimal("1359.54"), None, None),
    ]
    assert Beneficiary.objects.get().phone == "+33612345678"
    assert "2 306,15" in page.content.decode().replace("\u202f", " ")


def test_who_opens_a_case_for_somebody_unknown_is_asked_whether_he_follows_and_accepts_it_at_once(client, worker):
    html = client.get(reverse("notice")).content.decode()
    assert [each for each in ("Qui accompagne la personne", "RSA", "Nous : MDS de Grigny") if each not in html] == []
    page = post(client, followed_by="mds-grigny", rsa="", dependent_children="2")
    case = Case.objects.get()
    assert "Trop-perçu enregistré : votre structure l’accompagne." in page.content.decode()
    assert dict(case.household.facts.values_list("name", "value")) == {
        "followed_by": "mds-grigny",
        "dependent_children": 2,
    }
    walk = Walk(case)
    walk.take("check_notice", by=worker, routes_stated="yes", lacks=[])
    assert "choose_way" in walk.waiting_for
    assert not {"answer", "arbitrate"} & set(walk.waiting_for)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ligne1-amount": "0"}, "Le montant réclamé est supérieur à zéro."),
        ({"ligne1-amount": "-12"}, "supérieure ou égale à 0"),
        ({"ligne1-amount": "2306150"}, "vérifier la virgule"),
        ({"ligne1-since": "08/2026", "ligne1-until": "06/2026"}, "La période finit avant de commencer"),
        ({"received_on": "2026-11-01"}, "Le courrier ne peut pas être reçu avant sa propre date"),
        ({"letter_date": "2026-12-01", "received_on": ""}, "La date du courrier ne peut pas être à venir."),
        ({"ligne1-benefit": "are"}, "n’est pas une prestation de CAF"),
        (
            {
                "ligne2-benefit": "aah",
                "ligne2-amount": "2306.15",
                "ligne2-since": "06/2026",
                "ligne2-until": "08/2026",
            },
            "Cette ligne est la même qu’une autre",
        ),
        ({"ligne1-benefit": "", "ligne1-amount": ""}, "Choisir la prestation."),
        ({"operator": ""}, "Ce champ est obligatoire"),
        ({"usual_name": ""}, "Ce champ est obligatoire"),
        ({"ligne1-since": "2026"}, "Indiquer le mois : MM/AAAA."),
        ({"dependent_children": "beaucoup"}, "nombre entier"),
        (dict.fromkeys(LINES, ""), "Saisir au moins une ligne"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(client, worker, changes, words):
    page = post(client, **changes).content.decode()
    assert words in page
    assert 'value="1234567 C"' in page
    assert 'value="1359.54"' in page or "1359.54" not in (TYPED | changes).values()
    assert not OverpaymentNotice.objects.exists()
    assert not Household.objects.exists()


def test_a_photo_too_large_is_said_beside_it_and_nothing_typed_is_lost(client, worker):
    heavy = SimpleUploadedFile("courrier.pdf", b"%PDF-" + bytes(10 * 1024 * 1024))
    page = html_of(post(client, letter=heavy))
    assert "Ce fichier dépasse 10 Mo : le réduire, ou le découper." in page
    held = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page))
    for form in forms_of(page):
        held |= form.fields
    assert {name: held.get(name, "") for name in TYPED} == TYPED
    assert not OverpaymentNotice.objects.exists()


def test_a_line_more_judges_nothing_and_keeps_what_is_typed(client, worker):
    page = client.post(reverse("notice"), TYPED | {"action": "line", "operator": ""}).content.decode()
    assert ('name="ligne4-benefit"' in page, "points sont à corriger" in page) == (True, False)
    assert 'value="2 306,15"' in page


def test_a_person_already_known_is_shown_before_she_is_created_twice(client, worker):
    known = known_here(worker).household
    page = post(client).content.decode()
    assert "Est-ce l’un de ces ménages" in page
    assert not OverpaymentNotice.objects.exists()
    post(client, household=str(known.public_id))
    tenancy = known.tenancies.get()
    post(client, household=str(tenancy.public_id))
    assert OverpaymentNotice.objects.get().case.household == known


def test_another_person_of_the_same_name_is_created_once_the_known_one_was_shown(client, worker):
    case = known_here(worker)
    page = html_of(post(client, household="another"))
    assert "Un ménage connu ressemble à celui-ci : dire si c’est le même." in page
    assert Household.objects.count() == 1
    post(client, household="another", seen=[str(case.tenancy.public_id)])
    assert Household.objects.count() == 2


def asked_while_typing(client, **typed):
    return client.post(reverse("notice"), WHO | typed | {"action": "who"})


def test_who_is_known_is_shown_while_one_types_from_the_birth_date_on(client, worker):
    case = known_here(worker)
    assert "Est-ce l’un" not in html_of(asked_while_typing(client, birth_date=""))
    assert not AccessEntry.objects.filter(kind=AccessEntry.Kind.LOOKUP).exists()
    page = html_of(asked_while_typing(client))
    assert "Est-ce l’un de ces ménages" in page
    assert "<form" not in page
    assert not OverpaymentNotice.objects.exists()
    assert asked_while_typing(client, seen=[str(case.tenancy.public_id)]).status_code == 204


def test_without_javascript_the_first_answer_shows_who_is_known_beside_the_faults_and_the_next_keeps_which(
    client, worker
):
    key = known_here(worker).tenancy.public_id
    page = html_of(post(client, operator=""))
    assert "Est-ce l’un de ces ménages" in page
    assert "Un point est à corriger" in page
    assert 'value="1234567 C"' in page
    page = html_of(post(client, household=str(key), **{"ligne1-amount": "0"}))
    assert "Le montant réclamé est supérieur à zéro." in page
    assert f'value="{key}" checked' in page


@pytest.mark.parametrize(
    "pressed", [{"action": "read", "pasted": "RSA 640,00"}, {"bundle": "caf_rsa_apl_activity"}, {"action": "line"}]
)
@pytest.mark.parametrize("chosen", ["known", "another", ""])
def test_what_was_said_of_the_household_stays_whatever_is_pressed(client, worker, pressed, chosen):
    key = str(known_here(worker).tenancy.public_id)
    page = html_of(post(client, household=key if chosen == "known" else chosen, seen=[key], operator="", **pressed))
    assert f'name="seen" value="{key}"' in page
    assert (f'value="{key}" checked' in page, 'value="another" checked' in page) == (
        chosen == "known",
        chosen == "another",
    )
    assert "à corriger" not in page.replace("à corriger ou", "")
    assert not OverpaymentNotice.objects.exists()


def test_who_others_follow_is_shown_masked_and_noted_while_one_types(client, worker):
    lease = lease_of_ines(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    case = factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)
    page = html_of(asked_while_typing(client))
    assert "le ménage connu de" in page
    assert case.reference not in page
    assert AccessEntry.objects.filter(kind=AccessEntry.Kind.SEARCH, case=case, user=worker).count() == 1


def test_beyond_the_number_of_a_day_nobody_else_is_told_while_one_types(client, worker):
    for rank in range(31):
        factories.reported(lease_of_ines(landlord="gestionnaire-b", reference=f"R-{rank}"), code="gestionnaire-b")
    page = html_of(asked_while_typing(client))
    assert page.count('name="household"') == 31
    assert "les suivants ne sont plus signalés avant demain" in page


def test_from_a_case_the_household_is_known(client, worker):
    case = factories.reported(code="mds-grigny", channel="professional", by=worker)
    typed = LETTER | LINES
    client.post(reverse("case_notice", args=[case.public_id]), typed)
    assert OverpaymentNotice.objects.get().case.household == case.household


def test_who_follows_no_case_types_none(client):
    client.force_login(factories.member("bailleur-a", "correspondent"))
    assert client.get(reverse("notice")).status_code == 403


def test_the_pages_of_an_overpayment_hold_their_budgets(client, worker, django_assert_max_num_queries):
    post(client, **{"ligne3-benefit": "rsa", "ligne3-amount": "640"})
    case = Case.objects.get()
    factories.know(case.household, followed_by="mds-grigny")
    assert NOON.date() == date(2026, 11, 24)
    for address in (
        reverse("case", args=[case.public_id]),
        reverse("case_line", args=[case.public_id, DebtLine.objects.earliest("pk").public_id]),
    ):
        client.get(address)  # the reading is noted once
        with django_assert_max_num_queries(20):
            assert client.get(address).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_one_new_person_at_once_the_second_is_shown_the_first():
    """Each of them sees the cases of the service."""
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(factories.member("mds-grigny", "manager"))
    answers = at_once(*(partial(post, client) for client in clients))
    assert sorted(len(answer.redirect_chain) for answer in answers) == [0, 1]
    assert Beneficiary.objects.count() == OverpaymentNotice.objects.count() == 1
