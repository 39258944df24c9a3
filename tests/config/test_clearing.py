"""What nobody reads any more goes each night; what still serves stays."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session

from config.accounts.models import AccountSession
from config.clearing import clear_expired
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_sessions_that_are_over_go_and_the_others_stay():
    for key, hours in (("finie", -1), ("ouverte", 1)):
        AccountSession.objects.create(
            session_key=key, session_data="", expire_date=NOON + timedelta(hours=hours), started_at=NOON, seen_at=NOON
        )
        Session.objects.create(session_key=key, session_data="", expire_date=NOON + timedelta(hours=hours))
    assert clear_expired(at=NOON)["sessions finies"] == 2
    assert [session.session_key for session in Session.objects.all()] == ["ouverte"]
    assert [session.session_key for session in AccountSession.objects.all()] == ["ouverte"]


def test_wrong_passwords_of_the_day_before_are_forgotten_with_their_address():
    for name, hours in (("hier", 25), ("ce-matin", 5)):
        attempt = AccessAttempt.objects.create(username=name, ip_address="192.0.2.1", failures_since_start=3)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=NOON - timedelta(hours=hours))
    assert clear_expired(at=NOON)["essais de connexion oubliés"] == 1
    assert [attempt.username for attempt in AccessAttempt.objects.all()] == ["ce-matin"]
