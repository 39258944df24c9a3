"""Requests to share, and what persons did not wish: counts by service, then the numbers of the cases."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.actions import sharing_requests
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.workflows.views.traces.reading import rows_of, words_of

pytestmark = pytest.mark.django_db
ASKED, WISHES, LIST = "Demandes de partage", "Ce que les personnes", "les plus récentes"


@pytest.fixture
def case(worker):
    return scene.case_at("diagnose", worker=worker).case


@pytest.fixture
def asker():
    return factories.member("ccas-grigny", first_name="Léa", last_name="Diaz")


def asks(case, asker):
    return sharing_requests.ask(
        case=case,
        structure=factories.structure("ccas-grigny"),
        reason="Madame Ferreira nous consulte.",
        basis="SH-3",
        by=asker,
        at=NOON,
    )


def page(client):
    return client.get(reverse("traces_sharing"))


def listed(client, **query):
    answer = client.get(reverse("traces_sharing_list"), query)
    return rows_of(answer, LIST) if answer.context["rows"] else []


def test_the_service_that_is_asked_reads_what_it_received(client, officer, worker, case, asker):
    asks(case, asker)
    assert rows_of(page(client), ASKED) == [
        ["CAF 91 – travail social", "demandes reçues", "1", "0", "0", "0", "–", "0"]
    ]
    assert listed(client) == [
        [
            case.reference,
            "CCAS de Grigny",
            "CAF 91 – travail social",
            "demande de la personne (CRPA L114-8 I)",
            "24/11/2026",
            "En attente de réponse, attendue le 01/12/2026",
        ]
    ]


def test_a_refusal_says_its_reason_and_its_delay_never_what_was_written(client, officer, worker, case, asker):
    asked = asks(case, asker)
    sharing_requests.decline(request=asked, reason="objection", by=worker, at=NOON + timedelta(days=3))
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        client.force_login(officer)
        assert rows_of(page(client), ASKED)[0][2:] == ["0", "0", "1", "0", "3 jours", "0"]
        assert rows_of(page(client), WISHES) == [["CAF 91 – travail social", "0", "0", "1"]]
        assert listed(client, etat="declined")[0][5] == "Déclinée le 27/11/2026 la personne ne le souhaite pas"
        assert listed(client, etat="accepted") == []
        for address in (reverse("traces_sharing"), reverse("traces_sharing_list"), "/traces/partages/refus/partage/"):
            assert "ferreira" not in client.get(address).content.decode().lower()


def test_who_asked_reads_no_number_of_a_case_that_was_not_shared(client, worker, case, asker):
    asked = asks(case, asker)
    client.force_login(factories.member("ville-grigny", "dpo"))
    assert rows_of(page(client), ASKED)[0][:3] == ["CCAS de Grigny", "demandes faites", "1"]
    assert listed(client)[0][0] == "numéro non communiqué"
    assert case.reference not in words_of(client.get(reverse("traces_sharing_list")))
    sharing_requests.accept(request=asked, level="card", by=worker, at=NOON)
    assert listed(client)[0][0] == case.reference


def test_a_late_answer_is_counted(client, officer, worker, case, asker):
    asks(case, asker)
    from workflows.sweep import sweep_deadlines

    later = NOON + timedelta(days=10)
    sweep_deadlines(at=later)
    with time_machine.travel(later, tick=False):
        client.force_login(officer)
        assert rows_of(page(client), ASKED)[0][-1] == "1"


def test_requests_between_others_are_nobody_s_here(client, case, asker):
    asks(case, asker)
    client.force_login(factories.member("mds-grigny", "dpo"))
    assert rows_of(page(client), ASKED) == [["Aucune demande de partage."]]
    assert listed(client) == []


def test_who_did_not_wish_support_is_counted_when_it_was_said_and_when_the_case_was_closed(client, officer, worker):
    closed = scene.closed(worker=worker)
    waiting = scene.case_at("contact", worker=worker)
    waiting.take("contact", by=worker, **scene.REACHED | {"result": "declined"})
    assert rows_of(page(client), WISHES) == [["CAF 91 – travail social", "2", "1", "0"]]
    for wish, cases in (("contact", [waiting.case, closed]), ("cloture", [closed]), ("partage", [])):
        address = reverse("traces_wishes", args=[wish])
        assert list(client.get(address, {"service": "caf-91"}).context["rows"]) == cases
        assert list(client.get(address, {"service": "caf-91-pilotage"}).context["rows"]) == []


def test_what_nobody_counts_does_not_exist(client, officer):
    assert client.get("/traces/partages/refus/autre/").status_code == 404


def test_the_pages_cost_ten_queries_at_most(client, officer, case, asker, django_assert_max_num_queries):
    asks(case, asker)
    for address in (page, lambda client: client.get(reverse("traces_sharing_list")), wished):
        with django_assert_max_num_queries(10):
            assert address(client).status_code == 200


def wished(client):
    return client.get(reverse("traces_wishes", args=["contact"]))
