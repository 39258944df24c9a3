"""Cases that an edition had routed, and that the one in force would send elsewhere: looked for, reviewed, moved, put back."""

import uuid

from django.db import models
from django.db.models import F, Q

from cases.models import Case, Edition, JournalEntry, Structure, User
from workflows.models.routing import RoutingDecision


class Replay(models.Model):
    """One review, from the search to what was done. Whoever was moved stays so if it stops: it goes on where it was."""

    class State(models.TextChoices):
        SEARCHING = "searching", "recherche en cours"
        READY = "ready", "à relire"
        RUNNING = "running", "réorientation en cours"
        DONE = "done", "réorientées"
        UNDOING = "undoing", "remise en cours"
        UNDONE = "undone", "défaite"

    AT_WORK = (State.SEARCHING, State.RUNNING, State.UNDOING)
    """The worker has something to do."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="replays", verbose_name="édition retirée")
    in_force = models.ForeignKey(
        Edition, models.PROTECT, related_name="replayed_with", verbose_name="édition en vigueur"
    )
    first_day = models.DateField("orientées du")
    last_day = models.DateField("au")
    by = models.ForeignKey(User, models.PROTECT, related_name="replays", verbose_name="demandée par")
    asked_at = models.DateTimeField("demandée le")
    reason = models.TextField("motif", blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.SEARCHING)
    looked_at = models.BigIntegerField("dernière orientation relue", default=0)
    total = models.PositiveIntegerField("à traiter", default=0)
    done = models.PositiveIntegerField("traitées", default=0)
    entry = models.ForeignKey(
        JournalEntry, models.PROTECT, related_name="replays", null=True, blank=True, verbose_name="ligne du journal"
    )
    undoing = models.ForeignKey(
        JournalEntry, models.PROTECT, related_name="replays_undone", null=True, blank=True, verbose_name="remise"
    )

    class Meta:
        verbose_name = "reprise d’orientations"
        verbose_name_plural = "reprises d’orientations"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition"],
                condition=Q(state__in=["searching", "running", "undoing"]),
                name="one_replay_of_an_edition_at_a_time",
                violation_error_message="Une reprise de cette édition est déjà en cours.",
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="a_replay_does_not_exceed_its_cases"),
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="a_replay_begins_before_it_ends"),
        ]

    def __str__(self) -> str:
        return f"reprise {self.pk}"

    @property
    def is_at_work(self) -> bool:
        return self.state in Replay.AT_WORK

    @property
    def progress(self) -> str:
        return f"{self.done} situations sur {self.total}"


class ReplayedCase(models.Model):
    """A case of a review: where it was, where it should go and why, what became of it."""

    class State(models.TextChoices):
        PLANNED = "planned", "à réorienter"
        MOVED = "moved", "réorientée"
        LEFT = "left", "laissée"
        PUT_BACK = "put_back", "remise"
        STAYS = "stays", "non remise"

    replay = models.ForeignKey(Replay, models.PROTECT, related_name="cases", verbose_name="reprise")
    case = models.ForeignKey(Case, models.PROTECT, related_name="replays", verbose_name="dossier")
    decision = models.ForeignKey(
        RoutingDecision, models.PROTECT, related_name="replays", verbose_name="orientation relue"
    )
    before = models.ForeignKey(
        Structure, models.PROTECT, related_name="replayed_from", null=True, blank=True, verbose_name="où elle est"
    )
    after = models.ForeignKey(
        Structure, models.PROTECT, related_name="replayed_to", null=True, blank=True, verbose_name="où elle irait"
    )
    """Empty for the pilot, who arbitrates."""
    rules = models.JSONField("règles avant et après", default=list)
    why = models.JSONField("pourquoi", default=list)
    kept_out = models.CharField("n’est pas réorientée", max_length=300, blank=True)
    is_chosen = models.BooleanField("choisie", default=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.PLANNED)
    message = models.CharField("message", max_length=300, blank=True)
    """Why it was left, or is not put back."""
    answers = models.JSONField("réponses de la procédure, avant", default=dict)
    made = models.ForeignKey(
        RoutingDecision,
        models.PROTECT,
        related_name="made_by_replay",
        null=True,
        blank=True,
        verbose_name="nouvelle orientation",
    )

    class Meta:
        verbose_name = "situation reprise"
        verbose_name_plural = "situations reprises"
        ordering = ["replay", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["replay", "case"], name="a_case_is_once_in_a_replay"),
            models.CheckConstraint(
                condition=Q(kept_out="") | Q(is_chosen=False), name="what_is_kept_out_of_a_replay_is_not_chosen"
            ),
        ]

    def __str__(self) -> str:
        return f"situation {self.case_id} de la reprise {self.replay_id}"
