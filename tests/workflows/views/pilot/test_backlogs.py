"""The backlogs of every structure: the numbers that each manager reads, and never a name."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import CaseKind, Structure
from tests import factories
from tests.factories import NOON
from tests.workflows.views.pilot.test_steering import asked_of_the_caf
from workflows.models import CaseProcess, CaseTask
from workflows.queries.backlog import StructureBacklog
from workflows.queries.queues import Queue
from workflows.views.pilot import backlog_figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def lines_by_code() -> dict[str, backlog_figures.QueueCounts]:
    return {
        line.structure.code: line
        for line in backlog_figures.by_structure(territory="grigny", kinds=set(CaseKind), on=NOON.date())
    }


def count(line: backlog_figures.QueueCounts, queue: Queue) -> int:
    return line.counts[backlog_figures.SHOWN.index(queue)]


def test_each_structure_has_the_numbers_of_its_own_tiles():
    worker = factories.member("caf-91")
    taken = asked_of_the_caf()
    taken.take("answer", by=worker, accept=True, professional=worker)
    asked_of_the_caf()
    asked_of_the_caf(followed_by="mds-grigny")
    factories.aim(CaseTask.objects.open().of_case(taken.case), at=date(2026, 11, 20))
    found = lines_by_code()
    assert (found["caf-91"].total, count(found["caf-91"], Queue.LATE), found["caf-91"].late_share) == (2, 1, 50)
    assert count(found["mds-grigny"], Queue.UNANSWERED) == 1
    for code, line in found.items():
        own = StructureBacklog(Structure.objects.get(code=code), on=NOON.date())
        tiles = {tile.queue: tile.count for tile in own.tiles}
        assert line.total == own.total.counts["total"]
        assert {queue: count(line, queue) for queue in backlog_figures.SHOWN} == {
            queue: tiles[queue] for queue in backlog_figures.SHOWN
        }


def test_a_case_without_a_next_step_is_of_the_structure_that_answers_for_it():
    stuck = asked_of_the_caf()
    CaseTask.objects.filter(case=stuck.case).update(status="CANCELED", finished=NOON)
    CaseProcess.objects.filter(case=stuck.case).update(status="CANCELED", finished=NOON)
    line = lines_by_code()[stuck.case.responsible_structure.code]
    assert (line.total, count(line, Queue.NO_STEP), line.oldest) == (0, 1, None)


def test_the_pilot_reads_them_without_a_name_and_opens_no_list_but_of_his_own_structure(
    client: Client, django_assert_max_num_queries: Any
):
    asked_of_the_caf()
    client.force_login(factories.member("caf-91-pilotage", "pilot"))
    with django_assert_max_num_queries(10):
        page = client.get(reverse("backlogs")).content.decode()
    assert "CAF 91 – travail social" in page
    assert "secretnom" not in page.lower()
    assert "/encours/?structure=caf-91" not in page
    assert "/pilotage/procedures/arrears/?structure=caf-91" in page


def test_nobody_else_reads_them(client: Client):
    client.force_login(factories.member("caf-91", "manager"))
    assert client.get(reverse("backlogs")).status_code == 404


def test_an_empty_partnership_says_so(client: Client):
    client.force_login(factories.member("caf-91-pilotage", "pilot"))
    assert "Rien n’attend" in client.get(reverse("backlogs")).content.decode()
