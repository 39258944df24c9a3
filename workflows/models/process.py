"""The running procedures: viewflow’s table, as ours.

A step’s act leaves its answer in `CaseProcess.data`; the questions that decisions ask are the properties of
the flow’s own (proxy) process, so that a flow file holds no logic.
"""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform
from viewflow.workflow.models import AbstractProcess

from cases.models import Case, Coordination, Debt, Referent, Vacancy

if TYPE_CHECKING:
    from workflows.models.tasks import CaseTaskQuerySet

FILL_PLACE = "fill_place"
"""The step that looks for somebody to follow a person in a structure."""


class CaseProcess(AbstractProcess):
    """One run of a procedure on a case, or on one of its debts. A reopened case has a second one."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="processes", verbose_name="dossier")
    debt = models.ForeignKey(
        Debt, models.PROTECT, related_name="processes", null=True, blank=True, verbose_name="ligne de dette"
    )
    data = models.JSONField("réponses des étapes", default=dict, blank=True)

    routing_read: Any = None
    """What this turn has read to route the case, for its next step, which takes it. Never in the database."""

    class Meta:
        verbose_name = "procédure en cours"
        verbose_name_plural = "procédures en cours"
        ordering = ["-pk"]
        constraints = [
            # A case, each of its debts, and each référent of a person.
            models.UniqueConstraint(
                "case",
                "debt",
                KeyTextTransform("referent", "data"),
                condition=Q(status="NEW"),
                nulls_distinct=False,
                name="one_procedure_at_a_time",
                violation_error_message="Un dossier ne suit qu’une procédure à la fois.",
            )
        ]

    def answer(self, key: str) -> Any:
        return self.data.get(key)

    def open_tasks(self) -> "CaseTaskQuerySet":
        tasks: CaseTaskQuerySet = self.task_set.open()
        return tasks


class ArrearsProcess(CaseProcess):
    """The questions that the arrears procedure asks."""

    class Meta:
        proxy = True
        verbose_name = "procédure d’impayé"
        verbose_name_plural = "procédures d’impayé"

    @property
    def is_complete(self) -> bool:
        """Are the facts sufficient to route, without the qualification desk?"""
        return self.answer("facts") == "complete"

    @property
    def has_turn(self) -> bool:
        """May the case go on at once? One of an initial stock waits for its turn."""
        return not self.answer("held")

    @property
    def is_in_scope(self) -> bool:
        return self.answer("qualified") != "out_of_scope"

    @property
    def has_lead(self) -> bool:
        return self.answer("routed_to") is not None

    @property
    def is_accepted(self) -> bool:
        return self.answer("answered") == "accepted"

    @property
    def is_assigned(self) -> bool:
        return self.answer("arbitrated") == "assigned"

    @property
    def is_reached(self) -> bool:
        return self.answer("contacted") == "reached"

    @property
    def has_repayment_plan(self) -> bool:
        return self.answer("planned") == "repayment"

    @property
    def is_agreed(self) -> bool:
        return self.answer("agreed") == "accepted"

    @property
    def former_plan_runs(self) -> bool:
        """Was the plan without agreement an amendment, of a plan that goes on?"""
        return bool(self.answer("former_runs"))

    @property
    def plan_goes_on(self) -> bool:
        return self.answer("monitored") == "goes_on"

    @property
    def plan_is_amended(self) -> bool:
        return self.answer("monitored") == "amended"

    @property
    def plan_is_broken(self) -> bool:
        return self.answer("monitored") == "broken"


class OverpaymentProcess(CaseProcess):
    """The questions that the overpayment procedure asks of a case."""

    class Meta:
        proxy = True
        verbose_name = "procédure de trop-perçu"
        verbose_name_plural = "procédures de trop-perçu"

    @property
    def is_pressing(self) -> bool:
        """Does the letter leave days, not weeks? Then who opened acts, without waiting for an answer."""
        return bool(self.answer("presses"))

    @property
    def is_ours(self) -> bool:
        """Does the table name the structure that answers for the case already?"""
        return bool(self.answer("routed_to") == self.case.responsible_structure_id)

    @property
    def has_lead(self) -> bool:
        return self.answer("routed_to") is not None

    @property
    def is_accepted(self) -> bool:
        return self.answer("answered") == "accepted"

    @property
    def is_assigned(self) -> bool:
        return self.answer("arbitrated") == "assigned"


class DebtLineProcess(CaseProcess):
    """The questions that the procedure of one overpayment asks."""

    class Meta:
        proxy = True
        verbose_name = "procédure d’une ligne de trop-perçu"
        verbose_name_plural = "procédures d’une ligne de trop-perçu"

    @property
    def needs_letter(self) -> bool:
        """Does the way chosen need a letter? To accept the debt, to leave it, or to close, does not."""
        return not set(self.answer("ways") or []) & {"accept", "give_up", "close"}

    @property
    def is_signed(self) -> bool:
        return self.answer("signed") == "signed"

    @property
    def awaits_answer(self) -> bool:
        """Was something asked that the operator, a mediator or a judge answers?"""
        return bool(self.answer("awaits"))

    @property
    def is_settled(self) -> bool:
        """Did the operator grant all that was asked?"""
        return self.answer("answered") == "granted"

    @property
    def goes_on(self) -> bool:
        """After a refusal: another way is chosen, else the line closes."""
        return self.answer("next") == "go_on"


def read_referent(process: CaseProcess) -> Referent:
    """The référent whose place a process is about, as he stands now: acts change him elsewhere too. Within a turn, read
    once between two acts."""
    turn = getattr(process, "turn", None)
    kept: dict[int, Referent] = {} if turn is None else turn.read
    pk: int = process.answer("referent")
    if pk not in kept:
        kept[pk] = Referent.objects.select_related("structure", "user", "case", "beneficiary").get(pk=pk)
    return kept[pk]


class ReferentProcess(CaseProcess):
    """The questions that the procedure of one référent asks. It is of the row that `referent` names."""

    class Meta:
        proxy = True
        verbose_name = "procédure de référent"
        verbose_name_plural = "procédures de référent"

    @property
    def referent(self) -> Referent:
        return read_referent(self)

    @property
    def has_accepted(self) -> bool:
        """Was the place his from the start: he took charge of a case himself, or was given a portfolio?"""
        return self.referent.has_place

    @property
    def is_told(self) -> bool:
        """Does the person know him: was he given back to her, whom nobody had told of another one?"""
        return self.referent.state == Referent.State.ACTIVE

    @property
    def has_other_referent(self) -> bool:
        """Does somebody else of the structure still follow the person?"""
        own = self.referent
        return Referent.objects.current().filter(case=own.case_id, structure=own.structure_id).exists()

    @property
    def is_accepted(self) -> bool:
        return self.answer("answered") == "accepted"

    @property
    def goes_on(self) -> bool:
        return self.answer("reviewed") == "kept"

    @property
    def is_to_fill(self) -> bool:
        """Is the place said to be vacant, with nobody who looks for somebody yet?"""
        structure = self.referent.structure_id
        if self.case.tasks.open().filter(node=FILL_PLACE, structure=structure).exists():
            return False
        return Vacancy.objects.open().filter(case=self.case_id, structure=structure).exists()


class CoordinatorProcess(CaseProcess):
    """The questions that the procedure of a coordinator asks. It is of the row that `coordination` names, once there is one."""

    class Meta:
        proxy = True
        verbose_name = "procédure de coordinateur"
        verbose_name_plural = "procédures de coordinateur"

    def _is_in_state(self, state: str) -> bool:
        """Of the row as it stands now: acts change it elsewhere too."""
        return bool(Coordination.objects.filter(pk=self.answer("coordination"), state=state).exists())

    @property
    def has_accepted(self) -> bool:
        """Was he given back where he had accepted already?"""
        return self._is_in_state(Coordination.State.ACCEPTED)

    @property
    def is_proposed(self) -> bool:
        return self._is_in_state(Coordination.State.PROPOSED)

    @property
    def coordinates(self) -> bool:
        return bool(self.answer("coordinates"))

    @property
    def is_agreed(self) -> bool:
        return self._is_in_state(Coordination.State.AGREED)
