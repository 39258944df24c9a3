"""The procedures as code draws them: a change of procedure is a readable difference that the pilots can agree to."""

from pathlib import Path

import pytest
from django.conf import settings

from workflows import diagram
from workflows.flows import FLOWS
from workflows.flows.arrears import ArrearsFlow

DOCS: Path = settings.BASE_DIR / "docs" / "procedures"


def test_the_arrears_procedure_is_the_one_that_the_partners_agreed_to(snapshot):
    assert diagram.outline(ArrearsFlow) == snapshot


@pytest.mark.parametrize("name", ["overpayment", "debt_line"])
def test_the_procedures_of_overpayments_are_those_that_the_pilot_agreed_to(name, snapshot):
    assert diagram.outline(FLOWS[name]) == snapshot


@pytest.mark.parametrize("name", ["referent", "coordinator"])
def test_the_procedures_of_referents_are_those_that_the_pilot_agreed_to(name, snapshot):
    assert diagram.outline(FLOWS[name]) == snapshot


@pytest.mark.parametrize("name", FLOWS)
def test_the_picture_in_the_documentation_is_the_one_that_the_code_draws(name):
    drawn = (DOCS / f"{name}.svg").read_text(encoding="utf-8")
    assert drawn == diagram.draw_svg(FLOWS[name]), "run `manage.py draw_flows` and look at the difference"


def test_every_human_step_has_a_french_title_and_says_who_takes_it():
    nodes = [node for flow in FLOWS.values() for node in diagram.nodes_in_order(flow) if node.task_type == "HUMAN"]
    assert [node.name for node in nodes if not (node.task_title and node.who)] == []
