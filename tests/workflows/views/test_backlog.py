"""Encours: counts by step and age, the list behind each figure, and giving a task."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from tests import factories
from tests.factories import NOON, PARIS
from tests.workflows.walk import Walk
from workflows.models import CaseTask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def manager(client):
    person = factories.member("caf-91", "manager")
    client.force_login(person)
    return person


def asked_of_the_caf(*, at: datetime = NOON):
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    return factories.reported(lease, code="gestionnaire-b", at=at, **factories.FAMILY)


def figures(page) -> dict[str, list[int]]:
    return {row.label: [cell.count for cell in row.ages] for row in page.context["steps"]}


@pytest.mark.parametrize(
    ("reported", "ages"),
    [
        (datetime(2026, 11, 24, 9, tzinfo=PARIS), [1, 0, 0, 0]),
        (datetime(2026, 11, 20, 9, tzinfo=PARIS), [1, 0, 0, 0]),  # Friday: two working days before Tuesday
        (datetime(2026, 11, 19, 9, tzinfo=PARIS), [0, 1, 0, 0]),
        (datetime(2026, 11, 17, 9, tzinfo=PARIS), [0, 1, 0, 0]),
        (datetime(2026, 11, 16, 9, tzinfo=PARIS), [0, 0, 1, 0]),
        (datetime(2026, 11, 9, 9, tzinfo=PARIS), [0, 0, 1, 0]),  # ten working days: 11 November does not count
        (datetime(2026, 11, 6, 9, tzinfo=PARIS), [0, 0, 0, 1]),
    ],
)
def test_a_step_is_as_old_as_the_working_days_since_the_ball_arrived(client, manager, reported, ages):
    asked_of_the_caf(at=reported)
    assert figures(client.get(reverse("backlog"))) == {"Répondre à l’orientation": ages}


def test_every_figure_opens_the_list_of_exactly_those_tasks(client, manager):
    for days in (0, 1, 4, 5, 8, 20):
        asked_of_the_caf(at=NOON - timedelta(days=days))
    walk = Walk(asked_of_the_caf())
    walk.take("answer", by=manager, accept=True, professional=manager, reason="")
    page = client.get(reverse("backlog"))
    rows = page.context["steps"] + page.context["people"]
    checked = 0
    for row in rows:
        for cell in [*row.ages, row.total, row.late]:
            listed = client.get(f"{reverse('backlog_list')}?structure=caf-91&{cell.query}")
            assert listed.context["total"] == cell.count, (row.label, cell.query)
            checked += cell.count
    assert checked > 14


def test_the_page_and_its_list_are_for_those_who_see_the_backlog(client):
    asked_of_the_caf()
    agent = factories.member("caf-91")
    stranger = factories.member("mds-grigny", "manager")
    for person in (agent, stranger):
        client.force_login(person)
        assert client.get(reverse("backlog") + "?structure=caf-91").status_code == 404
        assert client.get(reverse("backlog_list") + "?structure=caf-91").status_code == 404


def test_a_manager_gives_a_task_to_a_colleague(client, manager):
    walk = Walk(asked_of_the_caf())
    worker, replacement = factories.member("caf-91"), factories.member("caf-91")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    task = walk.task("contact")
    client.post(reverse("give_task", args=[task.public_id]), {"to": replacement.pk})
    assert walk.task("contact").owner == replacement
    assert walk.case.assignments.get(until=None).user == replacement


def test_a_manager_takes_over_a_task_that_nobody_answered(client, manager):
    walk = Walk(asked_of_the_caf())
    client.post(reverse("give_task", args=[walk.task("answer").public_id]), {"to": manager.pk})
    assert walk.task("answer").owner == manager


def test_a_task_is_not_given_to_someone_of_another_structure(client, manager):
    walk = Walk(asked_of_the_caf())
    stranger = factories.member("mds-grigny")
    page = client.post(reverse("give_task", args=[walk.task("answer").public_id]), {"to": stranger.pk})
    assert page.context["form"].errors
    assert walk.task("answer").owner is None


def test_nobody_else_gives_a_task(client):
    walk = Walk(asked_of_the_caf())
    for person in (factories.member("caf-91"), factories.member("mds-grigny", "manager")):
        client.force_login(person)
        page = reverse("give_task", args=[walk.task("answer").public_id])
        assert client.get(page).status_code == client.post(page, {"to": person.pk}).status_code == 404


def test_a_long_list_goes_on_after_its_last_line(client, manager):
    asked_of_the_caf()
    model = CaseTask.objects.get(node="answer")
    for _ in range(60):
        model.pk = None
        model.public_id = uuid4()
        model.save()
    first = client.get(reverse("backlog_list"))
    second = client.get(reverse("backlog_list") + first.context["next_url"])
    shown = [task.pk for task, _ in first.context["lines"]] + [task.pk for task, _ in second.context["lines"]]
    assert (len(shown), len(set(shown)), second.context["next_url"]) == (61, 61, "")


def test_the_pages_cost_ten_queries_at_most(client, manager, django_assert_max_num_queries):
    for days in range(8):
        asked_of_the_caf(at=NOON - timedelta(days=days))
    for page in (reverse("backlog"), reverse("backlog_list")):
        with django_assert_max_num_queries(10):
            client.get(page)
