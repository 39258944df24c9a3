"""Whoever works nowhere any more signs in no more; invited again, he begins again."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from cases.actions import invitations, members
from cases.actions.members import CannotChangeMember
from cases.models import JournalEntry, User
from config.accounts.closing import close_ended
from config.accounts.models import AccountSession, CodeGenerator, RecoveryCode
from config.ticking import tick
from tests import factories
from tests.config.accounts.telephone import set_up, sign_in
from tests.factories import NOON
from tests.pages import html_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
TOMORROW = NOON + timedelta(days=1)
CLOSED = "Ce compte est fermé."


def invite(person: User, *, first_name: str = "A", last_name: str = "B") -> None:
    """To the MDS of Grigny."""
    invitations.invite(
        structure=factories.structure("mds-grigny"), email=person.email, first_name=first_name, last_name=last_name,
        role="agent", by=factories.member("mds-grigny", "manager"), at=NOON,
    )  # fmt: skip


def leave(person: User, *, on: date | None = None) -> None:
    members.end_membership(membership=factories.membership_of(person), on=on or NOON.date(), at=NOON)


def test_a_member_removed_signs_in_no_more_and_the_next_tick_ends_all_that_opens_the_account(client):
    person = factories.member("caf-91")
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    client.force_login(person)
    set_up(client, NOON)
    leave(person)
    assert CLOSED in html_of(sign_in(Client(), person))

    assert tick(at=NOON)["comptes fermés"] == 1

    person.refresh_from_db()
    assert (person.is_active, person.closed_at, person.has_usable_password()) == (False, NOON, False)
    assert (person.is_staff, person.is_superuser) == (False, False)
    assert client.get("/").status_code == 302
    assert not AccountSession.objects.filter(user=person).exists()
    assert not CodeGenerator.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert JournalEntry.objects.get(kind="account.closed").data == {"user": person.pk}
    assert close_ended(at=NOON) == 0


def test_who_works_elsewhere_too_or_was_never_a_member_keeps_it(client):
    person = factories.member("caf-91")
    first = factories.membership_of(person)
    members.join(user=person, structure=factories.structure("mds-grigny"), role="agent", since=NOON.date(), at=NOON)
    members.end_membership(membership=first, on=NOON.date(), at=NOON)
    never = factories.user()
    assert close_ended(at=NOON) == 0
    assert [sign_in(client, each).status_code for each in (person, never)] == [302, 302]


def test_a_last_day_to_come_closes_it_once_it_has_passed(client):
    person = factories.member("caf-91")
    leave(person, on=TOMORROW.date())
    assert close_ended(at=NOON) == 0
    assert sign_in(client, person).status_code == 302
    with time_machine.travel(TOMORROW, tick=False):
        assert CLOSED in html_of(sign_in(client, person))
        assert close_ended(at=TOMORROW) == 1


def test_invited_again_he_chooses_another_password_and_keeps_his_name(client, mailoutbox):
    person = factories.member("caf-91", first_name="Ada", last_name="Lenoir")
    leave(person)
    close_ended(at=NOON)

    invite(person, first_name="Adèle", last_name="Autre")

    person.refresh_from_db()
    assert (person.get_full_name(), person.is_active, person.closed_at) == ("Ada Lenoir", True, None)
    assert CLOSED not in html_of(sign_in(client, person))
    assert close_ended(at=NOON) == 0
    form = client.get("/invitation/{uidb64}/{token}/".format(**invitations.link_parts(person)), follow=True)
    new = "un tout autre mot de passe"
    address = form.redirect_chain[-1][0]
    assert re.match(r"/invitation/.+/set-password/", address)
    client.post(address, {"new_password1": new, "new_password2": new})
    assert client.get("/").status_code == 200
    assert sorted(JournalEntry.objects.filter(kind__startswith="account.").values_list("kind", flat=True)) == [
        "account.closed",
        "account.reopened",
    ]


def test_an_invitation_never_accepted_lets_it_close_again(client):
    person = factories.member("caf-91")
    leave(person)
    close_ended(at=NOON)
    invite(person)
    assert close_ended(at=NOON + timedelta(days=8)) == 1


def test_an_account_that_somebody_closed_by_hand_is_not_invited(client):
    person = factories.member("caf-91")
    User.objects.filter(pk=person.pk).update(is_active=False)
    with pytest.raises(CannotChangeMember, match="est fermé"):
        invite(person)
