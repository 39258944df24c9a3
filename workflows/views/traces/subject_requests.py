"""The register of what persons ask about their own data, and the history of one request."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from cases.journal import KINDS
from cases.models import JournalEntry, SubjectRequest

PAGE_SIZE = 50
ACTS = ("recorded", "extended", "answered", "withdrawn")


@dataclass(frozen=True, kw_only=True)
class RegisterEntry:
    request: SubjectRequest
    is_late: bool


def waiting_requests(register: QuerySet[SubjectRequest]) -> QuerySet[SubjectRequest]:
    """The nearest last day first."""
    return register.filter(ended_on=None).select_related("organisation", "case").order_by("due_on", "pk")


def ended_requests(register: QuerySet[SubjectRequest]) -> QuerySet[SubjectRequest]:
    return register.exclude(ended_on=None).select_related("organisation", "case").order_by("-pk")


def register_entries(found: list[SubjectRequest], *, on: date) -> list[RegisterEntry]:
    return [RegisterEntry(request=each, is_late=each.is_late(on)) for each in found]


def history(request: SubjectRequest) -> list[tuple[str, JournalEntry]]:
    """What was done, the newest first, in the words of the journal. One query."""
    kinds = [f"subject_request.{act}" for act in ACTS]
    of_case = Q(case=request.case_id, kind__in=["person.rectified", "processing.restricted", "processing.resumed"])
    of_register = Q(case=None, kind__in=kinds) | of_case
    found = JournalEntry.objects.filter(of_register, data__subject_request=request.pk)
    return [(KINDS[entry.kind], entry) for entry in found.select_related("actor").order_by("-pk")]
