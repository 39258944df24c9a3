"""A draft tried on the situations of the last months by the worker: what is asked, how far it is, what was found."""

import uuid

from django.db import models
from django.db.models import F, Q

from cases.models import Edition, User


class Simulation(models.Model):
    """The draft as it was when it was asked, and the edition in force. Nothing is moved: it only counts."""

    class State(models.TextChoices):
        RUNNING = "running", "en cours"
        DONE = "done", "terminée"
        REFUSED = "refused", "refusée"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="simulations", verbose_name="édition")
    base = models.ForeignKey(
        Edition, models.PROTECT, related_name="simulated_against", verbose_name="édition comparée"
    )
    rows = models.JSONField("règles du brouillon, telles qu’elles étaient", default=list)
    by = models.ForeignKey(User, models.PROTECT, related_name="simulations", verbose_name="demandée par")
    asked_at = models.DateTimeField("demandée le")
    since = models.DateField("situations orientées depuis le")
    before_pk = models.BigIntegerField("reste à lire avant", null=True, blank=True)
    """Decisions are read from the latest to the oldest; none has been yet when it is empty."""
    state = models.CharField("état", max_length=10, choices=State, default=State.RUNNING)
    total = models.PositiveIntegerField("situations", null=True, blank=True)
    """Known once it has begun."""
    done = models.PositiveIntegerField("situations comparées", default=0)
    moved = models.PositiveIntegerField("situations qui iraient ailleurs", default=0)
    counts = models.JSONField("par structure et par règle", default=dict)
    differences = models.JSONField("premières différences", default=list)
    """Of ids and codes, the latest routed first."""
    message = models.CharField("message", max_length=500, blank=True)

    class Meta:
        verbose_name = "simulation"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition"],
                condition=Q(state="running"),
                name="one_simulation_of_a_draft_at_a_time",
                violation_error_message="Une simulation de ce brouillon est déjà en cours.",
            ),
            models.CheckConstraint(
                condition=Q(moved__lte=F("done")), name="a_simulation_moves_no_more_than_it_compares"
            ),
        ]

    def __str__(self) -> str:
        return f"simulation {self.pk}"

    @property
    def is_running(self) -> bool:
        return self.state == Simulation.State.RUNNING

    @property
    def progress(self) -> str:
        return f"{self.done} situations sur {self.total}"
