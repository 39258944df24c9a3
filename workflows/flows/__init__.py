"""The procedures. Their names, and those of their nodes, are stored in rows: they never change."""

from typing import Any

from workflows.flows.arrears import ArrearsFlow

FLOWS: dict[str, Any] = {"arrears": ArrearsFlow}
