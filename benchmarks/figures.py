"""The figures of the steering committee: what the page costs, and what it costs the worker to count them."""

from collections.abc import Callable

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.timezone import localdate

from benchmarks.measures import Measure, rows, timed, undone
from cases.models import Membership, Role
from workflows.actions.indicators import refresh_figures
from workflows.indicators.quarters import Quarter
from workflows.models import IndicatorFigures

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
