"""What a person has to do, may take and waits for: the lists agree with the engine, with the door and with their counts."""

from datetime import date
from decimal import Decimal

import pytest

from cases import permissions
from cases.actions import members
from cases.models import User
from tests import factories
from tests.factories import NOON
from tests.workflows.walk import Walk
from workflows import engine
from workflows.models import CaseTask
from workflows.queries import inbox as queries
from workflows.queries.inbox import Inbox, Left, Part, left_until

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


def listed(user: User, part: Part, *, today: date = TODAY) -> list[str]:
    return [task.node for task in Inbox(user, today).tasks(part)]


def all_lists(user: User) -> dict[str, list[str]]:
    return {part.value: nodes for part in Part if (nodes := listed(user, part))}


def asked_of_the_caf() -> Walk:
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    return Walk(factories.reported(lease, code="gestionnaire-b", **factories.FAMILY))


def followed_by(worker: User) -> Walk:
    walk = asked_of_the_caf()
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    return walk


def waiting_for_the_landlord(worker: User) -> Walk:
    walk = followed_by(worker)
    walk.take("contact", by=worker, result="reached", channel="phone", made_on=TODAY, informed_by="phone")
    walk.take("diagnose", by=worker, completeness="default")
    walk.take(
        "plan",
        by=worker,
        kinds=["repayment"],
        amount=Decimal("1060.00"),
        monthly=Decimal("530.00"),
        first_due_on=date(2026, 12, 5),
    )
    return walk


def test_an_unanswered_case_is_to_take_by_every_member_of_the_structure_who_can_answer():
    agent, manager = factories.member("caf-91"), factories.member("caf-91", "manager")
    asked_of_the_caf()
    assert all_lists(agent) == {"a-prendre": ["answer"]}
    assert all_lists(manager) == {"a-prendre": ["answer"]}


@pytest.mark.parametrize(
    ("code", "role"),
    [
        ("mds-grigny", "manager"),
        ("caf-91-recouvrement", "agent"),
        ("caf-91", "dpo"),
        ("gestionnaire-b", "correspondent"),
        ("ccas-grigny-accueil", "front_desk"),
    ],
)
def test_nobody_else_is_offered_it(code, role):
    outsider = factories.member(code, role)
    asked_of_the_caf()
    assert all_lists(outsider) == {}


def test_what_is_given_to_a_person_is_hers_and_no_longer_her_colleagues():
    worker, colleague = factories.member("caf-91"), factories.member("caf-91")
    followed_by(worker)
    assert all_lists(worker) == {"pour-moi": ["contact"]}
    assert all_lists(colleague) == {}


def test_the_pilot_is_offered_what_is_to_qualify():
    pilot = factories.member("caf-91-pilotage", "pilot")
    factories.reported()
    assert all_lists(pilot) == {"a-prendre": ["qualify"]}


def test_the_landlord_is_offered_the_plan_and_the_professional_waits_for_it():
    worker, landlord = factories.member("caf-91"), factories.member("gestionnaire-b", "correspondent")
    other_landlord = factories.member("bailleur-a", "correspondent")
    waiting_for_the_landlord(worker)
    assert all_lists(landlord) == {"a-prendre": ["agree"]}
    assert all_lists(other_landlord) == {}
    assert all_lists(worker) == {"en-attente": ["agree"]}


def test_who_reports_waits_until_a_structure_accepts():
    reporter = factories.member("mds-grigny")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    walk = Walk(factories.reported(lease, by=reporter, code="mds-grigny", channel="professional", **factories.FAMILY))
    assert all_lists(reporter) == {"en-attente": ["answer"]}
    worker = factories.member("caf-91")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    assert all_lists(reporter) == {}


def test_a_step_that_the_reader_may_take_himself_is_not_also_waited_for():
    """A professional reports, and the table sends the case to her own structure."""
    reporter = factories.member("caf-91")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    factories.reported(lease, by=reporter, code="caf-91", channel="professional", **factories.FAMILY)
    assert all_lists(reporter) == {"a-prendre": ["answer"]}


def test_a_removed_member_has_nothing_left_from_the_act_on():
    worker = factories.member("caf-91")
    followed_by(worker)
    assert listed(worker, Part.MINE) == ["contact"]
    members.leave(membership=factories.membership_of(worker), on=TODAY, at=NOON)
    assert listed(worker, Part.MINE) == []


def test_every_count_is_that_of_its_list_and_every_offer_one_that_the_engine_accepts():
    people = [
        factories.member(code, role)
        for code, role in [
            ("caf-91", "agent"),
            ("caf-91", "manager"),
            ("mds-grigny", "agent"),
            ("mds-grigny", "manager"),
            ("caf-91-pilotage", "pilot"),
            ("gestionnaire-b", "correspondent"),
            ("bailleur-a", "manager"),
            ("ccas-grigny-accueil", "front_desk"),
        ]
    ]
    asked_of_the_caf()
    factories.reported()
    followed_by(people[0])
    waiting_for_the_landlord(people[0])
    for person in people:
        inbox = Inbox(person, TODAY)
        for part in Part:
            assert inbox.counts[part].total() == inbox.tasks(part).count()
        offered = {*inbox.tasks(Part.MINE), *inbox.tasks(Part.TO_TAKE)}
        for task in CaseTask.objects.open():
            seen = task.structure.is_claimant or permissions.can_view(person, task.case, at=TODAY)
            is_his = task.structure_id in inbox.held.get(task.step.right, ()) and task.owner_id in (None, person.pk)
            assert (task in offered) == (is_his and seen)
            if task in offered:
                assert engine.may_act(person, task, at=NOON)


def test_the_least_time_left_comes_first_and_what_has_no_date_comes_last():
    worker = factories.member("caf-91")
    late, none, today = (followed_by(worker).task("contact") for _ in range(3))
    for task, due_on in ((late, date(2026, 11, 20)), (none, None), (today, TODAY)):
        CaseTask.objects.filter(pk=task.pk).update(due_on=due_on)
    assert list(Inbox(worker, TODAY).tasks(Part.MINE)) == [late, today, none]
    assert Inbox(worker, TODAY).counts[Part.MINE] == {"late": 1, "today": 1, "later": 1}


@pytest.mark.parametrize(
    ("due_on", "left"),
    [
        (date(2026, 11, 23), Left.LATE),
        (date(2026, 11, 24), Left.TODAY),
        (date(2026, 11, 25), Left.WEEK),
        (date(2026, 12, 1), Left.WEEK),
        (date(2026, 12, 2), Left.LATER),
        (None, Left.LATER),
    ],
)
def test_groups_are_cut_alike_by_the_page_and_by_the_counts(due_on, left):
    worker = factories.member("caf-91")
    task = followed_by(worker).task("contact")
    CaseTask.objects.filter(pk=task.pk).update(due_on=due_on)
    assert left_until(due_on, today=TODAY) is left
    assert Inbox(worker, TODAY).counts[Part.MINE] == {left: 1}


def test_pages_follow_one_another_without_losing_or_repeating_a_line():
    worker = factories.member("caf-91")
    due = [TODAY, TODAY, date(2026, 11, 30), None, None]
    for due_on in due:
        task = followed_by(worker).task("contact")
        CaseTask.objects.filter(pk=task.pk).update(due_on=due_on)
    tasks = Inbox(worker, TODAY).tasks(Part.MINE)
    walked, place = [], ""
    while following := list(queries.after(tasks, place)[:1]):
        walked += following
        place = queries.position(following[0])
    assert walked == list(tasks)
    assert [task.due_on for task in walked] == due


def test_cases_in_court_come_first_however_much_time_is_left_and_pages_still_follow():
    worker = factories.member("caf-91")
    due = [
        (True, date(2026, 11, 20)),
        (True, date(2026, 12, 20)),
        (True, None),
        (False, date(2026, 11, 19)),
        (False, None),
    ]
    for comes_first, due_on in reversed(due):
        task = followed_by(worker).task("contact")
        CaseTask.objects.filter(pk=task.pk).update(due_on=due_on, comes_first=comes_first)
    inbox = Inbox(worker, TODAY)
    walked, place = [], ""
    while following := list(queries.after(inbox.tasks(Part.MINE), place)[:1]):
        walked += following
        place = queries.position(following[0])
    assert [(task.comes_first, task.due_on) for task in walked] == due
    assert inbox.counts[Part.MINE] == {"court_late": 1, "court": 2, "late": 1, "later": 1}


def test_a_position_that_cannot_be_read_is_the_beginning():
    worker = factories.member("caf-91")
    followed_by(worker)
    assert queries.after(Inbox(worker, TODAY).tasks(Part.MINE), "n’importe quoi").count() == 1


def test_what_opens_first_is_ones_own_then_what_is_to_take():
    worker = factories.member("caf-91")
    assert (Inbox(worker, TODAY).opening, Inbox(worker, TODAY).count) == (Part.MINE, 0)
    asked_of_the_caf()
    assert (Inbox(worker, TODAY).opening, Inbox(worker, TODAY).count) == (Part.TO_TAKE, 1)
    followed_by(worker)
    followed_by(worker)
    assert (Inbox(worker, TODAY).opening, Inbox(worker, TODAY).count) == (Part.MINE, 2)


def test_what_others_have_to_do_is_not_counted_in_the_menu():
    worker = factories.member("caf-91")
    waiting_for_the_landlord(worker)
    assert (Inbox(worker, TODAY).opening, Inbox(worker, TODAY).count) == (Part.WAITING, 0)


def test_the_counts_cost_two_queries(django_assert_num_queries):
    worker = factories.member("caf-91")
    asked_of_the_caf()
    with django_assert_num_queries(2):
        assert Inbox(worker, TODAY).counts[Part.TO_TAKE].total() == 1
