"""The steps of running procedures: viewflow’s table of tasks, as ours. The human ones are the inboxes."""

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any, Self, cast

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Least
from django.utils.dateparse import parse_date
from viewflow.workflow.models import AbstractTask
from viewflow.workflow.status import STATUS

from cases.models import LOOK_AT_ONCE, Case, Deadline, Structure
from cases.rules.catalogue import of_benefit
from workflows.models.process import CaseProcess

if TYPE_CHECKING:
    from workflows.steps.base import Step

RESPONDING = ("respond", "take_over")
"""The steps of whoever is proposed to follow a person: he sees nothing of her before he accepts."""
HELD = "wait_turn"
"""The step at which a case of an initial stock waits for its turn: nobody has anything to do about it."""
OPEN = (STATUS.NEW, STATUS.STARTED)
TO_DO = Q(status__in=["NEW", "STARTED"], is_human=True)
ENDED = Q(status="DONE", is_human=True)
WAITS_TURN = Q(node=HELD) & TO_DO
IN_BACKLOG = TO_DO & ~Q(node=HELD)
"""As indexes keep them."""


class CaseTaskQuerySet(models.QuerySet["CaseTask"]):
    def open(self) -> Self:
        return self.filter(status__in=OPEN, is_human=True)

    def to_do(self) -> Self:
        """What waits for somebody; not what waits for its turn."""
        return self.open().exclude(node=HELD)

    def ended(self) -> Self:
        """Human steps that somebody took to their end."""
        return self.filter(status=STATUS.DONE, is_human=True)

    def of_case(self, case: Case) -> Self:
        return self.filter(case=case)


class CaseTask(AbstractTask):
    """A step of a procedure. The human ones are the inbox: who has the ball, since when, until when."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    process = models.ForeignKey(
        CaseProcess, models.PROTECT, related_name="task_set", verbose_name="procédure en cours"
    )
    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks", verbose_name="dossier")
    node = models.CharField("étape", max_length=60)
    is_human = models.BooleanField("attend quelqu’un", default=False)
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="tasks", verbose_name="a la balle")
    answering = models.ForeignKey(
        Structure, models.PROTECT, related_name="+", db_index=False, editable=False, verbose_name="répond du dossier"
    )
    """With `residence`, copied from the case by the database (triggers) whenever it changes: the steps of what a structure
    answers for, or of a residence, are found without reading cases."""
    residence = models.CharField("résidence", max_length=80, blank=True, editable=False)
    comes_first = models.BooleanField("passe avant les autres", default=False)
    """The dwelling is at stake (see `cases.rules.tracks`): an inbox shows it on top. Never a landlord’s own step."""
    due_on = models.DateField("à faire avant le", null=True, blank=True)
    legal_on = models.DateField("dernier jour le plus proche de son dossier", null=True, editable=False)
    """Kept by the database too (triggers): the first of `Deadline.last_days`. Never on a claimant’s own step, nor on one that is over."""
    nearest_on = models.GeneratedField(
        expression=Least("due_on", "legal_on"), output_field=models.DateField(null=True), db_persist=True
    )
    """What expires first: inboxes are in its order."""
    set_aside_until = models.DateField("mise de côté jusqu’au", null=True, blank=True, editable=False)
    """The day on which a manager wants to see it again in his queues. It moves no delay and no reminder."""
    remind_on = models.DateField("prochain rappel", null=True, blank=True, default=LOOK_AT_ONCE, editable=False)
    """As for a deadline: when reminders are to look at the step again."""
    deadlines: "models.ManyToManyField[Deadline, Any]" = models.ManyToManyField(
        Deadline, related_name="tasks", blank=True, verbose_name="échéances"
    )
    data = models.JSONField("données", default=dict, blank=True)
    seed = None  # viewflow’s generic relations: the case is our subject
    artifact = None

    objects = CaseTaskQuerySet.as_manager()

    class Meta:
        verbose_name = "tâche"
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["structure", "-comes_first", "nearest_on", "id"],
                condition=TO_DO,
                name="backlog_in_its_order",
            ),
            models.Index(
                fields=["owner", "-comes_first", "nearest_on", "id"],
                condition=TO_DO,
                name="inbox_of_a_professional",
            ),
            models.Index(
                fields=["structure", "-comes_first", "nearest_on", "id"],
                condition=TO_DO & Q(owner__isnull=True),
                name="steps_to_take_in_a_structure",
            ),
            models.Index(
                fields=["case"],
                condition=TO_DO,
                name="open_tasks_of_a_case",
            ),
            models.Index(
                fields=["answering", "-comes_first", "due_on", "id"],
                condition=IN_BACKLOG & ~Q(structure=F("answering")),
                name="steps_held_by_another",
            ),
            models.Index(
                fields=["structure", "-comes_first", "due_on", "id"],
                condition=IN_BACKLOG & Q(set_aside_until__isnull=False),
                name="steps_set_aside",
            ),
            models.Index(
                fields=["remind_on", "id"],
                condition=TO_DO,
                name="tasks_to_remind_of",
            ),
            models.Index(
                fields=["case", "id"],
                condition=WAITS_TURN,
                name="cases_that_wait_their_turn",
            ),
            models.Index(
                fields=["case"],
                condition=WAITS_TURN & Q(comes_first=True),
                name="turns_that_press",
            ),
            models.Index(
                KeyTransform("expected", "data"),
                condition=WAITS_TURN,
                name="turns_by_structure",
            ),
            models.Index(fields=["finished"], condition=Q(node=HELD, status="DONE"), name="turns_that_have_come"),
            models.Index(fields=["node", "-finished"], condition=ENDED, name="last_ends_of_a_step"),
            models.Index(
                fields=["structure", "node", "-finished"], condition=ENDED, name="last_ends_of_a_step_somewhere"
            ),
            # All that the figures of a backlog count: read without the table.
            models.Index(
                fields=["structure", "node", "owner"],
                include=[
                    "id",
                    "created",
                    "due_on",
                    "flow_task",
                    "set_aside_until",
                    "comes_first",
                    "case",
                    "residence",
                ],
                condition=IN_BACKLOG,
                name="backlog_of_a_structure",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def turn_count(self) -> int:
        """How many acts the step has seen without ending: a form carries it, so that sending it twice is noticed."""
        return int(self.data.get("turns", 0))

    @property
    def expected_on(self) -> date | None:
        """The day by which the structure said that it answers, when it asked for time (workflows.actions.more_time)."""
        return parse_date(self.data.get("expected_on", ""))

    @property
    def full_title(self) -> str:
        """Its title; of a line of overpayment, with the benefit that tells it from the others."""
        return of_benefit(str(self.flow_task.task_title), self.data.get("benefit"))

    @property
    def step(self) -> "Step[Any]":
        """The form and act behind this task (see workflows.steps)."""
        return cast("Step[Any]", self.flow_task.step)

    @property
    def right(self) -> str:
        """Held in its structure, it lets somebody have the step.

        Where its structure answers for the case, who follows it stands in for an outside party: a judge has no account.
        """
        step = self.step
        if step.stand_in_right and self.structure_id == self.answering_id:
            return str(step.stand_in_right)
        return str(step.had_with or step.right)


class CaseWithoutStep(models.Model):
    """An open case in which nobody has anything to do. There should be none; the database alone writes here (triggers).

    Following a person needs no step.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="without_step")

    class Meta:
        verbose_name = "dossier sans prochaine étape"
        verbose_name_plural = "dossiers sans prochaine étape"

    def __str__(self) -> str:
        return f"dossier {self.case_id}"
