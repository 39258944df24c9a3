"""Roles that no manager gives: an administrator proposes, another one confirms, and everything is journalled."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases import permissions
from cases.actions import invitations, members, nominations
from cases.actions.members import CannotChangeMember
from cases.models import Invitation, JournalEntry, Membership, Nomination, User
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def anne():
    return factories.member("ville-grigny", "administrator", first_name="Anne", last_name="Xavier")


@pytest.fixture
def bruno(anne):
    return factories.member("mds-grigny", "administrator", first_name="Bruno", last_name="Vidal")


@pytest.fixture
def worker():
    return factories.member("caf-91", email="claire.montel@example.org", first_name="Claire", last_name="Montel")


def nominate(*, by: User, code: str = "caf-91-pilotage", role: str = "pilot", **named: Any) -> Any:
    person = {"email": "claire.montel@example.org", "first_name": "Claire", "last_name": "Montel"} | named
    return nominations.nominate(structure=factories.structure(code), role=role, by=by, at=NOON, **person)


def roles(user: User) -> set[tuple[str, str]]:
    return set(Membership.objects.active(TODAY).filter(user=user).values_list("structure__code", "role"))


def test_what_is_proposed_gives_no_right_before_another_administrator_confirms_it(anne, bruno, worker):
    nomination = nominate(by=anne)
    assert roles(worker) == {("caf-91", "agent")}
    with pytest.raises(CannotChangeMember, match="un autre administrateur"):
        nominations.confirm(nomination=nomination, by=anne, at=NOON)
    nominations.confirm(nomination=nomination, by=bruno, at=NOON)
    assert roles(worker) == {("caf-91", "agent"), ("caf-91-pilotage", "pilot")}
    kinds = JournalEntry.objects.filter(structure__code="caf-91-pilotage").order_by("pk")
    assert list(kinds.values_list("kind", "actor")) == [
        ("nomination.asked", anne.pk),
        ("nomination.confirmed", bruno.pk),
        ("membership.started", bruno.pk),
    ]


def test_an_account_of_another_organisation_accepts_before_the_role_counts(anne, bruno, worker):
    nomination = nominate(by=anne, code="ville-grigny")
    invitation = nominations.confirm(nomination=nomination, by=bruno, at=NOON)
    assert roles(worker) == {("caf-91", "agent")}
    assert isinstance(invitation, Invitation)
    invitations.accept_one(invitation=invitation, by=worker, at=NOON)
    assert ("ville-grigny", "pilot") in roles(worker)


def test_somebody_without_an_account_is_invited_once_confirmed(anne, bruno):
    nomination = nominate(by=anne, role="dpo", code="caf-91", email="new@example.org", last_name="Weber")
    assert not Invitation.objects.exists()
    nominations.confirm(nomination=nomination, by=bruno, at=NOON)
    assert Invitation.objects.get().role == "dpo"


@pytest.mark.parametrize("role", ["pilot", "dpo", "administrator"])
def test_alone_an_administrator_grants_nothing_and_is_told_how(anne, worker, role):
    with pytest.raises(CannotChangeMember, match="« bootstrap » sur le serveur"):
        nominate(by=anne, role=role)
    assert not Nomination.objects.exists()


def test_nobody_names_himself_nor_confirms_his_own_nomination_nor_gives_a_role_that_managers_give(anne, bruno):
    with pytest.raises(CannotChangeMember, match="n’existe pas"):
        nominate(by=anne, role="agent")
    with pytest.raises(CannotChangeMember, match="pas soi-même"):
        nominate(by=anne, email=anne.email)
    nomination = nominate(by=anne, email=bruno.email)
    with pytest.raises(CannotChangeMember, match="un autre administrateur"):
        nominations.confirm(nomination=nomination, by=bruno, at=NOON)
    assert Membership.objects.filter(role="pilot").count() == 0


def test_the_database_refuses_who_confirms_what_he_proposed(anne, bruno, worker):
    nomination = nominate(by=anne)
    with pytest.raises(IntegrityError, match="a_nomination_takes_two_others"), transaction.atomic():
        Nomination.objects.filter(pk=nomination.pk).update(confirmed_by=anne, confirmed_at=NOON)


def test_a_nomination_withdrawn_gives_nothing_and_may_be_made_again(anne, bruno, worker):
    nomination = nominate(by=anne)
    with pytest.raises(CannotChangeMember, match="déjà proposée"):
        nominate(by=bruno)
    nominations.withdraw(nomination=nomination, by=bruno, at=NOON)
    with pytest.raises(CannotChangeMember, match="n’attend plus"):
        nominations.confirm(nomination=nomination, by=bruno, at=NOON)
    nominate(by=bruno)


@pytest.mark.parametrize(
    ("code", "role"),
    [("caf-91", "manager"), ("caf-91-pilotage", "pilot"), ("caf-91", "dpo"), ("bailleur-a", "administrator")],
)
def test_nobody_but_an_administrator_of_a_service_nominates(anne, bruno, worker, code, role):
    with pytest.raises(CannotChangeMember, match="n’administrez plus"):
        nominate(by=factories.member(code, role))


def test_a_first_manager_is_invited_at_once_and_only_once(anne):
    """An administrator alone may: without one, nobody could enter a structure."""
    asked = {"code": "mds-grigny", "role": "manager"}
    assert nominate(by=anne, email="hugo@example.org", **asked).role == "manager"
    with pytest.raises(CannotChangeMember, match="déjà invité"):
        nominate(by=anne, email="other@example.org", **asked)
    factories.member("ccas-grigny", "manager")
    with pytest.raises(CannotChangeMember, match="a un responsable"):
        nominate(by=anne, email="other@example.org", code="ccas-grigny", role="manager")


def test_a_role_is_taken_back_at_once_and_the_others_stay(anne, worker):
    members.join(user=worker, structure=factories.structure("caf-91"), role="dpo", since=date(2026, 1, 1), at=NOON)
    nominations.take_role_back(membership=Membership.objects.get(user=worker, role="dpo"), by=anne, at=NOON)
    assert roles(worker) == {("caf-91", "agent")}
    assert JournalEntry.objects.get(kind="membership.ended").actor == anne
    with pytest.raises(CannotChangeMember, match="n’a plus ce rôle"):
        nominations.take_role_back(membership=Membership.objects.get(user=worker, role="agent"), by=anne, at=NOON)


def test_of_two_administrators_one_may_end_the_other_and_the_last_one_stays(anne, bruno):
    with pytest.raises(CannotChangeMember, match="propre rôle"):
        nominations.take_role_back(membership=factories.membership_of(anne), by=anne, at=NOON)
    nominations.take_role_back(membership=factories.membership_of(bruno), by=anne, at=NOON)
    with pytest.raises(CannotChangeMember, match="n’administrez plus"):
        nominations.take_role_back(membership=factories.membership_of(anne), by=bruno, at=NOON)
    assert permissions.rights(anne, at=TODAY).get("grant_roles")


def test_with_the_last_role_of_administrator_goes_the_technical_administration(anne, bruno):
    User.objects.filter(pk__in=[anne.pk, bruno.pk]).update(is_staff=True, is_superuser=True)
    elsewhere = factories.structure("caf-91")
    members.join(user=bruno, structure=elsewhere, role="administrator", since=NOON.date(), at=NOON)
    for code, left in (("mds-grigny", True), ("caf-91", False)):
        held = Membership.objects.get(user=bruno, structure__code=code, role="administrator")
        nominations.take_role_back(membership=held, by=anne, at=NOON)
        bruno.refresh_from_db()
        assert (bruno.is_staff, bruno.is_superuser) == (left, left), code
    anne.refresh_from_db()
    assert anne.is_superuser
