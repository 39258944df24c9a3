"""Several steps at once: tried without a trace, done in one act, told once, undone within a day."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cases.models import JournalEntry, User
from cases.refusals import NotAllowed, Refusal
from notifications import fanout
from notifications.models import Delivery, Notice
from tests.cases.actions.test_referents import nothing_broken
from tests.factories import NOON, member, structure
from tests.journeys import scene
from tests.workflows.walk import Walk
from workflows.actions import absences, grouped, grouped_undo
from workflows.actions.grouped import CannotGroup, Done, Giving, GroupedActContext
from workflows.actions.tasks import give_task as give_one
from workflows.models import CaseTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def manager() -> User:
    return member("caf-91", "manager", last_name="Delmas")


@pytest.fixture
def nadia() -> User:
    return member("caf-91", first_name="Nadia", last_name="A")


@pytest.fixture
def rokia() -> User:
    return member("caf-91", first_name="Rokia", last_name="B")


def setting(by: User, *, at: datetime = NOON) -> GroupedActContext:
    return GroupedActContext(structure=structure("caf-91"), by=by, at=at)


def steps(*walks: Walk, node: str = "contact") -> list[CaseTask]:
    found = CaseTask.objects.open().filter(case__in=[walk.case for walk in walks], node=node)
    return list(found.select_related("case", "owner", "structure").order_by("pk"))


def give(tasks: list[CaseTask], *, to: list[User], by: User, chosen: dict[int, User] | None = None) -> Done:
    lines = Giving(tasks, setting(by)).plan(among=to, chosen=chosen)
    return grouped.give_several(lines, setting(by), reason="load")


def held(walk: Walk) -> tuple[Any, Any]:
    """Who has the step, and who answers for the case in the structure."""
    named = walk.case.assignments.filter(until=None, kind="responsible").first()
    return walk.task("contact").owner, named.user if named else None


def aside(tasks: list[CaseTask], until: date, *, by: User) -> Done:
    lines = grouped.plan_setting_aside(tasks, setting(by), until=until)
    return grouped.set_several_aside(lines, setting(by), until=until, reason="piece")


def test_a_trial_writes_nothing(manager, nadia, rokia):
    tasks = steps(scene.case_at("contact", worker=nadia), scene.case_at("contact", worker=nadia))
    before = JournalEntry.objects.count()
    lines = Giving(tasks, setting(manager)).plan(among=[rokia])
    assert [(line.to, line.why, line.refusal) for line in lines] == [
        (rokia, "le moins chargé des collègues choisis, 0 dossier à suivre", ""),
        (rokia, "le moins chargé des collègues choisis, 1 dossier à suivre", ""),
    ]
    assert JournalEntry.objects.count() == before


def test_steps_are_given_in_one_act_with_a_line_on_each_case_and_taken_back(manager, nadia, rokia):
    walks = [scene.case_at("contact", worker=nadia) for _ in range(3)]
    done = give(steps(*walks), to=[rokia], by=manager)
    assert [held(walk) for walk in walks] == [(rokia, rokia)] * 3
    assert [line.kind for line in done.entry.consequences.all()] == ["task.given"] * 3
    assert done.entry.data == {"reason": "load", "asked": 3, "to": [rokia.pk]}
    undone = grouped_undo.undo_grouped_act(entry=done.entry, by=manager, at=NOON + timedelta(hours=20))
    assert [held(walk) for walk in walks] == [(nadia, nadia)] * 3
    assert (len(undone.done), undone.left) == (3, [])
    assert nothing_broken()


def test_a_step_that_nobody_had_comes_back_to_nobody(manager, nadia):
    walk = Walk(scene.reported())
    done = give(steps(walk, node="answer"), to=[nadia], by=manager)
    assert walk.task("answer").owner == nadia
    grouped_undo.undo_grouped_act(entry=done.entry, by=manager, at=NOON)
    assert walk.task("answer").owner is None
    assert not walk.case.assignments.filter(until=None).exists()
    assert nothing_broken()


def test_what_follows_a_step_of_its_case_comes_back_with_it(manager, nadia, rokia):
    walk = scene.case_at("contact", worker=nadia)
    beside = CaseTask.objects.get(pk=walk.task("contact").pk)
    beside.pk, beside.public_id, beside.node = None, "9f3c1f0e-6f0a-4a57-9a53-3b5f7b9a0a11", "send_dsf"
    beside.save()
    done = give(steps(walk), to=[rokia], by=manager)
    beside.refresh_from_db()
    assert beside.owner == rokia
    grouped_undo.undo_grouped_act(entry=done.entry, by=manager, at=NOON)
    beside.refresh_from_db()
    assert beside.owner == nadia


def test_the_colleagues_are_told_once_of_all_that_they_receive(manager, nadia, rokia):
    walks = [scene.case_at("contact", worker=nadia) for _ in range(3)]
    fanout.drain_outbox(at=NOON)
    before = set(Notice.objects.filter(user=rokia).values_list("pk", flat=True))
    give(steps(*walks), to=[rokia], by=manager)
    fanout.drain_outbox(at=NOON)
    told = Notice.objects.filter(user=rokia).exclude(pk__in=before)
    assert [notice.entry.kind for notice in told] == ["tasks.given"]


def test_what_moved_since_is_left_and_said(manager, nadia, rokia):
    first, second = scene.case_at("contact", worker=nadia), scene.case_at("contact", worker=nadia)
    done = give(steps(first, second), to=[rokia], by=manager)
    first.take("contact", by=rokia, **scene.REACHED)
    undone = grouped_undo.undo_grouped_act(entry=done.entry, by=manager, at=NOON)
    assert held(second) == (nadia, nadia)
    assert [task.case for task, _ in undone.left] == [first.case]
    assert "déjà été faite" in undone.left[0][1]


def test_each_step_that_cannot_be_given_says_why_and_the_act_answers_the_same(manager, nadia, rokia):
    away = member("caf-91", first_name="Absente", last_name="C")
    absences.declare(
        user=away,
        structure=structure("caf-91"),
        since=date(2026, 11, 24),
        last_day=date(2026, 11, 27),
        by=manager,
        at=NOON,
    )
    walk = scene.case_at("contact", worker=nadia)
    scene.followed(by=nadia, code="caf-91")
    followed = list(
        CaseTask.objects.open().filter(case__kind="coordination").select_related("case", "owner", "structure")
    )
    stranger = member("mds-grigny", last_name="D")
    [own] = steps(walk)
    for task, to, said in [
        (own, nadia, "Déjà chez Nadia A."),
        (own, away, "sans remplaçant"),
        (own, stranger, "ne peut pas prendre cette étape"),
        *((task, rokia, "suit le référent") for task in followed),
    ]:
        [line] = Giving([task], setting(manager)).plan(among=[], chosen={task.pk: to})
        assert said in line.refusal
        if to == nadia:
            continue  # given again to who has it, nothing would change
        with pytest.raises(Refusal):
            give_one(task=task, to=to, by=manager, at=NOON)
    assert followed


def test_who_is_away_or_has_the_steps_or_gives_them_is_not_asked_first(manager, nadia, rokia):
    other = member("caf-91")
    absences.declare(
        user=rokia,
        structure=structure("caf-91"),
        since=date(2026, 11, 24),
        last_day=date(2026, 11, 27),
        by=manager,
        at=NOON,
    )
    tasks = steps(scene.case_at("contact", worker=nadia))
    assert Giving(tasks, setting(manager)).usual_recipients == [other]


def test_when_all_colleagues_have_some_of_the_steps_all_are_proposed(manager, nadia, rokia):
    tasks = steps(scene.case_at("contact", worker=nadia), scene.case_at("contact", worker=rokia))
    assert Giving(tasks, setting(manager)).usual_recipients == [nadia, rokia]


def test_who_follows_another_case_of_the_household_is_proposed_first(manager, nadia, rokia):
    walk, other = scene.case_at("contact", worker=nadia), scene.case_at("contact", worker=rokia)
    walk.case.household = other.case.household
    walk.case.save(update_fields=["household"])
    [line] = Giving(steps(walk), setting(manager)).plan(among=[manager, rokia])
    assert (line.to, line.why) == (rokia, "suit déjà ce ménage")


def test_a_reminder_reaches_who_has_the_step_once_in_two_days(manager, nadia):
    walks = [scene.case_at("contact", worker=nadia) for _ in range(2)]
    free = Walk(scene.reported())
    fanout.drain_outbox(at=NOON)
    before = Delivery.objects.filter(user=nadia).count()
    tasks = steps(*walks) + steps(free, node="answer")
    lines = grouped.plan_reminders(tasks, setting(manager))
    assert [line.refusal for line in lines] == ["", "", "Aucun professionnel n’est nommé : la confier d’abord."]
    done = grouped.remind_several(lines, setting(manager), reason="late")
    assert (len(done.done), len(done.left)) == (2, 1)
    fanout.drain_outbox(at=NOON)
    assert Notice.objects.filter(user=nadia, entry__kind="task.reminded").count() == 2
    assert Delivery.objects.filter(user=nadia).count() <= before + 1
    again = grouped.plan_reminders(tasks, setting(manager, at=NOON + timedelta(days=1)))
    assert again[0].refusal == "Déjà rappelée le 24/11/2026."
    later = grouped.plan_reminders(tasks, setting(manager, at=NOON + timedelta(days=3)))
    assert later[0].refusal == ""
    with pytest.raises(CannotGroup, match="ne se défait pas"):
        grouped_undo.undo_grouped_act(entry=done.entry, by=manager, at=NOON)


def test_steps_are_set_aside_without_moving_a_date_and_brought_back(manager, nadia):
    walk = scene.case_at("contact", worker=nadia)
    due_on, remind_on = walk.task("contact").due_on, walk.task("contact").remind_on
    done = aside(steps(walk), date(2026, 11, 26), by=manager)
    assert walk.task("contact").set_aside_until == date(2026, 11, 26)
    assert (walk.task("contact").due_on, walk.task("contact").remind_on) == (due_on, remind_on)
    grouped_undo.undo_grouped_act(entry=done.entry, by=manager, at=NOON)
    assert walk.task("contact").set_aside_until is None
    assert nothing_broken()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"due_on": date(2026, 11, 23)}, "Son échéance est là ou passée"),
        ({"due_on": date(2026, 11, 25)}, "Son échéance est le 25/11/2026"),
        ({"comes_first": True}, "La procédure d’expulsion est engagée"),
        ({"node": "answer"}, "répondre, ou demander du temps"),
        ({"set_aside_until": date(2026, 11, 26)}, "Déjà mise de côté jusqu’à ce jour"),
    ],
)
def test_what_presses_is_not_set_aside(manager, nadia, changed, said):
    walk = scene.case_at("contact", worker=nadia)
    CaseTask.objects.filter(pk=walk.task("contact").pk).update(**changed)
    tasks = steps(walk, node=changed.get("node", "contact"))
    [line] = grouped.plan_setting_aside(tasks, setting(manager), until=date(2026, 11, 26))
    assert said in line.refusal
    with pytest.raises(CannotGroup, match="lire pourquoi"):
        aside(tasks, date(2026, 11, 26), by=manager)


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (date(2026, 11, 24), "Choisir un jour à venir."),
        (date(2026, 12, 25), "Choisir un jour jusqu’au 24/12/2026"),
    ],
)
def test_a_day_that_is_past_or_too_far_is_refused(manager, nadia, until, said):
    walk = scene.case_at("contact", worker=nadia)
    CaseTask.objects.filter(pk=walk.task("contact").pk).update(due_on=None)
    with pytest.raises(CannotGroup, match=said):
        aside(steps(walk), until, by=manager)


def test_an_act_is_refused_whole_to_who_does_not_manage_and_without_a_reason(manager, nadia, rokia):
    tasks = steps(scene.case_at("contact", worker=nadia))
    lines = Giving(tasks, setting(manager)).plan(among=[rokia])
    with pytest.raises(NotAllowed):
        grouped.give_several(lines, setting(nadia), reason="load")
    with pytest.raises(CannotGroup, match="Choisir un motif"):
        grouped.give_several(lines, setting(manager), reason="because")
    with pytest.raises(CannotGroup, match="Cocher au moins une étape"):
        grouped.give_several([], setting(manager), reason="load")
    with pytest.raises(CannotGroup, match="en choisir 100 au plus"):
        grouped.give_several(lines * 101, setting(manager), reason="load")
    assert not JournalEntry.objects.filter(kind="tasks.given").exists()


def test_an_act_is_undone_once_within_a_day_by_a_manager(manager, nadia, rokia):
    done = give(steps(scene.case_at("contact", worker=nadia)), to=[rokia], by=manager)
    with pytest.raises(NotAllowed):
        grouped_undo.undo_grouped_act(entry=done.entry, by=nadia, at=NOON)
    with pytest.raises(CannotGroup, match="dans la journée"):
        grouped_undo.undo_grouped_act(entry=done.entry, by=manager, at=NOON + timedelta(days=1, minutes=1))
    grouped_undo.undo_grouped_act(entry=done.entry, by=manager, at=NOON)
    with pytest.raises(CannotGroup, match="déjà défait"):
        grouped_undo.undo_grouped_act(entry=done.entry, by=manager, at=NOON)


def test_nothing_is_told_when_every_step_changed_in_between(manager, nadia, rokia):
    walk = scene.case_at("contact", worker=nadia)
    lines = Giving(steps(walk), setting(manager)).plan(among=[rokia])
    walk.take("contact", by=nadia, **scene.REACHED)
    with pytest.raises(CannotGroup, match="ont changé entre-temps"):
        grouped.give_several(lines, setting(manager), reason="load")
    assert not JournalEntry.objects.filter(kind="tasks.given").exists()


def test_a_plan_costs_as_many_queries_for_ten_steps_as_for_one(
    manager, nadia, rokia, django_assert_max_num_queries: Any
):
    tasks = steps(*(scene.case_at("contact", worker=nadia) for _ in range(10)))
    asked = setting(manager)
    for number in (1, 10):
        with django_assert_max_num_queries(4):
            Giving(tasks[:number], asked).plan(among=[rokia])


def test_two_managers_who_ask_at_once_are_not_both_told_of(manager, nadia):
    walk = scene.case_at("contact", worker=nadia)
    planned = [grouped.plan_reminders(steps(walk), setting(manager)) for _ in range(2)]
    grouped.remind_several(planned[0], setting(manager), reason="late")
    with pytest.raises(CannotGroup, match="ont changé entre-temps"):
        grouped.remind_several(planned[1], setting(manager), reason="late")
    assert JournalEntry.objects.filter(kind="task.reminded").count() == 1
