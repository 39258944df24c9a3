"""What must always hold between cases and their procedures. See `cases.invariants`."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from viewflow.workflow.status import STATUS

from cases.invariants import Invariant, columns_differ, ids
from cases.models import CLAIMANT_KINDS, Case, CaseOutcome, Deadline, DebtLine, Milestone, Structure
from cases.rules import tracks
from cases.rules.procedures import PROCEDURES
from cases.rules.tracks import DatedFact
from workflows.models import CaseProcess, CaseTask, RoutingDecision
from workflows.steps.desk import is_held

OPPOSE = "oppose"
"""Beside a case, whatever it is: nothing presses more."""


def _open_cases_that_wait_for_nobody(on: date) -> Iterable[int]:
    return ids(_without_step())


def _without_step() -> QuerySet[Case]:
    """Counted again: the backlog reads what the database keeps (`CaseWithoutStep`)."""
    steps = CaseTask.objects.open().filter(case=OuterRef("pk"))
    waiting = [procedure.kind for procedure in PROCEDURES.values() if procedure.needs_next_step]
    return Case.objects.filter(~Exists(steps), kind__in=waiting, closed_on=None)


def _cases_wrongly_told_without_step(on: date) -> Iterable[int]:
    return set(ids(_without_step())) ^ set(ids(Case.objects.filter(without_step__isnull=False)))


def _tasks_of_closed_cases(on: date) -> Iterable[int]:
    return ids(CaseTask.objects.open().filter(case__closed_on__isnull=False))


def _tasks_of_ended_processes(on: date) -> Iterable[int]:
    return ids(CaseTask.objects.open().exclude(process__status=STATUS.NEW))


def _tasks_of_another_case(on: date) -> Iterable[int]:
    return ids(CaseTask.objects.exclude(case=F("process__case")))


def _cases_followed_twice(on: date) -> Iterable[int]:
    """A case, each of its debts and each référent of a person goes through one procedure at a time."""
    of = ("case", "debt", "data__referent")
    running = CaseProcess.objects.filter(status=STATUS.NEW).order_by(*of).values(*of)
    return running.annotate(number=Count("pk")).filter(number__gt=1).values_list("case", flat=True)


def _dates_that_deadlines_do_not_say(on: date) -> Iterable[int]:
    """Open or done: the date of a task is the nearest safe date of the deadlines that began with it, the paused apart."""
    counted = Q(deadlines__state__in=set(Deadline.State) - {Deadline.State.PAUSED})
    tasks = CaseTask.objects.filter(is_human=True).annotate(expected=Min("deadlines__safe_date", filter=counted))
    return ids(tasks.filter(columns_differ("due_on", "expected")))


def _promises_that_nobody_holds(on: date) -> Iterable[int]:
    """The date of the contact is never after the one that the person was told."""
    told = Deadline.objects.promised().filter(case=OuterRef("case")).order_by("safe_date").values("safe_date")[:1]
    contacts = CaseTask.objects.open().filter(node="contact").annotate(told=Subquery(told))
    return ids(contacts.filter(Q(due_on=None) | Q(due_on__gt=F("told")), told__isnull=False))


def _deadlines_of_another_case(on: date) -> Iterable[int]:
    links = CaseTask.deadlines.through.objects.exclude(casetask__case=F("deadline__case"))
    return links.order_by("casetask").values_list("casetask", flat=True).distinct()


def _answers_asked_of_nobody_routed(on: date) -> Iterable[int]:
    """Who is asked to answer was named by the table or by the pilot."""
    named = RoutingDecision.objects.filter(case=OuterRef("case"), structure=OuterRef("structure"))
    imposed = CaseProcess.objects.filter(pk=OuterRef("process"), data__arbitrated="assigned")
    return ids(CaseTask.objects.open().filter(~Exists(named), ~Exists(imposed), node="answer"))


def _tasks_out_of_their_rank(on: date) -> Iterable[int]:
    """What the dated facts of a case say, repeated on its steps so that inboxes need no join."""
    facts = defaultdict(list)
    current = Milestone.objects.filter(replaced_by=None, case__closed_on=None)
    for case, kind, day in current.values_list("case", "kind", "happened_on"):
        facts[case].append(DatedFact(kind, day))
    court = tracks.load_tracks().court
    in_court = {case for case, known in facts.items() if court.position(known, on=on).comes_first}
    theirs = Structure.objects.filter(kind__in=CLAIMANT_KINDS)
    tasks = CaseTask.objects.open()
    wrongly = tasks.filter(comes_first=True).exclude(case__in=in_court).exclude(node=OPPOSE)
    ours = tasks.filter(comes_first=False, case__in=in_court).exclude(structure__in=theirs)
    return ids(wrongly | ours)


def _open_lines_that_wait_for_nobody(on: date) -> Iterable[int]:
    """Once its case is accompanied, a line waits for someone until it has its outcome."""
    waiting = CaseTask.objects.open()
    begun = waiting.filter(case=OuterRef("notice__case"), node="lines")
    own = waiting.filter(process__debt=OuterRef("debt"))
    return ids(DebtLine.objects.filter(Exists(begun), ~Exists(own), closed_on=None))


def _closed_lines_that_still_run(on: date) -> Iterable[int]:
    running = Deadline.objects.waiting().filter(debt=OuterRef("debt"))
    waiting = CaseTask.objects.open().filter(process__debt=OuterRef("debt"))
    return ids(DebtLine.objects.filter(Exists(running) | Exists(waiting), closed_on__isnull=False))


def _open_lines_of_closed_cases(on: date) -> Iterable[int]:
    return ids(DebtLine.objects.filter(closed_on=None, notice__case__outcome=CaseOutcome.LINES_CLOSED))


def _arbitrations_that_nobody_holds(on: date) -> Iterable[int]:
    waiting = CaseTask.objects.open().filter(node="arbitrate")
    desks = Structure.objects.filter(pk__in=waiting.values("structure"))
    return ids(waiting.filter(structure__in=[desk for desk in desks if not is_held(desk, on=on)]))


def _open_tasks_out_of_service(on: date) -> Iterable[int]:
    return ids(CaseTask.objects.open().filter(structure__in=Structure.objects.filter(is_active=False)))


def _tasks_that_say_otherwise_than_their_case(on: date) -> Iterable[int]:
    """Who answers for the case and the residence, which triggers copy on its steps."""
    residence = Coalesce("case__tenancy__residence", Value(""))
    same = CaseTask.objects.annotate(said=residence).filter(
        answering=F("case__responsible_structure"), residence=F("said")
    )
    return ids(CaseTask.objects.exclude(pk__in=same))


def _steps_that_hide_a_last_day(on: date) -> Iterable[int]:
    """Counted again: inboxes read what triggers copy on steps, and never on those of a claimant."""
    running = Q(case__deadlines__state=Deadline.State.RUNNING, case__deadlines__rule__condition__last_day=True)
    ours = CaseTask.objects.open().exclude(structure__kind__in=CLAIMANT_KINDS)
    nearest = ours.annotate(nearest=Min("case__deadlines__legal_date", filter=running))
    wrongly = CaseTask.objects.exclude(pk__in=ours.values("pk")).filter(legal_on__isnull=False)
    return [*ids(nearest.filter(columns_differ("legal_on", "nearest"))), *ids(wrongly)]


INVARIANTS = (
    Invariant(
        code="open_line_has_a_task",
        sentence="Chaque ligne de trop-perçu ouverte attend quelqu’un, dès que le dossier est accompagné.",
        things="lignes",
        broken=_open_lines_that_wait_for_nobody,
    ),
    Invariant(
        code="closed_line_is_over",
        sentence="Rien n’attend ni ne court sur une ligne de trop-perçu close.",
        things="lignes",
        broken=_closed_lines_that_still_run,
    ),
    Invariant(
        code="closed_case_has_closed_lines",
        sentence="Un dossier de trop-perçu clos n’a que des lignes closes.",
        things="lignes",
        broken=_open_lines_of_closed_cases,
    ),
    Invariant(
        code="open_case_has_a_task",
        sentence="Chaque dossier ouvert attend quelqu’un.",
        things="dossiers",
        broken=_open_cases_that_wait_for_nobody,
    ),
    Invariant(
        code="closed_case_has_no_task",
        sentence="Aucune tâche n’est à faire sur un dossier clos.",
        things="tâches",
        broken=_tasks_of_closed_cases,
    ),
    Invariant(
        code="ended_process_has_no_task",
        sentence="Aucune tâche n’est à faire dans une procédure terminée.",
        things="tâches",
        broken=_tasks_of_ended_processes,
    ),
    Invariant(
        code="task_of_its_case",
        sentence="Une tâche et sa procédure sont du même dossier.",
        things="tâches",
        broken=_tasks_of_another_case,
    ),
    Invariant(
        code="one_process_at_a_time",
        sentence="Un dossier ne suit qu’une procédure à la fois.",
        things="dossiers",
        broken=_cases_followed_twice,
    ),
    Invariant(
        code="task_date_is_its_deadlines",
        sentence="La date d’une tâche est la plus proche de ses échéances.",
        things="tâches",
        broken=_dates_that_deadlines_do_not_say,
    ),
    Invariant(
        code="promise_is_held",
        sentence="Un contact annoncé à la personne n’est jamais à faire plus tard.",
        things="tâches",
        broken=_promises_that_nobody_holds,
    ),
    Invariant(
        code="deadline_of_its_case",
        sentence="Les échéances d’une tâche sont de son dossier.",
        things="tâches",
        broken=_deadlines_of_another_case,
    ),
    Invariant(
        code="answer_was_routed",
        sentence="Une réponse n’est attendue que d’une structure désignée par la règle ou par le pilote.",
        things="tâches",
        broken=_answers_asked_of_nobody_routed,
    ),
    Invariant(
        code="court_comes_first",
        sentence="Les étapes des dossiers en procédure d’expulsion, et elles seules, passent avant les autres.",
        things="tâches",
        broken=_tasks_out_of_their_rank,
    ),
    Invariant(
        code="without_step_is_kept",
        sentence="Les dossiers sans prochaine étape sont ceux que l’encours compte.",
        things="dossiers",
        broken=_cases_wrongly_told_without_step,
    ),
    Invariant(
        code="task_says_what_its_case_says",
        sentence="Une tâche nomme la structure qui répond de son dossier, et la résidence.",
        things="tâches",
        broken=_tasks_that_say_otherwise_than_their_case,
    ),
    Invariant(
        code="step_says_last_day",
        sentence="Une étape dit le dernier jour le plus proche des droits qui courent dans son dossier.",
        things="tâches",
        broken=_steps_that_hide_a_last_day,
    ),
    Invariant(
        code="arbitration_has_a_holder",
        sentence="Un arbitrage attend une structure dans laquelle quelqu’un pilote l’action.",
        things="tâches",
        broken=_arbitrations_that_nobody_holds,
    ),
    Invariant(
        code="ball_in_service",
        sentence="Aucune tâche n’attend une structure qui n’est plus en service.",
        things="tâches",
        broken=_open_tasks_out_of_service,
    ),
)
