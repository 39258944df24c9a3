"""What the installation says of itself: typed by an administrator, read by every visitor and in every e-mail."""

import time
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from cases.actions.installation import CannotDescribeInstallation, describe_installation
from cases.models import Installation, JournalEntry
from config.accounts import new_passwords
from notifications import fanout
from notifications.delivery import send_due
from tests import factories
from tests.factories import NOON
from tests.pages import html_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ADDRESS = "/administration/installation/"
SAID = {
    "name": "Passerelle",
    "help_email": "aide@ville.example",
    "help_phone": "01 69 02 53 53",
    "publisher": "Ville de Grigny",
    "publisher_address": "19 route de Corbeil, 91350 Grigny",
    "publisher_phone": "01 69 02 53 53",
    "director": "Le maire de Grigny",
    "host": "Hébergeur Exemple",
    "host_address": "1 rue des Serveurs, 75001 Paris",
    "host_phone": "1007",
    "accessibility_email": "",
}


def described(by: Any, **said: str) -> list[str]:
    done = describe_installation(said=SAID | {"help_phone": "+33169025353"} | said, by=by, at=NOON)
    Installation.forget()
    return done


def test_until_somebody_says_it_the_environment_s_name_and_contact_are_shown(client, settings):
    settings.RELAIS_BRAND = {"name": "Entraide", "territory": "Grigny", "contact": "premier@ville.example"}
    Installation.forget()
    html = html_of(client.get(reverse("legal_notices")))
    assert "<title>Mentions légales – Entraide</title>" in html
    assert "premier@ville.example" in html
    assert html.count("Non renseigné.") == 3


def test_what_an_administrator_says_is_read_by_every_visitor_and_journalled(client, anne):
    done = client.post(ADDRESS, SAID, follow=True)
    assert "Enregistré : chaque page le dit d’ici une minute." in html_of(done)
    entry = JournalEntry.objects.get(kind="installation.described")
    assert (entry.actor, entry.structure, entry.data) == (anne, None, {"fields": [
        "name", "help_email", "help_phone", "publisher", "publisher_address", "publisher_phone", "director", "host",
        "host_address", "host_phone",
    ]})  # fmt: skip
    Installation.forget()
    client.logout()
    html = html_of(client.get(reverse("legal_notices")))
    for words in (
        "Ville de Grigny <br>19 route de Corbeil, 91350 Grigny <br>Téléphone : 01\u00a069\u00a002\u00a053\u00a053",
        "Le maire de Grigny",
        "Hébergeur Exemple <br>1 rue des Serveurs, 75001 Paris <br>Téléphone : 1007",
        'href="mailto:aide@ville.example"',
        'href="tel:+33169025353"',
    ):
        assert words in html
    for name in ("legal_notices", "privacy", "accessibility"):
        assert f'href="{reverse(name)}"' in html, "at the foot of every page"
    assert "<title>Accessibilité : non conforme – Passerelle</title>" in html_of(client.get(reverse("accessibility")))
    assert "aide@ville.example" in html_of(client.get(reverse("accessibility")))


def test_the_same_said_twice_writes_nothing(client, anne):
    described(anne)
    assert "Rien n’a changé." in html_of(client.post(ADDRESS, SAID, follow=True))
    assert JournalEntry.objects.filter(kind="installation.described").count() == 1


def test_e_mails_bear_the_name_that_was_said(client, anne):
    described(anne)
    named = {
        "structure": "ccas-grigny",
        "role": "manager",
        "email": "h@example.org",
        "first_name": "H",
        "last_name": "L",
    }
    client.post("/administration/nommer/", named)
    fanout.drain_outbox(at=NOON)
    send_due(at=NOON)
    client.post(reverse("password_reset"), {"email": anne.email})
    new_passwords.send_asked(at=NOON)
    invitation, password = mail.outbox
    assert invitation.subject == "Passerelle : invitation à rejoindre une structure"
    assert "dans Passerelle, l’outil de suivi partagé" in invitation.body
    assert password.subject == "Passerelle : choisir un nouveau mot de passe"


def test_the_first_steps_say_what_is_missing_before_people_come(client, anne):
    html = html_of(client.get("/administration/"))
    assert (
        "Avant d’ouvrir à des personnes, dire le contact d’aide, l’éditeur et le directeur de la publication" in html
    )
    assert f'href="{ADDRESS}"' in html
    described(anne)
    assert "Avant d’ouvrir à des personnes" not in html_of(client.get("/administration/"))
    described(anne, director="")
    html = html_of(client.get("/administration/"))
    assert "Avant d’ouvrir à des personnes, dire l’éditeur et le directeur de la publication." in html


def test_a_name_and_an_address_that_cannot_be_are_refused_beside_their_field(client, anne):
    html = html_of(client.post(ADDRESS, SAID | {"name": " ", "help_email": "aide"}))
    assert "2 points sont à corriger" in html
    assert "par exemple aide@ville.fr" in html
    assert 'value="Hébergeur Exemple"' in html
    assert not Installation.objects.exists()


def test_who_administers_no_service_says_nothing_of_it():
    """Nor a landlord’s administrator."""
    for code, role in (("caf-91", "manager"), ("bailleur-a", "administrator")):
        with pytest.raises(CannotDescribeInstallation, match="n’administrez plus"):
            describe_installation(said=SAID, by=factories.member(code, role), at=NOON)


def test_a_process_reads_it_again_after_thirty_seconds_and_not_before(
    client, anne, monkeypatch, django_assert_num_queries
):
    started = time.monotonic()
    Installation.keep(Installation.initial())
    described_elsewhere = Installation.initial()
    described_elsewhere.name = "Passerelle"
    described_elsewhere.save()
    monkeypatch.setattr(time, "monotonic", lambda: started + 29)
    with django_assert_num_queries(0):
        assert Installation.brand()["name"] == "Relais"
    monkeypatch.setattr(time, "monotonic", lambda: started + 32)
    with django_assert_num_queries(1):
        assert Installation.brand()["name"] == "Passerelle"
    with django_assert_num_queries(0):
        assert Installation.brand()["name"] == "Passerelle"
