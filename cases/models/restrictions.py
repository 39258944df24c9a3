"""Limitation du traitement (RGPD, article 18): what is known of a household is kept and read by who answers for it, and goes
no further."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from cases.models.members import User
from cases.models.people import Household
from cases.models.subject_requests import SubjectRequest


class ProcessingRestrictionQuerySet(models.QuerySet["ProcessingRestriction"]):
    def standing(self) -> Self:
        return self.filter(ended_at=None)


class ProcessingRestriction(models.Model):
    """While it stands, nothing of a household is shared further, told to landlords, archived or erased."""

    class Ground(models.TextChoices):
        """The four grounds of article 18, 1 of the GDPR."""

        ACCURACY = "accuracy", "la personne conteste l’exactitude de ses données, le temps de vérifier (a)"
        UNLAWFUL = "unlawful", "le traitement est illicite, et elle préfère la limitation à l’effacement (b)"
        CLAIMS = "claims", "elle a besoin de ses données pour défendre ses droits en justice (c)"
        OBJECTION = "objection", "elle s’est opposée au traitement, le temps de répondre (d)"

    class End(models.TextChoices):
        CHECKED = "checked", "l’exactitude est vérifiée, ou corrigée"
        AGREED = "agreed", "la personne demande d’y mettre fin"
        CLAIMS_OVER = "claims_over", "la procédure pour laquelle elle gardait ses données est finie"
        ANSWERED = "answered", "son opposition a reçu une réponse"
        MISTAKE = "mistake", "posée par erreur, ou pour une autre personne"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="processing_restrictions", verbose_name="ménage"
    )
    request = models.ForeignKey(
        SubjectRequest,
        models.SET_NULL,
        related_name="processing_restrictions",
        null=True,
        blank=True,
        verbose_name="demande",
        help_text="Le registre oublie une demande à son âge.",
    )
    ground = models.CharField("motif", max_length=9, choices=Ground)
    put_by = models.ForeignKey(
        User, models.PROTECT, related_name="processing_restrictions", null=True, blank=True, verbose_name="posée par"
    )
    """Nobody: it was put again after the restoration of an older backup."""
    put_at = models.DateTimeField("posée le")
    ended_by = models.ForeignKey(
        User, models.PROTECT, related_name="ended_restrictions", null=True, blank=True, verbose_name="levée par"
    )
    ended_at = models.DateTimeField("levée le", null=True, blank=True)
    end_reason = models.CharField("pourquoi levée", max_length=11, choices=End, blank=True)
    told_on = models.DateField("personne informée de la fin le", null=True, blank=True)
    """Before it ends (article 18, 3)."""

    objects = ProcessingRestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = "limitation du traitement"
        verbose_name_plural = "limitations du traitement"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(ended_at=None),
                name="one_restriction_stands",
                violation_error_message="Le traitement de ce ménage est déjà limité.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, end_reason="", told_on=None)
                | (Q(ended_at__isnull=False, ended_by__isnull=False, told_on__isnull=False) & ~Q(end_reason="")),
                name="an_ended_restriction_says_by_whom_why_and_when_she_was_told",
            ),
        ]

    def __str__(self) -> str:
        return f"limitation {self.pk}"
