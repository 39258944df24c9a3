"""The first administrator of a real installation."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cases.models import Case, JournalEntry, User
from tests.factories import member
from tests.pages import html_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def bootstrap(email="Anne@Example.org", *, structure="ville-grigny", role="administrator"):
    out = StringIO()
    named = {"email": email, "first_name": "Anne", "last_name": "Xavier", "structure": structure, "role": role}
    call_command("bootstrap", **named, stdout=out, verbosity=0)
    return out.getvalue()


def test_the_administrator_chooses_his_password_by_a_link(client):
    (link,) = re.findall(r"http://localhost:8000(/\S+)", bootstrap())

    user = User.objects.get()
    assert (user.email, user.is_superuser, user.is_staff) == ("anne@example.org", True, True)
    assert not user.has_usable_password()
    assert "new_password1" in client.get(link, follow=True).text


def test_the_first_page_says_what_the_first_administrator_does_next(client):
    bootstrap()
    client.force_login(User.objects.get())

    assert "Voir les premiers pas" in html_of(client.get("/"))
    assert "Nommer un second administrateur" in html_of(client.get("/administration/"))
    assert JournalEntry.objects.filter(kind="membership.started", structure__code="ville-grigny").exists()


def test_whoever_is_alone_names_a_pilot_from_the_server_and_two_do_it_in_relais():
    bootstrap()
    bootstrap(email="paula@example.org", structure="caf-91-pilotage", role="pilot")
    assert not User.objects.get(email="paula@example.org").is_staff

    bootstrap(email="bruno@example.org", structure="caf-91")
    with pytest.raises(CommandError, match="page « Administration »"):
        bootstrap(email="elodie@example.org", structure="caf-91", role="dpo")
    assert User.objects.count() == 3


def test_somebody_who_has_an_account_keeps_it():
    known = member("mds-grigny", first_name="Hugo", last_name="Lambert")

    said = bootstrap(email=known.email, structure="ville-grigny")
    assert said == "Hugo Lambert : administrateur, Ville de Grigny.\n"


@pytest.mark.parametrize(
    ("structure", "role", "words"),
    [
        ("mairie", "administrator", "ville-grigny : Ville de Grigny"),
        ("bailleur-a", "administrator", "ne nomme personne ainsi"),
        ("ville-grigny", "agent", "Choisir parmi : manager, pilot, dpo, administrator"),
    ],
)
def test_a_structure_or_a_role_that_is_not_named_this_way_is_refused_with_those_that_are(structure, role, words):
    with pytest.raises(CommandError, match=words):
        bootstrap(structure=structure, role=role)
    assert not User.objects.exists()


def test_nothing_of_the_demonstration_is_loaded():
    bootstrap()

    assert Case.objects.count() == 0
    assert User.objects.count() == 1


def test_a_second_time_changes_nothing():
    bootstrap()

    with pytest.raises(CommandError, match="a déjà ce rôle"):
        bootstrap()
    assert User.objects.count() == 1


def test_what_is_not_an_address_is_refused():
    with pytest.raises(CommandError, match="n’est pas une adresse"):
        bootstrap(email="anne")
