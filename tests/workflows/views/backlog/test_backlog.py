"""Encours: counts by step and age, the list behind each figure, and giving a task."""

import re
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from cases import journal
from cases.actions import deadlines
from cases.models import JournalEntry, Tenancy
from tests import factories
from tests.factories import NOON, PARIS
from tests.journeys import scene
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows.actions import absences, grouped, members
from workflows.models import CaseTask
from workflows.queries.queues import Queue
from workflows.views.backlog.backlog import VIEWS

pytestmark = pytest.mark.django_db


def asked_of_the_caf(*, at: datetime = NOON):
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    return factories.reported(lease, code="gestionnaire-b", at=at, **factories.FAMILY)


def figures(page) -> dict[str, list[int]]:
    return {row.label: [cell.count for cell in row.ages] for row in page.context["rows"]}


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


@pytest.fixture
def full_backlog(manager):
    """Steps of all ages at several steps and residences; some late, old, set aside, with others, or without a step."""
    worker = factories.member("caf-91")
    for days in (0, 1, 4, 5, 8, 20, 40):
        asked_of_the_caf(at=NOON - timedelta(days=days))
    for residence in ("La Grande Borne", "Grigny 2"):
        walk = Walk(asked_of_the_caf(at=NOON - timedelta(days=50)), at=NOON - timedelta(days=48))
        Tenancy.objects.filter(cases=walk.case).update(residence=residence)
        walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    agreed = scene.case_at("agree", worker=worker)
    asleep = scene.case_at("contact", worker=worker)
    aside = scene.case_at("diagnose", worker=worker)
    CaseTask.objects.open().of_case(aside.case).update(set_aside_until=NOON.date() + timedelta(days=5))
    stuck = scene.case_at("contact", worker=worker)
    CaseTask.objects.open().of_case(stuck.case).update(status="CANCELED")
    scene.followed(by=worker, code="caf-91")
    return {"agreed": agreed, "asleep": asleep, "aside": aside, "stuck": stuck}


@pytest.mark.slow
def test_every_tile_and_every_figure_opens_the_list_of_exactly_those(client, manager, full_backlog):
    cells = [(tile.queue.label, tile.count, tile.query) for tile in client.get(reverse("backlog")).context["tiles"]]
    for view in VIEWS:
        page = client.get(f"{reverse('backlog')}?vue={view}")
        cells += [
            (f"{row.label}, {cell.label}", cell.count, cell.query)
            for row in page.context["rows"]
            for cell in [*row.ages, row.total, row.late]
        ]
    for label, count, query in cells:
        listed = client.get(f"{reverse('backlog_list')}?structure=caf-91&{query}")
        assert (listed.context["total"], len(listed.context["lines"])) == (count, count), (label, query)
    assert len(cells) > 60


def tiles(client) -> dict[str, int]:
    return {tile.queue.name: tile.count for tile in client.get(reverse("backlog")).context["tiles"]}


def test_each_queue_holds_what_its_name_says(client, manager, full_backlog):
    found = tiles(client)
    assert {name: found[name] for name in found if name not in ("LATE", "WEEK", "FORTNIGHT")} == {
        "TO_TAKE": 7,  # those asked of the structure, that nobody has
        "UNANSWERED": 7,
        "WAITING": 1,  # the landlord has the plan
        "DORMANT": 3,  # asked forty days ago; accepted forty-eight days ago, twice
        "SET_ASIDE": 1,
        "NO_STEP": 1,
    }


@pytest.mark.parametrize(
    ("due_on", "queues"),
    [
        (date(2026, 11, 23), {"LATE"}),
        (date(2026, 11, 24), {"WEEK", "FORTNIGHT"}),
        (date(2026, 12, 1), {"WEEK", "FORTNIGHT"}),
        (date(2026, 12, 2), {"FORTNIGHT"}),
        (date(2026, 12, 8), {"FORTNIGHT"}),
        (date(2026, 12, 9), set()),
    ],
)
def test_a_step_is_late_the_day_after_its_date_and_said_to_become_so_before(client, manager, due_on, queues):
    walk = Walk(asked_of_the_caf())
    factories.aim(CaseTask.objects.open().of_case(walk.case), at=due_on)
    found = tiles(client)
    assert {name for name in ("LATE", "WEEK", "FORTNIGHT") if found[name]} == queues


@pytest.mark.parametrize(
    ("last_day", "words", "queues", "late"),
    [
        (date(2026, 11, 23), "en retard de 2 j ouvrés", {"LATE"}, 1),
        (date(2026, 11, 24), "marge dépassée, dernier jour aujourd’hui", {"WEEK", "FORTNIGHT"}, 0),
        (date(2026, 11, 26), "marge dépassée, dernier jour jeudi", {"WEEK", "FORTNIGHT"}, 0),
    ],
)
def test_a_step_is_late_once_its_last_day_is_over_in_words_and_in_every_count(
    client, manager, last_day, words, queues, late
):
    walk = Walk(asked_of_the_caf())
    waiting = CaseTask.objects.open().get(case=walk.case)
    waiting.deadlines.update(safe_date=date(2026, 11, 20), legal_date=last_day)
    CaseTask.objects.filter(pk=waiting.pk).update(due_on=date(2026, 11, 20))
    found = tiles(client)
    assert {name for name in ("LATE", "WEEK", "FORTNIGHT") if found[name]} == queues
    assert client.get(reverse("backlog")).context["late"] == late
    for address in (
        f"{reverse('backlog_list')}?structure=caf-91",
        reverse("cases"),
        reverse("give_task", args=[waiting.public_id]),
        reverse("case", args=[walk.case.public_id]),
    ):
        assert words in strip_tags(html_of(client.get(address))).replace("\N{NO-BREAK SPACE}", " "), address
    found_by_number = client.post(reverse("search"), {"texte": walk.case.reference}, follow=True)
    assert words in strip_tags(html_of(found_by_number)).replace("\N{NO-BREAK SPACE}", " ")
    listed = client.get(f"{reverse('backlog_list')}?structure=caf-91&age=late")
    assert listed.context["total"] == late
    assert len(client.get(f"{reverse('cases')}?retard=on").context["lines"]) == late
    step = client.get(f"{reverse('procedure', args=['arrears'])}?structure=caf-91")
    assert step.context["late"] == late


@pytest.mark.parametrize(
    ("at_stake", "days", "sleeps"), [(False, 30, False), (False, 31, True), (True, 15, False), (True, 16, True)]
)
def test_a_step_sleeps_when_nobody_has_done_anything_for_a_month_or_half_of_one(
    client, manager, at_stake, days, sleeps
):
    walk = Walk(asked_of_the_caf(at=NOON - timedelta(days=days)))
    CaseTask.objects.open().of_case(walk.case).update(comes_first=at_stake)
    assert bool(tiles(client)["DORMANT"]) is sleeps


def test_an_act_of_somebody_wakes_a_case_and_a_reminder_does_not(client, manager):
    walk = Walk(asked_of_the_caf(at=NOON - timedelta(days=40)))
    told: dict[str, Any] = {
        "at": NOON - timedelta(days=1),
        "case": walk.case,
        "structure": factories.structure("caf-91"),
    }
    journal.record("reminder.due", **told)
    journal.record("task.reminded", by=manager, **told)
    assert tiles(client)["DORMANT"] == 1
    journal.record("note.written", by=manager, **told)
    assert tiles(client)["DORMANT"] == 0


def test_an_absence_its_end_and_a_departure_wake_no_case(client, manager):
    caf, worker, colleague = factories.structure("caf-91"), factories.member("caf-91"), factories.member("caf-91")
    walk = Walk(asked_of_the_caf(at=NOON - timedelta(days=50)), at=NOON - timedelta(days=48))
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    by_manager: dict[str, Any] = {"by": manager, "at": NOON}
    days: dict[str, Any] = {"since": NOON.date(), "last_day": NOON.date() + timedelta(days=9)}
    away = absences.declare(user=worker, structure=caf, substitutes=[colleague], **days, **by_manager)
    absences.end(absence=away, **by_manager)
    handed = members.hand_over(chosen=[walk.case], user=worker, to=colleague, structure=caf, **by_manager)
    assert handed.done == [walk.case]
    told = {entry.kind for entry in JournalEntry.objects.filter(case=walk.case, actor=manager)}
    assert told >= {"substitute.named", "substitute.released", "case.handed_over"}
    assert tiles(client)["DORMANT"] == 1


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


def test_one_comes_back_from_giving_a_task_to_the_list_with_its_filters(client, manager):
    walk = Walk(asked_of_the_caf())
    case = reverse("case", args=[walk.case.public_id])
    listed = html_of(client.get(f"{reverse('backlog_list')}?structure=caf-91&etape=answer&qui=none"))
    assert f'href="{case}"' in listed
    [give] = re.findall(r'href="(/encours/taches/[^"]+)"', listed)
    give = unescape(give)
    back = f"{reverse('backlog_list')}?structure=caf-91&etape=answer&qui=none"
    page = client.get(give)
    assert page.context["back_url"] == back
    assert f'href="{case}"' in html_of(page)
    assert client.post(give, {"to": factories.member("caf-91").pk}).url == back
    assert client.get(case).status_code == 200


def test_what_an_address_says_of_a_list_leads_nowhere_else(client, manager):
    walk = Walk(asked_of_the_caf())
    give = reverse("give_task", args=[walk.task("answer").public_id])
    page = client.get(f"{give}?liste=structure%3Dccas-grigny%26suite%3D%2F%2Fexemple.fr%26file%3DLATE")
    assert page.context["back_url"] == f"{reverse('backlog_list')}?structure=caf-91&file=LATE"


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


def test_a_step_that_is_done_names_nobody_once_the_case_is_no_longer_shown(client, manager):
    walk = Walk(asked_of_the_caf())
    page = reverse("give_task", args=[walk.task("answer").public_id])
    assert walk.case.household.members.get().full_name in html_of(client.get(page))
    walk.take("answer", by=factories.member("caf-91"), accept=False, reason="no_capacity")
    assert client.get(page).status_code == client.post(page, {"to": manager.pk}).status_code == 404


def test_a_step_that_is_done_is_said_so_while_the_case_is_shown(client, manager):
    walk = Walk(asked_of_the_caf())
    worker = factories.member("caf-91")
    page = reverse("give_task", args=[walk.task("answer").public_id])
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    assert "Cette étape a déjà été faite par" in html_of(client.post(page, {"to": manager.pk}, follow=True))


def test_what_was_done_to_several_steps_names_nobody_once_the_case_is_no_longer_shown(client, manager):
    walk = Walk(asked_of_the_caf())
    worker = factories.member("caf-91")
    setting = grouped.GroupedActContext(structure=factories.structure("caf-91"), by=manager, at=NOON)
    lines = grouped.Giving([walk.task("answer")], setting).plan(among=[worker])
    done = grouped.give_several(lines, setting, reason="load")
    page = reverse("backlog_act", args=["caf-91", done.entry.pk])
    name = walk.case.household.members.get().full_name
    assert name in html_of(client.get(page))
    walk.take("answer", by=worker, accept=False, reason="no_capacity")
    html = html_of(client.get(page))
    assert name not in html
    assert walk.case.reference in html


def test_a_long_list_goes_on_after_its_last_line(client, manager):
    asked_of_the_caf()
    model = CaseTask.objects.get(node="answer")
    for _ in range(60):
        model.pk = None
        model.public_id = uuid4()
        model.save()
    first = client.get(reverse("backlog_list"))
    second = client.get(reverse("backlog_list") + first.context["next_url"])
    shown = [line["task"].pk for page in (first, second) for line in page.context["lines"]]
    assert (len(shown), len(set(shown)), second.context["next_url"]) == (61, 61, "")


def test_what_expires_first_comes_first_in_a_long_list_that_neither_loses_nor_repeats_a_line(client, manager):
    """A right that lapses sooner than the step is to be done: the list is in its order, and its pages follow."""
    asked_of_the_caf()
    pressed = asked_of_the_caf()
    CaseTask.objects.filter(node="answer").update(due_on=date(2026, 12, 1))
    model = CaseTask.objects.filter(node="answer").exclude(case=pressed).get()
    for number in range(60):
        model.pk = None
        model.public_id = uuid4()
        model.due_on = date(2026, 12, 2 + number % 20)
        model.save()
    caf = factories.structure("caf-91")
    deadlines.start(case=pressed, fact="order_to_leave_served", on=date(2026, 9, 30), structure=caf, context={})
    first = client.get(reverse("backlog_list"))
    second = client.get(reverse("backlog_list") + first.context["next_url"])
    shown = [line["task"] for page in (first, second) for line in page.context["lines"]]
    assert shown[0].case == pressed
    assert "Dernier jour d’un droit : lun. 30/11/2026" in " ".join(strip_tags(html_of(first)).split())
    assert (len(shown), len({task.pk for task in shown})) == (62, 62)


def test_the_pages_cost_ten_queries_at_most(client, manager, django_assert_max_num_queries):
    for days in range(8):
        asked_of_the_caf(at=NOON - timedelta(days=days))
    pages = [f"{reverse('backlog')}?vue={view}" for view in VIEWS]
    pages += [f"{reverse('backlog_list')}?file={queue}" for queue in Queue]
    for page in [*pages, reverse("backlog_list"), reverse("backlog_answers")]:
        with django_assert_max_num_queries(10):
            client.get(page)
