"""The figures of the steering committee: what the page costs, and what it costs the worker to count them."""

from collections.abc import Callable

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.timezone import localdate

from benchmarks.measures import Measure, ms, rows, spent, timed, undone
from cases.models import Membership, Role, Territory
from workflows.actions.indicators import refresh_figures
from workflows.indicators.papers import FORMATS
from workflows.indicators.papers.open_csv import open_csv_of
from workflows.indicators.quarters import Quarter
from workflows.indicators.report import build_printed_report, build_report_figures, find_reports
from workflows.models import CommitteeReport, IndicatorFigures

FLOOR = (
    "SELECT indicator, by, cells, as_of, computed_at FROM workflows_indicatorfigures WHERE quarter = %s AND by = ''"
)
COUNTS = (
    "SELECT date_trunc('month', opened_on), responsible_structure_id, count(*) FROM cases_case"
    " WHERE kind = 'arrears' GROUP BY 1, 2"
)


def page(measured: Callable[..., Measure]) -> Measure:
    if not IndicatorFigures.objects.exists():
        refresh_figures(at=timezone.now())
    pilots = Membership.objects.active(localdate()).filter(role=Role.PILOT).select_related("user")
    pilot = pilots.order_by("pk").first()
    if pilot is None:
        raise CommandError("Aucun pilote. Créer des données avec `manage.py seed_demo`.")
    return measured("indicators", pilot.user, FLOOR, Quarter.containing(localdate()).first)


def counted() -> Measure:
    """All of them, as every morning; the floor reads the cases once."""
    product = sum(each.wall for each in undone(lambda: refresh_figures(at=timezone.now())))
    return Measure(
        rows=IndicatorFigures.objects.count(),
        product=product,
        floor=timed(lambda: rows(COUNTS)),
        details=" pour tous les indicateurs et six trimestres",
    )


def reported() -> Measure:
    """The report of the last quarter that is over, from the counting of its figures to each of its files; the floor reads
    the cases once."""
    today, taken = localdate(), {"comptés": spent(lambda: refresh_figures(at=timezone.now()))}
    quarter = Quarter.containing(today).shifted_by(-1)
    territory = Territory.objects.in_service().order_by("pk")[0].code
    report = CommitteeReport(territory=territory, quarter=quarter.first, published_at=timezone.now())
    kept = find_reports(quarter, territory=territory)

    def freeze() -> None:
        figures, as_of = build_report_figures(quarter, territory=territory, on=today, kept=kept)
        report.figures, report.as_of = figures, as_of or today

    taken["figés"] = spent(freeze)
    printed = build_printed_report(report, on=today, kept=kept)
    if printed is None or not report.figures:
        raise CommandError(f"Rien à montrer du {quarter}. Créer des données avec `manage.py seed_demo`.")
    for code, made in FORMATS.items():
        taken[code] = spent(lambda: made.make(printed))  # noqa: B023 - called at once
    taken["csv"] = spent(lambda: open_csv_of(report))
    return Measure(
        rows=len(report.figures),
        product=sum(each.wall for each in taken.values()),
        floor=timed(lambda: rows(COUNTS)),
        details="".join(f", {name} {ms(each.wall)} ({ms(each.cpu)} de processeur)" for name, each in taken.items()),
    )
