"""The search box: whoever rings up is found by what he says, within the door, and answered from the page."""

from datetime import date, datetime

import pytest
from django.urls import reverse

from cases.models import AccessEntry, Appointment
from tests import factories
from tests.factories import NOON, PARIS, member
from tests.pages import html_of
from tests.workflows.views.case.test_case import followed_by
from tests.workflows.walk import Walk
from workflows.views.work import search as views

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def case(worker):
    return followed_by(worker)


def find(client, user, text):
    client.force_login(user)
    return html_of(client.post(reverse("search"), {"texte": text}, follow=True))


@pytest.mark.parametrize("heard", ["ferreira", "Ana Ferreira", "06 12 34 56 78", "0612345678", "+33 6 12 34 56 78"])
def test_a_person_is_found_as_she_says_her_name_or_her_number(client, worker, case, heard):
    html = find(client, worker, heard)
    assert f'<a href="{reverse("case", args=[case.public_id])}">FERREIRA Ana</a>' in html
    assert "Impayé de loyer" in html
    assert "Suivi par Claire Montel, CAF 91" in html


def test_a_case_is_found_by_its_number_and_by_the_reference_of_the_landlord(client, worker, case):
    for words in (case.reference, case.tenancy.reference):
        assert "FERREIRA Ana" in find(client, worker, words)


def test_the_last_contact_and_the_next_appointment_answer_the_phone(client, worker, case):
    Appointment.objects.create(
        case=case, person=case.household.members.get(), professional=worker, structure=factories.structure("caf-91"),
        starts_at=datetime(2026, 12, 3, 10, 30, tzinfo=PARIS), place="office", made_by=worker, made_at=NOON,
    )  # fmt: skip
    html = find(client, worker, "ferreira")
    assert "Dernier contact le 24/11/2026 : appel, contact établi." in html
    assert "Prochain rendez-vous le 03/12/2026" in html


def test_what_one_has_no_part_in_is_not_found(client, worker, case):
    html = find(client, member("mds-grigny"), "ferreira")
    assert "FERREIRA" not in html.upper().replace('VALUE="FERREIRA"', "")
    assert "Aucune situation trouvée" in html


def test_a_card_says_who_follows_and_nothing_of_contacts(client, worker):
    case = followed_by(worker, until="contact")
    Walk(case).take("contact", by=worker, result="again", channel="phone", made_on=date(2026, 11, 24))
    html = find(client, worker, "ferreira")
    assert "Suivi par Claire Montel" in html
    assert "Dernier contact" not in html


def test_one_letter_is_answered_by_some_and_says_that_there_are_others(client, worker, case, monkeypatch):
    followed_by(worker)
    for shown, others in ((2, 0), (1, 1)):
        monkeypatch.setattr(views, "SHOWN", shown)
        html = find(client, worker, "f")
        assert html.count("FERREIRA Ana</a>") == shown
        assert html.count("D’autres situations répondent") == others


def test_what_was_typed_stands_in_no_address_and_the_search_is_noted(client, worker, case):
    answer = client.post(reverse("search"), {"texte": "ferreira"})
    assert "ferreira" not in answer.url
    client.get(answer.url)
    noted = AccessEntry.objects.filter(kind="lookup", page="search").latest("pk")
    assert noted.criteria == "texte"
    assert "expiré" in html_of(client.get(reverse("search") + "?recherche=inconnue"))


def test_a_search_is_answered_in_ten_queries(client, worker, case, django_assert_max_num_queries):
    url = client.post(reverse("search"), {"texte": "ferreira"}).url
    client.get(url)
    with django_assert_max_num_queries(11):  # and the line of the access log
        client.get(url)


def test_the_box_is_on_every_page_of_who_has_situations_and_of_no_landlord(client, worker):
    assert 'action="/recherche/"' in html_of(client.get(reverse("agenda")))
    client.force_login(member("bailleur-a", "correspondent"))
    assert 'action="/recherche/"' not in html_of(client.get(reverse("reports")))
