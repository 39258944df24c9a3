"""What the page of a case reads: the first screen for all who see it, the rest for those who see the whole case."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from cases.acting import Away, away_of, full_name, with_away
from cases.actions.plans import CURRENT
from cases.actions.rules_in_force import edition_in_force
from cases.models import (
    Assignment,
    Beneficiary,
    Case,
    ContactAttempt,
    Deadline,
    Debt,
    DebtStatement,
    Diagnostic,
    Edition,
    HouseholdMember,
    Instalment,
    JournalEntry,
    LegalProtection,
    Measure,
    Milestone,
    Participation,
    PlanCheck,
    RepaymentPlan,
    Report,
    Structure,
    User,
)
from cases.permissions import Rights
from cases.queries import find_holder
from cases.templatetags.relais import due_of
from cases.written_once import NO_CASE, read_written
from workflows.models import CaseTask, RoutingDecision
from workflows.queries.account import DebtAccount, PlanProgress, movements_of
from workflows.queries.arbitration import say_publicly, with_arbitration
from workflows.queries.threshold import first_report
from workflows.queries.time_left import first_last_day, with_last_day
from workflows.queries.tracks import CaseTracks
from workflows.queries.waiting_time import since_words, with_closures


@dataclass(frozen=True, kw_only=True)
class CurrentStep:
    """A waiting step: until when, by which computation, in whose hands and since when."""

    task: CaseTask
    said_on: date | None
    """The day that pages say of it."""
    deadline: Deadline | None
    """The one that gives that day."""
    last_on: date | None
    """The last day of the first of its delays to end."""
    since: str
    """For how long the ball has been there."""


class CasePageData:
    """Each part is read when the template asks for it, once."""

    def __init__(self, case: Case, *, on: date, may_know_protections: bool = False) -> None:
        """`may_know_protections`: the reader sees the whole case, or answers for it."""
        self.case = case
        self.on = on
        self.may_know_protections = may_know_protections

    # The first screen

    @cached_property
    def members(self) -> list[HouseholdMember]:
        protection = LegalProtection.objects.in_force(self.on).filter(beneficiary=OuterRef("beneficiary"))
        present = self.case.household.memberships.filter(until=None).select_related("beneficiary")
        return list(present.annotate(protection=Subquery(protection.values("pk")[:1])))

    @cached_property
    def holder(self) -> Beneficiary:
        """Of a coordination, the person whom it is of."""
        if self.case.beneficiary:
            return self.case.beneficiary
        return find_holder(self.case.household_id, self.members)

    @cached_property
    def adults(self) -> list[HouseholdMember]:
        return [member for member in self.members if member.position != HouseholdMember.Position.CHILD]

    @cached_property
    def protections(self) -> list[LegalProtection]:
        """Those in force of the people who live there, of which the reader may know."""
        return list(self.protections_in_force.values()) if self.may_know_protections else []

    @cached_property
    def protections_in_force(self) -> dict[int, LegalProtection]:
        """By the key of the person; nothing is asked for where nobody is protected."""
        known = [member.protection for member in self.members if member.protection]  # type: ignore[attr-defined]
        found = LegalProtection.objects.filter(pk__in=known).select_related("beneficiary") if known else ()
        return {each.beneficiary_id: each for each in found}

    @cached_property
    def steps(self) -> list[CurrentStep]:
        by_task = defaultdict(list)
        for deadline in self._deadline_rows:
            by_task[deadline.of_task].append(deadline)  # type: ignore[attr-defined]
        tasks = _of_case(self._read(_write_tasks), self.case) if self.case.is_open else []
        return [self._step(task, by_task[task.pk]) for task in tasks]

    def _step(self, task: CaseTask, deadlines: list[Deadline]) -> CurrentStep:
        counted = sorted(deadlines, key=lambda each: each.is_paused)  # those that run first, as they were sorted
        last_on = min((each.legal_date for each in deadlines if not each.is_paused), default=None)
        said = task.due_on and due_of(task.due_on, today=self.on, last=last_on).on
        told = (each for each in counted if said in (each.safe_date, each.legal_date))
        return CurrentStep(
            task=task,
            said_on=said,
            deadline=next(told, counted[0] if counted else None),
            last_on=last_on,
            since=since_words(task, today=self.on),
        )

    @property
    def own_steps(self) -> list[CurrentStep]:
        """Those of the case itself. While it only waits for its lines, the most pressing step of a line is its own."""
        own = [step for step in self.steps if step.task.process.debt_id is None and step.task.step.is_offered]
        return own or [step for step in self.steps if step.task.step.is_offered][:1] or self.steps

    @property
    def deadlines(self) -> list[Deadline]:
        return list(_unique_deadlines(self._deadline_rows))

    @cached_property
    def other_deadlines(self) -> list[tuple[Deadline, str]]:
        """Those that run beside the step, with who must act: the next legal dates, then those that are paused. Those of a
        line are with it."""
        shown = {step.deadline.pk for step in self.steps if step.deadline}
        waiting = (each for each in self._deadline_rows if each.state in Deadline.WAITING and each.debt_id is None)
        others = _unique_deadlines(each for each in waiting if each.pk not in shown)
        return [(each, _actor_words(each)) for each in sorted(others, key=lambda each: each.is_paused)]

    @cached_property
    def past_deadlines(self) -> list[tuple[Deadline, str]]:
        """Those whose last day is over and that nothing has answered since, with who had to act, the last one first. A step
        says its own, and a line those that run on it."""
        missed = (each for each in self._deadline_rows if each.state == Deadline.State.MISSED)
        own = (each for each in missed if each.debt_id is None and each.of_task is None)  # type: ignore[attr-defined]
        found = [(each, _actor_words(each)) for each in _unique_deadlines(own) if self._is_still_open(each)]
        return sorted(found, key=lambda past: past[0].legal_date, reverse=True)

    def _is_still_open(self, deadline: Deadline) -> bool:
        """The fact that began it stands, and nothing known answers it; what prepared an event that took place is moot."""
        own = [fact for fact in self.milestones if fact.debt_id == deadline.debt_id]
        begun = any(fact.kind == deadline.rule.start and fact.happened_on == deadline.started_on for fact in own)
        if not begun or not deadline.rule.until or deadline.legal_date < deadline.started_on < self.on:
            return False
        shared = [fact for fact in self.milestones if fact.debt_id in (None, deadline.debt_id)]
        since = min(deadline.started_on, deadline.legal_date)
        return not any(fact.kind in deadline.rule.until and fact.happened_on >= since for fact in shared)

    @cached_property
    def _deadline_rows(self) -> list[Deadline]:
        """Those that run or are paused, and those that were missed: a late step shows how its date was computed."""
        if not self.case.is_open:
            return []
        return self._read(_write_deadlines)

    @cached_property
    def responsible(self) -> str:
        """Who answers for the case: the professional, if one is named, and the structure."""
        structure = self.case.responsible_structure
        names = (part.professional for part in self.participations if part.structure_id == structure.pk)  # type: ignore[attr-defined]
        return ", ".join(filter(None, [*names, structure.name]))

    @cached_property
    def participations(self) -> list[Participation]:
        """Who takes part today, with the professional of each structure."""
        return self._read(_write_participations)

    def _read(self, write: Callable[..., QuerySet[Any]]) -> list[Any]:
        return read_written(write, None, self.on, {}, case=self.case)

    @property
    def away(self) -> Away | None:
        """The professional who answers for the case, if he is away today."""
        structure = self.case.responsible_structure_id
        return next((away_of(part) for part in self.participations if part.structure_id == structure), None)

    @cached_property
    def decision(self) -> RoutingDecision | None:
        """The last routing, with the name of the structure that came next, and what the pilot decided after it."""
        return next(iter(self._read(_write_decision)), None)

    @property
    def public_reason(self) -> str:
        """What a landlord reads of it."""
        return say_publicly(self.decision) if self.decision else ""

    # The whole case

    @cached_property
    def statements(self) -> list[DebtStatement]:
        """Of the rent, the newest first."""
        if self.case.tenancy_id is None:
            return []
        found = DebtStatement.objects.filter(debt__tenancy=self.case.tenancy_id).select_related("source")
        return list(found.order_by("-as_of", "-pk"))

    @cached_property
    def debt_is_cleared(self) -> bool:
        return bool(self.statements) and self.statements[0].balance <= 0

    @cached_property
    def plans(self) -> list[PlanProgress]:
        """The newest first, each with what became of its instalments; that of an earlier case of the debt, while it stands."""
        found: dict[RepaymentPlan, list[Instalment]] = {}
        own = Q(case=self.case)
        if self.case.is_open and self.case.tenancy_id:
            debt = Debt.objects.filter(tenancy=self.case.tenancy_id).values("pk")
            own |= Q(debt=Subquery(debt), state__in=CURRENT)
        shown = RepaymentPlan.objects.filter(own)
        checked = Instalment.objects.annotate(checked_by=_last_check_of(self.case))
        rows = checked.filter(plan__in=shown).select_related("plan").order_by("-plan_id", "number")
        for instalment in rows:
            found.setdefault(instalment.plan, []).append(instalment)
        return [PlanProgress(plan=plan, instalments=instalments, on=self.on) for plan, instalments in found.items()]

    @cached_property
    def account(self) -> DebtAccount:
        """What is owed today, as the last statement and the movements known since have it."""
        return DebtAccount(statements=self.statements[::-1], movements=movements_of(self.case), on=self.on)

    @cached_property
    def measures(self) -> list[Measure]:
        return list(self.case.measures.all())

    @cached_property
    def diagnostics(self) -> list[Diagnostic]:
        """The draft, if there is one, then the last finished diagnosis, each with the steps that it names."""
        kinds = ArrayAgg("devices__kind", filter=Q(devices__isnull=False), default=[])
        found = self.case.diagnostics.annotate(device_kinds=kinds)
        return list(found.select_related("by").order_by("-pk")[:2])

    @property
    def diagnostic(self) -> Diagnostic | None:
        return next((each for each in self.diagnostics if not each.is_draft), None)

    @property
    def draft_diagnostic(self) -> Diagnostic | None:
        return next((each for each in self.diagnostics if each.is_draft), None)

    @cached_property
    def attempts(self) -> list[ContactAttempt]:
        return list(self.case.contact_attempts.select_related("by"))

    @cached_property
    def refusals(self) -> list[JournalEntry]:
        """Who declined the case, or let its delay pass."""
        kinds = ("step.declined", "step.unanswered")
        return list(self.case.journal.filter(kind__in=kinds).select_related("structure").order_by("happened_at"))

    @cached_property
    def milestones(self) -> list[Milestone]:
        return list(self.case.milestones.filter(replaced_by=None))

    @cached_property
    def report(self) -> Report | None:
        return first_report(self.case)

    @cached_property
    def tracks(self) -> CaseTracks:
        return CaseTracks(
            self.case,
            on=self.on,
            milestones=self.milestones,
            deadlines=_unique_deadlines(self._deadline_rows),
            words=self.words_of_milestones,
        )

    @property
    def hearing_on(self) -> date | None:
        """Day of the next hearing of the judge of the lease; none when none is known, or when he has decided."""
        if self.tracks.is_judged:
            return None
        days = [fact.happened_on for fact in self.milestones if fact.kind == "hearing" and fact.happened_on >= self.on]
        return min(days, default=None)

    @cached_property
    def words_of_milestones(self) -> dict[str, str]:
        """Code → French words of the dated facts, as the edition in force has them."""
        if self._deadline_rows:
            edition: Edition | None = self._deadline_rows[-1].rule.edition
        else:
            edition = edition_in_force(Edition.Catalogue.DEADLINES, on=self.on, territory=self.case.territory)
        words: dict[str, str] = edition.parameters["milestones"] if edition else {}
        return words


def _last_check_of(case: Case) -> Subquery:
    """The line of the journal by which the service in charge last said that an instalment was received, unless it was taken back."""
    own = JournalEntry.objects.filter(case=case, structure=case.responsible_structure_id)
    undone = own.filter(kind="plan.check_taken_back").alias(of=Cast(KT("data__takes_back"), BigIntegerField()))
    undone = undone.filter(of=OuterRef("pk"))
    said = own.filter(kind="plan.checked", data__result=PlanCheck.Result.KEPT)
    said = said.alias(of=Cast(KT("data__instalment"), BigIntegerField())).filter(of=OuterRef("pk"))
    return Subquery(said.exclude(Exists(undone)).order_by("-pk").values("pk")[:1])


def _write_tasks(user: User, on: date, held: Rights) -> QuerySet[CaseTask]:
    return with_away(_open_of(Case(pk=NO_CASE)), on=on).annotate(last_day=first_last_day())


def _write_participations(user: User, on: date, held: Rights) -> QuerySet[Participation]:
    named = Assignment.objects.active(on).filter(
        case=NO_CASE, structure=OuterRef("structure"), kind=Assignment.Kind.RESPONSIBLE
    )
    named_in = Participation.objects.active(on).filter(case=NO_CASE)
    named_in = named_in.annotate(
        professional=Subquery(named.values(name=full_name("user__"))[:1]),
        professional_id=Subquery(named.values("user")[:1]),
    )
    return with_away(named_in, user="professional_id", on=on).select_related("structure")


def _write_decision(user: User, on: date, held: Rights) -> QuerySet[RoutingDecision]:
    runner_up = Structure.objects.filter(code=OuterRef("runner_up_code")).values("name")
    found = with_arbitration(RoutingDecision.objects.filter(case=NO_CASE))
    found = found.annotate(runner_up_code=KT("explanation__runner_up__structure"), runner_up=Subquery(runner_up))
    return found.select_related("structure", "edition")[:1]


def _write_deadlines(user: User, on: date, held: Rights) -> QuerySet[Deadline]:
    states = (*Deadline.WAITING, Deadline.State.MISSED)
    found = Deadline.objects.filter(case=NO_CASE, state__in=states).annotate(of_task=F("tasks"))
    return found.select_related("rule__edition", "structure").order_by("safe_date", "pk")


def _actor_words(deadline: Deadline) -> str:
    actors: dict[str, str] = deadline.rule.edition.parameters["actors"]
    return actors.get(deadline.rule.who, "")


def _unique_deadlines(deadlines: Iterable[Deadline]) -> Iterable[Deadline]:
    return {deadline.pk: deadline for deadline in deadlines}.values()


def open_tasks(case: Case) -> list[CaseTask]:
    return _of_case(_open_of(case), case)


def _open_of(case: Case) -> QuerySet[CaseTask]:
    found = with_closures(CaseTask.objects.open().of_case(case)).select_related("structure", "owner", "process")
    return found.order_by("due_on", "pk")


def _of_case(tasks: Iterable[CaseTask], case: Case) -> list[CaseTask]:
    found = list(tasks)
    for task in found:
        task.case = case
    return found


def next_step_words(case: Case, *, on: date) -> str:
    """What happens next, who has the ball and until when, in a sentence that names nobody of the household."""
    if not case.is_open:
        return f"Le dossier est clos : {case.get_outcome_display()}."
    waiting = with_last_day(_open_of(case))
    return f"Prochaine étape : {' ; '.join(_in_words(_of_case(waiting, case), on=on))}."


def _in_words(tasks: Iterable[CaseTask], *, on: date) -> Iterable[str]:
    for task in tasks:
        ball = f"{task.owner} ({task.structure})" if task.owner else str(task.structure)
        yield f"« {task.full_title} », chez {ball}{_until_words(task, on=on)}"


def _until_words(task: CaseTask, *, on: date) -> str:
    """No step is asked for before a day that is over: one that is born late says its last day, or how late it is."""
    if task.due_on is None:
        return ""
    if task.due_on >= on:
        return f", avant le {task.due_on:%d/%m/%Y}"
    due = due_of(task.due_on, today=on, last=task.last_on)
    return f", {due.words} ({due.on:%d/%m/%Y})"
