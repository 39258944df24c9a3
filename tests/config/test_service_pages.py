"""« État des services »: administrators alone, what to do first, and what to copy."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from cases.models import BackupRun, SharingBasis
from config.models import Alert, UnexpectedError
from config.services.jobs import DAILY, record_job_run
from tests import factories
from tests.pages import html_of

pytestmark = pytest.mark.django_db
PAGE = "/administration/services/"


@pytest.fixture
def anne(client):
    person = factories.member("ville-grigny", "administrator")
    client.force_login(person)
    return person


@pytest.fixture
def well(own_queue):
    """Everything ran just now."""
    for name in ("tick", "watch", *DAILY):
        record_job_run(name, at=now())
    BackupRun.objects.create(
        started_at=now() - timedelta(hours=5), ended_at=now() - timedelta(hours=4), is_verified=True
    )


def test_when_all_is_well_it_says_that_there_is_nothing_to_do(client, anne, well):
    html = html_of(client.get(PAGE))
    assert "Tout va bien." in html
    assert "Rien à faire." in html
    assert "À faire :" not in html


def test_it_says_what_to_do_first_the_cause_before_what_depends_on_it(client, anne, well, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    record_job_run("tick", at=now() - timedelta(minutes=11))
    html = html_of(client.get(PAGE))
    assert "2 services en panne." in html
    assert "Commencer par : File d’attente (Redis). Sur le serveur, relancer : docker compose restart redis." in html
    assert html.index("File d’attente (Redis)</h3>") < html.index("Battement (worker et beat)</h3>")


def test_what_is_to_be_watched_alone_is_no_alarm_and_senders_without_a_ground_are_named(client, anne, well):
    record_job_run("tick", at=now() - timedelta(minutes=5))
    SharingBasis.objects.all().delete()
    html = html_of(client.get(PAGE)).replace("\u00a0", " ")
    assert "1 à surveiller." in html
    assert "en panne." not in html
    assert "Envois refusés, faute de fondement" in html
    assert "Bailleur A – recouvrement" in html


def test_alerts_say_whether_anybody_was_told_and_errors_are_ready_to_be_copied(client, anne, well):
    for code, name, more in (
        ("tick", "Battement", {"told_at": now()}),
        ("mail", "Courriels", {"failed_at": now()}),
        ("scanner", "Antivirus", {}),
    ):
        Alert.objects.create(code=code, name=name, since=now(), seen_at=now(), **more)
    seen = now().replace(2026, 11, 24, 9, 5)
    UnexpectedError.objects.create(
        kind="ValueError", place="cases.rules.x:12", count=3, first_at=seen, last_at=seen, request="0193f0c2"
    )
    html = html_of(client.get(PAGE))
    words = ("administrateurs prévenus le", "personne n’a pu être prévenu par courriel", "pas encore dite")
    assert [html.count(each) for each in words] == [1, 1, 1]
    assert "3 × ValueError | cases.rules.x:12 | 2026-11-24T09:05Z → 2026-11-24T09:05Z | 0193f0c2" in html


def test_administration_leads_there(client, anne):
    assert f'href="{PAGE}"' in html_of(client.get("/administration/"))


def test_its_cost_does_not_grow_with_what_waits(client, anne, well):
    for number in range(30):
        UnexpectedError.objects.create(kind=f"E{number}", place="a:1", first_at=now(), last_at=now())
    client.get(PAGE)
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
    assert len(queries) <= 31
    assert {each["sql"].split()[0] for each in queries} <= {"SELECT", "SAVEPOINT", "RELEASE"}
