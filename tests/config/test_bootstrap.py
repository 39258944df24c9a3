"""The first administrator of a real installation."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cases.models import Case, User

pytestmark = pytest.mark.django_db


def bootstrap(email="Anne@Example.org"):
    out = StringIO()
    call_command("bootstrap", email=email, first_name="Anne", last_name="Xavier", stdout=out, verbosity=0)
    return out.getvalue()


def test_the_administrator_chooses_his_password_by_a_link(client):
    (link,) = re.findall(r"http://localhost:8000(/\S+)", bootstrap())

    user = User.objects.get()
    assert (user.email, user.is_superuser, user.is_staff) == ("anne@example.org", True, True)
    assert not user.has_usable_password()
    assert "new_password1" in client.get(link, follow=True).text


def test_nothing_of_the_demonstration_is_loaded():
    bootstrap()

    assert Case.objects.count() == 0
    assert User.objects.count() == 1


def test_a_second_time_changes_nothing():
    bootstrap()

    with pytest.raises(CommandError, match="existe déjà"):
        bootstrap()
    assert User.objects.count() == 1


def test_what_is_not_an_address_is_refused():
    with pytest.raises(CommandError, match="n’est pas une adresse"):
        bootstrap(email="anne")
