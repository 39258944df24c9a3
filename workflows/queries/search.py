"""What one says to who rings up: of each case found, who follows it, the last contact, the next appointment."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cases import permissions
from cases.models import Appointment, ContactAttempt, User
from cases.models.appointments import midnight
from cases.rules.procedures import PROCEDURES
from workflows.queries.cases import CaseCriteria, CaseRow, CaseStateFilter, build_rows, find_cases, page


@dataclass(frozen=True, kw_only=True)
class FoundCase:
    row: CaseRow
    contact: ContactAttempt | None
    """The last one; only to who sees the whole case, as the appointment."""
    appointment: Appointment | None


@dataclass(frozen=True, kw_only=True)
class FoundGroup:
    title: str
    """The nature of the cases."""
    cases: Sequence[FoundCase]


@dataclass(frozen=True, kw_only=True)
class FoundByText:
    groups: Sequence[FoundGroup]
    is_similar: bool = False
    """Nobody is called so: these names resemble it."""
    has_more: bool = False


def search(user: User, text: str, *, today: date, most: int) -> FoundByText:
    """Of whatever can be typed: a name, a phone as it is heard, a reference, the number of a case. Seven queries."""
    found = find_cases(user, CaseCriteria(text=text, state=CaseStateFilter.ALL), today=today)
    cases = page(found.cases.annotate(full=permissions.shown_in_full(user, at=today)), today=today)
    shown = sorted(cases[:most], key=lambda case: case.closed_on is not None)
    seen = [case.pk for case in shown if case.full]  # type: ignore[attr-defined]  # annotated
    contacts, appointments = _last_contacts(seen), _next_appointments(seen, on=today)
    groups = defaultdict(list)
    for row in build_rows(shown, today=today):
        key = row.case.pk
        groups[row.case.kind].append(FoundCase(row=row, contact=contacts.get(key), appointment=appointments.get(key)))
    return FoundByText(
        groups=[
            FoundGroup(title=procedure.title, cases=groups[kind])
            for kind, procedure in PROCEDURES.items()
            if kind in groups
        ],
        is_similar=found.is_similar and bool(shown),
        has_more=len(cases) > most,
    )


def _last_contacts(cases: Sequence[int]) -> dict[int, ContactAttempt]:
    last = ContactAttempt.objects.filter(case__in=cases).order_by("case_id", "-made_on", "-pk").distinct("case_id")
    return {each.case_id: each for each in last.select_related("structure")}


def _next_appointments(cases: Sequence[int], *, on: date) -> dict[int, Appointment]:
    coming = Appointment.objects.planned().filter(case__in=cases, starts_at__gte=midnight(on))
    return {each.case_id: each for each in coming.order_by("case_id", "starts_at").distinct("case_id")}
