"""What ends the life of data: limits, legal holds, runs that a data protection officer approves, and what was erased."""

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from cases.models.case import Case
from cases.models.members import User
from cases.models.people import Household
from cases.models.structures import Structure


class RetentionLimit(models.Model):
    """How long a kind of data is kept in a territory, from a day on. Never changed: the next row says what follows."""

    territory = models.SlugField("territoire", db_index=False)
    kind = models.SlugField("nature", max_length=30, db_index=False)
    length = models.PositiveSmallIntegerField("durée")
    effective_on = models.DateField("à partir du")
    reason = models.CharField("justification", max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="retention_limits", verbose_name="fixée par")
    set_at = models.DateTimeField("fixée le")

    class Meta:
        verbose_name = "durée de conservation"
        verbose_name_plural = "durées de conservation"
        ordering = ["kind", "-effective_on", "-pk"]
        indexes = [models.Index(fields=["territory", "kind", "-effective_on", "-id"], name="limits_of_a_territory")]
        constraints = [
            models.CheckConstraint(
                condition=Q(length__gte=1),
                name="data_is_kept_some_time",
                violation_error_message="Une durée de conservation est d’au moins 1.",
            )
        ]

    def __str__(self) -> str:
        return f"durée {self.pk}"


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def standing(self) -> Self:
        return self.filter(lifted_at=None)


class LegalHold(models.Model):
    """Nothing of a household is archived or erased while one stands."""

    class Reason(models.TextChoices):
        LITIGATION = "litigation", "procédure en cours devant un juge"
        COMPLAINT = "complaint", "plainte ou enquête"
        CLAIM = "claim", "réclamation ou recours de la personne"
        REQUEST = "request", "la personne demande de garder ses données"

    class Lift(models.TextChoices):
        OVER = "over", "la procédure est finie"
        WRONG_PERSON = "wrong_person", "elle concernait une autre personne"
        MISTAKE = "mistake", "posée par erreur"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="legal_holds", verbose_name="ménage")
    case = models.ForeignKey(Case, models.PROTECT, related_name="legal_holds", verbose_name="dossier")
    reason = models.CharField("motif", max_length=12, choices=Reason)
    put_by = models.ForeignKey(User, models.PROTECT, related_name="legal_holds", verbose_name="posé par")
    put_at = models.DateTimeField("posé le")
    lifted_by = models.ForeignKey(
        User, models.PROTECT, related_name="lifted_holds", null=True, blank=True, verbose_name="levé par"
    )
    lifted_at = models.DateTimeField("levé le", null=True, blank=True)
    lift_reason = models.CharField("pourquoi levé", max_length=12, choices=Lift, blank=True)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        verbose_name = "gel de conservation"
        verbose_name_plural = "gels de conservation"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(lifted_at=None),
                name="one_legal_hold_stands",
                violation_error_message="Un gel est déjà posé pour ce ménage.",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lift_reason="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lift_reason="")),
                name="a_lifted_hold_says_by_whom_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"gel {self.pk}"


class RetentionRun(models.Model):
    """A dry run: what is due in a territory on a day. Once its officer has approved it, the worker does it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "à approuver"
        RUNNING = "running", "en cours"
        DONE = "done", "terminé"
        DROPPED = "dropped", "abandonné"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    territory = models.SlugField("territoire", db_index=False)
    state = models.CharField("état", max_length=8, choices=State, default=State.PROPOSED)
    as_of = models.DateField("établi au")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="retention_runs", verbose_name="demandé par")
    asked_at = models.DateTimeField("demandé le")
    approved_by = models.ForeignKey(
        User, models.PROTECT, related_name="approved_runs", null=True, blank=True, verbose_name="approuvé par"
    )
    approved_at = models.DateTimeField("approuvé le", null=True, blank=True)
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)

    class Meta:
        verbose_name = "passage de conservation"
        verbose_name_plural = "passages de conservation"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["territory"],
                condition=Q(state__in=["proposed", "running"]),
                name="one_retention_run_at_a_time",
                violation_error_message="Un passage est déjà proposé ou en cours.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "dropped"], approved_by=None)
                | Q(state__in=["running", "done"], approved_by__isnull=False),
                name="a_retention_run_is_approved_before_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"passage {self.pk}"


class RetentionItem(models.Model):
    """A household of a run, and what becomes of it."""

    class Act(models.TextChoices):
        ARCHIVE = "archive", "mettre en archive restreinte"
        ANONYMISE = "anonymise", "anonymiser"

    class State(models.TextChoices):
        WAITING = "waiting", "à faire"
        DONE = "done", "fait"
        LEFT = "left", "laissé"

    class Why(models.TextChoices):
        """It was due when the run was made, and is no longer."""

        HELD = "held", "un gel ou une limitation l’empêche"
        OPEN = "open", "un dossier s’est ouvert"
        CONTACT = "contact", "un contact a eu lieu"
        DONE = "done", "déjà fait"
        FAILED = "failed", "une erreur l’a empêché"

    run = models.ForeignKey(RetentionRun, models.CASCADE, related_name="items", verbose_name="passage")
    household = models.ForeignKey(Household, models.CASCADE, related_name="retention_items", verbose_name="ménage")
    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="retention_items", null=True, verbose_name="structure"
    )
    """Responsible for its last case; none where there is no case."""
    act = models.CharField("acte", max_length=9, choices=Act)
    since = models.DateField("dernier contact, ou archivage")
    state = models.CharField("état", max_length=7, choices=State, default=State.WAITING)
    why = models.CharField("pourquoi laissé", max_length=7, choices=Why, blank=True)

    class Meta:
        verbose_name = "ménage d’un passage"
        verbose_name_plural = "ménages d’un passage"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["run", "household"], name="a_household_is_once_in_a_run")]
        indexes = [models.Index(fields=["run", "id"], condition=Q(state="waiting"), name="households_left_in_a_run")]

    def __str__(self) -> str:
        return f"ménage {self.household_id} du passage {self.run_id}"


class ErasedRow(models.Model):
    """A row that was changed or deleted as its time was over, or its household’s: what it said before (`PastRow`) is still to
    be forgotten, by the upkeep, which alone may."""

    household = models.ForeignKey(
        Household,
        models.SET_NULL,
        related_name="+",
        null=True,
        verbose_name="ménage",
        help_text="Une fois anonymisé ; sans ménage, la nuit même.",
    )
    table_name = models.CharField("table", max_length=63)
    row = models.BigIntegerField("ligne")

    class Meta:
        verbose_name = "ligne effacée"
        verbose_name_plural = "lignes effacées"
        constraints = [models.UniqueConstraint(fields=["table_name", "row"], name="a_row_is_to_be_forgotten_once")]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row}"


class Erasure(models.Model):
    """The ledger: what was archived or erased, by identifiers only. It is copied beside the backups, and done again after
    the restoration of an older one."""

    household = models.UUIDField("ménage")
    act = models.CharField("acte", max_length=9, choices=RetentionItem.Act)
    on = models.DateField("le")

    class Meta:
        verbose_name = "effacement"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["household", "act"], name="a_household_is_erased_once")]

    def __str__(self) -> str:
        return f"effacement {self.pk}"

    @staticmethod
    def line(act: str, household: uuid.UUID, on: date) -> str:
        """As the file beside the backups holds it."""
        return f"{act} {household} {on:%Y-%m-%d}"
