"""A professional opens, for a reason and for a time, a case in which he has no part."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from cases.models.case import Case
from cases.models.members import User
from cases.models.structures import Structure


class EmergencyAccessQuerySet(models.QuerySet["EmergencyAccess"]):
    def running(self, at: datetime) -> Self:
        return self.filter(until__gt=at, ended_at=None)


class EmergencyAccess(models.Model):
    """Read only. It ends by itself, by the clock: nothing has to be done for it to be over."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="emergency_accesses", verbose_name="dossier")
    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="emergency_accesses", verbose_name="structure du professionnel"
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="emergency_accesses", verbose_name="professionnel")
    reason = models.CharField("raison", max_length=500)
    opened_at = models.DateTimeField("ouvert le")
    until = models.DateTimeField("jusqu’au")
    ended_at = models.DateTimeField("interrompu le", null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="interrompu par"
    )

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta:
        verbose_name = "accès d’urgence"
        verbose_name_plural = "accès d’urgence"
        ordering = ["-opened_at", "-pk"]
        indexes = [models.Index(fields=["by", "until"], name="emergencies_of_a_person")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="an_emergency_says_why",
                violation_error_message="Dire pourquoi ce dossier est ouvert.",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("opened_at")),
                name="an_emergency_lasts",
                violation_error_message="Un accès d’urgence finit après son ouverture.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="an_ended_emergency_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"accès d’urgence {self.pk}"

    @property
    def over_at(self) -> datetime:
        return self.ended_at or self.until
