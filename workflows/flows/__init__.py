"""The procedures. Their names, and those of their nodes, are stored in rows: they never change.

To add one: a flow file that declares it (docs/add-a-procedure.md), and its line below.
"""

from collections.abc import Collection
from functools import cache
from typing import Any

from cases.rules.procedures import PROCEDURES, Procedure, register_procedure
from workflows.flows.arrears import ARREARS
from workflows.flows.overpayment import OVERPAYMENT
from workflows.flows.referent import COORDINATION
from workflows.nodes import SideTask, Task

FLOWS: dict[str, Any] = {}
"""By name, those of each procedure in lived order."""


def add_procedure(procedure: Procedure) -> None:
    register_procedure(procedure)
    FLOWS.update(procedure.flows)


for each in (ARREARS, OVERPAYMENT, COORDINATION):
    add_procedure(each)


def flows_of(kinds: Collection[str]) -> dict[str, Any]:
    """By name, those of the procedures of these kinds of cases."""
    return {name: flow for each in PROCEDURES.values() if each.kind in kinds for name, flow in each.flows.items()}


@cache
def human_nodes() -> tuple[Task, ...]:
    """The steps that people take, of every flow, in the order in which flows are declared."""
    return tuple(node for flow in FLOWS.values() for node in flow.instance.nodes() if isinstance(node, Task))


@cache
def side_steps() -> frozenset[str]:
    """The names of the steps that wait beside the others, and say nothing of how far a case is."""
    return frozenset(node.name for node in human_nodes() if isinstance(node, SideTask))
