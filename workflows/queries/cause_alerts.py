"""A collective alert as its pilot reads it, and the letter that is proposed to the operator: the numbers of its own report."""

from dataclasses import dataclass
from datetime import date

from cases.actions.remedies import overpayments_in_force
from cases.models import CauseAlert
from cases.rules.counting import add_months
from cases.rules.overpayments import CollectiveAlert
from cases.rules.texts import HOLE
from workflows.queries.causes import YearGrid, labels_of
from workflows.queries.months import Month


@dataclass(frozen=True, kw_only=True)
class ReadAlert:
    alert: CauseAlert
    cause: str
    month: Month
    lines: int
    """Of that month, as its pilot reads them; and of the month before."""
    lines_before: int
    rule: CollectiveAlert | None
    subject: str
    paragraphs: list[str]
    """Of the letter that is proposed."""


def find_unsent_alerts(*, territory: str, since: date, on: date) -> list[tuple[CauseAlert, str, Month]]:
    """Those of a territory whose letter is not known to have gone, the last ones first, with their cause in words."""
    found = CauseAlert.objects.filter(structure__territory=territory, month__gte=since, sent_on=None)
    labels = labels_of(overpayments_in_force(on=on, territory=territory))
    alerts = found.select_related("structure").order_by("-month", "structure__name", "cause")
    return [(each, labels.get(each.cause, each.cause), Month(each.month)) for each in alerts]


def read_alert(alert: CauseAlert, *, on: date) -> ReadAlert:
    """The operator reads the numbers masked; its pilot, plain. Three queries at most."""
    structure, month = alert.structure, alert.month
    before = add_months(month, -1)
    grids = {year: YearGrid(structure, year=year, is_plain=False) for year in {month.year, before.year}}
    words = overpayments_in_force(on=on, territory=structure.territory)
    rule, cause = words.alert, labels_of(words).get(alert.cause, alert.cause)
    least = min(alert.cases, words.alert_from)
    values = {
        "operator": structure.name,
        "cause": cause,
        "month": str(Month(month)),
        "count": _lines(grids[month.year].number(alert.cause, f"{month:%m}"), hidden=f"au moins {least} dossiers"),
        "before": _lines(grids[before.year].number(alert.cause, f"{before:%m}"), hidden="un petit nombre"),
    }
    return ReadAlert(
        alert=alert,
        cause=cause,
        month=Month(month),
        lines=grids[month.year].plain_number(alert.cause, f"{month:%m}"),
        lines_before=grids[before.year].plain_number(alert.cause, f"{before:%m}"),
        rule=rule,
        subject=_fill(rule.subject, values) if rule else "",
        paragraphs=[_fill(each, values) for each in rule.paragraphs] if rule else [],
    )


def _lines(number: int | None, *, hidden: str) -> str:
    """As the operator reads it: nothing of its letter tells what its pages hide."""
    if number is None:
        return hidden
    return f"{number}\u00a0ligne{'s' if number > 1 else ''} de trop-perçu" if number else "aucune ligne de trop-perçu"


def _fill(text: str, values: dict[str, str]) -> str:
    return HOLE.sub(lambda found: values[found[1]], text)
