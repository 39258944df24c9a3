"""From how many readings a day is shown first: data, no number of ours. For how long they are kept: `retention.toml`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cases.rules.reading import read_toml

REFERENCE = Path(__file__).parents[1] / "reference" / "traces.toml"


@dataclass(frozen=True, kw_only=True)
class TraceLimits:
    found_a_day: int
    """Households followed by others that one person may find in one day by searching."""
    emergency_hours: int
    """For how long an access in emergency lasts."""
    card_days: int
    """For how long the pilot of the référents reads a card that he opened."""
    cases_a_day: int
    """Cases opened in one day without an assignment, from which the day is shown."""


@cache
def load_trace_limits(path: Path = REFERENCE) -> TraceLimits:
    data = read_toml(path)
    return TraceLimits(
        found_a_day=data["searches"]["found_a_day"],
        emergency_hours=data["emergencies"]["hours"],
        card_days=data["cards"]["days"],
        cases_a_day=data["unusual"]["cases_a_day"],
    )
