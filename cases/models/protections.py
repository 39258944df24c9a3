"""The legal protection of an adult: who represents or assists her, from when, and the judgment that says so."""

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from cases.models.members import User
from cases.models.people import Beneficiary
from cases.models.structures import Structure
from cases.rules.protections import PROTECTIONS, SEVERAL, ProtectionRule


class LegalProtectionQuerySet(models.QuerySet["LegalProtection"]):
    def in_force(self, on: date) -> Self:
        """The last that began comes first: of two records made one, each may have had its own."""
        return self.filter(Q(until=None) | Q(until__gte=on), since__lte=on).order_by("-since", "-pk")

    def given_to_a_body(self, on: date) -> Self:
        """Those in force of which a row of routing asks: a family that a judge empowered follows no budget for a service."""
        return self.in_force(on).filter(kind__in=LegalProtection.TUTELLES_AND_CURATELLES)


class LegalProtection(models.Model):
    class Kind(models.TextChoices):
        TUTELLE = "tutelle", "tutelle"
        CURATELLE = "curatelle", "curatelle simple"
        REINFORCED_CURATELLE = "curatelle_renforcee", "curatelle renforcée"
        SAUVEGARDE = "sauvegarde", "sauvegarde de justice"
        HABILITATION = "habilitation", "habilitation familiale (représentation)"
        HABILITATION_ASSISTANCE = "habilitation_assistance", "habilitation familiale (assistance)"

    TUTELLES_AND_CURATELLES = (Kind.TUTELLE, Kind.CURATELLE, Kind.REINFORCED_CURATELLE)

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    beneficiary = models.ForeignKey(
        Beneficiary, models.PROTECT, related_name="protections", verbose_name="personne protégée"
    )
    kind = models.CharField("mesure de protection", max_length=24, choices=Kind)
    guardian_title = models.CharField("civilité", max_length=4, blank=True, choices=[("mme", "Mme"), ("m", "M.")])
    guardian_name = models.CharField("qui l’exerce", max_length=120, blank=True)
    service = models.CharField("service (MJPM)", max_length=120, blank=True)
    address = models.CharField("adresse de qui l’exerce", max_length=200, blank=True)
    phone = models.CharField("téléphone de qui l’exerce", max_length=20, blank=True)
    judged_on = models.DateField("jugement du")
    court = models.CharField("tribunal", max_length=120, blank=True)
    since = models.DateField("mandat depuis le")
    until = models.DateField("mandat jusqu’au", null=True, blank=True, help_text="Le dernier jour.")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="+", verbose_name="structure")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="enregistré par")
    recorded_at = models.DateTimeField("enregistré le", db_default=Now(), editable=False)

    objects = LegalProtectionQuerySet.as_manager()

    class Meta:
        verbose_name = "mesure de protection"
        verbose_name_plural = "mesures de protection"
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(since__gte=F("judged_on")),
                name="a_guardian_is_one_from_the_judgment_on",
                violation_error_message="Le mandat commence au plus tôt le jour du jugement.",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="a_protection_ends_after_it_began",
                violation_error_message="La fin du mandat doit suivre son début.",
            ),
            models.CheckConstraint(
                condition=Q(kind="sauvegarde") | ~Q(guardian_name="", service=""),
                name="a_protection_says_who_protects",
                violation_error_message="Indiquer le nom de qui exerce la mesure, ou le service.",
            ),
        ]

    def __str__(self) -> str:
        return f"protection {self.pk}"

    @property
    def rule(self) -> ProtectionRule:
        """What a measure of this kind changes: who is served, who signs."""
        return PROTECTIONS[self.kind]

    @property
    def guardian(self) -> str:
        """Mme Diane Roche (UDAF), or the service alone; empty when nobody was appointed."""
        name = self.polite_guardian_name
        return f"{name} ({self.service})" if name and self.service else name or self.service

    @property
    def has_several_guardians(self) -> bool:
        """Two are named together: each receives, and each may sign."""
        return SEVERAL in self.guardian_name

    @property
    def polite_guardian_name(self) -> str:
        """A title is of one alone: of two, the names as they were typed."""
        title = "" if self.has_several_guardians else self.get_guardian_title_display()
        return f"{title} {self.guardian_name}".strip() if self.guardian_name else ""

    @property
    def role(self) -> str:
        if self.has_several_guardians:
            return self.rule.guardians
        return self.rule.guardian_f if self.guardian_title == "mme" else self.rule.guardian
