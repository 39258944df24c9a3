"""Inviting somebody into a structure: nothing is given before the link has been used by who received it."""

from datetime import date, timedelta
from typing import Any

import pytest

from cases import permissions
from cases.actions import invitations, members
from cases.actions.invitations import InvitationTokens
from cases.actions.members import CannotChangeMember
from cases.models import Establishment, Invitation, JournalEntry, Membership, ProConnectIdentity, User
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


@pytest.fixture
def manager():
    return factories.member("mds-grigny", "manager")


def invited(manager, **fields):
    asked: dict[str, Any] = {
        "email": "sonia.adjei@example.org",
        "first_name": "Sonia",
        "last_name": "Adjei",
        "role": "agent",
    }
    asked |= {"structure": factories.structure("mds-grigny"), "at": NOON}
    return invitations.invite(by=manager, **{**asked, **fields})


def test_who_is_invited_has_no_right_before_he_accepts(manager):
    invitation = invited(manager)
    assert invitation.user.get_full_name() == "Sonia Adjei"
    assert not invitation.user.has_usable_password()
    assert permissions.rights(invitation.user, at=TODAY) == {}
    assert permissions.colleagues_with_right(invitation.structure, "handle_case", at=TODAY).get() == manager


def test_accepting_gives_the_role_from_that_day_on_and_once(manager):
    invitation = invited(manager, last_day=date(2027, 1, 31))
    (membership,) = invitations.accept(user=invitation.user, at=NOON + timedelta(days=2))
    assert (membership.role, membership.since, membership.until) == ("agent", date(2026, 11, 26), date(2027, 1, 31))
    mds = invitation.structure_id
    assert permissions.has_right(invitation.user, "handle_case", mds, at=date(2026, 11, 26))
    invitation.refresh_from_db()
    assert invitation.accepted_at == NOON + timedelta(days=2)
    assert invitations.accept(user=invitation.user, at=NOON + timedelta(days=2)) == []
    assert Membership.objects.get(user=invitation.user) == membership


def test_one_link_accepts_the_invitations_of_every_structure(manager):
    invited(manager)
    elsewhere = factories.member("ccas-grigny", "manager")
    second = invited(elsewhere, structure=factories.structure("ccas-grigny"), role="front_desk")
    joined = invitations.accept(user=second.user, at=NOON)
    assert {(each.structure.code, each.role) for each in joined} == {
        ("mds-grigny", "agent"),
        ("ccas-grigny", "front_desk"),
    }


def test_an_invitation_is_good_for_seven_days_and_again_when_sent_again_unless_the_stay_is_over(manager):
    invitation = invited(manager)
    late = NOON + timedelta(days=7)
    assert invitations.accept(user=invitation.user, at=late) == []
    invitations.send_again(invitation=invitation, by=manager, at=late)
    assert len(invitations.accept(user=invitation.user, at=late + timedelta(days=6))) == 1
    short = invited(manager, email="lea@example.org", last_day=date(2026, 11, 25))
    assert invitations.accept(user=short.user, at=NOON + timedelta(days=2)) == []


def test_an_invitation_withdrawn_gives_nothing_and_one_may_be_invited_anew_under_a_corrected_name(manager):
    first = invited(manager, last_name="Adjeï")
    invitations.withdraw(invitation=first, by=manager, at=NOON)
    assert invitations.accept(user=first.user, at=NOON) == []
    with pytest.raises(CannotChangeMember, match="n’attend plus"):
        invitations.send_again(invitation=first, by=manager, at=NOON + timedelta(hours=1))
    assert invited(manager, role="manager").user == first.user
    assert User.objects.get(pk=first.user.pk).last_name == "Adjei"


def test_an_account_of_the_same_organisation_joins_at_once_and_keeps_its_name(manager):
    known = factories.member("cd91-rsa", email="sonia.adjei@example.org", first_name="Sonia", last_name="A.-Koné")
    membership = invited(manager, email=" Sonia.Adjei@Example.org ")
    assert (membership.user, membership.since, membership.structure.code) == (known, TODAY, "mds-grigny")
    known.refresh_from_db()
    assert known.last_name == "A.-Koné"
    assert not Invitation.objects.exists()


def test_an_account_of_another_organisation_is_not_attached_without_its_consent(manager):
    known = factories.member("ccas-grigny", email="sonia.adjei@example.org")
    invitation = invited(manager)
    mds = factories.structure("mds-grigny").pk
    assert not permissions.has_right(known, "handle_case", mds, at=TODAY)
    stranger = factories.member("ccas-grigny")
    with pytest.raises(CannotChangeMember, match="n’attend plus"):
        invitations.accept_one(invitation=invitation, by=stranger, at=NOON)
    invitations.accept_one(invitation=invitation, by=known, at=NOON)
    assert permissions.has_right(known, "handle_case", mds, at=TODAY)
    with pytest.raises(CannotChangeMember, match="n’attend plus"):
        invitations.decline(invitation=invitation, by=known, at=NOON)


def test_what_is_declined_gives_nothing_and_is_journalled(manager):
    known = factories.member("ccas-grigny", email="sonia.adjei@example.org")
    invitation = invited(manager)
    invitations.decline(invitation=invitation, by=known, at=NOON)
    assert invitations.accept(user=known, at=NOON) == []
    assert JournalEntry.objects.get(kind="invitation.declined").actor == known


@pytest.mark.parametrize(
    ("code", "fields", "refusal"),
    [
        ("mds-grigny", {"role": "landlord"}, "n’existe pas"),
        ("mds-grigny", {"role": ""}, "n’existe pas"),
        ("bailleur-a", {"role": "front_desk"}, "n’existe pas"),
        ("mds-grigny", {"last_day": date(2026, 11, 23)}, "passé"),
        ("mds-grigny", {"role": "pilot"}, "nommés par l’administrateur"),
        ("mds-grigny", {"role": "dpo"}, "nommés par l’administrateur"),
        ("mds-grigny", {"role": "administrator"}, "nommés par l’administrateur"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_no_account_nor_invitation(code, fields, refusal):
    with pytest.raises(CannotChangeMember, match=refusal):
        invited(factories.member(code, "manager"), structure=factories.structure(code), **fields)
    assert not User.objects.filter(email="sonia.adjei@example.org").exists()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("role", ["agent", "manager"])
def test_a_member_is_not_invited_again_whatever_the_role(manager, role):
    factories.member("mds-grigny", role, email="sonia.adjei@example.org")
    with pytest.raises(CannotChangeMember, match="déjà membre"):
        invited(manager)


def test_a_former_member_comes_back_once_he_accepts(manager):
    former = factories.member("mds-grigny", email="sonia.adjei@example.org")
    members.end_membership(membership=factories.membership_of(former), on=TODAY, at=NOON)
    assert invitations.accept_one(invitation=invited(manager), by=former, at=NOON).since == TODAY


def test_nobody_is_invited_twice_by_the_same_structure_nor_sent_the_same_at_once(manager):
    invitation = invited(manager)
    with pytest.raises(CannotChangeMember, match="déjà invitée"):
        invited(manager, role="manager")
    with pytest.raises(CannotChangeMember, match="vient de partir"):
        invitations.send_again(invitation=invitation, by=manager, at=NOON + timedelta(minutes=4))
    assert Invitation.objects.count() == 1


def test_who_no_longer_manages_the_members_invites_nobody_and_a_closed_account_is_not_reopened(manager):
    with pytest.raises(CannotChangeMember, match="ne gérez plus"):
        invited(factories.member("mds-grigny", "agent"))
    User.objects.filter(pk=factories.user(email="sonia.adjei@example.org").pk).update(is_active=False)
    with pytest.raises(CannotChangeMember, match="fermé"):
        invited(manager)


def test_a_link_is_good_for_its_person_until_the_password_changes(manager):
    user, other, tokens = invited(manager).user, factories.user(), InvitationTokens()
    token = tokens.make_token(user)
    assert tokens.check_token(user, token)
    assert not tokens.check_token(other, token)
    assert not tokens.check_token(user, token[:-1])
    user.set_password("un mot de passe choisi")
    assert not tokens.check_token(user, token)


def test_each_act_writes_its_line(manager):
    invitation = invited(manager)
    invitations.send_again(invitation=invitation, by=manager, at=NOON + timedelta(hours=1))
    invitations.accept(user=invitation.user, at=NOON + timedelta(hours=2))
    written = JournalEntry.objects.filter(data__user=invitation.user.pk).order_by("pk")
    assert list(written.values_list("kind", "actor")) == [
        ("invitation.sent", manager.pk),
        ("invitation.sent", manager.pk),
        ("membership.started", invitation.user.pk),
    ]


def test_who_enters_by_proconnect_has_an_account_while_a_structure_of_his_admits_him(manager):
    sonia = factories.member("ccas-grigny", email="sonia.adjei@example.org")
    User.objects.filter(pk=sonia.pk).update(password="!")
    sonia.refresh_from_db()
    assert not invitations.has_account(sonia, at=NOON)
    siret = "21910286000018"
    Establishment.objects.create(siret=siret, structure=factories.structure("ccas-grigny"))
    ProConnectIdentity.objects.create(user=sonia, sub="s-1", siret=siret, bound_at=NOON, used_at=NOON)
    assert invitations.has_account(sonia, at=NOON)
    assert isinstance(invited(manager), Invitation)
    members.end_membership(membership=factories.membership_of(sonia), on=NOON.date(), at=NOON)
    assert not invitations.has_account(sonia, at=NOON)
