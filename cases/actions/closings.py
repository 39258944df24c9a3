"""What assignments and cases repeat of closings, said again where the version before wrote: while the tables of this one were
made and after a return to it, it closes and reopens cases without saying so there."""

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from cases.models import Assignment, Case, JournalEntry


@transaction.atomic
def restate_closings() -> int:
    """Each night. Returns how many rows were wrong."""
    assignments, closed = Assignment.objects.order_by(), Q(case__closed_on__isnull=False)
    restated = assignments.filter(closed, is_open=True).update(is_open=False)
    restated += assignments.filter(~closed, is_open=False).update(is_open=True)
    restated += Case.objects.filter(closed_on=None).exclude(closed_by=None).update(closed_by=None)
    closings = JournalEntry.objects.filter(case=OuterRef("pk"), kind="case.closed").order_by("-happened_at", "-pk")
    unsaid = Case.objects.annotate(closer=Subquery(closings.values("actor")[:1])).exclude(closer=None)
    for case in unsaid.filter(closed_on__isnull=False, closed_by=None).only("pk").select_for_update(of=("self",)):
        restated += Case.objects.filter(pk=case.pk).update(closed_by=case.closer)
    return restated
