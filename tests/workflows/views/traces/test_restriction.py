"""The officer restricts what is done with a household, those who follow it read it on their page, and he ends it."""

import pytest
from django.urls import reverse

from cases.models import ProcessingRestriction
from tests.factories import NOON
from tests.journeys import scene
from tests.workflows.views.case.test_case import followed_by
from tests.workflows.views.traces.reading import words_of

pytestmark = pytest.mark.django_db


def test_a_request_is_granted_shown_to_who_follows_the_case_and_ended(client, officer, worker):
    case = followed_by(worker)
    asked = scene.subject_request(case, by=officer, kind="restriction")
    page, restrict = (
        reverse("subject_request", args=[asked.public_id]),
        reverse("subject_request_restrict", args=[asked.public_id]),
    )
    assert "Limiter le traitement" in words_of(client.get(page))
    assert "Ce champ est obligatoire" in words_of(client.post(restrict, {"channel": "email"}))
    client.post(restrict, {"ground": "accuracy", "channel": "email"})
    read = words_of(client.get(page))
    assert "la personne conteste l’exactitude de ses données" in read
    assert "a limité le traitement du dossier" in read
    assert client.get(restrict).url == page
    assert "est terminée" in words_of(client.post(restrict, {"ground": "accuracy", "channel": "email"}))

    client.force_login(worker)
    url = reverse("case", args=[case.public_id])
    assert "Traitement limité depuis le 24/11/2026" in words_of(client.get(url))

    client.force_login(officer)
    end = reverse("subject_request_unrestrict", args=[asked.public_id])
    assert "avant la levée" in words_of(client.post(end, {"reason": "checked", "told_on": "2026-11-25"}))
    assert "Limitation levée." in words_of(
        client.post(end, {"reason": "checked", "told_on": "2026-11-24"}, follow=True)
    )
    assert ProcessingRestriction.objects.get().ended_at == NOON
    assert client.get(end).status_code == 404
    client.force_login(worker)
    assert "Traitement limité" not in words_of(client.get(url))


def test_a_request_of_another_kind_restricts_nothing(client, officer, worker):
    asked = scene.subject_request(followed_by(worker), by=officer, kind="access")
    assert client.get(reverse("subject_request_restrict", args=[asked.public_id])).status_code == 404
