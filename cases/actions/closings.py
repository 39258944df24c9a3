"""What assignments and cases repeat of closings, said again where the version before wrote: while the tables of this one were
made and after a return to it, it closes and reopens cases without saying so there."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from cases.locks import lock_free_cases
from cases.models import Assignment, Case, JournalEntry

BATCH = 100
IS_CLOSED = Q(case__closed_on__isnull=False)
SAYS_CLOSED, SAYS_OPEN = Q(~IS_CLOSED, is_open=False), Q(IS_CLOSED, is_open=True)
"""Of an assignment, what it says wrongly."""


def restate_closings() -> int:
    """Each night. Returns how many rows were wrong."""
    found = {
        *Assignment.objects.filter(SAYS_OPEN | SAYS_CLOSED).values_list("case", flat=True),
        *_find_reopened().values_list("pk", flat=True),
        *_find_unsaid().values_list("pk", flat=True),
    }
    wrong = sorted(found)
    return sum(_restate(wrong[first : first + BATCH]) for first in range(0, len(wrong), BATCH))


@transaction.atomic
def _restate(pks: Collection[int]) -> int:
    """Of cases on which nobody acts: they are locked before their rows are, as acts do. The others wait for the next night."""
    free = [case.pk for case in lock_free_cases(pks)]
    assignments = Assignment.objects.order_by().filter(case__in=free)
    restated = assignments.filter(SAYS_OPEN).update(is_open=False)
    restated += assignments.filter(SAYS_CLOSED).update(is_open=True)
    restated += _find_reopened().filter(pk__in=free).update(closed_by=None)
    for case in _find_unsaid().filter(pk__in=free):
        restated += Case.objects.filter(pk=case.pk).update(closed_by=case.closer)
    return restated


def _find_reopened() -> QuerySet[Case]:
    """Open again, they name who had closed them."""
    return Case.objects.filter(closed_on=None).exclude(closed_by=None)


def _find_unsaid() -> QuerySet[Any]:
    """Closed, they do not name who closed them (`closer`)."""
    closings = JournalEntry.objects.filter(case=OuterRef("pk"), kind="case.closed").order_by("-happened_at", "-pk")
    closed = Case.objects.annotate(closer=Subquery(closings.values("actor")[:1])).exclude(closer=None)
    return closed.filter(closed_on__isnull=False, closed_by=None).only("pk")
