"""The balances of a month, of cases that are open already: the commonest lines of a landlord’s file, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery

from cases.actions.debts import NextBalance, record_next_statements
from cases.locks import lock_free_cases, refuse_ended
from cases.models import Case, DebtStatement, JournalEntry, Report, Structure, User, Watch


@dataclass(frozen=True)
class KeptBalance:
    """What was written of a balance: its statement, and the newest line of the case’s journal before it and after."""

    statement: int
    before: int
    after: int


@transaction.atomic
def report_next_balances(
    said: Sequence[NextBalance], *, structure: Structure, at: datetime, by: User | None
) -> dict[int, KeptBalance]:
    """As `report_arrears` of each, when all that it does is to keep a balance: the case is open, and free at this moment; this
    structure has reported it; the debt is not watched, and nothing was said of it for that day. Returns what was written, by
    tenancy; the others are left to the ordinary act. Each tenancy is named once. Refuses (`OutOfService`) a structure that
    ends meanwhile. Six statements, however many.
    """
    refuse_ended(structure)
    free = {case.pk: case for case in lock_free_cases([each.case for each in said])}
    known = _find_reported(list(free), structure)
    days = DebtStatement.objects.filter(
        debt__in=[debt for debt, _ in known.values()], source=structure, as_of__in={each.as_of for each in said}
    )
    stated = set(days.values_list("debt", "as_of"))
    alone = [
        each
        for each in said
        if each.case in known
        and free[each.case].tenancy_id == each.tenancy
        and (known[each.case][0], each.as_of) not in stated
    ]
    written = record_next_statements([(known[each.case][0], each) for each in alone], source=structure, at=at, by=by)
    return {
        each.tenancy: KeptBalance(statement, before=known[each.case][1], after=entry)
        for each, (statement, entry) in zip(alone, written, strict=True)
    }


def _find_reported(cases: list[int], structure: Structure) -> dict[int, tuple[int, int]]:
    """Those of these cases, once they are locked, that the structure has reported already and whose debt nobody watches: the
    debt of each, and the newest line of its journal."""
    lines = JournalEntry.objects.filter(case=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    reported = Report.objects.filter(case=OuterRef("pk"), structure=structure)
    watched = Watch.objects.filter(tenancy=OuterRef("tenancy"))
    found = Case.objects.filter(
        Exists(reported), ~Exists(watched), pk__in=cases, kind="arrears", closed_on=None, tenancy__debt__isnull=False
    ).annotate(debt=F("tenancy__debt"), before=Subquery(lines))
    return {case.pk: (case.debt, case.before or 0) for case in found.only("pk")}
