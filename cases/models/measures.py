"""The measures of a plan of actions, each with states of its own, and when it reached them."""

import uuid
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q

from cases.models.case import Case
from cases.models.members import User
from cases.rules import measures as rules


def _in_states(states: dict[str, list[str]]) -> Q:
    return reduce(or_, (Q(kind=kind, state__in=codes) for kind, codes in states.items()))


class MeasureQuerySet(models.QuerySet["Measure"]):
    def running(self) -> "MeasureQuerySet":
        """Something is still to be done or awaited."""
        return self.filter(_in_states(rules.RUNNING))


class Measure(models.Model):
    """One measure of the action plan besides the repayment plan: several run side by side."""

    class Kind(models.TextChoices):
        FSL = rules.FSL, "aide du FSL"
        OVER_INDEBTEDNESS = rules.OVER_INDEBTEDNESS, "dossier de surendettement"
        RIGHTS = rules.RIGHTS, "ouverture ou rétablissement de droits"
        DISPUTE = rules.DISPUTE, "contestation de la dette ou logement non décent"
        REHOUSING = rules.REHOUSING, "relogement ou mutation"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="measures", verbose_name="dossier")
    kind = models.CharField("mesure", max_length=18, choices=Kind)
    state = models.CharField("état", max_length=14, default=rules.TO_BUILD)
    decided_on = models.DateField("retenue le")
    updated_on = models.DateField("dans cet état depuis le")
    amount_asked = models.DecimalField("montant demandé", max_digits=9, decimal_places=2, null=True, blank=True)
    amount_granted = models.DecimalField("montant accordé", max_digits=9, decimal_places=2, null=True, blank=True)
    reference = models.CharField("référence", max_length=60, blank=True)
    next_on = models.DateField("prochaine date attendue", null=True, blank=True)
    decision = models.CharField("décision", max_length=300, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = "mesure du plan d’actions"
        verbose_name_plural = "mesures du plan d’actions"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=_in_states({kind: list(table.states) for kind, table in rules.MEASURES.items()}),
                name="a_measure_has_a_state_of_its_kind",
                violation_error_message="Cet état n’est pas de ceux de cette mesure.",
            ),
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=_in_states(rules.RUNNING),
                name="a_measure_runs_once",
                violation_error_message="Cette mesure est déjà engagée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}"

    @property
    def state_rules(self) -> rules.MeasureState:
        """Its state: words, what may follow, what it awaits."""
        return rules.state_of(self.kind, self.state)

    @property
    def kind_rules(self) -> rules.MeasureLifecycle:
        return rules.MEASURES[self.kind]


class MeasureMove(models.Model):
    """A state that a measure reached, and when. A mistaken one is followed by the state before it again."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="moves", verbose_name="mesure")
    state = models.CharField("état", max_length=14)
    happened_on = models.DateField("le")
    is_correction = models.BooleanField("corrige le précédent", default=False)
    by = models.ForeignKey(
        User, models.PROTECT, related_name="measure_moves", null=True, blank=True, verbose_name="par"
    )
    recorded_at = models.DateTimeField("enregistré le")

    class Meta:
        verbose_name = "état d’une mesure"
        verbose_name_plural = "états des mesures"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"état {self.pk}"

    @property
    def words(self) -> str:
        return rules.state_of(self.measure.kind, self.state).words
