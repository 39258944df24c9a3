"""Who must have a second factor sets it up first; who lost it is helped from the server, and everybody concerned is told."""

from datetime import timedelta
from io import StringIO
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from cases.actions import members
from cases.models import JournalEntry, User
from config.accounts.models import CodeGenerator, RecoveryCode, SignInEvent
from notifications.told import find_audience
from tests import factories
from tests.config.accounts.telephone import code_of, scan, set_up, sign_in
from tests.factories import NOON
from tests.pages import html_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked_for(settings, at_noon) -> None:
    """As in production."""
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.mark.parametrize("role", ["manager", "pilot", "dpo", "administrator"])
def test_whoever_may_change_what_others_may_do_sets_it_up_first(client, role: str):
    person = factories.member("caf-91-pilotage" if role == "pilot" else "caf-91", role)
    sign_in(client, person)
    assert client.get("/agenda/?jour=2026-12-23").url == "/compte/securite/"
    assert "Votre rôle demande un second facteur." in html_of(client.get("/compte/securite/"))
    for path in ("/", "/situations/", "/admin/", "/equipe/"):
        assert client.get(path).url == "/compte/securite/", path
    assert client.post("/administration/nommer/").status_code == 302
    assert client.get("/accessibilite/").status_code == 200


def test_once_it_is_set_up_one_is_led_on_to_the_page_that_was_asked_for(client):
    sign_in(client, factories.member("caf-91", "manager"))
    client.get("/agenda/")
    secret, sealed = scan(client)
    page = client.post("/compte/securite/application/", {"secret": sealed, "code": code_of(secret, NOON)})
    assert 'href="/agenda/">Je les ai gardés' in html_of(page)
    assert client.get("/agenda/?jour=2026-12-23").status_code == 200


@pytest.mark.parametrize(
    ("role", "is_required"),
    [("agent", True), ("correspondent", True), ("front_desk", True), ("administrator", False)],
)
def test_others_may_and_need_not_and_outside_production_nobody_must(client, settings, role: str, is_required: bool):
    settings.SECOND_FACTOR_REQUIRED = is_required
    sign_in(client, factories.member("caf-91", role))
    assert client.get("/").status_code == 200


def test_the_technical_administration_is_enough_to_need_one(client):
    person = factories.member("caf-91")
    User.objects.filter(pk=person.pk).update(is_staff=True)
    sign_in(client, person)
    assert client.get("/").url == "/compte/securite/"


def test_who_is_made_a_manager_while_he_works_sets_it_up_within_a_minute(client):
    person = factories.member("caf-91")
    sign_in(client, person)
    assert client.get("/").status_code == 200
    members.join(user=person, structure=factories.structure("caf-91"), role="manager", since=NOON.date(), at=NOON)
    with time_machine.travel(NOON + timedelta(seconds=61), tick=False):
        assert client.get("/").url == "/compte/securite/"


def test_it_cannot_be_taken_away(client):
    sign_in(client, factories.member("caf-91", "manager"))
    set_up(client, NOON)
    answer = client.post("/compte/securite/application/retirer/", follow=True)
    assert "Votre rôle demande un second facteur : en ajouter d’abord un autre." in html_of(answer)
    assert CodeGenerator.objects.exists()


@pytest.mark.parametrize("path", ["/agenda/", "/compte/securite/application/", "/compte/securite/", "/mot-de-passe/"])
def test_a_session_opened_without_it_by_whoever_has_one_ends_and_puts_nothing_in_its_place(client, path: str):
    person, elsewhere = factories.member("caf-91", "manager"), Client()
    sign_in(elsewhere, person)
    set_up(elsewhere, NOON)
    client.force_login(person)
    assert client.get(path).url == f"/connexion/?{urlencode({'next': path})}"
    assert "_auth_user_id" not in client.session


def reset(email: str) -> str:
    """From the server."""
    said = StringIO()
    call_command("reset_second_factor", "--email", email, stdout=said)
    return said.getvalue()


def test_an_only_administrator_who_lost_it_sets_up_another(client):
    person = factories.member("ville-grigny", "administrator", first_name="Rachel", last_name="Nora")
    sign_in(client, person)
    set_up(client, NOON)
    client.logout()

    said = reset(person.email.upper())

    assert said.startswith("Rachel Nora : second facteur retiré.")
    assert not RecoveryCode.objects.exists()
    sign_in(client, person)
    assert client.get("/").url == "/compte/securite/"
    set_up(client, NOON)
    assert client.get("/").status_code == 200


def test_it_is_in_the_journal_and_told_to_those_who_watch(client):
    person = factories.member("ville-grigny", "administrator")
    officer, other = factories.member("caf-91", "dpo"), factories.member("caf-91", "administrator")
    factories.member("caf-91", "manager")
    client.force_login(person)
    set_up(client, NOON)

    reset(person.email)

    entry = JournalEntry.objects.get(kind="factors.reset")
    assert (entry.actor, entry.data) == (None, {"user": person.pk})
    assert set(find_audience(entry, on=NOON.date())) == {person, officer, other}
    assert SignInEvent.objects.filter(user=person).latest("pk").kind == "factors_reset"


def test_a_reset_that_has_nothing_to_do_says_so(db):
    person = factories.member("caf-91")
    with pytest.raises(CommandError, match="Aucun compte n’a ce courriel"):
        reset("personne@example.org")
    with pytest.raises(CommandError, match="pas de second facteur"):
        reset(person.email)
    assert not JournalEntry.objects.filter(kind="factors.reset").exists()
