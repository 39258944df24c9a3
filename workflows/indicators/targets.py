"""What the partners want the figures of the first page of the report to reach."""

from workflows.indicators.first_page import Target
from workflows.indicators.quarters import Quarter
from workflows.models import IndicatorTarget


def find_targets(quarter: Quarter, *, territory: str) -> dict[str, Target]:
    """Those that hold in a quarter, by the code of the indicator: the latest said for it or for one before."""
    found: dict[str, IndicatorTarget] = {}
    for each in IndicatorTarget.objects.filter(territory=territory, since__lte=quarter.first).order_by(
        "-since", "-pk"
    ):
        found.setdefault(each.indicator, each)
    return {
        code: Target(value=each.value, agreed_on=each.agreed_on)
        for code, each in found.items()
        if each.value is not None
    }
