"""Appointments through their pages: fixed from the case, answered in one press, never silently wrong."""

from datetime import datetime

import pytest
from django.urls import reverse

from cases.actions import appointments, people
from cases.models import Appointment
from tests import factories
from tests.factories import NOON, PARIS, member
from tests.pages import html_of
from tests.workflows.views.case.test_case import followed_by, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

HALF_PAST_TWO = datetime(2026, 12, 1, 14, 30, tzinfo=PARIS)
TYPED = {"day": "2026-12-01", "hour": "14:30", "minutes": "45", "place": "office", "details": "1 rue du Lac, Évry"}


@pytest.fixture
def case(worker):
    return followed_by(worker, until="contact")


def holder_of(case):
    return case.household.memberships.get(position="holder").beneficiary


def made(case, worker, starts_at=HALF_PAST_TWO, place="office"):
    """Also one that has begun already."""
    appointment = appointments.make(
        case=case,
        person=holder_of(case),
        professional=worker,
        structure=factories.structure("caf-91"),
        starts_at=max(starts_at, HALF_PAST_TWO),
        minutes=45,
        place=place,
        by=worker,
        at=NOON,
    )
    appointment.starts_at = starts_at
    appointment.save()
    return appointment


def fix(client, user, case, **typed):
    client.force_login(user)
    where = reverse("appointment_make", args=[case.public_id])
    return html_of(client.post(where, TYPED | typed, follow=True))


def answer(client, user, appointment, result, **more):
    client.force_login(user)
    where = reverse("appointment_result", args=[appointment.case.public_id, appointment.public_id])
    return html_of(client.post(where, {"resultat": result} | more, follow=True))


def of_one(name, appointment):
    return reverse(name, args=[appointment.case.public_id, appointment.public_id])


def test_an_appointment_is_fixed_from_the_case(client, worker, case):
    assert "Fixer un rendez-vous" in page(client, case, worker)
    html = fix(client, worker, case)
    assert "Rendez-vous fixé le mardi 1er\u00a0décembre\u00a02026 à 14\u00a0h\u00a030, au service" in html
    found = Appointment.objects.get()
    assert (found.starts_at, found.minutes, found.place) == (HALF_PAST_TWO, 45, "office")
    assert (found.professional, found.person, found.structure.code) == (worker, holder_of(case), "caf-91")
    assert "mar. 01/12/2026" in html


def test_the_page_proposes_what_is_usual(client, worker, case):
    made(case, worker)
    Appointment.objects.update(details="1 rue du Lac, Évry")
    form = client.get(reverse("appointment_make", args=[case.public_id])).context["form"]
    assert form["minutes"].value() == 45
    assert form["place"].value() == "office"
    assert form["details"].value() == "1 rue du Lac, Évry"
    assert "person" not in form.fields


def test_a_household_of_two_adults_asks_with_whom(client, worker, case):
    spouse = factories.person(usual_name="Ferreira", first_names="Rui", no_message=True)
    people.add_member(household=case.household, person=spouse, position="spouse", at=NOON)
    html = fix(client, worker, case)
    assert "Un point est à corriger" in html
    assert "FERREIRA Rui" in html
    assert "pas de message" in html
    fix(client, worker, case, person=spouse.public_id)
    assert Appointment.objects.get().person == spouse


def test_a_colleague_who_sees_the_case_may_be_chosen_and_somebody_of_another_structure_may_not(client, worker, case):
    colleague = member("caf-91", "manager", first_name="Hugo", last_name="Noël")
    assert "Un point est à corriger" in fix(client, worker, case, professional=member("mds-grigny").pk)
    assert not Appointment.objects.exists()
    fix(client, worker, case, professional=colleague.pk)
    assert Appointment.objects.get().professional == colleague


def test_a_colleague_in_whose_agenda_it_would_not_be_is_not_offered(client, worker, case):
    member("caf-91")
    form = client.get(reverse("appointment_make", args=[case.public_id])).context["form"]
    assert "professional" not in form.fields


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"day": "2026-11-23"}, "Cette date est passée : pour un rendez-vous qui a eu lieu, enregistrer le contact."),
        ({"day": "2026-11-24", "hour": "11:59"}, "Cette date est passée"),
        ({"day": "31/02/2026"}, "Date impossible"),
        ({"hour": "25:00"}, "Heure impossible"),
        ({"minutes": "4"}, "supérieure ou égale à 5"),
        ({"minutes": "beaucoup"}, "Saisir un nombre de minutes"),
        ({"place": "ailleurs"}, "n’en fait pas partie"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, worker, case, typed, words):
    html = fix(client, worker, case, **typed).replace("&#x27;", "’")
    assert words in html
    assert "1 rue du Lac, Évry" in html
    assert not Appointment.objects.exists()


def test_a_sunday_is_a_question_and_its_answer_fixes_the_appointment(client, worker, case):
    where, typed = reverse("appointment_make", args=[case.public_id]), TYPED | {"day": "2026-11-29"}
    answer = client.post(where, typed)
    assert "Le 29/11/2026 est un dimanche" in html_of(answer)
    assert not Appointment.objects.exists()
    keys = [question.key for question in answer.context["asked"]]
    client.post(where, typed | {"confirmed": keys})
    assert Appointment.objects.get().day.isoformat() == "2026-11-29"


def test_an_appointment_that_overlaps_is_a_question(client, worker, case):
    made(case, worker)
    html = fix(client, worker, case, hour="15:00")
    assert "Claire Montel a déjà un rendez-vous de 14\u00a0h\u00a030 à 15\u00a0h\u00a015" in html
    assert Appointment.objects.count() == 1


def test_the_same_form_sent_twice_fixes_one_appointment(client, worker, case):
    fix(client, worker, case)
    fix(client, worker, case)
    assert Appointment.objects.count() == 1


# What became of it


def test_an_honoured_appointment_leads_to_the_contact_that_it_was(client, worker, case):
    html = answer(client, worker, made(case, worker, NOON), "honore")
    assert "Rendez-vous honoré" in html
    assert reverse("step", args=[case.public_id, case.tasks.get(node="contact").public_id]) in html
    assert Appointment.objects.get().state == "kept"
    assert not case.contact_attempts.exists()


def test_once_the_household_is_reached_an_honoured_appointment_leads_nowhere_else(client, worker):
    html = answer(client, worker, made(followed_by(worker, until="diagnose"), worker, NOON), "honore")
    assert "Enregistrer le contact" not in html


def test_a_missed_appointment_counts_once_whatever_the_clicks(client, worker, case):
    appointment = made(case, worker, NOON)
    html = answer(client, worker, appointment, "non-honore")
    assert "compte comme une tentative de contact" in html
    assert reverse("appointment_make", args=[case.public_id]) in html
    assert "déjà noté « non honoré »" in answer(client, worker, appointment, "non-honore")
    assert [each.result for each in case.contact_attempts.all()] == ["no_answer"]


def test_what_is_still_to_come_has_no_button_and_no_result(client, worker, case):
    appointment = made(case, worker)
    assert "Honoré" not in page(client, case, worker)
    assert "n’a pas encore eu lieu" in answer(client, worker, appointment, "honore")
    assert Appointment.objects.get().is_planned


def test_an_answer_that_makes_no_sense_changes_nothing(client, worker, case):
    answer(client, worker, made(case, worker, NOON), "peut-être")
    assert Appointment.objects.get().is_planned


@pytest.mark.parametrize(("back", "name"), [("agenda", "agenda"), ("accueil", "inbox"), ("", "case")])
def test_one_comes_back_to_the_page_one_came_from(client, worker, case, back, name):
    where = of_one("appointment_result", made(case, worker, NOON))
    answer = client.post(where, {"resultat": "honore", "retour": back})
    assert answer.url == reverse(name, args=[case.public_id] if name == "case" else [])


def test_an_appointment_is_put_off(client, worker, case):
    appointment = made(case, worker)
    where = of_one("appointment_move", appointment)
    form = client.get(where).context["form"]
    assert (str(form["day"].value()), str(form["hour"].value())) == ("2026-12-01", "14:30:00")
    html = html_of(client.post(where, TYPED | {"day": "2026-12-03"}, follow=True))
    assert "Rendez-vous reporté le jeudi 3\u00a0décembre\u00a02026" in html
    assert "reporté au jeu. 03/12/2026" in html
    assert sorted(Appointment.objects.values_list("state", flat=True)) == ["moved", "planned"]
    assert "déjà noté « reporté »" in html_of(client.post(where, TYPED | {"day": "2026-12-04"}, follow=True))


def test_an_appointment_is_cancelled_by_someone(client, worker, case):
    where = of_one("appointment_cancel", made(case, worker))
    assert "Un point est à corriger" in html_of(client.post(where, {}))
    html = html_of(client.post(where, {"whose": "household"}, follow=True))
    assert "annulé par le ménage" in html
    assert "déjà noté « annulé »" in html_of(client.get(where, follow=True))


# Who may


def test_an_appointment_is_found_under_its_own_case_only(client, worker, case):
    appointment, other = made(case, worker), followed_by(worker, until="contact")
    assert client.get(reverse("appointment_move", args=[other.public_id, appointment.public_id])).status_code == 404


def test_whoever_is_only_asked_fixes_no_appointment(client):
    case = factories.reported(
        factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF"),
        code="gestionnaire-b",
        **factories.FAMILY,
    )
    agent = member("caf-91")
    assert "Fixer un rendez-vous" not in page(client, case, agent)
    assert client.get(reverse("appointment_make", args=[case.public_id])).status_code == 403


def test_an_appointment_is_in_the_timeline_with_its_moment(client, worker):
    case = followed_by(worker, until="diagnose")
    made(case, worker)
    html = page(client, case, worker)
    assert "Claire Montel a fixé un rendez-vous" in html
    assert "mar. 01/12/2026 à 14\u00a0h\u00a030" in html
