"""What contradicts the outcome with which somebody wants to close a case: asked about, never forbidden.

Pure: what stands is given. Sentences are in French, for whoever closes.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cases.rules.french import money

WITHOUT_CONTACT = frozenset({"not_reached", "out_of_scope", "no_debt", "deceased", "duplicate", "left", "evicted"})
"""Outcomes (`CaseOutcome`) that hold whether or not anybody spoke to the household."""


WHOLLY_ENDED = frozenset({"cancelled", "waived"})
LEFT_OWED = frozenset({"reduced", "waived_partly", "scheduled", "maintained"})
"""Outcomes of a line of overpayment (`DebtLine.Outcome`): nothing is owed any more, something is. With « soldé », a sum
that is left is refused."""


@dataclass(frozen=True, kw_only=True)
class LineClosingSituation:
    """What is known of a line of overpayment on the day on which it would close."""

    left: Decimal
    pending: tuple[str, ...]
    """What was asked and not answered yet, in words."""


def line_closing_doubts(outcome: str, standing: LineClosingSituation) -> list[str]:
    """One sentence for each thing that does not go with this outcome of a line."""
    found = [f"{words} : la réponse n’est pas connue, et plus personne ne l’attendrait." for words in standing.pending]
    if outcome in WHOLLY_ENDED and standing.left > 0:
        found.append(f"{money(standing.left)} restent dus sur cette ligne.")
    if outcome in LEFT_OWED and standing.left <= 0:
        found.append("Plus rien n’est dû sur cette ligne.")
    return found


@dataclass(frozen=True, kw_only=True)
class ClosingSituation:
    """What is known of a case on the day on which it would close."""

    owed: Decimal | None
    owed_on: date | None
    plan_runs: bool
    reached_on: date | None
    """The last contact with the household; empty when none was ever made."""
    coming: tuple[tuple[str, date], ...]
    """Dated facts that are announced: words and day."""
    stage: str
    """Where the eviction procedure stands, in words, as long as it goes on; empty when there is none."""


def closing_doubts(outcome: str, standing: ClosingSituation) -> list[str]:
    """One sentence for each thing that does not go with this outcome."""
    found = [
        f"{words}, le {on:%d/%m/%Y} : c’est annoncé, et plus personne ne s’en occuperait."
        for words, on in standing.coming
    ]
    if standing.stage and outcome != "evicted":
        found.append(f"La procédure d’expulsion est en cours : {standing.stage}.")
    if outcome == "evicted" and not standing.stage:
        found.append("Aucun acte de la procédure d’expulsion n’est connu.")
    if outcome == "cleared" and standing.owed and standing.owed > 0 and standing.owed_on:
        found.append(f"{money(standing.owed)} restent dus au {standing.owed_on:%d/%m/%Y}.")
    if outcome == "plan_kept" and not standing.plan_runs:
        found.append("Aucun plan n’est en cours.")
    if outcome == "not_reached" and standing.reached_on:
        found.append(f"Le ménage a été joint le {standing.reached_on:%d/%m/%Y}.")
    if outcome not in WITHOUT_CONTACT and standing.reached_on is None:
        found.append("Personne n’a encore joint le ménage.")
    return found
