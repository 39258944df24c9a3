"""What was undone before its e-mail left is not told any more: neither the act, nor that it was taken back."""

from collections.abc import Sequence

from django.db.models import Q

from cases.actions import handover
from cases.models import JournalEntry
from notifications.models import Delivery, Notice
from workflows.actions import grouped_undo
from workflows.models import CaseTask

UNDONE_BY = {"tasks.given": "tasks.taken_back", "referents.handed_over": "referents.taken_back"}
"""Kind of an act → that of the line that undoes it."""
OF_UNDOING = frozenset({*UNDONE_BY, *UNDONE_BY.values()})


def leave_out_undone(notices: Sequence[Notice]) -> list[Notice]:
    """Those that are still to be told by e-mail. No query where none is of an act that can be undone."""
    if not any(notice.entry.kind in OF_UNDOING for notice in notices):
        return list(notices)
    acts = [notice.entry_id for notice in notices if notice.entry.kind in UNDONE_BY]
    undoing = JournalEntry.objects.filter(kind__in=UNDONE_BY.values())
    undone = {_act_of(line) for line in undoing.filter(Q(cause__in=acts) | Q(data__transfer__in=acts))}
    return [notice for notice in notices if not _is_over(notice, undone)]


def _is_over(notice: Notice, undone: set[int | None]) -> bool:
    entry = notice.entry
    if entry.kind in UNDONE_BY:
        return entry.pk in undone and not _has_some_left(entry, reader=notice.user_id)
    return entry.kind in OF_UNDOING and _was_never_told(_act_of(entry), reader=notice.user_id)


def _act_of(line: JournalEntry) -> int | None:
    """What a line undoes."""
    return line.cause_id or line.data.get("transfer")


def _has_some_left(act: JournalEntry, *, reader: int) -> bool:
    """What had moved meanwhile stays where it is."""
    if act.kind == "referents.handed_over":
        return handover.moved_by(act).filter(user=reader).exists()
    tasks = [line.data.get("task") for line in grouped_undo.done_by(act)]
    return CaseTask.objects.open().filter(pk__in=tasks, owner=reader).exists()


def _was_never_told(act: int | None, *, reader: int) -> bool:
    """Was the reader to read of the act in an e-mail that has not left, and that says nothing any more?"""
    told = Notice.objects.filter(entry=act, user=reader).select_related("entry", "digest", "delivery").first()
    if told is None or _has_some_left(told.entry, reader=reader):
        return False
    e_mail = getattr(told, "delivery", None) or told.digest
    return e_mail is not None and e_mail.state != Delivery.State.SENT
