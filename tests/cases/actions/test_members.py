"""Memberships and the rights that follow them."""

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connections
from guardian.models import GroupObjectPermission

from cases import permissions
from cases.actions import members
from cases.actions.members import CannotChangeMember
from cases.models import JournalEntry, Membership, Role, StructureKind
from cases.rules.rights import rights_of
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


def test_joining_gives_the_rights_of_the_role_in_that_structure_only_and_leaving_takes_them_away():
    """In the same transaction, each with its line."""
    manager = factories.member("mds-grigny", "manager")
    held = permissions.rights(manager, at=TODAY)
    assert set(held) == rights_of("manager", "mds")
    assert set(held.values()) == {frozenset({factories.structure("mds-grigny").pk})}
    members.end_membership(membership=factories.membership_of(manager), on=TODAY, at=NOON, by=factories.user())
    assert permissions.rights(manager, at=TODAY) == {}
    assert not manager.groups.exists()
    lines = JournalEntry.objects.order_by("pk").values_list("kind", flat=True)
    assert list(lines) == ["membership.started", "membership.ended"]


def test_a_role_is_held_once_at_a_time():
    agent = factories.member("mds-grigny")
    with pytest.raises(IntegrityError):
        members.join(user=agent, structure=factories.structure("mds-grigny"), role="agent", since=TODAY, at=NOON)


def test_two_roles_add_up_and_one_may_end_alone():
    person = factories.member("mds-grigny", "agent")
    mds = factories.structure("mds-grigny")
    as_manager = members.join(user=person, structure=mds, role="manager", since=TODAY, at=NOON)
    assert permissions.has_right(person, "view_backlog", mds.pk, at=TODAY)
    members.end_membership(membership=as_manager, on=TODAY + timedelta(days=1), at=NOON)
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
    members.end_membership(membership=factories.membership_of(agent), on=TODAY + timedelta(days=6), at=NOON)
    mds = factories.structure("mds-grigny")
    assert agent.groups.exists()
    assert permissions.has_right(agent, "handle_case", mds.pk, at=TODAY + timedelta(days=5))
    assert not permissions.has_right(agent, "handle_case", mds.pk, at=TODAY + timedelta(days=6))
    assert members.forget_ended(on=TODAY + timedelta(days=5)) == 0
    assert members.forget_ended(on=TODAY + timedelta(days=6)) == 1
    assert not agent.groups.exists()


# What a manager does to a colleague


def team(*roles: str, code: str = "mds-grigny"):
    return [factories.member(code, role) for role in roles]


def roles_of(user) -> dict[str, tuple[date, date | None]]:
    return {row.role: (row.since, row.until) for row in Membership.objects.filter(user=user)}


def change(user, *roles: str, by, code: str = "mds-grigny", at=NOON):
    members.change_roles(user=user, structure=factories.structure(code), roles=roles, by=by, at=at)


def end(user, *, last_day: date | None = None, by, code: str = "mds-grigny"):
    members.end_all_memberships(user=user, structure=factories.structure(code), last_day=last_day, by=by, at=NOON)


def test_a_change_of_role_ends_one_membership_and_starts_another_in_one_act():
    manager, agent = team("manager", "agent")
    change(agent, "manager", by=manager)
    assert roles_of(agent) == {"agent": (date(2026, 1, 1), date(2026, 11, 23)), "manager": (TODAY, None)}
    assert permissions.has_right(agent, "manage_members", factories.structure("mds-grigny").pk, at=TODAY)
    act = JournalEntry.objects.get(kind="membership.changed")
    assert set(JournalEntry.objects.filter(cause=act).values_list("kind", flat=True)) == {
        "membership.started",
        "membership.ended",
    }


def test_rights_follow_a_lesser_role_at_once():
    manager, other = team("manager", "manager")
    change(other, "agent", by=manager)
    held = permissions.rights(other, at=TODAY)
    assert set(held) == rights_of("agent", "mds")
    assert [group.name for group in other.groups.all()] == ["mds-grigny:agent"]


def test_a_role_may_be_added_to_another_and_an_end_to_come_is_the_last_day_of_both():
    manager, agent = team("manager", "agent")
    change(agent, "agent", "front_desk", by=manager)
    assert roles_of(agent) == {"agent": (date(2026, 1, 1), None), "front_desk": (TODAY, None)}
    end(agent, last_day=date(2026, 12, 15), by=manager)
    assert {until for _, until in roles_of(agent).values()} == {date(2026, 12, 15)}


def test_what_an_administrator_granted_stays_whatever_a_manager_chooses():
    manager, agent = team("manager", "agent")
    granted = factories.structure("mds-grigny")
    members.join(user=agent, structure=granted, role="dpo", since=date(2026, 1, 1), at=NOON)
    change(agent, "front_desk", by=manager)
    assert roles_of(agent)["dpo"] == (date(2026, 1, 1), None)
    change(agent, by=manager)
    assert {role for role, (_, until) in roles_of(agent).items() if until is None} == {"dpo"}


def test_the_last_administrator_is_not_removed_by_a_manager():
    manager, administrator = team("manager", "administrator")
    with pytest.raises(CannotChangeMember, match="dernier administrateur"):
        end(administrator, by=manager)
    factories.member("ville-grigny", "administrator")
    end(administrator, by=manager)
    assert permissions.rights(administrator, at=TODAY) == {}


def test_the_rights_of_members_follow_the_policy_of_a_new_release():
    (pilot,) = team("pilot", code="caf-91-pilotage")
    desk = factories.structure("caf-91-pilotage")
    GroupObjectPermission.objects.filter(permission__codename="change_rules").delete()
    assert not permissions.has_right(pilot, "change_rules", desk.pk, at=TODAY)
    members.bring_rights_into_step()
    assert permissions.has_right(pilot, "change_rules", desk.pk, at=TODAY)


def test_a_mistake_put_right_on_the_same_day_leaves_no_membership_of_no_day_and_the_same_roles_no_line():
    manager, agent = team("manager", "agent")
    change(agent, "agent", by=manager)
    assert not JournalEntry.objects.filter(kind="membership.changed").exists()
    change(agent, "manager", by=manager)
    change(agent, "agent", by=manager)
    held = Membership.objects.filter(user=agent).order_by("since").values_list("role", "since", "until")
    assert list(held) == [("agent", date(2026, 1, 1), date(2026, 11, 23)), ("agent", TODAY, None)]


def test_a_change_of_role_keeps_the_last_day_that_was_said():
    manager, agent = team("manager", "agent")
    end(agent, last_day=date(2026, 12, 15), by=manager)
    change(agent, "manager", by=manager)
    assert roles_of(agent)["manager"] == (TODAY, date(2026, 12, 15))


@pytest.mark.parametrize(
    ("roles", "code", "refusal"),
    [
        ((), "mds-grigny", "au moins un rôle"),
        (("landlord",), "mds-grigny", "n’existe pas"),
        (("agent", "concierge"), "mds-grigny", "n’existe pas"),
        (("front_desk",), "bailleur-a", "n’existe pas"),
        (("agent", "pilot"), "mds-grigny", "nommés par l’administrateur"),
        (("agent", "dpo"), "mds-grigny", "nommés par l’administrateur"),
        (("agent", "administrator"), "mds-grigny", "nommés par l’administrateur"),
    ],
)
def test_a_manager_gives_no_role_that_his_structure_has_not_nor_that_the_administrator_gives(roles, code, refusal):
    manager, agent = team("manager", "agent", code=code)
    with pytest.raises(CannotChangeMember, match=refusal):
        change(agent, *roles, by=manager, code=code)
    assert roles_of(agent) == {"agent": (date(2026, 1, 1), None)}


def test_the_last_manager_is_neither_demoted_nor_removed_and_one_about_to_leave_does_not_replace_him():
    """The administrator names members; nobody but the manager gives what waits."""
    manager, leaving, administrator = team("manager", "manager", "administrator")
    end(leaving, last_day=date(2026, 11, 30), by=manager)
    with pytest.raises(CannotChangeMember, match="suit l’encours"):
        change(manager, "agent", by=administrator)
    for last_day in (None, date(2026, 12, 31)):
        with pytest.raises(CannotChangeMember, match="en nommer une autre"):
            end(manager, last_day=last_day, by=administrator)
    assert roles_of(manager) == {"manager": (date(2026, 1, 1), None)}


def test_the_last_manager_of_a_landlord_is_kept_too():
    manager, administrator = team("manager", "administrator", code="bailleur-a")
    members.end_membership(membership=factories.membership_of(administrator), on=date(2026, 12, 1), at=NOON)
    with pytest.raises(CannotChangeMember, match="gère les membres"):
        end(manager, last_day=date(2026, 11, 25), by=administrator, code="bailleur-a")


@pytest.mark.parametrize("roles", [("agent",), ("manager", "front_desk")])
def test_nobody_changes_his_own_roles(roles):
    manager, _ = team("manager", "manager")
    with pytest.raises(CannotChangeMember, match="propre rattachement"):
        change(manager, *roles, by=manager)


def test_nobody_ends_his_own_membership_nor_lifts_its_end():
    manager, other = team("manager", "manager")
    with pytest.raises(CannotChangeMember, match="propre rattachement"):
        end(manager, by=manager)
    end(manager, last_day=date(2026, 11, 30), by=other)
    with pytest.raises(CannotChangeMember, match="propre rattachement"):
        members.cancel_last_day(user=manager, structure=factories.structure("mds-grigny"), by=manager, at=NOON)


def test_only_who_manages_the_members_changes_them():
    _, agent, stranger = team("manager", "agent", "agent")
    for by in (stranger, factories.member("ccas-grigny", "manager")):
        with pytest.raises(CannotChangeMember, match="ne gérez plus"):
            change(agent, "manager", by=by)
        with pytest.raises(CannotChangeMember, match="ne gérez plus"):
            end(agent, by=by)


def test_an_end_may_be_moved_and_lifted():
    manager, agent = team("manager", "agent")
    end(agent, last_day=date(2026, 12, 15), by=manager)
    end(agent, last_day=date(2026, 12, 1), by=manager)
    assert roles_of(agent)["agent"][1] == date(2026, 12, 1)
    members.cancel_last_day(user=agent, structure=factories.structure("mds-grigny"), by=manager, at=NOON)
    assert roles_of(agent)["agent"][1] is None
    assert JournalEntry.objects.filter(kind="membership.prolonged", data__user=agent.pk).count() == 1


@pytest.mark.parametrize(
    ("since", "last_day", "refusal"),
    [
        (date(2026, 1, 1), date(2026, 11, 23), "passé"),
        (date(2026, 12, 10), date(2026, 12, 9), "précède l’arrivée"),
    ],
)
def test_a_last_day_that_is_past_or_before_the_first_is_refused(since, last_day, refusal):
    manager, agent = factories.member("mds-grigny", "manager"), factories.member("mds-grigny", since=since)
    with pytest.raises(CannotChangeMember, match=refusal):
        end(agent, last_day=last_day, by=manager)
    assert roles_of(agent) == {"agent": (since, None)}


def test_who_has_left_is_not_changed_any_more():
    manager, agent = team("manager", "agent")
    end(agent, by=manager)
    for change_it in (
        lambda: end(agent, by=manager),
        lambda: change(agent, "manager", by=manager),
        lambda: members.cancel_last_day(user=agent, structure=factories.structure("mds-grigny"), by=manager, at=NOON),
    ):
        with pytest.raises(CannotChangeMember, match="n’est plus membre"):
            change_it()


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_remove_each_other_at_once_leave_one():
    first, second = team("manager", "manager")
    ready, outcomes = threading.Barrier(2), []

    def remove(user, by) -> None:
        ready.wait(timeout=60)
        try:
            end(user, by=by)
            outcomes.append("removed")
        except CannotChangeMember:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=remove, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["refused", "removed"]
    assert Membership.objects.active(TODAY).filter(role="manager").count() == 1
