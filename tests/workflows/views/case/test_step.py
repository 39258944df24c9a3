"""A step is taken on its page, once."""

from datetime import date

import pytest
from django.urls import reverse

from cases.models import AccessEntry, Case, Structure
from tests.factories import NOON, member, reported, structure
from tests.workflows.actions.test_overpayment import RSA, opened
from tests.workflows.views.case.test_case import followed_by, routed_to_the_caf
from tests.workflows.walk import Walk
from workflows import engine
from workflows.models import CaseTask
from workflows.queries.case_page import next_step_words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def case(worker):
    return followed_by(worker, until="contact")


def address(case, node):
    return reverse("step", args=[case.public_id, Walk(case).task(node).public_id])


def test_a_structure_accepts_and_reads_what_comes_next(client, worker):
    case = routed_to_the_caf()
    page = client.get(address(case, "answer")).content.decode()
    assert "Répondre à l’orientation" in page
    answer = client.post(address(case, "answer"), {"accept": "yes", "professional": worker.pk}, follow=True)
    assert answer.redirect_chain == [(reverse("case", args=[case.public_id]), 302)]
    html = answer.content.decode()
    assert "Étape enregistrée. Prochaine étape : « Informer et contacter le ménage », chez Claire" in html
    assert Walk(case).waiting_for == {"contact": "caf-91"}


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 12, 4), "avant le 04/12/2026"),
        (date(2026, 12, 5), "marge dépassée, dernier jour mardi (08/12/2026)"),
        (date(2026, 12, 9), "en retard de 3 j ouvrés (04/12/2026)"),
    ],
)
def test_what_comes_next_is_asked_before_no_day_that_is_over(day, said):
    words = next_step_words(followed_by(member("caf-91"), until="contact"), on=day)
    assert words.replace("\u00a0", " ").endswith(f" (CAF 91 – travail social), {said}.")


def test_a_step_is_taken_once_and_whoever_presses_again_is_told_who_was_first(client, worker):
    case = routed_to_the_caf()
    where = address(case, "answer")
    said = f"Cette étape a déjà été faite par {worker} le 24/11/2026 à 12:00."
    client.post(where, {"accept": "yes", "professional": worker.pk})
    assert said in client.post(where, {"accept": "yes", "professional": worker.pk}, follow=True).content.decode()
    for late in (member("caf-91"), member("caf-91", "manager")):
        client.force_login(late)
        answer = client.post(where, {"accept": "yes", "professional": late.pk})
        assert (answer.status_code, said in answer.content.decode()) == (409, True)
    assert case.journal.filter(kind="step.accepted").count() == 1


def test_a_step_taken_elsewhere_does_not_exist(client):
    manager = member("mds-grigny", "manager")
    case = routed_to_the_caf()
    where = address(case, "answer")
    client.force_login(manager)
    assert client.get(where).status_code == 404
    caf = member("caf-91")
    engine.complete(Walk(case).task("answer"), by=caf, at=NOON, data={"accept": True, "professional": caf})
    assert client.get(where).status_code == 404
    assert client.post(where, {"accept": "yes"}).status_code == 404


def attempt(**typed):
    return {"result": "again", "channel": "phone", "made_on": "2026-11-24", "turn": "0", **typed}


def test_an_attempt_sent_twice_counts_once_and_the_step_waits(client, case):
    client.post(address(case, "contact"), attempt())
    answer = client.post(address(case, "contact"), attempt(), follow=True)
    assert "Cet envoi est déjà enregistré" in answer.content.decode()
    assert case.contact_attempts.count() == 1
    assert Walk(case).waiting_for == {"contact": "caf-91"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"result": "not_reached"}, "Il faut 3 tentatives avant de conclure"),
        ({"made_on": "2026-12-24"}, "Date du contact ou de la tentative : Cette date est à venir"),
        ({"made_on": "2025-11-24"}, "Ce jour précède le dossier, ouvert le 24/11/2026"),
    ],
)
def test_what_is_refused_names_its_field_and_keeps_what_was_typed(client, case, typed, words):
    html = client.post(address(case, "contact"), attempt(note="Volets clos", **typed)).content.decode()
    assert words in html
    assert "Volets clos" in html
    assert case.contact_attempts.count() == 0


def test_a_contact_of_before_the_case_is_kept_once_its_day_is_confirmed(client, case):
    """A year mistyped would stop the clock of who has to call; a visit made before one reported it is kept."""
    client.post(address(case, "contact"), attempt(made_on="2026-11-23", is_earlier="on"))
    assert case.contact_attempts.get().made_on == date(2026, 11, 23)


def test_the_desk_that_no_longer_sees_the_case_goes_back_to_its_list(client, case, pilot):
    client.force_login(pilot)
    assert client.get(reverse("case", args=[case.public_id])).status_code == 404
    case = reported()
    where = address(case, "qualify")
    assert "Il manque, pour décider" in client.get(where).content.decode()
    typed = {"followed_by": "mds-grigny", "dependent_children": "2", "result": "complete"}
    answer = client.post(where, typed, follow=True)
    assert "Prochaine étape : « Répondre à l’orientation », chez MDS de Grigny" in answer.content.decode()


def test_who_qualifies_reads_where_the_case_would_go_while_he_types(client, pilot):
    case = reported()
    where = address(case, "qualify")
    assert 'hx-trigger="input from:#step-form' in client.get(where).content.decode()
    typed = {"followed_by": "mds-grigny", "dependent_children": "2", "result": "complete", "helper": "preview"}
    part = client.post(where, typed, headers={"HX-Request": "true", "HX-Target": "apercu"}).content.decode()
    assert "Avec ces réponses, elle irait chez MDS de Grigny." in part
    assert "<form" not in part
    whole = client.post(where, typed).content.decode()
    assert "Avec ces réponses, elle irait chez MDS de Grigny." in whole
    assert 'value="2"' in whole
    away = client.post(where, typed | {"followed_by": "ccas-grigny"}).content.decode()
    assert "elle irait chez CCAS de Grigny." in away
    assert Walk(case).waiting_for == {"qualify": "caf-91-pilotage"}
    assert not case.household.facts.exists()


def test_the_access_log_notes_the_page_of_a_step_whatever_the_browser_says_of_it(client, pilot):
    case = reported()
    where, said = address(case, "qualify"), {"HX-Target": "apercu"}
    assert "Il manque, pour décider" in client.get(where, headers=said).content.decode()
    assert AccessEntry.objects.filter(user=pilot, case=case).count() == 1
    assert "<form" in client.post(where, {"dependent_children": "x"}, headers=said).content.decode()
    assert AccessEntry.objects.filter(user=pilot, case=case).count() == 2


def test_an_arbiter_reads_who_declined_and_why(client, worker, pilot):
    case = routed_to_the_caf()
    Walk(case).take("answer", by=worker, accept=False, reason="no_capacity")
    assert Walk(case).waiting_for == {"arbitrate": "caf-91-pilotage"}
    html = client.get(address(case, "arbitrate")).content.decode()
    assert "CAF 91 – travail social : capacité dépassée" in html


def test_who_sees_a_case_without_having_the_ball_may_not_take_its_step(client, worker, pilot):
    case = routed_to_the_caf()
    assert Walk(case).waiting_for == {"answer": "caf-91"}
    assert client.get(reverse("case", args=[case.public_id])).status_code == 200
    assert client.get(address(case, "answer")).status_code == 403
    assert client.post(address(case, "answer"), {"accept": "yes", "professional": worker.pk}).status_code == 403


def test_a_step_is_shown_and_taken_within_its_budgets(client, django_assert_max_num_queries):
    worker = member("caf-91", "manager")
    case = followed_by(worker, until="contact")
    client.force_login(worker)
    where = address(case, "contact")
    with django_assert_max_num_queries(17):
        client.get(where)
    with django_assert_max_num_queries(47):
        client.post(where, attempt(result="reached", informed_by="phone"))
    assert Walk(case).waiting_for == {"diagnose": "caf-91"}


# One conversation


@pytest.fixture
def _names_referents():
    """Who takes charge of a case is then the référent of the person."""
    structure("caf-91")
    Structure.objects.filter(code="caf-91").update(names_referents=True)


def inform_steps(user):
    return CaseTask.objects.open().filter(node="inform_person", owner=user)


def reach(client, case, **typed):
    typed = {"result": "reached", "channel": "phone", "made_on": "2026-11-24", "informed_by": "phone"} | typed
    return client.post(address(case, "contact"), typed, follow=True).content.decode()


def inform(client, worker, means, **of):
    """The person, of her référent."""
    informing = inform_steps(worker).get(**of)
    url = reverse("step", args=[informing.case.public_id, informing.public_id])
    return client.post(url, {"means": means, "on": "2026-11-24"}, follow=True).content.decode()


@pytest.mark.usefixtures("_names_referents")
def test_the_conversation_that_informs_the_household_informs_it_of_its_referent_too(client, worker, case):
    other = followed_by(worker, until="contact")
    assert inform_steps(worker).count() == 2
    html = reach(client, case)
    assert "« Informer la personne » est noté aussi" in html
    left = inform_steps(worker).get()
    assert left.case.household == other.household
    assert Walk(case).waiting_for == {"diagnose": "caf-91"}


@pytest.mark.usefixtures("_names_referents")
@pytest.mark.parametrize("result", ["again", "declined"])
def test_an_attempt_informs_nobody(client, worker, case, result):
    reach(client, case, result=result)
    assert inform_steps(worker).count() == 1


@pytest.mark.usefixtures("_names_referents")
def test_informing_a_person_of_her_referent_informs_her_of_the_case_too_and_the_contact_is_filled(
    client, worker, case
):
    other = followed_by(worker, until="contact")
    html = inform(client, worker, "phone", case__household=case.household)
    assert "« Informer et contacter » le note aussi" in html
    given = case.information_given.get()
    assert (given.named.code, given.means, given.given_on) == ("caf-91", "phone", date(2026, 11, 24))
    assert not other.information_given.exists()
    assert Walk(case).waiting_for == {"contact": "caf-91"}
    # The step says so, filled: it is sent as it stands, and informs nobody twice.
    page = client.get(address(case, "contact")).content.decode()
    assert "La personne a été informée le 24/11/2026, par téléphone" in page
    form = client.get(address(case, "contact")).context["form"]
    filled = {name: form[name].value() for name in ("result", "channel", "informed_by")}
    assert filled == {"result": "reached", "channel": "phone", "informed_by": "phone"}
    reach(client, case)
    assert Walk(case).waiting_for == {"diagnose": "caf-91"}
    assert (case.information_given.count(), case.contact_attempts.count()) == (1, 1)


@pytest.mark.usefixtures("_names_referents")
def test_a_letter_that_informs_of_a_referent_is_no_conversation(client, worker, case):
    inform(client, worker, "letter")
    assert not case.information_given.exists()


def follow_an_overpayment(worker) -> Case:
    """It was opened by the CCAS, and accepted by the structure of this professional, who is the référent of the person."""
    Structure.objects.filter(code="mds-grigny").update(names_referents=True)
    opener = member("ccas-grigny")
    case = opened(opener, lines=[RSA], rsa=True)
    walk = Walk(case)
    walk.take("check_notice", by=opener, routes_stated="yes", lacks=[])
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    return case


@pytest.mark.parametrize("means", ["phone", "letter"])
def test_informing_a_person_of_her_referent_ends_the_delay_to_inform_her_of_her_overpayment(client, means):
    worker = member("mds-grigny")
    case = follow_an_overpayment(worker)
    to_inform = case.deadlines.filter(rule__code="P-INFORM-14")
    assert to_inform.get().state == "running"
    client.force_login(worker)
    assert "Son dossier de trop-perçu le note aussi" in inform(client, worker, means)
    assert to_inform.get().state == "met"
    given = case.information_given.get()
    assert (given.structure.code, given.means, given.given_on) == ("mds-grigny", means, date(2026, 11, 24))


def test_choosing_a_way_with_a_person_who_is_told_informs_her_of_her_referent_too(client):
    worker = member("mds-grigny")
    case = follow_an_overpayment(worker)
    client.force_login(worker)
    html = client.post(address(case, "choose_way"), {"ways": ["recourse"], "informed_by": "phone"}, follow=True)
    assert "« Informer la personne » est noté aussi" in html.content.decode()
    assert not inform_steps(worker).exists()
    assert case.deadlines.get(rule__code="P-INFORM-14").state == "met"
