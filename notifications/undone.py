"""What was undone before its e-mail left is not told any more: neither the act, nor that it was taken back."""

from collections.abc import Sequence

from django.db.models import Q

from cases.actions import handover
from cases.models import Assignment, JournalEntry
from notifications.models import Delivery, Notice
from workflows.actions import grouped_undo
from workflows.models import CaseTask

UNDONE_BY = {
    "tasks.given": "tasks.taken_back",
    "referents.handed_over": "referents.taken_back",
    "cases.handed_over": "lot.taken_back",
}
"""Kind of an act → that of the line that undoes it."""
OF_UNDOING = frozenset({*UNDONE_BY, *UNDONE_BY.values()})
GIVEN, RELEASED = "professional.assigned", "professional.released"
"""Said of each case of a transfer, too; somebody who is given it after him is said to come after him (`before`)."""
OPPOSITE = {GIVEN: RELEASED, RELEASED: GIVEN}


def leave_out_undone(notices: Sequence[Notice]) -> list[Notice]:
    """Those that are still to be told by e-mail. No query where none is of an act that can be undone, or gives a case."""
    return _leave_out_acts(_leave_out_mistakes(_leave_out_lost(notices)))


def is_still_told(notice: Notice, *, is_perhaps_undone: bool) -> bool:
    """No query where no other line of its case gives it to somebody, or takes it from him: so it is with most e-mails."""
    return (notice.entry.kind in OPPOSITE and not is_perhaps_undone) or bool(leave_out_undone([notice]))


def _leave_out_mistakes(notices: list[Notice]) -> list[Notice]:
    """Whom an acceptance gave a case, or took it from, and who reads that it was a mistake: neither, when both are untold."""
    told = [notice.entry for notice in notices if notice.entry.kind in OPPOSITE]
    if not told:
        return notices
    undoing = JournalEntry.objects.filter(
        kind__in=OPPOSITE, case__in={entry.case_id for entry in told}, cause__kind="step.acceptance_taken_back"
    )
    lines = {line.pk: line for line in undoing}
    return [notice for notice in notices if not _is_mistaken(notice, lines)]


def _is_mistaken(notice: Notice, undoing: dict[int, JournalEntry]) -> bool:
    entry = notice.entry
    if entry.pk in undoing:
        before = Notice.objects.filter(
            user=notice.user_id, entry__kind=OPPOSITE[entry.kind], entry__case=entry.case_id, entry__lt=entry.pk
        )
        told = before.select_related("digest", "delivery").order_by("-entry").first()
        return told is not None and _has_not_left(told)
    return any(
        line.pk > entry.pk and line.kind == OPPOSITE.get(entry.kind) and _is_of_the_same(line, entry)
        for line in undoing.values()
    )


def _is_of_the_same(line: JournalEntry, entry: JournalEntry) -> bool:
    return (line.case_id, line.structure_id, line.data["user"]) == (
        entry.case_id,
        entry.structure_id,
        entry.data["user"],
    )


def _leave_out_lost(notices: Sequence[Notice]) -> list[Notice]:
    """A case that the reader was given, and that went to somebody else since, whatever act took it: he has it no more."""
    given = [notice.entry for notice in notices if notice.entry.kind == GIVEN]
    if not given:
        return list(notices)
    later = JournalEntry.objects.filter(
        kind=GIVEN, case__in={entry.case_id for entry in given}, happened_at__gte=min(e.happened_at for e in given)
    )
    rows = later.order_by("pk").values_list("case", "structure", "data__before", "pk")
    taken: dict[tuple[int | None, int | None, int | None], int] = {
        (case, structure, before): pk for case, structure, before, pk in rows
    }
    lost = {
        entry.pk for entry in given if taken.get((entry.case_id, entry.structure_id, entry.data["user"]), 0) > entry.pk
    }
    return [notice for notice in notices if notice.entry_id not in lost]


def _leave_out_acts(notices: list[Notice]) -> list[Notice]:
    told = [notice.entry for notice in notices if notice.entry.kind in OF_UNDOING]
    if not told:
        return notices
    acts = [entry.pk for entry in told if entry.kind in UNDONE_BY]
    since = min(entry.happened_at for entry in told)
    undoing = JournalEntry.objects.filter(kind__in=UNDONE_BY.values(), happened_at__gte=since)
    undone = {_act_of(line) for line in undoing.filter(Q(cause__in=acts) | Q(data__transfer__in=acts))}
    return [notice for notice in notices if not _is_over(notice, undone)]


def _is_over(notice: Notice, undone: set[int | None]) -> bool:
    entry = notice.entry
    if entry.kind in UNDONE_BY:
        return entry.pk in undone and not _has_some_left(entry, reader=notice.user_id)
    return entry.kind in OF_UNDOING and _was_never_told(_act_of(entry), reader=notice.user_id)


def _act_of(line: JournalEntry) -> int | None:
    """The number of the act that this line of the journal undoes."""
    return line.cause_id or line.data.get("transfer")


def _has_some_left(act: JournalEntry, *, reader: int) -> bool:
    """What had moved meanwhile stays where it is."""
    if act.kind == "referents.handed_over":
        return handover.moved_by(act).filter(user=reader).exists()
    if act.kind == "cases.handed_over":
        return Assignment.objects.filter(case__in=act.data.get("cases", []), user=reader, until=None).exists()
    tasks = [line.data.get("task") for line in grouped_undo.done_by(act)]
    return CaseTask.objects.open().filter(pk__in=tasks, owner=reader).exists()


def _was_never_told(act: int | None, *, reader: int) -> bool:
    """Was the reader to read of the act in an e-mail that has not left, and that says nothing any more?"""
    told = Notice.objects.filter(entry=act, user=reader).select_related("entry", "digest", "delivery").first()
    if told is None or _has_some_left(told.entry, reader=reader):
        return False
    return _has_not_left(told)


def _has_not_left(told: Notice) -> bool:
    """It has an e-mail, which still waits; what was read here was told."""
    e_mail = getattr(told, "delivery", None) or told.digest
    return told.read_at is None and e_mail is not None and e_mail.state != Delivery.State.SENT
