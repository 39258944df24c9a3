"""All the indicators, in the order of the report."""

from collections.abc import Iterable

from workflows.indicators import arrears, later, overpayments, profile, referents
from workflows.indicators.kinds import CROSS, Action, Indicator

INDICATORS: tuple[Indicator, ...] = (
    *arrears.INDICATORS,
    *later.INDICATORS,
    *profile.INDICATORS,
    *overpayments.INDICATORS,
    *referents.INDICATORS,
)
COUNTED = [each for each in INDICATORS if not each.parts]
BY_CODE = {each.code: each for each in INDICATORS}
CHOICES = ("structure", "landlord_type", "housing", CROSS)
"""By what a reader may split all that can be; else each is split by its own dimension."""


def indicators_of(action: Action) -> list[Indicator]:
    return [each for each in INDICATORS if each.action == action]


def by_section(indicators: Iterable[Indicator]) -> dict[str, list[Indicator]]:
    found: dict[str, list[Indicator]] = {}
    for each in indicators:
        found.setdefault(each.section, []).append(each)
    return found


def choose_split(indicator: Indicator, asked: str) -> str:
    """By what it is shown: as asked, else by its own dimension, as where nothing is asked."""
    return asked if asked and asked in indicator.splits else indicator.default_split
