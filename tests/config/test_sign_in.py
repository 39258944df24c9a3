"""Signing in by e-mail, its limits, and a forgotten password."""

import re
from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPDataError
from typing import ClassVar

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend as LocmemBackend
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from playwright.sync_api import Page, expect

from cases.actions import invitations
from cases.models import User
from config.accounts import new_passwords, session_store
from config.accounts.models import AskedPassword, CodeGenerator, SignInEvent
from config.models import JobRun
from tests import factories
from tests.config.accounts.telephone import code_of, set_up
from tests.factories import NOON
from tests.pages import html_of

PASSWORD = "un-mot-de-passe-solide"


@pytest.fixture
def agent(db) -> User:
    return User.objects.create_user("agent@example.org", PASSWORD, first_name="Ada", last_name="Lenoir")


@pytest.fixture
def limits(settings):
    settings.AXES_ENABLED = True


def sign_in(client, *, email="agent@example.org", password=PASSWORD, **headers):
    return client.post("/connexion/", {"username": email, "password": password}, **headers)


NEW = {"new_password1": "un-autre-mot-de-passe", "new_password2": "un-autre-mot-de-passe"}


def forget_password(client, email="agent@example.org"):
    return client.post("/mot-de-passe/oublie/", {"email": email})


@pytest.mark.django_db(transaction=True)
def test_a_professional_signs_in_with_a_browser(page: Page, agent):
    page.goto("/connexion/?next=/accessibilite/")
    page.locator("[name=username]").fill(agent.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()

    expect(page.get_by_role("banner")).to_contain_text("Ada Lenoir")
    assert User.objects.get().last_login is not None


def test_a_part_of_a_page_leads_the_whole_page_to_the_sign_in_and_back(client, db):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/guichet/"}
    answer = client.post("/guichet/", headers=headers)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/connexion/?next=%2Fguichet%2F")


def test_capitals_in_the_address_do_not_matter_and_a_deactivated_account_cannot_sign_in(client, agent):
    assert sign_in(client, email=" Agent@Example.ORG").status_code == 302
    agent.is_active = False
    agent.save()
    assert sign_in(Client()).status_code == 200


def test_five_wrong_passwords_lock_the_account_for_that_place_only(client, agent, limits):
    for email in ["agent@example.org", "Agent@example.org", "AGENT@EXAMPLE.ORG", "agent@example.org "]:
        assert sign_in(client, email=email, password="faux").status_code == 200
    assert sign_in(client, password="faux").status_code == 429

    refused = sign_in(client)
    assert refused.status_code == 429
    assert "Réessayez dans 15 minutes" in refused.text
    assert SignInEvent.objects.filter(kind="locked").count() == 1
    assert sign_in(client, REMOTE_ADDR="10.0.0.9").status_code == 302


@pytest.mark.parametrize(
    ("count", "mine", "others"),
    [
        (1, "203.0.113.7", "198.51.100.9"),
        (1, "10.9.9.9, 203.0.113.7", "203.0.113.7, 198.51.100.9"),  # what a visitor writes himself does not count
        (2, "203.0.113.7, 10.0.0.1", "198.51.100.9, 10.0.0.1"),
    ],
)
def test_behind_proxies_the_place_is_that_of_the_visitor(client, agent, limits, settings, count, mine, others):
    settings.PROXY_COUNT = count
    for _ in range(5):
        sign_in(client, password="faux", HTTP_X_FORWARDED_FOR=mine)

    assert sign_in(client, HTTP_X_FORWARDED_FOR=mine).status_code == 429
    assert sign_in(client, HTTP_X_FORWARDED_FOR=others).status_code == 302


def test_without_a_proxy_nobody_chooses_his_place(client, agent, limits):
    for number in range(5):
        sign_in(client, password="faux", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")

    assert sign_in(client).status_code == 429


def test_a_new_password_lifts_the_lock(client, agent, limits, mailoutbox):
    for _ in range(5):
        sign_in(client, password="faux")

    forget_password(client)
    new_passwords.send_asked(at=now())
    (mail,) = mailoutbox
    (link,) = re.findall(rf"{settings.BASE_URL}(/mot-de-passe/nouveau/\S+)", mail.body)
    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], NEW)

    assert sign_in(client, password="un-autre-mot-de-passe").status_code == 302


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, agent, mailoutbox):
    unknown = forget_password(client, "personne@example.org")
    known = forget_password(client)

    assert (unknown.status_code, unknown.url) == (known.status_code, known.url)
    assert mailoutbox == []  # the page sends nothing itself
    assert new_passwords.send_asked(at=now()) == 1
    assert [mail.to for mail in mailoutbox] == [[agent.email]]
    assert not AskedPassword.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_page_does_the_same_work_whether_or_not_there_is_an_account(client, monkeypatch):
    """How long it takes tells nothing: the same statements, and the same call to the worker."""
    woken: list[str] = []
    monkeypatch.setattr("workflows.tasks.wake_worker", lambda task, **options: woken.append(task.name))
    factories.user(email="agent@example.org")
    factories.user(email="partie@example.org", is_active=False)
    invited = factories.user(email="invite@example.org")
    invited.set_unusable_password()
    invited.save()

    def work(email: str) -> tuple[list[str], list[str]]:
        woken.clear()
        with CaptureQueriesContext(connection) as captured:
            forget_password(client, email)
        return [shape_of(each["sql"]) for each in captured], list(woken)

    known = work("agent@example.org")
    assert known[1] == ["relais.tick"]
    assert sum("config_askedpassword" in sql for sql in known[0]) == 1
    for other in ("personne@example.org", "partie@example.org", "invite@example.org"):
        assert work(other) == known
    assert new_passwords.send_asked(at=now()) == 1


def shape_of(sql: str) -> str:
    """A statement without its values."""
    return re.sub(r"'[^']*'(::\w+)?|\bNULL\b|\b\d+\b", "?", sql)


def test_a_mail_server_that_is_down_delays_a_new_password_and_does_not_lose_it(client, agent, settings, mailoutbox):
    forget_password(client)
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert new_passwords.send_asked(at=now()) == 0
    assert not JobRun.objects.filter(name="mail").exists()
    settings.EMAIL_BACKEND = backend
    assert new_passwords.send_asked(at=now()) == 1
    assert JobRun.objects.filter(name="mail").exists()  # one left: what the conditions of the opening ask
    assert new_passwords.send_asked(at=now()) == 0
    forget_password(client)
    assert new_passwords.send_asked(at=now() + timedelta(hours=5)) == 0  # nobody waits for it any more
    assert not AskedPassword.objects.exists()
    assert len(mailoutbox) == 1


class Particular(LocmemBackend):
    """Takes no message to these addresses, for good or for now."""

    codes: ClassVar = {"jamais@example.org": 550, "plus-tard@example.org": 451}

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if code := self.codes.get(messages[0].to[0]):
            raise SMTPDataError(code, b"refused")
        return super().send_messages(messages)


def test_a_new_password_that_the_server_refuses_holds_up_no_other(client, agent, settings, mailoutbox):
    for email in ("jamais@example.org", "plus-tard@example.org"):
        User.objects.create_user(email, PASSWORD)
        forget_password(client, email)
    forget_password(client)
    settings.EMAIL_BACKEND = "tests.config.test_sign_in.Particular"
    assert new_passwords.send_asked(at=now()) == 1
    assert [message.to for message in mailoutbox] == [[agent.email]]
    assert list(AskedPassword.objects.values_list("user__email", flat=True)) == ["plus-tard@example.org"]


def test_a_visitor_is_sent_to_sign_in_and_back_and_no_account_of_the_demonstration_is_listed(client, db):
    response = client.get("/mot-de-passe/", follow=True)
    assert response.redirect_chain == [("/connexion/?next=/mot-de-passe/", 302)]
    assert "demo.relais.example" not in response.text


def test_an_invitation_is_accepted_through_the_second_step_of_who_has_a_factor(client, db, at_noon):
    """As somebody whom ProConnect signed in before: no password, and the application of a telephone."""
    sonia, manager = factories.user(), factories.member("mds-grigny", "manager")
    client.force_login(sonia)
    secret, _ = set_up(client, NOON)
    client.logout()
    sonia.set_unusable_password()
    sonia.save()
    invitations.invite(
        structure=factories.structure("mds-grigny"), email=sonia.email, first_name="Sonia", last_name="Adjei",
        role="agent", by=manager, at=NOON,
    )  # fmt: skip
    sonia.refresh_from_db()
    CodeGenerator.objects.update(last_step=0)

    form = client.get("/invitation/{uidb64}/{token}/".format(**invitations.link_parts(sonia)), follow=True)
    assert client.post(form.redirect_chain[-1][0], NEW).url == "/connexion/code/"
    assert "_auth_user_id" not in client.session
    arrived = client.post("/connexion/code/", {"code": code_of(secret, NOON)}, follow=True)
    assert arrived.redirect_chain == [("/", 302)]
    assert "Bienvenue : vous êtes membre de" in html_of(arrived)


def test_the_technical_administration_has_no_door_of_its_own(client, agent):
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/").url == "/connexion/?next=%2Fadmin%2F"
    assert client.post("/admin/login/", {"username": agent.email, "password": PASSWORD}).status_code == 405
    client.force_login(agent)
    assert client.get("/admin/", follow=True).status_code == 403


def test_one_signs_out_of_a_page_whose_session_is_over(client, db):
    client.cookies["relais_typed"] = "quelqu-un"
    answer = client.post("/deconnexion/")
    assert "Déconnexion effectuée" in html_of(answer)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.cookies["relais_typed"].value == ""


@pytest.mark.parametrize("end", ["he signs out", "his session ends"])
def test_what_no_page_has_said_yet_is_said_to_nobody_else_at_that_computer(client, agent, end):
    said = "Toutes les notifications sont marquées comme lues."
    sign_in(client)
    client.post("/notifications/")
    assert "Toutes les notifications" in client.session["_messages"]
    if end == "he signs out":
        client.post("/deconnexion/")
    else:
        began = client.session
        began[session_store.STARTED_AT] = (now() - settings.SESSION_LASTS).isoformat()
        began.save()
    next_one = User.objects.create_user("next@example.org", PASSWORD, first_name="Awa", last_name="Sow")
    html = html_of(sign_in(client, email=next_one.email, follow=True))
    assert "Awa Sow" in html
    assert said not in html
