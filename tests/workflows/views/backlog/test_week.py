"""Semaine prochaine: what becomes late, per day and per colleague, each number the list that it opens, given from there."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from cases.actions import deadlines
from cases.models import Absence, Closure, Deadline, Membership, User
from cases.templatetags.relais import due_of
from tests import factories
from tests.factories import NOON, PARIS
from tests.journeys import scene
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows.models import CaseTask
from workflows.queries.time_left import late_condition, on_time_until, with_last_day
from workflows.views.backlog import week_ahead

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TODAY, WEDNESDAY, NEXT_MONDAY, NEXT_SUNDAY = (
    date(2026, 11, 24),
    date(2026, 11, 25),
    date(2026, 11, 30),
    date(2026, 12, 6),
)


@pytest.fixture
def worker() -> User:
    return factories.member("caf-91", first_name="Claire", last_name="Montel")


def waits(walk: Walk, *, until: date, last: date | None = None) -> CaseTask:
    """The open step of a case, with the date that it aims at, and the last day of its delay if there is one."""
    task = CaseTask.objects.open().get(case=walk.case)
    counted = list(task.deadlines.all())
    if last is None:
        task.deadlines.clear()
    for each in counted if last else ():
        type(each).objects.filter(pk=each.pk).update(safe_date=until, legal_date=last)
    CaseTask.objects.filter(pk=task.pk).update(due_on=until)
    return task


def asked_of_the_caf(**person: Any) -> Walk:
    lease = factories.tenancy(
        landlord="gestionnaire-b", housing="private", aid_kind="ALF", home=factories.household(**person)
    )
    return Walk(factories.reported(lease, code="gestionnaire-b", **factories.FAMILY))


def page(client: Client, **asked: str) -> Any:
    return client.get(reverse("backlog_week"), asked)


def cells(answer: Any) -> dict[str, dict[date, int]]:
    return {
        row.label: {cell.day.on: cell.count.count for cell in row.days if cell.count.count}
        for row in answer.context["rows"]
    }


def test_a_step_is_counted_on_its_last_day_with_who_has_it_and_each_number_is_its_list(
    client: Client, manager: User, worker: User
):
    waits(asked_of_the_caf(), until=TODAY)
    waits(asked_of_the_caf(), until=date(2026, 11, 20), last=WEDNESDAY)  # in its margin: not late yet
    waits(asked_of_the_caf(), until=date(2026, 11, 20))
    waits(scene.case_at("contact", worker=worker), until=NEXT_MONDAY)
    waits(scene.case_at("diagnose", worker=worker), until=WEDNESDAY, last=NEXT_MONDAY)
    waits(scene.case_at("plan", worker=worker), until=NEXT_SUNDAY + timedelta(days=1))
    answer = page(client)
    assert cells(answer) == {
        "Sans professionnel nommé": {TODAY: 1, WEDNESDAY: 1},
        "Paul Lemoine": {},
        "Claire Montel": {NEXT_MONDAY: 2},
    }
    assert (answer.context["total"], answer.context["late"]) == (4, 1)
    counts = [cell.count for row in answer.context["rows"] for cell in row.days]
    counts += [row.late for row in answer.context["rows"]] + [each["count"] for each in answer.context["ahead"]]
    for count in counts:
        listed = client.get(f"{reverse('backlog_list')}?structure=caf-91&{count.query}")
        assert listed.context["total"] == count.count, count.query
        assert not count.count or "non renseigné" not in [each["label"] for each in listed.context["chips"]]
    assert [(each["day"].on, len(each["steps"])) for each in answer.context["ahead"]] == [
        (TODAY, 1), (WEDNESDAY, 1), (NEXT_MONDAY, 2),
    ]  # fmt: skip


def test_the_day_after_its_last_day_a_step_is_late_by_the_rule_of_every_page(manager: User, worker: User):
    """In the lists, in the counts and in words; the last day is typed beside each, the first of its delays to end."""
    second = {"safe": NEXT_MONDAY, "legal": date(2026, 12, 2)}
    waiting = {
        waits(asked_of_the_caf(), until=TODAY): TODAY,
        waits(asked_of_the_caf(), until=date(2026, 11, 20), last=WEDNESDAY): WEDNESDAY,
        waits(scene.case_at("diagnose", worker=worker), until=NEXT_MONDAY, last=NEXT_SUNDAY): NEXT_SUNDAY,
        # Its second delay aims later and ends sooner; is missed already; is paused, and gives no date.
        counts_too(waits(asked_of_the_caf(), until=WEDNESDAY, last=NEXT_SUNDAY), **second): date(2026, 12, 2),
        counts_too(
            waits(asked_of_the_caf(), until=date(2026, 11, 20), last=NEXT_SUNDAY),
            safe=date(2026, 11, 20), legal=date(2026, 11, 23), state="missed", ended_at=NOON,
        ): date(2026, 11, 23),
        counts_too(
            waits(asked_of_the_caf(), until=TODAY, last=NEXT_SUNDAY),
            safe=TODAY, legal=WEDNESDAY, state="paused", paused_on=TODAY,
        ): NEXT_SUNDAY,
    }  # fmt: skip
    steps = CaseTask.objects.to_do().filter(structure__code="caf-91")
    for number in range(-6, 16):
        day = TODAY + timedelta(days=number)
        late = {task.pk for task, last in waiting.items() if last < day}
        assert {task.pk for task in steps.filter(late_condition(day))} == late, day
        assert {task.pk for task in steps.annotate(last=on_time_until()).filter(last__lt=day)} == late, day
        said = {
            task.pk: due_of(task.due_on, today=day, last=task.last_on) for task in with_last_day(steps) if task.due_on
        }
        assert {pk for pk, due in said.items() if due.state == "late"} == late, day


def counts_too(task: CaseTask, *, safe: date, legal: date, **state: Any) -> CaseTask:
    """A step has one delay more."""
    first = task.deadlines.earliest("pk")
    row = {"case": first.case, "rule": first.rule, "structure": first.structure, "started_on": first.started_on}
    task.deadlines.add(Deadline.objects.create(safe_date=safe, legal_date=legal, **row, **state))
    return task


def test_who_is_away_has_left_or_leaves_is_said_beside_what_he_has(client: Client, manager: User, worker: User):
    away, gone, leaving = (
        factories.member("caf-91", first_name=name, last_name="Absent") for name in ("Ana", "Bo", "Cléa")
    )
    for person in (away, gone, leaving):
        waits(scene.case_at("contact", worker=person), until=NEXT_MONDAY)
    Absence.objects.create(
        user=away, structure=factories.structure("caf-91"), since=NEXT_MONDAY, until=date(2026, 12, 3),
        declared_by=manager, declared_at=NOON,
    ).substitutes.add(worker)  # fmt: skip
    Membership.objects.filter(user=gone).update(until=date(2026, 11, 23))
    Membership.objects.filter(user=leaving).update(until=date(2026, 12, 1))
    answer = page(client)
    rows = {row.label: row for row in answer.context["rows"]}
    assert rows["Ana Absent"].notes == ["absence du 30/11/2026 au 02/12/2026, remplacement : Claire Montel"]
    assert [cell.day.on.day for cell in rows["Ana Absent"].days if cell.is_away] == [30, 1, 2]
    assert rows["Bo Absent"].notes == ["n’est plus membre de la structure : à confier"]
    assert rows["Cléa Absent"].notes == ["dernier jour dans la structure : 01/12/2026"]
    said = [step["step"].notes for each in answer.context["ahead"] for step in each["steps"]]
    assert sorted(said) == sorted(row.notes for name, row in rows.items() if name.endswith("Absent"))


def test_a_day_on_which_nobody_works_says_why_and_by_when_it_is_to_be_done(client: Client, manager: User):
    with time_machine.travel(datetime(2026, 12, 22, 12, tzinfo=PARIS), tick=False):
        factories.member("caf-91")
        waits(asked_of_the_caf(), until=date(2026, 12, 25))
        waits(asked_of_the_caf(), until=date(2026, 12, 27))
        waits(asked_of_the_caf(), until=date(2026, 12, 29))
        Closure.objects.create(
            structure=factories.structure("caf-91"), first_day=date(2026, 12, 28), last_day=date(2026, 12, 30)
        )
        client.force_login(manager)
        answer = page(client)
    days = {day.on: (day.closed, day.before) for day in answer.context["days"] if day.closed}
    assert days == {
        date(2026, 12, 25): ("férié, Noël", date(2026, 12, 24)),
        date(2026, 12, 27): ("week-end", date(2026, 12, 24)),
        date(2026, 12, 28): ("structure fermée", date(2026, 12, 24)),
        date(2026, 12, 29): ("structure fermée", date(2026, 12, 24)),
        date(2026, 12, 30): ("structure fermée", date(2026, 12, 24)),
        date(2027, 1, 1): ("férié, Jour de l’an", date(2026, 12, 31)),
    }
    said = " ".join(strip_tags(answer.content.decode()).split())
    assert "Férié, Noël : à finir au plus tard le jeu. 24/12/2026." in said


def test_a_right_that_ends_is_said_with_the_step_of_that_day_else_by_itself(
    client: Client, manager: User, worker: User
):
    caf = factories.structure("caf-91")
    beside, alone = scene.case_at("contact", worker=worker), scene.case_at("contact", worker=worker)
    for walk in (beside, alone):
        deadlines.start(case=walk.case, fact="order_to_leave_served", on=date(2026, 9, 30), structure=caf, context={})
    waits(beside, until=NEXT_MONDAY)
    waits(alone, until=NEXT_SUNDAY + timedelta(days=9))
    [day] = page(client).context["ahead"]
    words = "Dernier jour : quitter les lieux après le commandement"
    assert (day["day"].on, [[risk.words for risk in step["risks"]] for step in day["steps"]]) == (
        NEXT_MONDAY,
        [[words]],
    )
    assert [(each["line"].words, each["risk"].who) for each in day["risks"]] == [(words, "Claire Montel")]


def test_a_case_that_sleeps_and_a_step_set_aside_say_so(client: Client, manager: User, worker: User):
    waits(scene.case_at("contact", worker=worker), until=date(2026, 12, 31))
    with time_machine.travel(datetime(2026, 12, 30, 12, tzinfo=PARIS), tick=False):
        client.force_login(manager)
        CaseTask.objects.open().update(set_aside_until=date(2026, 12, 31))
        assert "de côté jusqu’au 31/12/2026" in html_of(page(client))
        CaseTask.objects.open().update(set_aside_until=None)
        answer = page(client)
    assert [step["step"].is_dormant for each in answer.context["ahead"] for step in each["steps"]] == [True]


def test_one_gives_from_there_and_comes_back(client: Client, manager: User, worker: User):
    tasks = [waits(asked_of_the_caf(), until=NEXT_MONDAY) for _ in range(3)]
    html = html_of(page(client))
    back = f"{reverse('backlog_week')}?structure=caf-91"
    one = f"{reverse('give_task', args=[tasks[0].public_id])}?retour=semaine"
    assert one in html
    assert client.post(one, {"to": worker.pk}).headers["Location"] == back
    several = reverse("backlog_group", args=["caf-91"])
    chosen: dict[str, Any] = {"acte": "confier", "retour": "semaine", "etape": [task.public_id for task in tasks[1:]]}
    trial = client.get(several, chosen)
    assert trial.context["back_url"] == back
    done = client.post(several, {**chosen, "motif": next(iter(trial.context["form"].fields["motif"].choices[1:]))[0],
                                 "collegue": [worker.pk], "faire": "oui"}, follow=True)  # fmt: skip
    assert done.context["back_url"] == back
    assert cells(page(client))["Claire Montel"] == {NEXT_MONDAY: 3}


def test_what_the_page_does_not_name_is_in_the_list_of_its_day(
    client: Client, manager: User, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(week_ahead, "SHOWN", 1)
    for _ in range(3):
        waits(asked_of_the_caf(), until=NEXT_MONDAY)
    assert "2 autres ce jour-là : voir la liste des 3" in html_of(page(client))


def test_rights_that_the_page_does_not_name_are_said_with_the_day_from_which(
    client: Client, manager: User, worker: User, monkeypatch: pytest.MonkeyPatch
):
    caf = factories.structure("caf-91")
    for day in (29, 30):
        walk = scene.case_at("contact", worker=worker)
        deadlines.start(case=walk.case, fact="order_to_leave_served", on=date(2026, 9, day), structure=caf, context={})
        waits(walk, until=NEXT_SUNDAY + timedelta(days=9))
    assert "trop nombreux" not in html_of(page(client))
    monkeypatch.setattr(week_ahead, "RISKS_SHOWN", 1)
    answer = page(client)
    assert answer.context["risks_from"] == NEXT_MONDAY
    assert "à partir du lun. 30/11/2026, les lire aussi dans Échéances" in " ".join(
        strip_tags(answer.content.decode()).split()
    )
    assert sum(len(each["risks"]) for each in answer.context["ahead"]) == 1


@pytest.mark.parametrize(
    "day", ["demain", "²026-11-25", "2026-02-30", "0001-01-01", "9999-12-31", "2026-11-25T10:00", "9" * 4301]
)
def test_a_day_that_cannot_be_read_narrows_nothing(client: Client, manager: User, day: str):
    waits(asked_of_the_caf(), until=NEXT_MONDAY)
    listed = client.get(reverse("backlog_list"), {"structure": "caf-91", "jour": day})
    assert (listed.status_code, listed.context["total"], listed.context["chips"]) == (200, 1, [])
    assert client.get(reverse("backlog_week"), {"structure": "caf-91", "jour": day}).status_code == 200


def test_nothing_to_come_is_said_and_the_page_is_for_managers(client: Client, manager: User):
    assert "Aucune étape ne devient en retard d’ici le dim. 06/12/2026." in html_of(page(client))
    client.force_login(factories.member("caf-91"))
    assert page(client).status_code == 404


def test_it_costs_ten_queries_at_most(client: Client, manager: User, worker: User, django_assert_max_num_queries: Any):
    for number in range(4):
        waits(scene.case_at("contact", worker=worker), until=NEXT_MONDAY + timedelta(days=number))
        waits(asked_of_the_caf(), until=WEDNESDAY)
    with django_assert_max_num_queries(10):
        page(client)
