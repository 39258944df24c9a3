"""Why another table sends a situation elsewhere, in sentences that name what changed."""

from typing import Any

import pytest

from tests.workflows.routing.structures import STRUCTURES
from workflows.routing.decide import decide_by_table
from workflows.routing.facts import fact_keys, read_facts
from workflows.routing.move_reasons import why_moved
from workflows.routing.table import read_table

NAMES = {each.code: each.name for each in STRUCTURES}
FALLBACK = {"code": "R99", "title": "Le reste", "fallback": True, "reason": "Le pilote décide.", "contact_rule": "C"}


def row(code: str, to: str, *conditions: tuple[str, Any], operator: str = "is") -> dict[str, Any]:
    asked = [{"key": key, "operator": operator, "value": value} for key, value in conditions]
    return {"code": code, "title": code, "all": asked, "lead": {"structure": to}, "reason": "…", "contact_rule": "C"}


def table(*rows: dict[str, Any]):
    parameters = {"needed": [], "declines_before_arbitration": 2}
    data = {"edition": {"number": 1}, "parameters": parameters, "rows": [*rows, FALLBACK]}
    return read_table(data, structures=STRUCTURES)


PRIVATE = row("R3", "caf-91", ("housing", "private"))
RSA = row("R5", "mds-grigny", ("rsa", True))
FAMILY = row("R4", "adil-91", ("dependent_children", 2), operator="at_least")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            [PRIVATE],
            [row("R3", "adil-91", ("housing", "private"))],
            (f"R3 désigne {NAMES['adil-91']}, au lieu de {NAMES['caf-91']}.",),
        ),
        ([PRIVATE, RSA], [RSA], ("R3 est retirée.",)),
        ([RSA], [PRIVATE, RSA], ("R3 est ajoutée : « Parc : privé » (vrai : privé).",)),
        ([PRIVATE, RSA], [RSA, PRIVATE], ("R5 est lue avant R3.",)),
        (
            [FAMILY, RSA],
            [row("R4", "adil-91", ("dependent_children", 3), operator="at_least"), RSA],
            ("R4 demande maintenant « Enfants à charge : au moins 3 » (faux : 2).",),
        ),
        (
            [row("R4", "adil-91", ("dependent_children", 3), operator="at_least"), RSA],
            [FAMILY, RSA],
            ("R4 ne demande plus « Enfants à charge : au moins 3 » (faux : 2).",),
        ),
        (
            [row("R3", "caf-91", ("housing", "private")), RSA],
            [row("R3", "caf-91", ("housing", "private"), ("msa", True)), RSA],
            ("R3 demande maintenant « Affilié à la MSA : oui » (inconnu : non connu).",),
        ),
        ([PRIVATE], [], ("R3 est retirée.", "R99 : aucune autre règle ne s’applique.")),
    ],
)
def test_what_changed_is_named(before, after, said):
    facts = read_facts(
        {"housing": "private", "rsa": True, "dependent_children": 2}, keys=fact_keys(STRUCTURES), source="bailleur"
    )
    left, taken = (decide_by_table(table(*rows), facts, forced=True) for rows in (before, after))
    assert why_moved(left, taken, names=NAMES) == said
