"""What somebody says in words of a condition that no machine can check."""

from django.db import models
from django.db.models import Q

from cases.models import User


class Attestation(models.Model):
    """A person attests that it is done. Never rewritten: once withdrawn, or said anew, it counts no more."""

    condition = models.SlugField("condition", max_length=20, db_index=False)
    territory = models.SlugField("territoire du délégué", blank=True, db_index=False)
    """For which an officer answers; empty: an administrator, for the whole installation."""
    by = models.ForeignKey(User, models.PROTECT, related_name="attestations", verbose_name="attestée par")
    attested_at = models.DateTimeField("attestée le")
    done_on = models.DateField("fait le")
    done_by = models.CharField("fait ou signé par", max_length=120)
    words = models.CharField("constat", max_length=500)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, related_name="withdrawn_attestations", null=True, blank=True, verbose_name="retirée par"
    )

    class Meta:
        verbose_name = "attestation"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["condition", "territory"],
                condition=Q(withdrawn_at=None),
                name="a_condition_is_attested_once_by_each_side",
                violation_error_message="Cette condition est déjà attestée.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="a_withdrawn_attestation_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"attestation {self.pk}"


class SealCheck(models.Model):
    """The chain of the sealed traces was followed, and the lines of some of its days were counted again: how many were as
    they should be, and the first that was not."""

    checked_at = models.DateTimeField("vérifiés le")
    days = models.PositiveIntegerField("jours conformes")
    recounted = models.PositiveIntegerField("jours recomptés", null=True, blank=True)
    """Of them, those whose lines were counted; empty: all, of before some were chosen."""
    last_day = models.DateField("dernier jour scellé", null=True, blank=True)
    head = models.CharField("dernier sceau", max_length=64, blank=True)
    fault = models.CharField("défaut", max_length=300, blank=True)

    class Meta:
        verbose_name = "vérification des sceaux"
        verbose_name_plural = "vérifications des sceaux"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"vérification des sceaux {self.pk}"


class OpeningAnswer(models.Model):
    """What the watch found when it last asked each condition, while data on real people is entered. At most one row."""

    asked_at = models.DateTimeField("demandé le")
    missing = models.TextField("ce qui manque", blank=True)
    """Titles of the conditions that were not true."""

    class Meta:
        verbose_name = "dernière lecture des conditions"
        verbose_name_plural = "dernières lectures des conditions"

    def __str__(self) -> str:
        return f"lecture des conditions {self.pk}"
