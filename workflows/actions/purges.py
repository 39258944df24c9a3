"""Of what procedures keep: the steps of whoever followed the person there, what a structure proposed to a case, and the
lists that its members took away since it saw it."""

from cases.actions.purges import OpposedAccess, delete_for_good, register_purge
from cases.models import CaseKind
from workflows.actions.referents import settle_procedures
from workflows.models import Export, ProposedCompletion


def _purge_completions(opposed: OpposedAccess) -> int:
    made = ProposedCompletion.objects.filter(
        opposed.lasted("asked_at"), case=opposed.case, structure=opposed.structure
    )
    return delete_for_good(made.order_by())


def _purge_exports(opposed: OpposedAccess) -> int:
    """A list may hold the case: nobody notes which it holds. Whoever needs it asks for it again, without her. One that is
    being written is overtaken, and delivers nothing."""
    taken = Export.objects.filter(opposed.lasted("asked_at"), by__in=opposed.people())
    return delete_for_good(taken.order_by())


def _stop_steps(opposed: OpposedAccess) -> int:
    """Of whoever followed the person there: nothing is destroyed."""
    if opposed.case.kind == CaseKind.COORDINATION:
        settle_procedures(opposed.case, by=opposed.by, at=opposed.at, cause=None)
    return 0


register_purge("steps", _stop_steps)
register_purge("completions", _purge_completions)
register_purge("exports", _purge_exports)
