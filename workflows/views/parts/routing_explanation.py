"""A routing decision in words: the criteria of the row that won, and why the rows before it did not."""

from typing import Any

from workflows.models import RoutingDecision

STATES = {
    "fails": "ne s’applique pas",
    "unknown": "on ne sait pas",
    "declined": "structure déjà sollicitée, sans accord",
    "unavailable": "aucune structure en service",
    "suspended": "capacité de la structure suspendue",
    "claimant": "la structure réclame la dette, ou n’accompagne pas",
    "matches": "s’appliquerait aussi",
}


def get_winning_criteria(decision: RoutingDecision | None) -> list[dict[str, object]]:
    """The criteria of the row that won."""
    return _criteria(decision, decision.rule_code) if decision else []


def explain_earlier_rows(decision: RoutingDecision | None) -> list[dict[str, object]]:
    """The rows before it, each with what settled it."""
    if decision is None:
        return []
    found = []
    for row in decision.explanation["rows"]:
        if row["rule"] == decision.rule_code:
            break
        found.append({"rule": row["rule"], "words": STATES[row["state"]], "because": _explain_row(decision, row)})
    return found


def _explain_row(decision: RoutingDecision, row: dict[str, Any]) -> str:
    """What is false when the row fails; what is unknown when nobody can tell."""
    wanted = {"fails": "false", "unknown": "unknown"}.get(row["state"])
    texts = [each["text"] for each in _criteria(decision, row["rule"]) if each["verdict"] == wanted]
    return " ; ".join(f"{text} : {'non' if wanted == 'false' else 'inconnu'}" for text in texts)


def _criteria(decision: RoutingDecision, rule: str) -> list[dict[str, object]]:
    return [each for each in decision.explanation["criteria"] if each["rule"] == rule]
