"""What a person has to do, may take and waits for: the lists agree with the engine, with the door and with their counts."""

import cProfile
from datetime import date
from decimal import Decimal

import pytest

from cases import permissions
from cases.actions import deadlines, members
from cases.actions.notices import NoticeReception
from cases.models import Deadline, User
from cases.rules.notices import TypedLine
from tests import factories
from tests.factories import NOON
from tests.workflows.walk import Walk
from workflows import engine
from workflows.actions import absences
from workflows.actions.overpayment import open_with_notice
from workflows.models import CaseTask
from workflows.queries import inbox as queries
from workflows.queries.inbox import Inbox, InboxList
from workflows.queries.time_left import CountsByLeft, Left, left_until, position_of, tasks_after

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


def listed(user: User, part: InboxList, *, today: date = TODAY) -> list[str]:
    return [task.node for task in Inbox(user, today).tasks(part)]


def all_lists(user: User) -> dict[str, list[str]]:
    return {part.value: nodes for part in InboxList if (nodes := listed(user, part))}


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
    assert listed(worker, InboxList.MINE) == ["contact"]
    members.end_membership(membership=factories.membership_of(worker), on=TODAY, at=NOON)
    assert listed(worker, InboxList.MINE) == []


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
        for part in InboxList:
            assert inbox.counts[part].total() == inbox.tasks(part).count()
        offered = {*inbox.tasks(InboxList.MINE), *inbox.tasks(InboxList.TO_TAKE)}
        for task in CaseTask.objects.open():
            seen = task.structure.is_claimant or permissions.can_view(person, task.case, at=TODAY)
            is_his = task.structure_id in inbox.held_rights.get(task.step.right, ()) and task.owner_id in (
                None,
                person.pk,
            )
            assert (task in offered) == (is_his and seen)
            if task in offered:
                assert engine.may_act(person, task, at=NOON)


def test_the_least_time_left_comes_first_and_what_has_no_date_comes_last():
    worker = factories.member("caf-91")
    late, none, today = (followed_by(worker).task("contact") for _ in range(3))
    for task, due_on in ((late, date(2026, 11, 20)), (none, None), (today, TODAY)):
        factories.aim(CaseTask.objects.filter(pk=task.pk), at=due_on)
    assert list(Inbox(worker, TODAY).tasks(InboxList.MINE)) == [late, today, none]
    assert Inbox(worker, TODAY).counts[InboxList.MINE] == {Left.LATE: 1, Left.TODAY: 1, Left.LATER: 1}


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
    factories.aim(CaseTask.objects.filter(pk=task.pk), at=due_on)
    assert left_until(due_on, today=TODAY) is left
    assert Inbox(worker, TODAY).counts[InboxList.MINE] == {left: 1}


def test_pages_follow_one_another_without_losing_or_repeating_a_line():
    worker = factories.member("caf-91")
    due = [TODAY, TODAY, date(2026, 11, 30), None, None]
    for due_on in due:
        task = followed_by(worker).task("contact")
        factories.aim(CaseTask.objects.filter(pk=task.pk), at=due_on)
    tasks = Inbox(worker, TODAY).tasks(InboxList.MINE)
    walked, place = [], ""
    while following := list(tasks_after(tasks, place)[:1]):
        walked += following
        place = position_of(following[0])
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
    while following := list(tasks_after(inbox.tasks(InboxList.MINE), place)[:1]):
        walked += following
        place = position_of(following[0])
    assert [(task.comes_first, task.due_on) for task in walked] == due
    assert inbox.counts[InboxList.MINE] == {Left.COURT_LATE: 1, Left.COURT: 2, Left.LATE: 1, Left.LATER: 1}


def test_a_position_that_cannot_be_read_is_the_beginning():
    worker = factories.member("caf-91")
    followed_by(worker)
    assert tasks_after(Inbox(worker, TODAY).tasks(InboxList.MINE), "n’importe quoi").count() == 1


def test_what_opens_first_is_ones_own_then_what_is_to_take():
    worker = factories.member("caf-91")
    assert (Inbox(worker, TODAY).opening_list, Inbox(worker, TODAY).menu_count) == (InboxList.MINE, 0)
    asked_of_the_caf()
    assert (Inbox(worker, TODAY).opening_list, Inbox(worker, TODAY).menu_count) == (InboxList.TO_TAKE, 1)
    followed_by(worker)
    followed_by(worker)
    assert (Inbox(worker, TODAY).opening_list, Inbox(worker, TODAY).menu_count) == (InboxList.MINE, 2)


def test_what_others_have_to_do_is_not_counted_in_the_menu():
    worker = factories.member("caf-91")
    waiting_for_the_landlord(worker)
    assert (Inbox(worker, TODAY).opening_list, Inbox(worker, TODAY).menu_count) == (InboxList.WAITING, 0)


def test_the_counts_cost_two_queries(django_assert_num_queries):
    worker = factories.member("caf-91")
    asked_of_the_caf()
    with django_assert_num_queries(2):
        assert Inbox(worker, TODAY).counts[InboxList.TO_TAKE].total() == 1


def test_what_a_long_list_is_made_of_is_cut_before_it_is_put_together():
    """Of who holds 24 000 steps, all were read and sorted to show fifty: together, no index gives them in their order."""
    worker = factories.member("caf-91")
    for _ in range(3):
        followed_by(worker)
    inbox = Inbox(worker, TODAY)
    first = inbox.tasks(InboxList.MINE, most=2)
    assert [task.pk for task in first] == [task.pk for task in inbox.tasks(InboxList.MINE)[:2]]
    assert str(first.query).count("LIMIT 2") == 1  # she replaces nobody
    inbox = Inbox(worker, TODAY)
    vars(inbox).update(may_replace=True)
    first = inbox.tasks(InboxList.MINE, most=2)
    assert (
        str(first.query).count("LIMIT 2") == 4
    )  # one’s own, those of each who is replaced, all of these, and the page


def test_who_replaces_two_colleagues_reads_their_steps_among_his_own_page_after_page():
    reader, away, other = (factories.member("caf-91") for _ in range(3))
    given = [(away, 3), (reader, 1), (other, 2), (away, 5), (reader, 4)]
    steps = {}
    for worker, day in given:
        steps[day] = followed_by(worker).task("contact")
        factories.aim(CaseTask.objects.filter(pk=steps[day].pk), at=date(2026, 12, day))
    by_a_third = followed_by(factories.member("caf-91")).task("contact")
    caf = factories.structure("caf-91")
    for absent in (away, other):
        last_day = date(2026, 12, 4)
        absences.declare(
            user=absent, structure=caf, since=TODAY, last_day=last_day, substitutes=[reader], by=absent, at=NOON
        )
    inbox = Inbox(reader, TODAY)
    first = list(inbox.tasks(InboxList.MINE, most=2))
    second = list(inbox.tasks(InboxList.MINE, start=position_of(first[-1]), most=2))
    third = list(inbox.tasks(InboxList.MINE, start=position_of(second[-1]), most=2))
    assert [first, second, third] == [[steps[1], steps[2]], [steps[3], steps[4]], [steps[5]]]
    assert (inbox.counts[InboxList.MINE].total(), inbox.counts[InboxList.WAITING].total()) == (5, 0)
    assert Inbox(reader, TODAY).menu_count == 5
    assert listed(reader, InboxList.MINE, today=date(2026, 12, 5)) == ["contact", "contact"]
    assert by_a_third not in [*first, *second, *third]


def test_no_more_is_counted_than_a_heading_says():
    worker = factories.member("caf-91")
    followed_by(worker)
    assert str(Inbox(worker, TODAY).of_counts().query).count("LIMIT 1001") == 3


@pytest.mark.parametrize(
    ("counted", "words", "pressing", "headings"),
    [
        ({Left.LATE: 3, Left.TODAY: 997}, 1000, 3, {Left.LATE: 3, Left.TODAY: 997, Left.LATER: 0}),
        (
            {Left.LATE: 3, Left.TODAY: 998},
            "plus de 1000",
            3,
            {Left.LATE: 3, Left.TODAY: "au moins 998", Left.WEEK: ""},
        ),
        ({Left.COURT_LATE: 1, Left.LATE: 1000}, "plus de 1000", "plus de 1000", {Left.COURT_LATE: 1, Left.COURT: 0}),
        (
            {Left.LATE: 1001},
            "plus de 1000",
            "plus de 1000",
            {Left.COURT: 0, Left.LATE: "plus de 1000", Left.TODAY: ""},
        ),
        ({Left.COURT: 1001}, "plus de 1000", "", {Left.COURT_LATE: 0, Left.COURT: "plus de 1000", Left.LATE: ""}),
    ],
)
def test_a_number_that_was_not_counted_to_its_end_says_so(counted, words, pressing, headings):
    counts = CountsByLeft(counted)
    assert (counts.total_words, counts.pressing_words) == (words, pressing)
    assert {left: counts.words_of(left) for left in headings} == headings


def test_who_follows_more_cases_than_are_searched_is_told_so(monkeypatch):
    worker = factories.member("caf-91")
    oldest = waiting_for_the_landlord(worker).task("agree")
    assert Inbox(worker, TODAY).counts[InboxList.WAITING].total_words == 1
    waiting_for_the_landlord(worker)
    monkeypatch.setattr(queries, "FOLLOWED", 1)
    monkeypatch.setattr(
        queries, "read_written", lambda of, user, today, held, *words: list(of(user, today, held, *words))
    )
    inbox = Inbox(worker, TODAY)
    assert inbox.counts[InboxList.WAITING].total_words == "au moins 1"
    assert list(inbox.tasks(InboxList.WAITING)) == [oldest]


def test_what_is_waited_for_is_cut_where_the_page_ends_and_goes_on_there():
    worker = factories.member("caf-91")
    waited = [waiting_for_the_landlord(worker).task("agree") for _ in range(3)]
    for task, day in zip(waited, (3, 1, 2), strict=True):
        CaseTask.objects.filter(pk=task.pk).update(due_on=date(2026, 12, day))
    inbox = Inbox(worker, TODAY)
    [first, second] = inbox.tasks(InboxList.WAITING, most=2)
    [third] = inbox.tasks(InboxList.WAITING, start=position_of(second), most=2)
    assert [first, second, third] == [waited[1], waited[2], waited[0]]


def served(walk: Walk) -> None:
    """An order to leave, on the first of October: two months."""
    caf = factories.structure("caf-91")
    deadlines.start(case=walk.case, fact="order_to_leave_served", on=date(2026, 10, 1), structure=caf, context={})


def dates(walk: Walk, node: str) -> tuple[date | None, date | None]:
    task = walk.task(node)
    return task.due_on, task.legal_on


def test_the_last_day_of_a_right_puts_every_step_of_its_case_before_those_that_expire_later():
    """A delay of the partnership is no right: the contact’s own is not a last day, to inform the person is (GDPR, 14)."""
    worker = factories.member("caf-91")
    quiet, pressed = followed_by(worker), followed_by(worker)
    assert dates(quiet, "contact") == dates(pressed, "contact") == (date(2026, 12, 4), date(2026, 12, 24))
    served(pressed)
    assert dates(pressed, "contact") == (date(2026, 12, 4), date(2026, 12, 1))
    inbox = Inbox(worker, TODAY)
    assert list(inbox.tasks(InboxList.MINE)) == [pressed.task("contact"), quiet.task("contact")]
    assert inbox.counts[InboxList.MINE] == {Left.WEEK: 1, Left.LATER: 1}


@pytest.mark.parametrize("state", ["met", "missed", "cancelled"])
def test_what_is_met_expired_or_without_object_is_no_last_day(state):
    walk = followed_by(factories.member("caf-91"))
    served(walk)
    running = Deadline.objects.running().filter(case=walk.case, legal_date=date(2026, 12, 1))
    assert running.update(state=state, ended_at=NOON) == 1
    assert dates(walk, "contact") == (date(2026, 12, 4), date(2026, 12, 24))


def test_a_step_that_opens_later_says_the_last_day_too_and_the_landlord_s_own_never_does():
    worker = factories.member("caf-91")
    walk = followed_by(worker)
    served(walk)
    walk.take("contact", by=worker, result="reached", channel="phone", made_on=TODAY, informed_by="phone")
    assert walk.task("diagnose").legal_on == date(2026, 12, 1)
    asked = waiting_for_the_landlord(worker)
    served(asked)
    assert asked.task("agree").legal_on is None


def test_a_line_of_an_overpayment_says_until_when_the_person_may_ask_for_its_rectification():
    professional, home = factories.member("mds-grigny", "manager"), factories.household()
    factories.know(home, followed_by="mds-grigny")
    case = open_with_notice(
        household=home,
        operator="caf",
        letter_date=date(2026, 11, 2),
        received=NoticeReception(on=date(2026, 11, 5), how="post"),
        lines=[TypedLine(benefit="rsa", amount=Decimal(640)), TypedLine(benefit="apl", amount=Decimal(300))],
        structure=factories.structure("mds-grigny"),
        by=professional,
        at=NOON,
    )
    walk = Walk(case)
    walk.take("check_notice", by=professional, routes_stated="yes", lacks=[])
    said = {
        task.full_title: (task.legal_on, task.last_day["title"], task.last_day["benefit"])
        for task in Inbox(professional, TODAY).tasks(InboxList.MINE)
    }
    assert said == {
        "Choisir la voie : RSA": (date(2026, 11, 25), "Demander la rectification du trop-perçu", "rsa"),
        "Choisir la voie : APL": (date(2026, 11, 25), "Demander la rectification du trop-perçu", "apl"),
    }


PEOPLE = [
    ("caf-91", "agent"),
    ("caf-91", "manager"),
    ("caf-91", "dpo"),
    ("mds-grigny", "agent"),
    ("mds-grigny", "manager"),
    ("caf-91-pilotage", "pilot"),
    ("gestionnaire-b", "correspondent"),
    ("ccas-grigny-accueil", "front_desk"),
]


def test_the_menu_of_each_counts_his_own_lists_whoever_asked_before_with_the_same_rights():
    people = [factories.member(code, role) for code, role in PEOPLE]
    asked_of_the_caf()
    factories.reported()
    factories.reported(**factories.FAMILY)
    followed_by(people[0])
    waiting_for_the_landlord(people[0])
    counts = {}
    for person, place in zip(people, PEOPLE, strict=True):
        whole = Inbox(person, TODAY)
        counts[place] = Inbox(person, TODAY).menu_count
        assert counts[place] == (whole.counts[InboxList.MINE] or whole.counts[InboxList.TO_TAKE]).total(), place
        assert Inbox(person, date(2025, 12, 31)).menu_count == 0, place  # he was a member of nothing yet
    assert counts == dict(zip(PEOPLE, (1, 1, 0, 1, 1, 1, 1, 0), strict=True))


def test_the_query_of_the_menu_is_written_once_for_all_who_hold_the_same_rights():
    """To write it took longer than to run it: 40 ms of each page."""
    first, second = factories.member("caf-91"), factories.member("mds-grigny")
    Inbox(first, TODAY).menu_count  # noqa: B018 - is read
    calls = cProfile.Profile()
    calls.runcall(lambda: Inbox(second, TODAY).menu_count)
    assert sum(each.callcount for each in calls.getstats()) < 9_000
