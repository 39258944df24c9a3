"""A portfolio of thousands changes hands in seconds: one person is moved by the ordinary acts, and her rows are copied.

That holds for those about whom nothing is particular (`filter_bulk_moves`): no coordination of his, no proposal, no appointment, nobody
who replaces anybody, one step that waits. The others are moved one by one. A batch is one transaction: the rows of
whoever follows, his rights, his procedure, his delays and the lines of the journal.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.timezone import localdate
from viewflow.workflow.status import STATUS

from cases import journal
from cases.actions import place_delays
from cases.actions.handover import Move
from cases.actions.sharing import refresh_access_columns
from cases.locks import wait_briefly
from cases.models import (
    Absence,
    Appointment,
    Assignment,
    Case,
    Coordination,
    Deadline,
    JournalEntry,
    Milestone,
    Referent,
    Structure,
    User,
)
from workflows.actions.copies import copy_row, execute_sql, insert_pairs
from workflows.models import CaseProcess, CaseTask

BATCH = 1000
NODES = ("inform_person", "follow_up")
"""Where the procedure of a référent in place waits."""

Ordinary = Callable[[Move], Referent]
"""Moves one person, and her procedure with her."""


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


@transaction.atomic
def carry_over(
    moves: Sequence[Move],
    *,
    structure: Structure,
    by: User,
    at: datetime,
    cause: JournalEntry,
    ordinary: Ordinary,
) -> int:
    """Move a batch: under the lock of its cases, whoever has changed hands since is left out. Returns how many moved."""
    _lock([move.referent.case_id for move in moves])
    held = dict(
        Referent.objects.current()
        .filter(pk__in=[move.referent.pk for move in moves], structure=structure)
        .values_list("pk", "user")
    )
    still = [move for move in moves if held.get(move.referent.pk) == move.referent.user_id != move.to.pk]
    many = filter_bulk_moves(still, structure=structure, at=at)
    apart = {move.referent.pk for move in many[1:]}
    model: Referent | None = None
    for move in still:
        if move.referent.pk not in apart:
            followed = ordinary(move)
            model = followed if many and move == many[0] else model
    if model and apart:
        _Copies(model, many[1:], structure=structure, by=by, at=at, cause=cause).write()
    return len(still)


def _lock(cases: Sequence[int]) -> None:
    """In one order, so that two batches do not wait for each other."""
    with wait_briefly():
        list(Case.objects.select_for_update(of=("self",)).filter(pk__in=cases).order_by("pk").values_list("pk"))


class _Copies:
    """What the ordinary acts wrote for the first person, written for the others."""

    def __init__(
        self,
        model: Referent,
        moves: Sequence[Move],
        *,
        structure: Structure,
        by: User,
        at: datetime,
        cause: JournalEntry,
    ) -> None:
        self.model, self.structure, self.by, self.at, self.cause = model, structure, by, at, cause
        self.today = localdate(at)
        self.cases = [move.referent.case_id for move in moves]
        self.before = [move.referent.pk for move in moves]
        self.people = [move.referent.beneficiary_id for move in moves]
        self.left = {move.referent.case_id: move.referent.user_id for move in moves}
        self.to = {move.referent.case_id: move.to.pk for move in moves}
        self.others = [self.to[case] for case in self.cases]

    def write(self) -> None:
        self._stop_steps()
        followed = self._copy_referents()
        self._record_in_journal(followed)
        self._give_rights()
        self._start_steps(followed, self._start_delays())
        refresh_access_columns(*self.cases)

    def _copy_referents(self) -> dict[int, int]:
        """The former ones end before the others begin: a place has one référent at a time. Returns case → référent."""
        ended = {"state": Referent.State.ENDED, "until": self.today, "end_reason": Referent.End.HANDED_OVER}
        Referent.objects.filter(pk__in=self.before).update(**ended)
        changed = {"public_id": "gen_random_uuid()", "case_id": "m.case_id", "user_id": "m.to_id"}
        changed["beneficiary_id"] = "m.person_id"
        lists = {"case_id": self.cases, "person_id": self.people, "to_id": self.others}
        followed = copy_row(Referent, self.model.pk, changed=changed, lists=lists)
        execute_sql(
            "UPDATE cases_referent r SET successor_id = m.following"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS m (before, following) WHERE r.id = m.before",
            self.before,
            [followed[case] for case in self.cases],
        )
        return followed

    def _record_in_journal(self, followed: Mapping[int, int]) -> None:
        """As each act would, in its order, each line following from the one that made it."""
        now = {case: {"referent": followed[case], "user": self.to[case]} for case in self.cases}
        reason = str(Referent.End.HANDED_OVER)
        former = dict(zip(self.cases, self.before, strict=True))
        ended = {case: {"referent": former[case], "user": self.left[case], "reason": reason} for case in self.cases}
        named = {case: {"user": self.to[case], "before": self.left[case]} for case in self.cases}
        proposed = self._record("referent.proposed", dict.fromkeys(self.cases, self.cause.pk), now)
        self._record("referent.ended", proposed, ended)
        accepted = self._record("referent.accepted", proposed, now)
        self._record("professional.assigned", accepted, named)

    def _record(
        self, kind: str, causes: Mapping[int, int], data: Mapping[int, Mapping[str, object]]
    ) -> dict[int, int]:
        return journal.record_each(kind, at=self.at, by=self.by, structure=self.structure, causes=causes, data=data)

    def _give_rights(self) -> None:
        """His case is his; whoever had it keeps seeing it for some days; whoever comes back needs no such days."""
        of_cases = Assignment.objects.filter(case__in=self.cases, structure=self.structure)
        of_cases.filter(kind=Assignment.Kind.RESPONSIBLE, until=None).update(until=self.today)
        execute_sql(
            "UPDATE cases_assignment a SET until = %s FROM unnest(%s::bigint[], %s::bigint[]) AS m (case_id, to_id)"
            " WHERE a.case_id = m.case_id AND a.user_id = m.to_id AND a.structure_id = %s AND a.kind = 'overlap'"
            " AND a.until > %s",
            self.today, self.cases, self.others, self.structure.pk, self.today,
        )  # fmt: skip
        mine = Assignment.objects.filter(case=self.model.case_id, structure=self.structure, since=self.today)
        begun = {
            Assignment.Kind.RESPONSIBLE: self.others,
            Assignment.Kind.OVERLAP: [self.left[case] for case in self.cases],
        }
        changed = {"case_id": "m.case_id", "user_id": "m.user_id"}
        for kind, users in begun.items():
            source = mine.filter(kind=kind).filter(Q(until=None) | Q(until__gt=self.today)).latest("pk")
            copy_row(Assignment, source.pk, changed=changed, lists={"case_id": self.cases, "user_id": users})

    def _stop_steps(self) -> None:
        """The steps of the former ones, with their delays."""
        waiting = CaseTask.objects.open().filter(case__in=self.cases, structure=self.structure)
        processes = dict(waiting.values_list("pk", "process"))
        links = CaseTask.deadlines.through.objects.filter(casetask__in=processes)
        acts = Deadline.objects.filter(case__in=self.cases, structure=self.structure, rule__start=place_delays.ACT)
        ended = Deadline.objects.waiting().filter(Q(pk__in=links.values("deadline")) | Q(pk__in=acts.values("pk")))
        ended.update(state=Deadline.State.CANCELLED, ended_at=self.at)
        CaseTask.objects.filter(pk__in=processes).update(status=STATUS.CANCELED, finished=self.at)
        CaseProcess.objects.filter(pk__in=processes.values()).update(status=STATUS.CANCELED, finished=self.at)

    def _start_delays(self) -> dict[int, dict[int, int]]:
        """Those that run for the first one. Returns source → case → copy."""
        changed = {"public_id": "gen_random_uuid()", "case_id": "m.case_id"}
        return {
            source: copy_row(Deadline, source, changed=changed, lists={"case_id": self.cases})
            for source in self._delays.values_list("pk", flat=True)
        }

    @property
    def _delays(self) -> QuerySet[Deadline]:
        found = Deadline.objects.waiting().filter(case=self.model.case_id, structure=self.structure)
        return (
            found.filter(Q(rule__start=place_delays.ACT) | Q(tasks__process=self._process)).distinct().order_by("pk")
        )

    @property
    def _process(self) -> CaseProcess:
        running = CaseProcess.objects.filter(case=self.model.case_id, status=STATUS.NEW)
        found: CaseProcess = running.get(data__referent=self.model.pk)
        return found

    def _start_steps(self, followed: Mapping[int, int], delays: Mapping[int, Mapping[int, int]]) -> None:
        process = self._process
        changed = {"case_id": "m.case_id", "data": "s.data || jsonb_build_object('referent', m.referent_id)"}
        lists = {"case_id": self.cases, "referent_id": [followed[case] for case in self.cases]}
        processes = copy_row(CaseProcess, process.pk, changed=changed, lists=lists)
        changed = {
            "public_id": "gen_random_uuid()", "case_id": "m.case_id", "process_id": "m.process_id",
            "owner_id": "CASE WHEN s.owner_id IS NOT NULL THEN m.to_id END",
        }  # fmt: skip
        lists = {
            "case_id": self.cases,
            "process_id": [processes[case] for case in self.cases],
            "to_id": self.others,
        }
        tasks = {
            source: copy_row(CaseTask, source, changed=changed, lists=lists)
            for source in process.task_set.order_by("pk").values_list("pk", flat=True)
        }
        order, beside = CaseTask.previous.through, CaseTask.deadlines.through
        for one, other in order.objects.filter(from_casetask__in=tasks).values_list("from_casetask", "to_casetask"):
            pairs = [(tasks[one][case], tasks[other][case]) for case in self.cases]
            insert_pairs(order, pairs, "from_casetask_id", "to_casetask_id")
        for one, other in beside.objects.filter(casetask__in=tasks).values_list("casetask", "deadline"):
            pairs = [(tasks[one][case], delays[other][case]) for case in self.cases]
            insert_pairs(beside, pairs, "casetask_id", "deadline_id")
