"""Structures and steps: each cell is the length of its list, its share late and its oldest those of every page."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.factories import NOON
from tests.journeys.scene import case_at
from tests.pages import html_of
from tests.workflows.views.pilot.test_procedures import asked_of_the_caf
from tests.workflows.views.pilot.test_steering import asked_of_the_caf as asked_of
from workflows.models import CaseTask
from workflows.views.pilot.heat_map_figures import HeatCell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def page(client: Client, flow: str = "arrears") -> Any:
    return client.get(reverse("heat_map", args=[flow]))


def cells(answer: Any) -> dict[tuple[str, str], HeatCell]:
    return {
        (line["row"].structure.code, step.name): cell
        for line in answer.context["rows"]
        for step, cell, _ in line["cells"]
        if cell.count
    }


@pytest.mark.usefixtures("pilot")
def test_each_cell_is_its_list_its_step_in_the_drawing_and_a_part_of_the_backlog(client: Client):
    worker = factories.member("caf-91")
    for days in (0, 1, 20):
        asked_of_the_caf(at=NOON - timedelta(days=days))
    for node in ("contact", "contact", "diagnose"):
        case_at(node, worker=worker)
    asked_of(followed_by="mds-grigny")
    waiting = CaseTask.objects.open().filter(node="contact").first()
    factories.aim(CaseTask.objects.filter(pk=waiting and waiting.pk), at=date(2026, 11, 20))
    answer = page(client)
    found, totals = cells(answer), [cell for _, cell in answer.context["totals"]]
    assert {key: (cell.count, cell.late, f"{cell.oldest:%d/%m}") for key, cell in found.items()} == {
        ("caf-91", "answer"): (3, 1, "04/11"),
        ("caf-91", "contact"): (2, 1, "24/11"),
        ("caf-91", "diagnose"): (1, 0, "24/11"),
        ("mds-grigny", "answer"): (1, 0, "24/11"),
    }
    assert [(cell.count, cell.late) for cell in totals] == [(4, 1), (2, 1), (1, 0), (7, 2)]
    assert (found["caf-91", "answer"].late_share, found["caf-91", "answer"].heat) == (33, 3)
    assert (found["caf-91", "contact"].late_share, found["caf-91", "contact"].heat) == (50, 3)
    backlogs = {line.structure.code: line.total for line, _, _ in client.get(reverse("backlogs")).context["rows"]}
    assert backlogs == {"caf-91": 6, "mds-grigny": 1}
    drawn = client.get(reverse("procedure_steering", args=["arrears"]), {"structure": "caf-91"})
    steps = {row.node.name: row.figures for row in drawn.context["rows"]}
    client.force_login(factories.member("caf-91", "manager"))
    for (code, node), cell in found.items():
        if code == "caf-91":
            assert (steps[node].waiting, steps[node].late, steps[node].late_share) == (
                cell.count, cell.late, cell.late_share,
            )  # fmt: skip
            asked = {"structure": code, "procedure": "arrears", "etape": node}
            assert client.get(reverse("backlog_list"), asked).context["total"] == cell.count
            assert client.get(reverse("backlog_list"), {**asked, "age": "late"}).context["total"] == cell.late


def test_the_shade_says_the_share_and_nothing_late_has_none():
    shares = [(0, 40), (1, 100), (10, 100), (11, 100), (25, 100), (50, 100), (51, 100), (3, 3)]
    assert [HeatCell(count=count, late=late).heat for late, count in shares] == [0, 1, 1, 2, 2, 3, 4, 4]


def test_a_number_opens_the_list_of_ones_own_structure_and_the_steps_of_another(client: Client, pilot: Any):
    asked_of_the_caf()
    html = html_of(page(client))
    assert reverse("backlog_list") not in html
    assert f"{reverse('procedure_steering', args=['arrears'])}?structure=caf-91#etape-answer" in html
    assert 'id="etape-answer"' in html_of(client.get(reverse("procedure_steering", args=["arrears"])))
    assert '<th scope="col">Répondre à l’orientation</th>' in html
    assert "secretnom" not in html.lower()
    assert 'style="' not in html
    factories.member("caf-91", "manager")
    both = factories.member("caf-91", "manager")
    both.memberships.create(
        user=both, structure=factories.structure("caf-91-pilotage"), role="pilot", since=NOON.date(),
        group=factories.membership_of(pilot).group,
    )  # fmt: skip
    client.force_login(both)
    assert "?structure=caf-91&amp;procedure=arrears&amp;etape=answer" in page(client).content.decode()


def test_what_waits_for_its_turn_is_in_no_list_hence_in_no_cell(client: Client, pilot: Any):
    asked_of_the_caf()
    CaseTask.objects.update(node="wait_turn", flow_task="workflows/flows.arrears.ArrearsFlow.wait_turn")
    assert "Aucune étape de cette procédure n’attend" in html_of(page(client))


def test_it_is_of_the_action_that_one_pilots_in_ten_queries(
    client: Client, pilot: Any, django_assert_max_num_queries: Any
):
    asked_of_the_caf()
    with django_assert_max_num_queries(10):
        assert page(client).status_code == 200
    assert page(client, "overpayment").status_code == page(client, "autre").status_code == 404
    client.force_login(factories.member("caf-91", "manager"))
    assert page(client).status_code == 404
