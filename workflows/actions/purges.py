"""Of what procedures keep: what a structure proposed to a case, and the lists that its members took away since it saw it."""

from datetime import datetime

from django.db.models import Min
from django.utils.timezone import localdate

from cases.actions.purges import delete_for_good, people_of, register_purge
from cases.actions.retention.files import delete_with_file
from cases.models import Case, Participation, Structure
from workflows.models import Export, ProposedCompletion


def _purge_completions(case: Case, structure: Structure, at: datetime) -> int:
    return delete_for_good(ProposedCompletion.objects.filter(case=case, structure=structure).order_by())


def _purge_exports(case: Case, structure: Structure, at: datetime) -> int:
    """A list may hold the case: nobody notes which it holds. Whoever needs it asks for it again, without her."""
    parts = Participation.objects.filter(case=case, structure=structure)
    since = parts.aggregate(since=Min("since"))["since"] or localdate(at)
    taken = Export.objects.filter(
        by__in=people_of(structure, at=at), asked_at__date__gte=since, state=Export.State.DONE
    )
    return delete_with_file(taken)


register_purge("completions", _purge_completions)
register_purge("exports", _purge_exports)
