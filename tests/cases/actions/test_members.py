"""Memberships and the rights that follow them."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from guardian.models import GroupObjectPermission

from cases import permissions
from cases.actions import members
from cases.models import JournalEntry, Role, StructureKind
from cases.rules.rights import rights_of
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


def test_joining_gives_the_rights_of_the_role_in_that_structure_only():
    manager = factories.member("mds-grigny", "manager")
    mds = factories.structure("mds-grigny").pk
    held = permissions.rights(manager, at=TODAY)
    assert set(held) == rights_of("manager", "mds")
    assert set(held.values()) == {frozenset({mds})}


def test_leaving_takes_the_rights_away_in_the_same_transaction():
    manager = factories.member("mds-grigny", "manager")
    members.leave(membership=factories.membership_of(manager), on=TODAY, at=NOON)
    assert permissions.rights(manager, at=TODAY) == {}
    assert not manager.groups.exists()


def test_a_role_is_held_once_at_a_time():
    agent = factories.member("mds-grigny")
    with pytest.raises(IntegrityError):
        members.join(user=agent, structure=factories.structure("mds-grigny"), role="agent", since=TODAY, at=NOON)


def test_two_roles_add_up_and_one_may_end_alone():
    person = factories.member("mds-grigny", "agent")
    mds = factories.structure("mds-grigny")
    as_manager = members.join(user=person, structure=mds, role="manager", since=TODAY, at=NOON)
    assert permissions.has_right(person, "view_backlog", mds.pk, at=TODAY)
    members.leave(membership=as_manager, on=TODAY + timedelta(days=1), at=NOON)
    tomorrow = TODAY + timedelta(days=1)
    assert not permissions.has_right(person, "view_backlog", mds.pk, at=tomorrow)
    assert permissions.has_right(person, "handle_case", mds.pk, at=tomorrow)


def test_a_group_is_brought_back_into_step_with_the_policy():
    mds = factories.structure("mds-grigny")
    group = members.role_group(mds, "agent")
    GroupObjectPermission.objects.filter(group=group, permission__codename="handle_case").delete()
    members.role_group(mds, "agent")
    held = GroupObjectPermission.objects.filter(group=group).values_list("permission__codename", flat=True)
    assert set(held) == rights_of("agent", "mds")


def test_joining_and_leaving_are_in_the_journal():
    agent = factories.member("mds-grigny")
    members.leave(membership=factories.membership_of(agent), on=TODAY, at=NOON, by=factories.user())
    assert list(JournalEntry.objects.order_by("pk").values_list("kind", flat=True)) == [
        "membership.started",
        "membership.ended",
    ]


@pytest.mark.parametrize("kind", [StructureKind.LANDLORD, StructureKind.RENT_MANAGER])
@pytest.mark.parametrize("role", Role.values)
def test_no_role_lets_a_claimant_see_or_handle_a_case(role, kind):
    forbidden = {
        "view_structure_cases",
        "handle_case",
        "answer_routing",
        "be_referent",
        "view_backlog",
        "pilot_action",
    }
    assert not rights_of(role, kind) & forbidden


def test_an_end_to_come_leaves_the_rights_until_its_day_and_a_tick_then_takes_the_group_away():
    agent = factories.member("mds-grigny")
    members.leave(membership=factories.membership_of(agent), on=TODAY + timedelta(days=6), at=NOON)
    mds = factories.structure("mds-grigny")
    assert agent.groups.exists()
    assert permissions.has_right(agent, "handle_case", mds.pk, at=TODAY + timedelta(days=5))
    assert not permissions.has_right(agent, "handle_case", mds.pk, at=TODAY + timedelta(days=6))
    assert members.forget_ended(on=TODAY + timedelta(days=5)) == 0
    assert members.forget_ended(on=TODAY + timedelta(days=6)) == 1
    assert not agent.groups.exists()
