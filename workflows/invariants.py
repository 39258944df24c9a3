"""What must always hold between cases and their procedures. See `cases.invariants`."""

from collections import defaultdict
from datetime import date
from functools import partial

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from viewflow.workflow.status import STATUS

from cases.invariants import Found, Invariant, columns_differ, invariant as invariant_in
from cases.models import CLAIMANT_KINDS, Case, CaseOutcome, Deadline, DebtLine, Milestone, Structure
from cases.rules import tracks
from cases.rules.procedures import PROCEDURES
from cases.rules.tracks import DatedFact
from workflows.models import CaseProcess, CaseTask, RoutingDecision
from workflows.steps.desk import is_held

OPPOSE = "oppose"
"""Beside a case, whatever it is: nothing presses more."""
INVARIANTS: list[Invariant] = []
invariant = partial(invariant_in, register=INVARIANTS)


@invariant("Chaque ligne de trop-perçu ouverte attend quelqu’un, dès que le dossier est accompagné.", of="lignes")
def open_line_has_a_task(on: date) -> Found:
    """Once its case is accompanied, a line waits for someone until it has its outcome."""
    waiting = CaseTask.objects.open()
    begun = waiting.filter(case=OuterRef("notice__case"), node="lines")
    own = waiting.filter(process__debt=OuterRef("debt"))
    return DebtLine.objects.filter(Exists(begun), ~Exists(own), closed_on=None)


@invariant("Rien n’attend ni ne court sur une ligne de trop-perçu close.", of="lignes")
def closed_line_is_over(on: date) -> Found:
    running = Deadline.objects.waiting().filter(debt=OuterRef("debt"))
    waiting = CaseTask.objects.open().filter(process__debt=OuterRef("debt"))
    return DebtLine.objects.filter(Exists(running) | Exists(waiting), closed_on__isnull=False)


@invariant("Un dossier de trop-perçu clos n’a que des lignes closes.", of="lignes")
def closed_case_has_closed_lines(on: date) -> Found:
    return DebtLine.objects.filter(closed_on=None, notice__case__outcome=CaseOutcome.LINES_CLOSED)


@invariant("Chaque dossier ouvert attend quelqu’un.", of="dossiers")
def open_case_has_a_task(on: date) -> Found:
    return _without_step()


@invariant("Aucune tâche n’est à faire sur un dossier clos.", of="tâches")
def closed_case_has_no_task(on: date) -> Found:
    return CaseTask.objects.open().filter(case__closed_on__isnull=False)


@invariant("Aucune tâche n’est à faire dans une procédure terminée.", of="tâches")
def ended_process_has_no_task(on: date) -> Found:
    return CaseTask.objects.open().exclude(process__status=STATUS.NEW)


@invariant("Une tâche et sa procédure sont du même dossier.", of="tâches")
def task_of_its_case(on: date) -> Found:
    return CaseTask.objects.exclude(case=F("process__case"))


@invariant("La date d’une tâche est la plus proche de ses échéances.", of="tâches")
def task_date_is_its_deadlines(on: date) -> Found:
    """Open or done: the date of a task is the nearest safe date of the deadlines that began with it, the paused apart."""
    counted = Q(deadlines__state__in=set(Deadline.State) - {Deadline.State.PAUSED})
    tasks = CaseTask.objects.filter(is_human=True).annotate(expected=Min("deadlines__safe_date", filter=counted))
    return tasks.filter(columns_differ("due_on", "expected"))


@invariant("Un contact annoncé à la personne n’est jamais à faire plus tard.", of="tâches")
def promise_is_held(on: date) -> Found:
    """The date of the contact is never after the one that the person was told."""
    told = Deadline.objects.promised().filter(case=OuterRef("case")).order_by("safe_date").values("safe_date")[:1]
    contacts = CaseTask.objects.open().filter(node="contact").annotate(told=Subquery(told))
    return contacts.filter(Q(due_on=None) | Q(due_on__gt=F("told")), told__isnull=False)


@invariant("Les échéances d’une tâche sont de son dossier.", of="tâches")
def deadline_of_its_case(on: date) -> Found:
    links = CaseTask.deadlines.through.objects.exclude(casetask__case=F("deadline__case"))
    return set(links.values_list("casetask", flat=True))


@invariant("Une réponse n’est attendue que d’une structure désignée par la règle ou par le pilote.", of="tâches")
def answer_was_routed(on: date) -> Found:
    """Who is asked to answer was named by the table or by the pilot."""
    named = RoutingDecision.objects.filter(case=OuterRef("case"), structure=OuterRef("structure"))
    imposed = CaseProcess.objects.filter(pk=OuterRef("process"), data__arbitrated="assigned")
    return CaseTask.objects.open().filter(~Exists(named), ~Exists(imposed), node="answer")


@invariant("Les étapes des dossiers en procédure d’expulsion, et elles seules, passent avant les autres.", of="tâches")
def court_comes_first(on: date) -> Found:
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
    return wrongly | ours


@invariant("Les dossiers sans prochaine étape sont ceux que l’encours compte.", of="dossiers")
def without_step_is_kept(on: date) -> Found:
    told = Case.objects.filter(without_step__isnull=False)
    return set(_without_step().values_list("pk", flat=True)) ^ set(told.values_list("pk", flat=True))


@invariant("Une tâche nomme la structure qui répond de son dossier, et la résidence.", of="tâches")
def task_says_what_its_case_says(on: date) -> Found:
    """Who answers for the case and the residence, which triggers copy on its steps."""
    residence = Coalesce("case__tenancy__residence", Value(""))
    same = CaseTask.objects.annotate(said=residence).filter(
        answering=F("case__responsible_structure"), residence=F("said")
    )
    return CaseTask.objects.exclude(pk__in=same)


@invariant("Une étape dit le dernier jour le plus proche des droits qui courent dans son dossier.", of="tâches")
def step_says_last_day(on: date) -> Found:
    """Counted again: inboxes read what triggers copy on steps, and never on those of a claimant."""
    running = Q(case__deadlines__state=Deadline.State.RUNNING, case__deadlines__rule__condition__last_day=True)
    ours = CaseTask.objects.open().exclude(structure__kind__in=CLAIMANT_KINDS)
    nearest = ours.annotate(nearest=Min("case__deadlines__legal_date", filter=running))
    wrongly = CaseTask.objects.exclude(pk__in=ours.values("pk")).filter(legal_on__isnull=False)
    hidden = nearest.filter(columns_differ("legal_on", "nearest"))
    return [*hidden.values_list("pk", flat=True), *wrongly.values_list("pk", flat=True)]


@invariant("Un arbitrage attend une structure dans laquelle quelqu’un pilote l’action.", of="tâches")
def arbitration_has_a_holder(on: date) -> Found:
    waiting = CaseTask.objects.open().filter(node="arbitrate")
    desks = Structure.objects.filter(pk__in=waiting.values("structure"))
    return waiting.filter(structure__in=[desk for desk in desks if not is_held(desk, on=on)])


@invariant("Aucune tâche n’attend une structure qui n’est plus en service.", of="tâches")
def ball_in_service(on: date) -> Found:
    return CaseTask.objects.open().filter(structure__in=Structure.objects.filter(is_active=False))


def _without_step() -> QuerySet[Case]:
    """Counted again: the backlog reads what the database keeps (`CaseWithoutStep`)."""
    steps = CaseTask.objects.open().filter(case=OuterRef("pk"))
    waiting = [procedure.kind for procedure in PROCEDURES.values() if procedure.needs_next_step]
    return Case.objects.filter(~Exists(steps), kind__in=waiting, closed_on=None)


@invariant("Aucune tâche d’un dossier n’attend une structure d’un autre territoire.", of="tâches")
def task_in_ones_territory(on: date) -> Found:
    return CaseTask.objects.exclude(Q(structure=None) | Q(structure__territory=F("case__territory")))


@invariant(
    "Un dossier est orienté par une édition de son territoire, vers une structure de son territoire.",
    of="orientations",
)
def routed_in_ones_territory(on: date) -> Found:
    there = Q(structure__isnull=False) & ~Q(structure__territory=F("case__territory"))
    return RoutingDecision.objects.filter(there | ~Q(edition__territory=F("case__territory")))
