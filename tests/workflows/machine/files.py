"""Les fichiers: a landlord’s or the CAF’s file is sent, checked, imported, corrected, decided, undone; lots are answered,
and the initial stock goes on in waves."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from hypothesis import strategies as st

from cases.models import Tenancy
from tests.workflows.machine.base import PICK, act
from tests.workflows.machine.cast import DESK, LANDLORDS
from tests.workflows.machine.matter import HELD, UNDECIDED, Matter, Waiting
from tests.workflows.machine.owed import Owed
from tests.workflows.machine.reporting import DUE, Lease
from tests.workflows.machine.usual import Usual
from workflows import engine
from workflows.actions import lots
from workflows.actions.stock import set_pace
from workflows.imports import doubts, jobs, run, undo
from workflows.imports.columns import suggest_mapping
from workflows.models import CaseTask, ImportJob, ImportRow

COLUMNS = ["Réf. locataire", "Nom", "Prénom", "Né(e) le", "Loyer HC", "Charges", "Solde débiteur"]
TOLD = ["Bailleur", "Nature aide", "Nb enfants à charge", "PF", "RSA"]
TENANTS = {
    "bailleur-a": [("A01", "MARTIN", "Alice", "17/05/1980"), ("A02", "DURAND", "Zoé", "12/03/1971"),
                   ("A03", "OKAFOR", "Chidi", "02/11/1990"), ("A04", "PETIT", "Jeanne", "30/01/1950")],
    "gestionnaire-b": [("B01", "YILMAZ", "Deniz", "08/08/1985"), ("B02", "NGUYEN", "Linh", "21/09/1979"),
                       ("B03", "MARTIN", "Alice", "")],
}  # fmt: skip
"""The last one of B may be the first one of A: nobody knows before someone has looked."""
LINES = st.lists(st.sampled_from([None, 0, 100_00, 612_00, 1060_00, 1590_37]), min_size=4, max_size=4)
"""What each tenant of a landlord owes; None: he is not in the file."""
KEPT = timedelta(days=60)
"""For so long an import may be undone."""


@dataclass
class Line:
    """What a line of a file did, so that the model can undo it."""

    lease: int
    case: int | None
    opened: bool = False
    reported: bool = False
    routed: bool = False
    watched_before: tuple[str, date] = ("", date.min)


@dataclass
class Sent:
    """A file that was imported."""

    job: int
    sender: str
    on: date
    at: datetime
    lines: list[Line] = field(default_factory=list)
    acts: dict[int, int] = field(default_factory=dict)
    """Case → what people had done on it when the file had written its last."""
    wrote: dict[int, int] = field(default_factory=dict)
    """Lease → when it wrote about it, among all that files wrote."""
    is_undone: bool = False


class Files(Usual):
    def __init__(self) -> None:
        super().__init__()
        self.files: list[Sent] = []
        self.writings = 0

    # A file is sent

    @act(
        weight=4, sender=st.sampled_from(LANDLORDS), cents=LINES, back=st.sampled_from([0, 0, 0, 20, 45]), by_one=PICK
    )
    def import_a_file(self, sender: str, cents: list[int | None], back: int, by_one: int) -> bool | None:
        """Of a landlord: deposited, checked, then imported, in one go or in two."""
        told = [(tenant, owes) for tenant, owes in zip(TENANTS[sender], cents, strict=False) if owes is not None]
        if not told:
            return False
        rows = [[*tenant, "450,00", "80,00", f"{owes // 100},{owes % 100:02}"] for tenant, owes in told]
        self.tell(f"{sender} sends a file of {back} days ago: {[(t[0], owes) for t, owes in told]}")
        self.send_file(
            sender, COLUMNS, rows, on=self.today - timedelta(days=back), limit=1 if by_one % 4 == 0 else None
        )
        return None

    @act(
        weight=2,
        tenants=st.sets(st.sampled_from(TENANTS["bailleur-a"][:3]), min_size=1),
        family=st.booleans(),
        cents=st.sampled_from([None, None, 640_00]),
    )
    def import_the_list_of_the_caf(self, tenants: set[Any], family: bool, cents: int | None) -> None:
        """It tells what the landlord did not know, and sometimes what is owed."""
        facts = ["BAILLEUR A", "APL", "2" if family else "0", "oui" if family else "non", "non"]
        owes = f"{cents // 100},{cents % 100:02}" if cents else ""
        rows = [["", *tenant[1:], "", "", owes, *facts] for tenant in sorted(tenants)]
        self.tell(f"the CAF sends its list: {sorted(t[1] for t in tenants)}, {owes}")
        self.send_file("caf-91", [*COLUMNS, *TOLD], rows, on=self.today)

    def send_file(
        self, sender: str, headings: list[str], rows: list[list[str]], *, on: date, limit: int | None = None
    ) -> None:
        text = "\n".join(";".join(cells) for cells in [headings, *rows]).encode()
        author = self.user(self.at_work(sender, "correspondent", "manager")[0])
        job = jobs.deposit(
            structure=self.structure(sender), by=author, file=ContentFile(text), name="impayes.csv", at=self.at
        )
        jobs.ask_check(job, columns=suggest_mapping(headings), options={}, as_of=on)
        run.run_waiting(at=self.at)
        job.refresh_from_db()
        assert job.state == "checked", job.message
        self.ask(job)
        before = self.what_is_known()
        if limit:
            assert run.run_waiting(at=self.at, limit=limit) == limit
        run.run_waiting(at=self.at)
        job.refresh_from_db()
        assert job.state == "done", job.message
        self.imported(job, before)

    def ask(self, job: ImportJob) -> None:
        """Another file of the month that says another total is asked about: this one replaces it."""
        same = [
            sent
            for sent in self.files
            if sent.sender == job.structure.code and not sent.is_undone
            and job.as_of and (sent.on.year, sent.on.month) == (job.as_of.year, job.as_of.month)
        ]  # fmt: skip
        replaced = ImportJob.objects.get(pk=same[-1].job) if same else None
        if replaced and replaced.total_debt != job.total_debt:
            self.refused(lambda: jobs.ask_import(job, at=self.at), jobs.NotNow)
        jobs.ask_import(job, replaces=replaced, at=self.at)

    def what_is_known(self) -> dict[int, str]:
        """Where each open case stands."""
        return {matter.case: self.node_of(matter) for matter in self.open_matters()}

    def imported(self, job: ImportJob, before: dict[int, str]) -> None:
        assert job.as_of
        sent = Sent(job.pk, job.structure.code, job.as_of, self.at)
        self.files.append(sent)
        self.look()
        for row in ImportRow.objects.filter(job=job).order_by("line"):
            self.written(sent, row, before)

    # What a line does

    def written(self, sent: Sent, row: ImportRow, before: dict[int, str]) -> None:
        if row.tenancy_id is None or row.outcome in ("rejected", "ignored", "to_check", "unchanged"):
            return
        lease, line = self.lease_of(row, sent), Line(row.tenancy_id, row.case_id)
        owed = self.owed.setdefault(lease.pk, Owed())
        line.watched_before = (lease.watched_by, lease.seen_on)
        cents = None if row.debt is None else int(row.debt * 100)
        is_open = any(matter.lease == lease.pk and matter.is_open for matter in self.matters.values())
        is_late = cents is not None and self.is_overtaken(owed, sent, cents)
        is_news = (said := owed.statement(sent.sender, sent.on)) is None or said.cents != cents
        if cents is not None:
            owed.says(sent.sender, sent.on, cents, job=sent.job)
        if cents and is_news and not is_late:
            self.owes(sent, row, lease, line, cents=cents, is_open=is_open)
        elif cents == 0 and not is_late:
            lease.watched_by = ""
        if row.case_id and row.case_id in before:
            self.completed(self.matters[row.case_id], line, before[row.case_id])
        sent.lines.append(line)
        self.writings += 1
        sent.wrote[lease.pk] = self.writings
        if row.case_id:
            sent.acts[row.case_id] = self.matters[row.case_id].acts

    def is_overtaken(self, owed: Owed, sent: Sent, cents: int) -> bool:
        """Its sender has told of a later day already, or the debt was, or is said, cleared since."""
        later = [each for each in owed.said if each.on > sent.on]
        if any(each.source == sent.sender for each in later):
            return True
        last = max(later, key=lambda each: each.on, default=None)
        return last is not None and 0 in (last.cents, cents)

    def owes(self, sent: Sent, row: ImportRow, lease: Lease, line: Line, *, cents: int, is_open: bool) -> None:
        if not is_open and cents < DUE and sent.sender in LANDLORDS:
            assert row.outcome == "watched"
            lease.is_watched(sent.sender, on=self.today)
            return
        assert row.outcome == ("updated" if is_open else "created")
        assert row.case_id
        lease.watched_by = ""
        if not is_open:
            self.held_by_the_desk(lease, row.case_id)
            line.opened = True
        matter = self.matters[row.case_id]
        line.reported = sent.sender not in matter.reports
        matter.reports.add(sent.sender)

    def held_by_the_desk(self, lease: Lease, case: int) -> Matter:
        matter = Matter(case=case, lease=lease.pk, owner=lease.owner, responsible=DESK, is_led=False)
        matter.steps = UNDECIDED | {HELD}
        self.matters[case] = matter
        return matter

    def completed(self, matter: Matter, line: Line, before: str) -> None:
        """What a file tells may be what was missing to route a case."""
        now = self.node_of(matter)
        if before == "qualify" and now != "qualify":
            matter.steps = UNDECIDED - {"qualify"}
            line.routed = True

    def lease_of(self, row: ImportRow, sent: Sent) -> Lease:
        assert row.tenancy_id
        if row.tenancy_id not in self.leases:
            tenancy = Tenancy.objects.select_related("manager", "landlord").get(pk=row.tenancy_id)
            self.leases[row.tenancy_id] = Lease(row.tenancy_id, (tenancy.manager or tenancy.landlord).code)
        return self.leases[row.tenancy_id]

    # Lines that wait for someone

    @act(when=lambda self: self.doubtful(), place=PICK, which=PICK)
    def decide_of_whom_a_line_is(self, place: int, which: int) -> None:
        """The desk looks at both: it is one of those near, or somebody else."""
        row = self.pick(self.doubtful(), place)
        homes = [home.household for home, _ in doubts.Doubt(row, at_day=self.today).candidates]
        chosen = self.pick([None, *homes], which)
        self.tell(f"the desk says of whom line {row.line} of import {row.job_id} is: {chosen}")
        before, by = self.what_is_known(), self.user(self.at_work(DESK)[0])
        doubts.decide_household(row, household=chosen, by=by, at=self.at, today=self.today)
        self.look()
        [sent] = [sent for sent in self.files if sent.job == row.job_id]
        self.written(sent, ImportRow.objects.get(job=row.job_id, line=row.line), before)

    def doubtful(self) -> list[ImportRow]:
        rows = ImportRow.objects.filter(outcome="to_check", job__state="done").exclude(values={}).order_by("pk")
        return list(rows.select_related("job__structure", "job__by"))

    # Undone

    @act(when=lambda self: self.undoable(), weight=3, which=PICK)
    def undo_a_file(self, which: int) -> bool | None:
        """Until someone has acted on one of its cases, and from the last to the first."""
        sent = self.pick(self.undoable(), which)
        job = ImportJob.objects.get(pk=sent.job)
        by = self.user(self.at_work(sent.sender, "correspondent", "manager")[0])
        self.tell(f"{sent.sender} undoes the file of {sent.on}")

        def ask() -> None:
            undo.ask_undo(job, by=by, at=self.at)

        if self.is_kept(sent):
            return self.refused(ask, undo.CannotUndo)
        ask()
        run.run_waiting(at=self.at)
        job.refresh_from_db()
        assert job.state == "undone", job.message
        sent.is_undone = True
        for line in reversed(sent.lines):
            self.undo_line(sent, line)
        for lease in self.leases.values():
            self.owed[lease.pk].unsay(sent.job)
        self.forget_leases()
        return None

    def undoable(self) -> list[Sent]:
        return [sent for sent in self.files if not sent.is_undone]

    def is_kept(self, sent: Sent) -> bool:
        acted = any(self.matters[case].acts != acts for case, acts in sent.acts.items())
        return not sent.lines or acted or self.is_followed(sent) or sent.at < self.at - KEPT

    def is_followed(self, sent: Sent) -> bool:
        """A later file wrote about one of its households."""
        homes = dict(Tenancy.objects.values_list("pk", "household"))
        mine = {homes[lease]: when for lease, when in sent.wrote.items()}
        return any(
            mine.get(homes[lease], when) < when
            for other in self.files
            if other is not sent and not other.is_undone
            for lease, when in other.wrote.items()
        )

    def undo_line(self, sent: Sent, line: Line) -> None:
        lease = self.leases[line.lease]
        lease.watched_by, lease.seen_on = line.watched_before
        if line.case is None:
            return
        matter = self.matters[line.case]
        if line.opened:
            matter.voided()
            self.facts.pop(matter.case, None)
            return
        if line.reported:
            matter.reports.discard(sent.sender)
        if line.routed:
            matter.stands_at("qualify")

    def forget_leases(self) -> None:
        """Of a lease that a file alone told of, and that has no case, nothing is kept."""
        there = set(Tenancy.objects.values_list("pk", flat=True))
        for pk in [pk for pk in self.leases if pk not in there]:
            assert not any(matter.lease == pk for matter in self.matters.values())
            assert not self.leases[pk].watched_by
            del self.leases[pk], self.owed[pk]
            for sent in self.files:
                sent.wrote.pop(pk, None)

    # Lots

    @act(when=lambda self: self.lots(), lot=PICK, professional=PICK, many=st.booleans())
    def accept_a_lot(self, lot: int, professional: int, many: bool) -> None:
        job, structure, steps = self.pick(self.lots(), lot)
        steps = steps if many else steps[:1]
        named = self.pick(self.at_work(structure, "agent", "manager"), professional)
        self.tell(f"{structure} accepts {len(steps)} cases of import {job}")
        answered = lots.accept(
            tasks=self.tasks(steps), professional=self.user(named), **self.who_answers(job, structure)
        )
        assert len(answered.done) == len(steps)
        for step in steps:
            matter = self.matters[step.case]
            matter.acts += 1
            matter.accepted(structure, named)

    @act(when=lambda self: self.lots(), lot=PICK, many=st.booleans())
    def decline_a_lot(self, lot: int, many: bool) -> None:
        """What the pilot attributed is refused, the others go on."""
        job, structure, steps = self.pick(self.lots(), lot)
        steps = steps if many else steps[:1]
        self.tell(f"{structure} declines {len(steps)} cases of import {job}")
        answered = lots.decline(tasks=self.tasks(steps), reason="no_capacity", **self.who_answers(job, structure))
        free = [step for step in steps if not self.matters[step.case].is_imposed]
        assert {task.case_id for task in answered.done} == {step.case for step in free}
        for step in free:
            self.matters[step.case].acts += 1
            self.declined(step.case, structure)

    def lots(self) -> list[tuple[int, str, list[Waiting]]]:
        """(import, structure, steps that wait)."""
        rows = ImportRow.objects.filter(decision__structure__isnull=False).values_list(
            "job", "decision__structure__code", "case"
        )
        found: dict[tuple[int, str], list[Waiting]] = {}
        for job, code, case in rows.order_by("pk"):
            steps = [step for step in self.steps_at("answer") if (step.case, step.structure) == (case, code)]
            if steps and case is not None:
                found.setdefault((job, code), []).extend(steps)
        return [(job, code, steps) for (job, code), steps in found.items()]

    def tasks(self, steps: Iterable[Waiting]) -> list[CaseTask]:
        return [self.task(step) for step in steps]

    def who_answers(self, job: int, structure: str) -> dict[str, Any]:
        by = self.user(self.at_work(structure, "manager")[0])
        return {"structure": self.structure(structure), "job": ImportJob.objects.get(pk=job), "by": by, "at": self.at}

    # The initial stock

    @act(when=lambda self: self.steps_at(HELD), case=PICK)
    def let_one_go_before_its_turn(self, case: int) -> None:
        step = self.pick(self.steps_at(HELD), case)
        self.tell(f"the desk lets {step.case} go on")
        engine.complete(self.task(step), by=self.user(self.at_work(DESK)[0]), at=self.at, data={})
        self.matters[step.case].acts += 1
        self.matters[step.case].steps = UNDECIDED

    @act(code=st.sampled_from(["caf-91", "mds-grigny", "ccas-grigny", DESK]), per_week=st.sampled_from([0, 1, 2]))
    def set_the_pace(self, code: str, per_week: int) -> None:
        self.tell(f"{code} takes {per_week} of the stock a week")
        by = self.user(self.at_work(DESK)[0])
        set_pace(structure=self.structure(code), per_week=per_week, by=by, at=self.at)

    # Time

    def tick(self) -> None:
        """What a landlord alone watches is forgotten three months after he last said it."""
        super().tick()
        day = self.today
        years, month = divmod(day.month - 4, 12)
        last = calendar.monthrange(day.year + years, month + 1)[1]
        oldest = date(day.year + years, month + 1, min(day.day, last))
        for lease in self.leases.values():
            if lease.watched_by and lease.seen_on < oldest:
                lease.watched_by = ""
        self.forget_leases()
