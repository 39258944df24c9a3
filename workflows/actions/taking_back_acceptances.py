"""« Accepter », taken back: the structure is asked again as it was, and whoever answered for the case does again.

Everything that the acceptance wrote is put back, or nothing is: what it changed besides, and that cannot be, refuses it.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate

from cases.actions import case as cases, deadlines, sharing
from cases.actions.given_up_places import take_back_place
from cases.locks import lock_case
from cases.models import Assignment, Case, CaseLabel, Deadline, JournalEntry, Participation, PastRow, Structure, User
from cases.refusals import Refusal
from workflows import engine
from workflows.actions.referents import settle_procedures
from workflows.models import CaseTask

ASKED = "answer"
COUNTED_FROM = ("accepted", "data_received")
"""What an acceptance starts by itself; the steps that it opens start their own."""
BESIDE = {"reminder.due", "label.put", "label.taken_off", "note.written", "document.added", "contact.taken_back"}
"""What goes on from nothing."""
CAUSED = {
    "sharing.started", "sharing.changed", "sharing.ended", "professional.assigned", "professional.released",
    "case.opened", "referent.proposed", "referent.accepted", "place.vacant",
}  # fmt: skip
"""What follows from an acceptance, and can be put back."""


class AcceptanceStays(Refusal):
    """Somebody has gone on from it, or it settled more than itself."""


WENT_ON = (
    "Le dossier a avancé depuis cette acceptation : elle ne se retire plus. Confier la situation à un collègue, ou"
    " l’expliquer par une observation."
)
SETTLED_MORE = (
    "Cette acceptation a aussi déplacé des rendez-vous, un remplacement ou une place de référent : elle ne se retire plus"
    " d’un geste. Confier la situation à un collègue, ou prévenir le pilote."
)


@sharing.access_columns_written_once()
def take_back(case: Case, entry: JournalEntry, undone: JournalEntry) -> None:
    """Refuses (`AcceptanceStays`) one on which somebody has built, or that settled what cannot be put back."""
    if case.responsible_structure_id != entry.structure_id:
        raise AcceptanceStays(WENT_ON)
    task = _find_answered_step(entry)
    lines = _read_consequences(entry, undone)
    followed: dict[int | None, Any] = {
        line.case_id: line.case for line in lines if line.case_id not in (None, case.pk)
    }
    for other in followed.values():
        _give_up_place(other, entry.structure, undone=undone)
    own = [line for line in lines if line.case_id == case.pk]
    _put_delays_back(task, at=undone.happened_at, since=entry.happened_at)
    _ask_again(task, entry, at=undone.happened_at)
    _put_parts_back(case, own, entry=entry, undone=undone)
    _put_people_back(own, entry=entry, undone=undone)
    sharing.refresh_access_columns(case)


def find_acceptance_to_take_back(case: Case, opened: CaseTask, *, on: date) -> JournalEntry | None:
    """That which opened this step, as long as nothing was done about it. One query, when there may be one."""
    is_untouched = opened.node == "contact" and opened.turn_count == 0
    if not is_untouched and not (opened.node == "lines" and localdate(opened.created) == on):
        return None
    return JournalEntry.objects.filter(case=case, kind="step.accepted", happened_at=opened.created).first()


def _find_answered_step(entry: JournalEntry) -> CaseTask:
    taken = CaseTask.objects.filter(
        case=entry.case_id, node=ASKED, structure=entry.structure, finished=entry.happened_at
    ).ended()
    task = taken.select_related("process").order_by("-pk").first()
    if task is None or task.process.answer("answered") != "accepted":
        raise AcceptanceStays(WENT_ON)
    return task


def _read_consequences(entry: JournalEntry, undone: JournalEntry) -> list[JournalEntry]:
    """What the acceptance wrote, here and in the coordination of the person; nothing else may have happened in either."""
    found: list[JournalEntry] = []
    causes = {entry.pk}
    while causes:
        following = JournalEntry.objects.filter(cause__in=causes).exclude(pk=undone.pk)
        lines = list(following.select_related("case", "structure").order_by("pk"))
        found += lines
        causes = {line.pk for line in lines}
    known = {entry.pk, undone.pk, *(line.pk for line in found)}
    concerned = {entry.case_id, *(line.case_id for line in found)} - {None}
    later = JournalEntry.objects.filter(case__in=concerned, pk__gt=entry.pk).exclude(pk__in=known)
    _refuse_what_came_after(later)
    if {line.kind for line in found} - CAUSED:
        raise AcceptanceStays(SETTLED_MORE)
    return found


def _refuse_what_came_after(later: Collection[JournalEntry]) -> None:
    erased = {line.data["attempt"] for line in later if line.kind == "contact.taken_back"}
    for line in later:
        is_erased = line.kind == "contact.attempted" and line.data["attempt"] in erased
        if line.kind not in BESIDE and not is_erased:
            raise AcceptanceStays(WENT_ON)


def _give_up_place(other: Case, structure: Structure | None, *, undone: JournalEntry) -> None:
    """The person is proposed to nobody, and followed by nobody, because of a case that was never taken in charge."""
    other = lock_case(other.pk)
    by, at = undone.actor, undone.happened_at
    take_back_place(other, structure, by=by, at=at, cause=undone)  # type: ignore[arg-type]
    other.refresh_from_db()
    if other.is_open:
        settle_procedures(other, by=by, at=at, cause=undone)
    else:
        engine.stop(other, by=by, at=at, cause=undone)


def _put_delays_back(task: CaseTask, *, at: datetime, since: datetime) -> None:
    """Those of the answer run again as they did; those that began with the acceptance never did. What ran already, does."""
    opened = CaseTask.objects.open().filter(case=task.case_id)
    begun = {*COUNTED_FROM, *(each.step.fact for each in opened)} - {""}
    new = Deadline.objects.waiting().filter(case=task.case_id, rule__start__in=begun, is_promised=False)
    deadlines.cancel(new, at=at)
    deadlines.wait_again(task.deadlines.filter(state=Deadline.State.MET, ended_at=since), case=task.case_id)


def _ask_again(task: CaseTask, entry: JournalEntry, *, at: datetime) -> None:
    """Whoever had been given the answer has it again."""
    given = JournalEntry.objects.filter(
        case=task.case_id, kind__in=("task.given", "task.freed", "task.returned"), data__task=task.pk, pk__lt=entry.pk
    )
    last = given.order_by("-pk").first()
    to = last.data.get("to") if last else None
    owner = User.objects.filter(pk=to).first() if to else None
    task.process.data["answered"] = None
    task.process.data.pop("follows", None)
    task.process.save(update_fields=["data"])
    engine.wait_again(task, owner=owner, assigned=last.happened_at if last and owner else None, at=at)


def _put_parts_back(case: Case, lines: list[JournalEntry], *, entry: JournalEntry, undone: JournalEntry) -> None:
    ended = [line for line in lines if line.kind == "sharing.ended"]
    told: dict[str, Any] = {"case": case, "by": undone.actor, "at": undone.happened_at, "cause": undone}
    if len(ended) > 1:
        raise AcceptanceStays(SETTLED_MORE)
    for before in ended:
        case.responsible_structure = before.structure  # type: ignore[assignment]  # a part is of a structure
        case.save(update_fields=["responsible_structure"])
        deadlines.hand_over(case, before=entry.structure, to=before.structure)  # type: ignore[arg-type]
    for line in lines:
        structure: Any = line.structure
        if line.kind == "sharing.started":
            sharing.end_sharing(structure=structure, **told)
        elif line.kind == "sharing.changed":
            part: Any = sharing.current_part(case, structure)
            sharing.change_part(structure=structure, current=part, **_part_before(entry, structure), **told)
    for line in ended:
        left: Any = line.structure
        last = Participation.objects.filter(
            case=case, structure=left, part=line.data["part"], until=localdate(entry.happened_at)
        )
        sharing.resume_part(structure=left, ended=last.latest("pk"), **told)
        _put_labels_back(case, act=entry.act)


def _part_before(entry: JournalEntry, structure: Structure) -> dict[str, Any]:
    """What the structure was in the case: its last line says it."""
    said = JournalEntry.objects.filter(
        case=entry.case_id, structure=structure, kind__in=("sharing.started", "sharing.changed"), pk__lt=entry.pk
    )
    line = said.latest("pk")
    return {name: line.data[name] for name in ("part", "level", "basis")}


def _put_labels_back(case: Case, *, act: Any) -> None:
    """What the structure had written on the case for itself: the database kept it."""
    taken_off = PastRow.objects.filter(table_name=CaseLabel._meta.db_table, act=act, is_deleted=True)  # noqa: SLF001
    for row in (past.was for past in taken_off if past.was["case_id"] == str(case.pk)):
        CaseLabel.objects.get_or_create(
            case=case, label_id=row["label_id"], defaults={"put_by_id": row["put_by_id"], "put_at": row["put_at"]}
        )


def _put_people_back(lines: list[JournalEntry], *, entry: JournalEntry, undone: JournalEntry) -> None:
    """Whoever was named is so no more; whoever was named before is again, since the same day as then."""
    by, at = undone.actor, undone.happened_at
    for line in lines:
        told: dict[str, Any] = {"case": line.case, "structure": line.structure, "by": by, "at": at, "cause": undone}
        if line.kind == "professional.assigned":
            cases.release_professional(user=User.objects.get(pk=line.data["user"]), **told)
            again = line.data["before"]
        elif line.kind == "professional.released":
            again = line.data["user"]
        else:
            continue
        if again:
            ended = Assignment.objects.filter(
                case=line.case_id, structure=line.structure, user=again, until=localdate(entry.happened_at)
            )
            cases.resume_assignment(ended=ended.latest("pk"), **told)
