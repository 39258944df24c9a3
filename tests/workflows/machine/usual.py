"""The way that most cases go: an example may begin further on it."""

from typing import Any

from tests.workflows.machine.facts import Facts
from tests.workflows.machine.reporting import FAMILY

FIRST = {"case": 0, "by": 0}
USUAL: dict[str, tuple[str, dict[str, Any]]] = {
    "qualify": ("qualify", {"case": 0, "facts": FAMILY, "is_in_scope": True}),
    "arbitrate": ("arbitrate", {"case": 0, "to": 1, "is_in_scope": True}),
    "answer": ("accept", {**FIRST, "professional": 0}),
    "contact": ("contact", {**FIRST, "result": "reached"}),
    "diagnose": ("diagnose", {**FIRST, "completeness": "partial"}),
    "plan": (
        "plan_a_repayment",
        {
            **FIRST,
            "part": 1,
            "beyond": 0,
            "shares": (150_00, 0),
            "monthly": None,
            "months": 12,
            "is_default": False,
            "beside": "fsl",
        },
    ),
    "agree": ("answer_of_the_landlord", {**FIRST, "answer": "accepted", "is_his_own": True}),
}
"""Where a case stands → the act that comes next."""


class Usual(Facts):
    def go_on(self) -> None:
        node = self.waiting[0].node
        if node in USUAL:
            name, values = USUAL[node]
            self.act(name, lambda: getattr(self, name)(**values))
