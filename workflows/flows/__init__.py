"""The procedures. Their names, and those of their nodes, are stored in rows: they never change."""

from functools import cache
from typing import Any

from workflows.flows.arrears import ArrearsFlow
from workflows.flows.debt_line import DebtLineFlow
from workflows.flows.overpayment import OverpaymentFlow
from workflows.flows.referent import CoordinatorFlow, ReferentFlow
from workflows.nodes import SideTask

FLOWS: dict[str, Any] = {
    "arrears": ArrearsFlow,
    "overpayment": OverpaymentFlow,
    "debt_line": DebtLineFlow,
    "referent": ReferentFlow,
    "coordinator": CoordinatorFlow,
}


@cache
def side_steps() -> frozenset[str]:
    """The names of the steps that wait beside the others, and say nothing of how far a case is."""
    nodes = (node for flow in FLOWS.values() for node in flow.instance.nodes())
    return frozenset(node.name for node in nodes if isinstance(node, SideTask))
