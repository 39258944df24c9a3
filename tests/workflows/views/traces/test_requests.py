"""The register of requests of persons: recorded, extended, answered, closed; dates and refusals in plain French."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.actions import members
from cases.models import JournalEntry, SubjectRequest
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.workflows.views.traces.reading import rows_of, words_of

pytestmark = pytest.mark.django_db
WAITING, ENDED = "En attente de réponse", "Terminées"


def register(client):
    return client.get(reverse("traces_requests"))


def records(client, code="caf-91", **typed):
    organisation = factories.structure(code).organisation_id
    asked = {
        "reference": "DPO-2026-014",
        "kind": "erasure",
        "received_on": "2026-11-20",
        "channel": "email",
        "case": "",
    }
    return client.post(reverse("subject_request_new"), asked | {"organisation": organisation} | typed)


def act(client, name, **typed):
    return client.post(reverse(f"subject_request_{name}", args=[SubjectRequest.objects.get().public_id]), typed)


def one(client):
    return words_of(client.get(reverse("subject_request", args=[SubjectRequest.objects.get().public_id])))


def test_a_request_is_recorded_with_its_last_day_and_how_it_is_counted(client, officer):
    case = scene.reported()
    answer = records(client, case=case.reference)
    assert answer.url == reverse("subject_request", args=[SubjectRequest.objects.get().public_id])
    words = one(client)
    for said in (
        "Effacement reçue le 20/11/2026, courriel",
        "dans 27 jours lun. 21/12/2026",
        "20/11/2026 + 1 mois → 20/12/2026 (dimanche)",
        "RGPD, article 12, 3",
        case.reference,
        "a enregistré la demande d’une personne sur ses données 24/11/2026 à 12 h 00 Yves Marchal",
    ):
        assert said in words.replace("\N{NO-BREAK SPACE}", " "), said
    due = ["le 20/11/2026 courriel", "dans 27 jours lun. 21/12/2026"]
    assert rows_of(register(client), WAITING) == [["DPO-2026-014", "Effacement", *due, "En cours", case.reference]]
    assert client.get("/").context["navigation"][-1].count == 1, "beside « Traces » in the menu"
    assert "1 demande d’une personne à traiter" in words_of(client.get("/"))


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"reference": ""}, "obligatoire"),
        ({"reference": "Mme Ferreira"}, "sans espace ni accent, avec un nombre, par exemple DPO-2026-014"),
        ({"reference": "FERREIRA"}, "avec un nombre"),
        ({"reference": "280057510801234"}, "numéro de sécurité sociale ne s’enregistre jamais"),
        ({"kind": ""}, "obligatoire"),
        ({"kind": "oubli"}, "oubli"),
        ({"received_on": "2026-11-25"}, "La date de réception est à venir : saisir celle où la demande est arrivée."),
        ({"received_on": "2006-11-20"}, "La réception date de plus d’un an : vérifier l’année."),
        ({"received_on": "31/11/2026"}, "Date impossible : l’écrire jour/mois/année"),
        ({"case": "2026-99999"}, "Aucun dossier de ce numéro ne concerne vos services : vérifier le numéro."),
        ({"case": "Ferreira"}, "Un numéro de dossier s’écrit avec l’année et un nombre, par exemple 2026-00012."),
    ],
)
def test_what_is_wrong_is_told_beside_the_field_and_nothing_is_kept(client, officer, typed, message):
    answer = records(client, **typed)
    assert message in words_of(answer)
    assert not SubjectRequest.objects.exists()
    assert not JournalEntry.objects.filter(kind__startswith="subject_request.").exists()


def test_a_reference_is_used_once(client, officer):
    records(client)
    assert "Cette référence est déjà dans votre registre" in words_of(records(client))


def test_a_case_of_other_services_is_as_if_it_did_not_exist(client, worker):
    case = scene.case_at("diagnose", worker=worker).case
    client.force_login(factories.member("mds-grigny", "dpo"))
    assert "Aucun dossier de ce numéro" in words_of(records(client, "mds-grigny", case=case.reference))


def test_the_delay_is_extended_once_when_the_person_was_told_in_time(client, officer):
    records(client)
    assert "Indiquer" not in one(client)
    answer = act(client, "extend", reason="complex", told_on="2026-11-24")
    assert answer.status_code == 302
    words = one(client)
    assert "lun. 22/02/2027" in words
    assert "Échéance sans prolongation 21/12/2026" in words
    assert "Prolonger le délai" not in words
    assert "déjà prolongée" in words_of(act(client, "extend", reason="many", told_on="2026-11-24"))


def test_once_the_first_delay_is_over_there_is_no_extension_any_more(client, officer):
    records(client)
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        client.force_login(officer)
        words = one(client)
        assert "en retard de 3 j ouvrés" in words.replace("\N{NO-BREAK SPACE}", " ")
        assert "Prolonger le délai" not in words
        refused = words_of(act(client, "extend", reason="many", told_on="2026-12-22"))
        assert "au plus tard : répondre sans attendre" in refused


def test_an_answer_ends_it_once_and_the_register_keeps_it(client, officer):
    records(client)
    sent = {"outcome": "partly", "ground": "third_party", "channel": "post", "answered_on": "24/11/2026"}
    assert act(client, "answer", **sent).status_code == 302
    ended = ["au plus tard le 21/12/2026", "Répondue le 24/11/2026 : acceptée en partie"]
    assert rows_of(register(client), ENDED)[0][3:5] == ended
    words = one(client)
    assert "les droits d’une autre personne s’y opposent" in words
    assert "Noter la réponse" not in words
    assert client.get("/").context["navigation"][-1].count == 0
    assert "déjà terminée (répondue le 24/11/2026)" in words_of(act(client, "answer", **sent))


@pytest.mark.parametrize("name", ["answer", "extend", "withdraw"])
def test_of_an_ended_request_no_form_opens_its_page_says_that_it_is_ended(client, officer, name):
    records(client)
    act(client, "answer", outcome="granted", channel="email", answered_on="2026-11-24")
    page = reverse("subject_request", args=[SubjectRequest.objects.get().public_id])
    answer = client.get(reverse(f"subject_request_{name}", args=[SubjectRequest.objects.get().public_id]), follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert "Cette demande est déjà terminée (répondue le 24/11/2026) : rien n’a changé." in words_of(answer)


def test_an_answer_after_its_last_day_says_so(client, officer):
    records(client)
    with time_machine.travel(NOON + timedelta(days=40), tick=False):
        client.force_login(officer)
        act(client, "answer", outcome="granted", channel="email", answered_on="2026-12-22")
        assert rows_of(register(client), ENDED)[0][4] == "Répondue le 22/12/2026 : acceptée hors délai"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"outcome": "refused"}, "Indiquer sur quel motif tout n’est pas accordé"),
        ({"answered_on": "2026-11-19"}, "Cette date précède la réception de la demande (20/11/2026)."),
        ({"answered_on": "2026-11-25"}, "Cette date est à venir"),
        ({"channel": ""}, "obligatoire"),
    ],
)
def test_an_answer_that_cannot_be_is_told_so(client, officer, typed, message):
    records(client)
    asked = {"outcome": "granted", "ground": "", "channel": "post", "answered_on": "2026-11-24"}
    assert message in words_of(act(client, "answer", **asked | typed))
    assert SubjectRequest.objects.get().state == "open"


def test_a_mistake_is_closed_and_stays_in_the_register(client, officer):
    records(client)
    assert act(client, "withdraw", reason="mistake").status_code == 302
    assert rows_of(register(client), ENDED)[0][4] == "Sans suite le 24/11/2026 : enregistrée par erreur"


def test_another_controller_s_register_does_not_exist(client, officer):
    records(client)
    client.force_login(factories.member("mds-grigny", "dpo"))
    made = SubjectRequest.objects.get()
    for name in ("subject_request", "subject_request_extend", "subject_request_answer", "subject_request_withdraw"):
        address = reverse(name, args=[made.public_id])
        assert client.get(address).status_code == 404
        assert client.post(address, {"reason": "mistake"}).status_code in (404, 405)
    assert "Aucune demande n’attend de réponse" in words_of(register(client))
    records(client, "caf-91", reference="DPO-2")
    assert SubjectRequest.objects.get() == made, "nobody writes in the register of another"


def test_an_officer_of_two_controllers_says_which_one(client, officer):
    members.join(
        user=officer, structure=factories.structure("mds-grigny"), role="dpo", since=date(2026, 1, 1), at=NOON
    )
    words = words_of(client.get(reverse("subject_request_new")))
    assert "CAF de l’Essonne" in words
    assert "Conseil départemental de l’Essonne" in words
    records(client, "mds-grigny")
    made = SubjectRequest.objects.get()
    assert made.organisation == factories.structure("mds-grigny").organisation
    assert JournalEntry.objects.latest("pk").structure == factories.structure("mds-grigny")


def test_the_register_costs_ten_queries_at_most(client, officer, django_assert_max_num_queries):
    case = scene.reported()
    for number in range(3):
        scene.subject_request(case, by=officer, reference=f"DPO-{number}")
    address = reverse("subject_request", args=[SubjectRequest.objects.earliest("pk").public_id])
    for each in (reverse("traces_requests"), address, reverse("subject_request_new")):
        with django_assert_max_num_queries(10):
            assert client.get(each).status_code == 200


def test_a_long_register_shows_what_is_due_first_and_says_how_many_wait(client, officer, monkeypatch):
    monkeypatch.setattr("workflows.views.parts.cut_lists.MOST_SHOWN", 2)
    case = scene.reported()
    for number in range(3):
        scene.subject_request(case, by=officer, reference=f"DPO-{number}")
    page = register(client)
    assert len(rows_of(page, WAITING)) == 2
    assert "Les 2 plus proches échéances sur 3" in words_of(page)
