"""A changed SECRET_KEY ends nothing that was signed before, as long as it stands in SECRET_KEY_FALLBACKS."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.contrib.auth.tokens import default_token_generator

from cases.actions.invitations import InvitationTokens
from notifications.feed import address
from tests.config.test_settings import COMPLETE, ROOT
from tests.factories import NOON, member

BEFORE, AFTER = "before-0123456789-" * 4, "after-9876543210-" * 4
SIGN = """
import json, sys, django
django.setup()
from notifications import links
from workflows.views.case import sharing_requests
from workflows.views.parts import kept_forms
from django.core import signing
signers = [links.SIGNER, sharing_requests.SIGNER, signing.Signer(salt=kept_forms.SALT)]
given = json.loads(sys.argv[1])
def read(signer, token):
    try:
        return signer.unsign(token)
    except signing.BadSignature:
        return None
print(json.dumps([read(s, t) for s, t in zip(signers, given)] if given else [s.sign("words") for s in signers]))
"""


def process(given: list[str], **keys: str) -> list[str | None]:
    """In a process of its own, as an installation that is started again with other keys."""
    environment = {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore", "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", SIGN, json.dumps(given)],
        cwd=ROOT,
        env=environment | COMPLETE | keys,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str | None] = json.loads(done.stdout)
    return found


def test_links_in_mails_and_addresses_that_we_sign_stay_good_and_end_with_their_key():
    signed = [each or "" for each in process([], SECRET_KEY=BEFORE)]
    assert process(signed, SECRET_KEY=AFTER, SECRET_KEY_FALLBACKS=BEFORE) == ["words"] * 3
    assert process(signed, SECRET_KEY=AFTER) == [None] * 3


def change_key(settings, *, keep):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if keep else []
    settings.SECRET_KEY = AFTER


@pytest.mark.django_db
@pytest.mark.parametrize("keep", [True, False])
class TestChangedKey:
    def test_a_session_goes_on(self, client, settings, keep):
        client.force_login(member("caf-91"))
        change_key(settings, keep=keep)
        assert client.get("/").status_code == (200 if keep else 302)

    def test_a_calendar_is_read_at_its_address(self, settings, keep):
        person = member("caf-91")
        token = address.token_of(address.open_feed(user=person, at=NOON))
        change_key(settings, keep=keep)
        assert address.reader_of(token, at=NOON + timedelta(hours=1)) == (person if keep else None)

    def test_an_invitation_and_a_link_to_choose_a_password_are_good(self, settings, keep):
        person = member("caf-91")
        invitation, reset = InvitationTokens().make_token(person), default_token_generator.make_token(person)
        change_key(settings, keep=keep)
        assert InvitationTokens().check_token(person, invitation) is keep
        assert default_token_generator.check_token(person, reset) is keep
