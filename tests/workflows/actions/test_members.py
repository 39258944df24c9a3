"""What members leave behind: nothing is left to somebody who may no longer do it."""

from datetime import date, timedelta

import pytest

from cases import permissions
from cases.actions import members as facts
from cases.actions.members import CannotChangeMember
from cases.locks import lock_case
from cases.models import Assignment, JournalEntry, User
from cases.refusals import NotAllowed, Refusal
from tests import factories
from tests.cases.actions.test_administrators_at_once import second_of
from tests.factories import NOON
from tests.journeys.scene import case_at, closed
from tests.workflows.walk import Walk
from workflows import engine
from workflows.actions import members as acts_of_members
from workflows.actions.members import change_roles, end_all_memberships, hand_over, hand_over_case, return_left
from workflows.actions.reopen import reopen_case
from workflows.models import CaseTask

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


@pytest.fixture
def caf():
    return factories.structure("caf-91")


@pytest.fixture
def manager():
    return factories.member("caf-91", "manager")


@pytest.fixture
def worker():
    return factories.member("caf-91")


@pytest.fixture
def colleague():
    return factories.member("caf-91")


def responsible(walk: Walk) -> User | None:
    named = Assignment.objects.filter(case=walk.case, structure__code="caf-91", until=None).first()
    return named.user if named else None


def works_there(person: User, on: date = TODAY) -> bool:
    return permissions.has_right(person, "handle_case", factories.structure("caf-91").pk, at=on)


@pytest.mark.parametrize("last_day", [None, TODAY], ids=["at once", "at the end of the day"])
def test_nobody_leaves_with_a_step_to_take(manager, worker, caf, last_day):
    case_at("contact", worker=worker)
    with pytest.raises(CannotChangeMember, match="Il reste 1 dossier : d’abord, le confier"):
        end_all_memberships(user=worker, structure=caf, last_day=last_day, by=manager, at=NOON)
    assert works_there(worker, on=date(2026, 11, 26))


def test_nobody_leaves_with_a_case_that_waits_for_someone_else(manager, worker, caf):
    """The landlord has the ball; the professional still answers for the case."""
    walk = case_at("agree", worker=worker)
    assert walk.task("agree").owner is None
    with pytest.raises(CannotChangeMember, match="Il reste 1 dossier"):
        end_all_memberships(user=worker, structure=caf, last_day=None, by=manager, at=NOON)


def test_who_has_given_everything_leaves_and_sees_nothing_more(manager, worker, colleague, caf):
    walk = case_at("contact", worker=worker)
    hand_over_case(case=walk.case, user=worker, to=colleague, structure=caf, by=manager, at=NOON)
    end_all_memberships(user=worker, structure=caf, last_day=None, by=manager, at=NOON)
    assert not permissions.visible_cases(worker, at=TODAY).exists()
    assert not worker.groups.exists()


def test_closed_cases_hold_nobody_back_and_a_reopened_one_waits_for_somebody_present(manager, worker, caf):
    case = closed(worker=worker)
    end_all_memberships(user=worker, structure=caf, last_day=None, by=manager, at=NOON)
    reopen_case(case=case, by=manager, at=NOON)
    assert not CaseTask.objects.open().filter(owner=worker).exists()
    assert not Assignment.objects.filter(user=worker, until=None).exists()


def test_an_end_to_come_is_said_beforehand_while_work_goes_on(manager, worker, caf):
    case_at("contact", worker=worker)
    end_all_memberships(user=worker, structure=caf, last_day=date(2026, 12, 15), by=manager, at=NOON)
    assert works_there(worker, on=date(2026, 12, 15))
    assert not works_there(worker, on=date(2026, 12, 16))


def test_what_is_left_on_the_day_comes_back_to_the_structure_and_its_managers_are_told_once(manager, worker, caf):
    walks = [case_at(node, worker=worker) for node in ("contact", "plan", "agree")]
    done = closed(worker=worker)
    end_all_memberships(user=worker, structure=caf, last_day=date(2026, 12, 15), by=manager, at=NOON)
    assert return_left(at=NOON + timedelta(days=21)) == 0  # 15/12 is his last day
    assert return_left(at=NOON + timedelta(days=22)) == 1
    assert [walk.task(node).owner for walk, node in zip(walks, ("contact", "plan", "agree"), strict=True)] == [
        None
    ] * 3
    assert [responsible(walk) for walk in walks] == [None] * 3
    assert not Assignment.objects.filter(case=done, until=None).exists()
    (told,) = JournalEntry.objects.filter(kind="work.returned")
    assert (told.structure, told.data) == (caf, {"user": worker.pk, "count": 3})
    assert return_left(at=NOON + timedelta(days=22)) == 0


def test_a_case_without_any_step_of_his_comes_back_too(manager, worker, caf):
    walk = case_at("agree", worker=worker)
    end_all_memberships(user=worker, structure=caf, last_day=date(2026, 12, 15), by=manager, at=NOON)
    assert return_left(at=NOON + timedelta(days=22)) == 1
    assert responsible(walk) is None


def test_who_left_nothing_but_closed_cases_is_the_professional_of_none_and_nobody_is_told(manager, worker, caf):
    done = closed(worker=worker)
    end_all_memberships(user=worker, structure=caf, last_day=date(2026, 12, 15), by=manager, at=NOON)
    assert return_left(at=NOON + timedelta(days=22)) == 1
    assert not Assignment.objects.filter(case=done, until=None).exists()
    assert not JournalEntry.objects.filter(kind="work.returned").exists()
    assert return_left(at=NOON + timedelta(days=22)) == 0


def test_what_is_left_comes_back_batch_after_batch(manager, worker, caf, monkeypatch):
    monkeypatch.setattr("workflows.actions.members.BATCH", 2)
    walks = [case_at("contact", worker=worker) for _ in range(3)]
    end_all_memberships(user=worker, structure=caf, last_day=date(2026, 12, 15), by=manager, at=NOON)
    assert return_left(at=NOON + timedelta(days=22)) == 1
    assert [walk.task("contact").owner for walk in walks] == [None] * 3
    told = JournalEntry.objects.filter(kind="work.returned").order_by("pk")
    assert [entry.data["count"] for entry in told] == [2, 1]


@pytest.mark.django_db(transaction=True)
def test_a_case_on_which_somebody_acts_comes_back_with_the_next_tick_and_keeps_no_other(manager, worker, caf):
    held, free = case_at("contact", worker=worker), case_at("contact", worker=worker)
    end_all_memberships(user=worker, structure=caf, last_day=date(2026, 12, 15), by=manager, at=NOON)
    later = NOON + timedelta(days=22)
    assert second_of(lambda: lock_case(held.case.pk), lambda: return_left(at=later)) == 1
    assert [walk.task("contact").owner for walk in (held, free)] == [worker, None]
    assert return_left(at=later) == 1
    assert held.task("contact").owner is None


def test_the_steps_of_a_closed_account_come_back(worker, caf):
    walk = case_at("contact", worker=worker)
    User.objects.filter(pk=worker.pk).update(is_active=False)
    assert return_left(at=NOON) == 1
    assert walk.task("contact").owner is None


def test_nothing_comes_back_from_who_still_works_there(worker):
    walk = case_at("contact", worker=worker)
    assert return_left(at=NOON) == 0
    assert walk.task("contact").owner == worker


def test_a_role_that_cannot_follow_cases_is_refused_while_some_are_followed(manager, worker, caf):
    walks = [case_at(node, worker=worker) for node in ("contact", "agree")]
    with pytest.raises(CannotChangeMember, match="de suivre 2 dossiers : d’abord, les confier"):
        change_roles(user=worker, structure=caf, roles=["front_desk"], by=manager, at=NOON)
    assert responsible(walks[0]) == worker
    assert works_there(worker)


def test_a_role_that_follows_cases_keeps_them(manager, worker, caf):
    walk = case_at("contact", worker=worker)
    change_roles(user=worker, structure=caf, roles=["manager"], by=manager, at=NOON)
    assert engine.may_act(worker, walk.task("contact"), at=NOON)


def test_a_second_role_is_lost_without_its_cases_being_in_the_way(manager, worker, caf):
    case_at("contact", worker=worker)
    change_roles(user=worker, structure=caf, roles=["agent", "front_desk"], by=manager, at=NOON)
    change_roles(user=worker, structure=caf, roles=["agent"], by=manager, at=NOON)
    assert works_there(worker)


@pytest.mark.parametrize(("roles", "seen"), [(["front_desk"], False), (["agent", "front_desk"], True)])
def test_closed_cases_are_seen_as_long_as_a_role_lets_follow_cases(manager, worker, caf, roles, seen):
    case = closed(worker=worker)
    assert permissions.can_view(worker, case, at=TODAY)
    change_roles(user=worker, structure=caf, roles=roles, by=manager, at=NOON)
    assert permissions.can_view(worker, case, at=TODAY) is seen


def test_a_closed_case_that_is_reopened_is_not_given_to_who_changed_roles(manager, worker, caf):
    case = closed(worker=worker)
    change_roles(user=worker, structure=caf, roles=["front_desk"], by=manager, at=NOON)
    reopen_case(case=case, by=manager, at=NOON)
    assert responsible(Walk(case)) is None


def test_no_role_at_all_says_how_to_remove_somebody(manager, worker, caf):
    case_at("contact", worker=worker)
    with pytest.raises(CannotChangeMember, match="indiquer son dernier jour"):
        change_roles(user=worker, structure=caf, roles=[], by=manager, at=NOON)


def test_a_case_is_handed_over_whole(manager, worker, colleague, caf):
    walk = case_at("contact", worker=worker)
    act = hand_over_case(case=walk.case, user=worker, to=colleague, structure=caf, by=manager, at=NOON)
    assert (walk.task("contact").owner, responsible(walk)) == (colleague, colleague)
    assert (act.kind, act.case, act.actor) == ("case.handed_over", walk.case, manager)
    parts = JournalEntry.objects.filter(cause=act).values_list("kind", flat=True)
    assert set(parts) <= {"task.given", "professional.assigned"}
    assert not permissions.can_view(worker, walk.case, at=TODAY)
    assert permissions.can_view(colleague, walk.case, at=TODAY)


def test_a_case_that_waits_for_the_landlord_is_handed_over_too(manager, worker, colleague, caf):
    walk = case_at("agree", worker=worker)
    hand_over_case(case=walk.case, user=worker, to=colleague, structure=caf, by=manager, at=NOON)
    assert responsible(walk) == colleague
    assert walk.task("agree").owner is None


def test_several_cases_are_one_act_each_and_told_once(manager, worker, colleague, caf):
    walks = [case_at(node, worker=worker) for node in ("contact", "plan", "agree")]
    handed = hand_over(
        chosen=[walk.case for walk in walks], user=worker, to=colleague, structure=caf, by=manager, at=NOON
    )
    assert ([case.pk for case in handed.done], handed.refused) == ([walk.case.pk for walk in walks], [])
    assert JournalEntry.objects.filter(kind="case.handed_over").count() == 3
    told = JournalEntry.objects.get(kind="cases.handed_over")
    assert (told.case, told.data["count"], told.data["to"]) == (None, 3, colleague.pk)


def test_a_case_that_moved_on_meanwhile_is_refused_and_the_others_are_handed_over(manager, worker, colleague, caf):
    still, gone = case_at("contact", worker=worker), case_at("contact", worker=worker)
    hand_over_case(case=gone.case, user=worker, to=manager, structure=caf, by=manager, at=NOON)
    handed = hand_over(chosen=[gone.case, still.case], user=worker, to=colleague, structure=caf, by=manager, at=NOON)
    assert handed.done == [still.case]
    assert [(case, why) for case, why in handed.refused] == [
        (gone.case, "Ce dossier n’est plus confié à cette personne.")
    ]
    assert responsible(gone) == manager


def test_nothing_handed_over_is_told_to_nobody(manager, worker, colleague, caf):
    hand_over(
        chosen=[case_at("answer", worker=worker).case], user=worker, to=colleague, structure=caf, by=manager, at=NOON
    )
    assert not JournalEntry.objects.filter(kind="cases.handed_over").exists()


@pytest.mark.parametrize("role", ["front_desk", "dpo"])
def test_a_case_is_not_handed_over_to_who_cannot_follow_it(manager, worker, caf, role):
    walk = case_at("contact", worker=worker)
    with pytest.raises(Refusal, match="autre membre"):
        hand_over_case(
            case=walk.case, user=worker, to=factories.member("caf-91", role), structure=caf, by=manager, at=NOON
        )
    assert (walk.task("contact").owner, responsible(walk)) == (worker, worker)
    assert not JournalEntry.objects.filter(kind="case.handed_over").exists()


def test_a_case_is_not_handed_over_to_another_structure_nor_to_himself(manager, worker, caf):
    walk = case_at("contact", worker=worker)
    for to in (factories.member("mds-grigny"), worker):
        with pytest.raises(Refusal):
            hand_over_case(case=walk.case, user=worker, to=to, structure=caf, by=manager, at=NOON)


@pytest.mark.parametrize(
    ("code", "role"), [("caf-91", "agent"), ("caf-91", "administrator"), ("mds-grigny", "manager")]
)
def test_only_who_follows_the_backlog_of_the_structure_hands_over(worker, colleague, caf, code, role):
    walk = case_at("contact", worker=worker)
    with pytest.raises(NotAllowed):
        hand_over_case(
            case=walk.case, user=worker, to=colleague, structure=caf, by=factories.member(code, role), at=NOON
        )


def test_who_comes_back_has_none_of_what_was_his(manager, worker, colleague, caf):
    walk = case_at("contact", worker=worker)
    hand_over_case(case=walk.case, user=worker, to=colleague, structure=caf, by=manager, at=NOON)
    end_all_memberships(user=worker, structure=caf, last_day=None, by=manager, at=NOON)
    facts.join(user=worker, structure=caf, role="agent", since=TODAY, at=NOON)
    assert not permissions.can_view(worker, walk.case, at=TODAY)


def test_one_leaver_whose_cases_cannot_come_back_does_not_hold_up_the_others(monkeypatch):
    manager, *leavers = factories.member("caf-91", "manager"), factories.member("caf-91"), factories.member("caf-91")
    walks = [case_at("contact", worker=leaver) for leaver in leavers]
    for leaver in leavers:
        end_all_memberships(
            user=leaver, structure=factories.structure("caf-91"), last_day=date(2026, 12, 15), by=manager, at=NOON
        )
    as_usual = acts_of_members._return_left_cases

    def fail_for_the_first(user, structure, *, at):
        if user == leavers[0]:
            raise RuntimeError
        as_usual(user, structure, at=at)

    monkeypatch.setattr(acts_of_members, "_return_left_cases", fail_for_the_first)
    assert return_left(at=NOON + timedelta(days=22)) == 1
    assert [walk.task("contact").owner for walk in walks] == [leavers[0], None]
