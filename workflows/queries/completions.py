"""What others propose to add to cases: what waits for a reader’s answer, and what he proposed."""

from datetime import date

from django.db.models import QuerySet

from cases import permissions
from cases.models import User
from workflows.models import ProposedCompletion


def completions_to_answer(
    user: User, *, at: date, held: permissions.Rights | None = None
) -> QuerySet[ProposedCompletion]:
    """Those that wait, of the cases that the user sees and answers for."""
    held = permissions.rights(user, at=at) if held is None else held
    mine = frozenset[int]().union(*(held.get(right, frozenset()) for right in permissions.ANSWERING))
    waiting = ProposedCompletion.objects.filter(
        state=ProposedCompletion.State.ASKED, case__closed_on=None, case__responsible_structure__in=mine
    )
    return waiting.filter(permissions.sees_case(user, "case", at=at, held=held))


def completions_of(user: User, *, at: date) -> QuerySet[ProposedCompletion]:
    """Those that the user proposed, for structures where he still works: what became of them, and nothing of the case."""
    mine = permissions.structures_of(user, at=at).order_by().values("pk")
    return ProposedCompletion.objects.filter(by=user, structure__in=mine)
