"""Cases that were handed over before 0.3, which left the delays of their dated facts with who answered for them before: whoever
answers for them now is given these, each night, as the version before may still write some."""

import logging

from django.db import transaction

from cases.actions import deadlines
from cases.locks import lock_case
from cases.refusals import Busy
from workflows.models import CaseTask
from workflows.steps.base import retake_deadlines

log = logging.getLogger(__name__)


def give_strayed_delays() -> int:
    """Each case in its own act, which waits briefly for whoever acts on it: the next night gives what this one could not. Returns
    of how many cases."""
    given = 0
    for pk in deadlines.find_strayed().order_by("case").values_list("case", flat=True).distinct():
        try:
            given += _give_delays(pk)
        except Busy:
            log.warning("the delays of case %s stay with a former structure until tomorrow", pk)
    return given


@transaction.atomic
def _give_delays(pk: int) -> bool:
    case = lock_case(pk)
    if not deadlines.find_strayed().filter(case=case).exists():
        return False
    deadlines.keep_with_case(case)
    for task in CaseTask.objects.open().of_case(case):
        retake_deadlines(task)
    return True
