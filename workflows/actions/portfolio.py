"""Of the people who change hands, those who may many at once: about whom nothing is particular, and one step waits.

Nothing of a coordination of his, no proposal, no appointment, nobody who replaces anybody. The others are moved one by one.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.timezone import localdate

from cases.actions.handover import Move
from cases.models import Absence, Appointment, Assignment, Coordination, Milestone, Referent, Structure
from workflows.models import CaseTask

NODES = ("inform_person", "follow_up")
"""Where the procedure of a référent in place waits."""


def filter_bulk_moves(moves: Sequence[Move], *, structure: Structure, at: datetime) -> list[Move]:
    """Those that may be moved many at once. Two queries."""
    today = localdate(at)
    absent = Absence.objects.not_over(today).filter(structure=structure, user__in={move.to.pk for move in moves})
    away = set(absent.values_list("user", flat=True))
    same = {"case": OuterRef("case"), "structure": OuterRef("structure")}
    coordinated = Coordination.objects.filter(state__in=[Coordination.State.PROPOSED, *Coordination.HOLDING])
    particular = [
        Exists(coordinated.filter(referent=OuterRef("pk"))),
        Exists(Referent.objects.proposed().filter(**same)),
        Exists(Appointment.objects.planned().filter(**same)),
        Exists(Assignment.objects.substitutes().filter(**same, until__gt=today)),
        Exists(Milestone.objects.filter(case=OuterRef("case"))),
    ]
    waiting = CaseTask.objects.open().filter(**same).order_by().values("structure")
    alone = Exists(waiting.annotate(number=Count("pk")).filter(number=1))
    named = Cast(OuterRef("pk"), TextField())
    own = CaseTask.objects.open().annotate(named=KeyTextTransform("referent", "process__data"))
    own = own.filter(**same, node__in=NODES, named=named)
    found = Referent.objects.current().filter(
        *(~each for each in particular), alone, Exists(own), pk__in=[move.referent.pk for move in moves],
        case__is_urgent=False, case__territory=structure.territory,
    )  # fmt: skip
    able = set(found.values_list("pk", flat=True))
    return [move for move in moves if move.referent.pk in able and move.to.pk not in away]
