"""The queues of a structure: what is stuck there, each said once. The count of a tile is the length of its list."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Case as Choice, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Value, When

from cases.models import Case, JournalEntry, Structure
from cases.models.appointments import midnight
from cases.rules.reading import read_toml
from workflows.models import CaseTask
from workflows.queries.time_left import COUNTED, WEEK, late_condition

FILE = Path(__file__).parents[1] / "reference" / "backlog.toml"
MOVES_OF_WORK = (
    "case.handed_over",
    "case.put_back",
    "case.rerouted",
    "household.merged",
    "household.unmerged",
    "label.put",
    "label.taken_off",
    "person.merged",
    "person.told_apart",
    "person.unmerged",
    "professional.assigned",
    "professional.released",
    "referent.carried_over",
    "sharing.changed",
    "sharing.ended",
    "sharing.started",
    "substitute.dated",
    "substitute.named",
    "substitute.released",
    "task.escalated",
    "task.freed",
    "task.given",
    "task.reminded",
    "task.returned",
    "task.set_aside",
    "task.set_back",
)
"""Whoever moves work about, sorts it, is away or comes back, or lets others see it, has done nothing for the household."""


@cache
def load_queue_settings() -> dict[str, dict[str, Any]]:
    return read_toml(FILE)


class Queue(StrEnum):
    """In the order of the page. The values are in addresses."""

    TO_TAKE = "a-prendre"
    UNANSWERED = "sans-reponse"
    LATE = "en-retard"
    WEEK = "7-jours"
    FORTNIGHT = "14-jours"
    WAITING = "chez-un-autre"
    DORMANT = "dormantes"
    SET_ASIDE = "de-cote"
    NO_STEP = "sans-etape"

    @property
    def label(self) -> str:
        return LABELS[self][0]

    @property
    def help(self) -> str:
        dormant = load_queue_settings()["dormant"]
        return LABELS[self][1].format(
            amicable=dormant["amicable_days"],
            judicial=dormant["judicial_days"],
        )


IN_MARGIN = "ou seule sa marge est dépassée"
LABELS = {
    Queue.TO_TAKE: ("À prendre", "Aucun professionnel n’est nommé."),
    Queue.UNANSWERED: ("Sans réponse", "Orientations reçues, ni acceptées ni déclinées."),
    Queue.LATE: ("En retard", "Le dernier jour de l’étape est passé ; sans dernier jour, son échéance."),
    Queue.WEEK: (
        "Bientôt en retard, 7 jours",
        f"L’échéance tombe dans les 7 jours, aujourd’hui compris, {IN_MARGIN}.",
    ),
    Queue.FORTNIGHT: (
        "Bientôt en retard, 14 jours",
        f"L’échéance tombe dans les 14 jours, aujourd’hui compris, {IN_MARGIN}.",
    ),
    Queue.WAITING: (
        "Chez un autre",
        "Dossiers dont la structure répond, et où une autre structure a la balle.",
    ),
    Queue.DORMANT: (
        "Dormantes",
        "Sans étape nouvelle ni acte de personne depuis {amicable} jours, {judicial} si l’expulsion est engagée.",
    ),
    Queue.SET_ASIDE: ("Mises de côté", "Un responsable les reverra à la date choisie. Aucun délai n’a bougé."),
    Queue.NO_STEP: (
        "Sans prochaine étape",
        "Dossiers ouverts dont la structure répond, et où personne n’a rien à faire. Il ne doit y en avoir aucun.",
    ),
}


SOON = {Queue.WEEK: WEEK, Queue.FORTNIGHT: 2 * WEEK}


def set_aside(on: date) -> Q:
    return Q(set_aside_until__gt=on)


def queue_conditions(on: date) -> dict[Queue, Q]:
    """The queues that are some of the structure’s own steps."""
    late, conditions = late_condition(on), conditions_but_lateness(on)
    return {**conditions, Queue.LATE: late, **{queue: conditions[queue] & ~late for queue in SOON}}


def conditions_but_lateness(on: date) -> dict[Queue, Q]:
    """What those queues ask besides: all of `LATE` are late, none of `SOON`."""
    # What is in its margin, between its own date and its last day, is about to be late too.
    soon = {queue: Q(due_on__lte=on + within) & ~set_aside(on) for queue, within in SOON.items()}
    return {
        Queue.TO_TAKE: Q(owner=None) & ~set_aside(on),
        Queue.UNANSWERED: Q(node="answer"),
        **soon,
        Queue.SET_ASIDE: set_aside(on),
    }


def tasks_of(structure: Structure) -> QuerySet[CaseTask]:
    return CaseTask.objects.to_do().filter(structure=structure)


def in_queue(queue: Queue, structure: Structure, *, on: date) -> QuerySet[CaseTask]:
    """The steps of a queue. Cases without any have their own list (`without_step`)."""
    if queue is Queue.WAITING:
        return waiting_for_another(structure)
    if queue is Queue.DORMANT:
        return dormant_tasks(structure, on=on)
    if queue is Queue.NO_STEP:
        return CaseTask.objects.none()
    return tasks_of(structure).filter(queue_conditions(on)[queue])


def waiting_for_another(structure: Structure) -> QuerySet[CaseTask]:
    """What it answers for and another has to do; a closed case has no step."""
    return CaseTask.objects.to_do().filter(answering=structure).exclude(structure=F("answering"))


def dormant_tasks(structure: Structure, *, on: date) -> QuerySet[CaseTask]:
    """The step is old, and nobody has done anything of its case since; the dwelling at stake, one sleeps less long."""
    days = load_queue_settings()["dormant"]
    limits = {
        at_stake: _days_before(on, days[f"{kind}_days"])
        for at_stake, kind in ((True, "judicial"), (False, "amicable"))
    }
    limit = Choice(
        When(comes_first=True, then=Value(limits[True], DateTimeField())),
        default=Value(limits[False], DateTimeField()),
        output_field=DateTimeField(),
    )
    acts = JournalEntry.objects.filter(case=OuterRef("case"), happened_at__gte=OuterRef("limit"), actor__isnull=False)
    old = Q(comes_first=True, created__lt=limits[True]) | Q(comes_first=False, created__lt=limits[False])
    sleeping = tasks_of(structure).filter(old).exclude(set_aside(on)).annotate(limit=limit)
    return sleeping.filter(~Exists(acts.exclude(kind__in=MOVES_OF_WORK).order_by()))


def _days_before(on: date, days: int) -> datetime:
    return midnight(on - timedelta(days=days))


def waits_for_nobody() -> QuerySet[Case]:
    """Open, and no step of theirs is anybody’s: kept by the database as it happens."""
    return Case.objects.filter(without_step__isnull=False)


def without_step(structure: Structure) -> QuerySet[Case]:
    return waits_for_nobody().filter(responsible_structure=structure)


APART = (Queue.WAITING, Queue.DORMANT, Queue.NO_STEP)
"""Those that are not counted with the structure’s own steps."""


@dataclass(frozen=True, kw_only=True)
class Tile:
    queue: Queue
    count: int

    @property
    def words(self) -> str:
        return f"plus de {COUNTED}" if self.queue in APART and self.count > COUNTED else str(self.count)

    @property
    def query(self) -> str:
        return f"file={self.queue}"

    @property
    def must_be_none(self) -> bool:
        return self.queue is Queue.NO_STEP
