"""Whom ProConnect opens an account to: bound once, by its `sub`; nobody is made, nor taken over, without an administrator."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases.actions import establishments, invitations, members, proconnect
from cases.actions.members import CannotChangeMember
from cases.actions.proconnect import CannotAnswerRequest, CannotEnter, SignedClaims, accept, recognise
from cases.models import AccessRequest, Establishment, JournalEntry, ProConnectIdentity, Structure, User
from tests import factories
from tests.factories import NOON, structure

pytestmark = pytest.mark.django_db
CITY, OTHER = "21910286000018", "21910286000026"
CLAIRE = SignedClaims(
    sub="s-1", email="claire@example.org", email_is_verified=True, first_name="Claire", last_name="Montel", siret=CITY
)


@pytest.fixture
def ccas() -> Structure:
    found = structure("ccas-grigny")
    Establishment.objects.create(siret=CITY, structure=found)
    return found


@pytest.fixture
def anne() -> User:
    return factories.member("ville-grigny", "administrator")


def kinds() -> list[str]:
    found = JournalEntry.objects.filter(kind__startswith="proconnect.").order_by("pk")
    return list(found.values_list("kind", flat=True))


def asked_by(claims: SignedClaims) -> AccessRequest:
    found = recognise(claims=claims, at=NOON)
    assert isinstance(found, AccessRequest)
    return found


def test_an_email_alone_binds_nothing(ccas):
    """Of an account of another structure: it waits for an administrator."""
    factories.member("mds-grigny", email="claire@example.org")
    assert isinstance(recognise(claims=CLAIRE, at=NOON), AccessRequest)
    assert not ProConnectIdentity.objects.exists()


def test_an_email_that_was_not_verified_neither_binds_nor_asks(ccas):
    factories.member("ccas-grigny", email="claire@example.org")
    with pytest.raises(CannotEnter, match="n’est pas vérifié") as refused:
        recognise(claims=replace(CLAIRE, email_is_verified=False), at=NOON)
    assert refused.value.code == "email_not_verified"
    assert not ProConnectIdentity.objects.exists()
    assert not AccessRequest.objects.exists()


def test_a_bound_account_is_not_bound_again_by_another_sub(ccas):
    claire = factories.member("ccas-grigny", email="claire@example.org")
    assert recognise(claims=CLAIRE, at=NOON) == claire
    assert isinstance(recognise(claims=replace(CLAIRE, sub="s-2"), at=NOON), AccessRequest)
    assert recognise(claims=CLAIRE, at=NOON) == claire
    assert kinds() == ["proconnect.bound", "proconnect.asked"]


def test_an_administrator_binds_the_new_sub_in_place_of_the_old(ccas, anne):
    claire = factories.member("ccas-grigny", email="claire@example.org")
    recognise(claims=CLAIRE, at=NOON)
    asked = asked_by(replace(CLAIRE, sub="s-2"))
    assert accept(request=asked, structure=ccas, role="agent", by=anne, at=NOON) == claire
    assert claire.memberships.count() == 1
    assert recognise(claims=replace(CLAIRE, sub="s-2"), at=NOON) == claire
    assert isinstance(recognise(claims=CLAIRE, at=NOON), AccessRequest)


@pytest.mark.parametrize("how", ["another establishment", "withdrawn", "left", "closed"])
def test_a_bound_account_does_not_open_when(ccas, anne, how):
    claire = factories.member("ccas-grigny", email="claire@example.org")
    Establishment.objects.create(siret=OTHER, structure=structure("mds-grigny"))
    recognise(claims=CLAIRE, at=NOON)
    claims, code = CLAIRE, "siret_of_others"
    if how == "another establishment":
        claims = replace(CLAIRE, siret=OTHER)
    elif how == "withdrawn":
        establishments.withdraw(structure=ccas, siret=CITY, by=anne, at=NOON)
        code = "siret_not_admitted"
    elif how == "left":
        members.end_membership(membership=claire.memberships.get(), on=NOON.date(), at=NOON)
    else:
        User.objects.filter(pk=claire.pk).update(is_active=False)
        code = "account_closed"
    with pytest.raises(CannotEnter) as refused:
        recognise(claims=claims, at=NOON)
    assert refused.value.code == code
    assert AccessRequest.objects.count() == 0


def test_invitations_of_structures_that_admit_the_establishment_are_accepted_and_no_other(ccas):
    for code in ("ccas-grigny", "mds-grigny"):
        boss = factories.member(code, "manager")
        invitations.invite(
            structure=structure(code), email="claire@example.org", first_name="Claire", last_name="M", role="agent",
            by=boss, at=NOON,
        )  # fmt: skip
    claire = recognise(claims=CLAIRE, at=NOON)
    assert isinstance(claire, User)
    assert [row.structure.code for row in claire.memberships.all()] == ["ccas-grigny"]
    assert [row.structure.code for row in invitations.acceptable_invitations(claire, at=NOON)] == ["mds-grigny"]


def test_accepting_makes_the_account_with_a_role_that_a_manager_may_give(ccas, anne):
    asked = asked_by(CLAIRE)
    with pytest.raises(CannotChangeMember, match="nommés par"):
        accept(request=asked, structure=ccas, role="administrator", by=anne, at=NOON)
    assert not User.objects.filter(email="claire@example.org").exists()
    claire = accept(request=asked, structure=ccas, role="front_desk", by=anne, at=NOON)
    assert [row.role for row in claire.memberships.all()] == ["front_desk"]
    assert not claire.has_usable_password()
    assert recognise(claims=CLAIRE, at=NOON) == claire
    with pytest.raises(CannotAnswerRequest, match="un autre administrateur y a répondu"):
        accept(request=asked, structure=ccas, role="agent", by=anne, at=NOON)


def test_a_structure_that_does_not_admit_the_establishment_is_refused(ccas, anne):
    asked = asked_by(CLAIRE)
    with pytest.raises(CannotAnswerRequest, match="n’admet pas l’établissement"):
        accept(request=asked, structure=structure("mds-grigny"), role="agent", by=anne, at=NOON)


def test_an_administrator_neither_sees_nor_takes_over_what_is_of_another_city(ccas, anne):
    elsewhere = factories.move_to_territory("mds-grigny", name="Valbrune")
    Establishment.objects.create(siret=OTHER, structure=elsewhere)
    theirs = asked_by(replace(CLAIRE, sub="s-9", siret=OTHER))
    assert list(proconnect.requests_to_answer(anne, at=NOON)) == []
    with pytest.raises(CannotAnswerRequest):
        accept(request=theirs, structure=elsewhere, role="agent", by=anne, at=NOON)

    lea = factories.user(email="lea@example.org")
    members.join(user=lea, structure=elsewhere, role="agent", since=NOON.date(), at=NOON)
    asked = asked_by(replace(CLAIRE, email="lea@example.org"))
    with pytest.raises(CannotAnswerRequest, match="compte d’un autre territoire"):
        accept(request=asked, structure=ccas, role="agent", by=anne, at=NOON)
    assert not ProConnectIdentity.objects.exists()


def test_a_declined_request_makes_nothing_and_is_forgotten_after_thirty_days(ccas, anne):
    asked = asked_by(CLAIRE)
    proconnect.decline(request=asked, by=anne, at=NOON)
    again = recognise(claims=CLAIRE, at=NOON)
    assert isinstance(again, AccessRequest)
    assert again.declined_at == NOON
    assert kinds() == ["proconnect.asked", "proconnect.declined"]
    assert proconnect.forget_old_requests(at=NOON + proconnect.KEEP_REQUESTS) == 0
    assert proconnect.forget_old_requests(at=NOON.replace(month=12, day=25)) == 1
    assert not User.objects.filter(email="claire@example.org").exists()


def test_a_siret_is_checked_by_its_key_and_admitted_once(anne):
    found = structure("ccas-grigny")
    with pytest.raises(establishments.CannotAdmitEstablishment, match="14 chiffres"):
        establishments.admit(structure=found, siret="21910286000019", by=anne, at=NOON)
    assert (
        str(establishments.admit(structure=found, siret="219 102 860 00018", by=anne, at=NOON)) == "219 102 860 00018"
    )
    with pytest.raises(establishments.CannotAdmitEstablishment, match="déjà admis"):
        establishments.admit(structure=found, siret="21910286000018", by=anne, at=NOON)
    # La Poste follows another key.
    establishments.admit(structure=found, siret="35600000000048", by=anne, at=NOON)
    with pytest.raises(establishments.CannotAdmitEstablishment, match="n’administrez pas"):
        establishments.admit(structure=found, siret=OTHER, by=factories.member("ccas-grigny", "manager"), at=NOON)


def test_who_comes_from_another_establishment_asks_those_who_answer_for_it(ccas, anne):
    asked = asked_by(CLAIRE)
    proconnect.decline(request=asked, by=anne, at=NOON)
    mds, later = structure("mds-grigny"), NOON + timedelta(days=1)
    Establishment.objects.create(siret=OTHER, structure=mds)
    for _ in range(2):
        recognise(claims=replace(CLAIRE, siret=OTHER, email="claire@ailleurs.example"), at=later)
    asked.refresh_from_db()
    assert (asked.siret, asked.email, asked.asked_at, asked.declined_at) == (
        OTHER, "claire@ailleurs.example", later, None,
    )  # fmt: skip
    told = JournalEntry.objects.filter(kind="proconnect.asked").order_by("pk")
    assert [entry.structure for entry in told] == [ccas, mds]
