"""What a demand makes happen: the dated facts by which each option of a line goes on (`cases/reference/debt_lines.toml`).

Which options are open, until when and with which letter is data; here is only what sending and answering one records.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class WayFacts:
    """Empty when nothing of the kind is waited for."""

    sent: str = ""
    received: str = ""
    """From which the delay to answer counts."""
    granted: str = ""
    refused: str = ""
    silent: str = ""
    """What silence makes of it, once its delay is over."""

    @property
    def is_answered(self) -> bool:
        return bool(self.granted)


RECOURSE = WayFacts(
    sent="recourse_sent",
    received="recourse_received",
    granted="recourse_accepted",
    refused="recourse_rejected",
    silent="recourse_rejected_silently",
)
COURT = WayFacts(sent="court_seized", granted="court_granted", refused="court_rejected")
MEDIATION = WayFacts(sent="mediation_asked", granted="mediation_granted", refused="mediation_ended")
FACTS: dict[str, WayFacts] = {
    "rectification": WayFacts(
        sent="rectification_asked",
        received="rectification_received",
        granted="rectification_accepted",
        refused="rectification_rejected",
        silent="rectification_rejected_silently",
    ),
    "recourse": RECOURSE,
    "late_recourse": RECOURSE,
    "contest_formal_notice": RECOURSE,
    "court": COURT,
    "court_directly": COURT,
    "late_court": COURT,
    "reasons": WayFacts(sent="reasons_asked"),
    "legal_aid": WayFacts(sent="legal_aid_asked"),
    "waiver": WayFacts(
        sent="waiver_asked",
        received="waiver_received",
        granted="waiver_granted",
        refused="waiver_refused",
        silent="waiver_refused_silently",
    ),
    "waiver_recourse": WayFacts(
        sent="waiver_recourse_sent",
        received="waiver_recourse_received",
        granted="waiver_recourse_accepted",
        refused="waiver_recourse_rejected",
        silent="waiver_recourse_rejected_silently",
    ),
    "contest_waiver_refusal": WayFacts(sent="waiver_refusal_contested"),
    "schedule": WayFacts(sent="schedule_asked", granted="schedule_accepted", refused="schedule_refused"),
    "conclude_schedule": WayFacts(sent="schedule_signed"),
    "penalty": WayFacts(sent="penalty_observations_sent"),
    "contest_penalty": WayFacts(sent="penalty_contested"),
    "penalty_mediator": WayFacts(sent="penalty_mediation_asked"),
    "contest_order": WayFacts(sent="revenue_order_contested"),
    "contest_seizure": WayFacts(sent="seizure_contested"),
}
"""Of what is not here, a letter goes and nothing is waited for."""
ELSEWHERE = frozenset({"opposition"})
"""Options that have a step of their own beside the others."""
ACCEPT, GIVE_UP = "accept", "give_up"
CLOSE = "close"
ALWAYS = {
    GIVE_UP: "La personne ne souhaite pas poursuivre",
    CLOSE: "Plus rien à demander : clore la ligne avec son issue",
}
"""Open wherever a line stands."""
WITHOUT_LETTER = frozenset({ACCEPT, GIVE_UP, CLOSE})
CONTESTS = frozenset(
    {"rectification", "recourse", "late_recourse", "contest_formal_notice", "court", "court_directly", "late_court"}
)


def facts_of(option: str, *, mediates: bool) -> WayFacts:
    """`mediates`: the first authority of the line is a mediator."""
    if mediates and option in ("recourse", "late_recourse"):
        return MEDIATION
    return FACTS.get(option, WayFacts())


def options_awaiting_answer(options: Iterable[str], *, mediates: bool) -> list[str]:
    return [option for option in options if facts_of(option, mediates=mediates).is_answered]
