"""A portfolio that changes hands in the worker: what is asked, how far it is."""

import uuid

from django.db import models
from django.db.models import F, Q

from cases.models import JournalEntry, Structure, User


class Handover(models.Model):
    """A transfer of many people, or its undoing. Whoever is moved stays so if it stops: it goes on where it was."""

    class State(models.TextChoices):
        RUNNING = "running", "en cours"
        DONE = "done", "terminé"
        REFUSED = "refused", "refusé"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="handovers", verbose_name="structure")
    by = models.ForeignKey(User, models.PROTECT, related_name="handovers", verbose_name="demandé par")
    asked_at = models.DateTimeField("demandé le")
    moves = models.JSONField("à transférer", default=list)
    """[référent, professional] ids, in the order in which they are moved."""
    undoes = models.ForeignKey(
        JournalEntry, models.PROTECT, related_name="undone_by", null=True, blank=True, verbose_name="défait"
    )
    entry = models.ForeignKey(
        JournalEntry, models.PROTECT, related_name="handovers", null=True, blank=True, verbose_name="ligne du journal"
    )
    """Known once it has begun."""
    state = models.CharField("état", max_length=10, choices=State, default=State.RUNNING)
    total = models.PositiveIntegerField("personnes")
    done = models.PositiveIntegerField("personnes traitées", default=0)
    left_out = models.PositiveIntegerField("personnes laissées", default=0)
    """They had changed hands meanwhile."""
    message = models.CharField("message", max_length=500, blank=True)

    class Meta:
        verbose_name = "transfert de portefeuille"
        verbose_name_plural = "transferts de portefeuille"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["structure"],
                condition=Q(state="running"),
                name="one_handover_of_a_structure_at_a_time",
                violation_error_message="Un transfert est déjà en cours dans cette structure.",
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="a_handover_does_not_exceed_its_people"),
        ]

    def __str__(self) -> str:
        return f"transfert {self.pk}"

    @property
    def is_running(self) -> bool:
        return self.state == Handover.State.RUNNING

    @property
    def progress(self) -> str:
        return f"{self.done} personnes sur {self.total}"
