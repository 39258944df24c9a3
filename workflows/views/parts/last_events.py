"""The last thing that happened on each of several cases, as far as a card lets it be known."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q
from django.utils.text import capfirst
from django.utils.timezone import localdate

from cases.journal import KINDS
from cases.models import ContactAttempt, JournalEntry, User
from cases.templatetags.relais import days_until

CARD_KINDS = (
    "report.made",
    "case.opened",
    "case.closed",
    "case.reopened",
    "case.made_urgent",
    "professional.assigned",
    "step.qualified",
    "step.routed",
    "step.accepted",
    "step.declined",
    "step.time_asked",
    "step.unanswered",
    "step.arbitrated",
    "task.given",
    "task.escalated",
)
"""What whoever sees the card may read in a list. The rest (contacts, diagnosis, plan) belongs to the whole case."""


READ = ("kind", "case", "happened_at", "data", "actor__first_name", "actor__last_name", "structure__name")
"""What a sentence says of an act."""


def last_events(case_ids: Iterable[int], *, reader: User) -> dict[int, JournalEntry]:
    """Case → its last act, the reader’s own ones included. One query."""
    entries = (
        JournalEntry.objects.filter(Q(kind__in=CARD_KINDS) | Q(actor=reader), case__in=set(case_ids), cause=None)
        .select_related("actor", "structure")
        .only(*READ)
        .order_by("case_id", "-happened_at", "-pk")
        .distinct("case_id")
    )
    return {entry.case_id: entry for entry in entries if entry.case_id}


def sentence(entry: JournalEntry) -> str:
    """Samira Kessler a accepté l’orientation; of a contact, by which means and with which result."""
    words = KINDS[entry.kind]
    if entry.kind == "contact.attempted":
        channel, result = (ContactAttempt.Channel(entry.data["channel"]), ContactAttempt.Result(entry.data["result"]))
        return f"{entry.actor} {words} ({channel.label}, {result.label})"
    if not words.startswith(("a ", "n’a ")):
        return capfirst(words)
    return f"{entry.actor or entry.structure or 'Relais'} {words}"


def dated_sentence(entry: JournalEntry, *, today: date) -> str:
    """Samira Kessler a accepté l’orientation, il y a 3 jours."""
    return f"{sentence(entry)}, {days_until(localdate(entry.happened_at), today)}"
