"""What the steps of one overpayment share: its line, its own facts, and the legal dates that run on it."""

from datetime import date, datetime

from django.utils.timezone import localdate

from cases.actions import deadlines, milestones
from cases.actions.lines import SETTLED, LawOfTheDay
from cases.models import Deadline, DebtLine, JournalEntry, Milestone
from cases.rules.conditions import Value
from cases.rules.tracks import DatedFact
from workflows.models import CaseTask
from workflows.steps.base import Answers, Step, running_deadlines
from workflows.steps.refusal import StepRefused

SENT = ("rectification_asked", "recourse_sent", "mediation_asked", "court_seized")
PERSON = "person"
"""The actor, in the catalogue of delays, whose dates a professional watches with her."""


def line_of(task: CaseTask) -> DebtLine:
    return DebtLine.objects.select_related("notice__creditor__organisation", "debt").get(debt=task.process.debt_id)


def law_of(task: CaseTask, *, on: date | None = None) -> LawOfTheDay:
    return LawOfTheDay(on=on or localdate(task.process.turn.at), territory=task.case.territory)


class LineStep(Step[Answers]):
    """A step on a line. Beside its own delay it carries the legal dates of the line: whoever takes it sees them."""

    watches: tuple[str, ...] = (PERSON,)
    """Those whose legal dates count as this step’s."""

    def on_task_opened(self, task: CaseTask) -> None:
        task.data["benefit"] = line_of(task).benefit
        super().on_task_opened(task)

    def deadline_context(self, task: CaseTask) -> dict[str, Value]:
        return super().deadline_context(task) | law_of(task).context_of(line_of(task))

    def first_date(self, task: CaseTask) -> date:
        """The day of the letter, from which the first legal delay counts; once it is answered, the step’s own day."""
        was_sent = Milestone.objects.filter(debt=task.process.debt_id, kind__in=SENT, replaced_by=None).exists()
        return localdate(task.created) if was_sent else line_of(task).notice.counted_from

    def waits_for(self, task: CaseTask, own: list[Deadline]) -> list[Deadline]:
        legal = Deadline.objects.waiting().filter(case=task.case_id, debt=task.process.debt_id)
        legal = legal.filter(rule__who__in=self.watches).exclude(pk__in=[each.pk for each in own])
        return [*(each for each in own if each.state in Deadline.WAITING), *legal.select_related("rule")]

    def on_task_finished(self, task: CaseTask) -> None:
        """Its own delay is met; the legal ones are met by facts, and pass on to the next step."""
        deadlines.meet(running_deadlines(task).filter(rule__start=self.fact), at=task.process.turn.at)

    def on_task_abandoned(self, task: CaseTask) -> None:
        deadlines.cancel(running_deadlines(task).filter(rule__start=self.fact), at=task.process.turn.at)


def refuse_before(task: CaseTask, asked: str, on: date, *, what: str, since: str, field: str) -> None:
    """Refuses (`StepRefused`) the day of an answer to what happened later on this line. `what`, `since`: both, in French."""
    known = milestones.current_milestone(task.case, asked, debt=task.process.debt)
    if known and on < known.happened_on:
        raise StepRefused(
            f"{what} précéderait {since} le {known.happened_on:%d/%m/%Y} : vérifier la date.", field=field
        )


def keep_fact(
    task: CaseTask,
    kind: str,
    on: date,
    *,
    is_proved: bool,
    cause: JournalEntry,
    made_on: date | None = None,
    is_implied: bool = False,
) -> None:
    """A dated fact of the line: it meets the delays that it answers by its day, those that were missed before it was known too,
    and starts those that count from it. `made_on`: when what was received had left, which alone says what it answers.
    `is_implied`: silence made it, which is nobody’s word, and answers nothing that was missed."""
    turn, line = task.process.turn, line_of(task)
    said = Milestone.Known.PROVED if is_proved else Milestone.Known.DECLARED
    milestones.save_milestone(
        case=task.case,
        debt=line.debt,
        kind=kind,
        happened_on=on,
        known=Milestone.Known.IMPLIED if is_implied else said,
        structure=None if is_implied else task.case.responsible_structure,
        by=turn.by,
        at=turn.at,
        cause=cause,
    )
    # What is read on line may be contested before its letter comes, from which its delays count.
    facts = [DatedFact(kind, max(made_on or on, line.notice.counted_from))]
    if kind == SETTLED:  # whatever began meanwhile has no object either
        facts.append(DatedFact(kind, localdate(turn.at)))
    late = deadlines.meet_by(
        facts, case=task.case, debt=line.debt, since=date.min, at=turn.at, implied=facts if is_implied else ()
    )
    for deadline in late:
        _undo_silence(deadline, at=turn.at, cause=cause)
    deadlines.start(
        case=task.case,
        debt=line.debt,
        fact=kind,
        on=on,
        structure=task.case.responsible_structure,
        context=law_of(task).context_of(line),
    )


def _undo_silence(deadline: Deadline, *, at: datetime, cause: JournalEntry) -> None:
    """It was answered in time: what was counted from silence did not happen (as `workflows.actions.milestones`, of a line)."""
    implied = milestones.find_fact_of_silence(deadline)
    if implied is None:
        return
    case, debt, kind = deadline.case, deadline.debt, implied.kind
    milestones.take_back(milestone=implied, structure=None, by=None, at=at, cause=cause)
    deadlines.cancel(Deadline.objects.waiting().filter(case=case, debt=debt, rule__start=kind), at=at)
    for missed in deadlines.retract_fact(case=case, debt=debt, fact=kind, at=at):
        _undo_silence(missed, at=at, cause=cause)
