"""Days on which a member of a structure is away, and days on which a structure takes no new case.

Both are dated and end by themselves: nothing has to run for it. `until` is the first day without, as for the rights
that follow (decision 0007); people type and read the last day, which is the day before.
"""

import uuid
from datetime import date, timedelta
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.timezone import localdate

from cases.models.members import User
from cases.models.structures import Structure

ONE_DAY = timedelta(days=1)


DAYS = Func("since", "until", function="daterange", output_field=DateRangeField())
"""From the first day to the first day without."""


class PeriodQuerySet(models.QuerySet[Any]):
    def current(self, on: date) -> Self:
        return self.filter(since__lte=on, until__gt=on)

    def not_over(self, on: date) -> Self:
        """Those of that day, and those to come; one that has no day is neither."""
        return self.filter(until__gt=on).filter(until__gt=F("since"))

    def overlapping(self, since: date, until: date) -> Self:
        """Those with a day in common with these; an empty one has none."""
        return self.filter(since__lt=until, until__gt=since).filter(until__gt=F("since"))


class Period(models.Model):
    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    since = models.DateField("depuis le")
    until = models.DateField("jusqu’au", help_text="Jour exclu : ce qui en dépend cesse aussitôt.")
    ended_at = models.DateTimeField("écourtée le", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def last_day(self) -> date:
        return self.until - ONE_DAY

    @property
    def is_cancelled(self) -> bool:
        """It was ended before its first day: nobody was ever away."""
        return self.has_no_day and self.ended_at is not None and localdate(self.ended_at) < self.since

    @property
    def has_no_day(self) -> bool:
        """It was ended before its first day, or on it."""
        return self.until == self.since

    def is_current(self, on: date) -> bool:
        return self.since <= on < self.until

    def is_over(self, on: date) -> bool:
        return self.until <= on or self.has_no_day


class Absence(Period):
    """A member is away from one of his structures. Who does his work meanwhile: the substitute assignments that it causes.

    Never why he is ill, nor that he is: the reason is coded, and may be left out.
    """

    class Reason(models.TextChoices):
        LEAVE = "leave", "congés"
        TRAINING = "training", "formation"
        MISSION = "mission", "mission ou détachement"
        OTHER = "other", "autre motif"

    user = models.ForeignKey(User, models.PROTECT, related_name="absences", verbose_name="professionnel")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="absences", verbose_name="structure")
    reason = models.CharField("motif", max_length=10, choices=Reason, blank=True)
    substitutes: "models.ManyToManyField[User, Any]" = models.ManyToManyField(
        User, related_name="absences_covered", blank=True, verbose_name="remplaçants"
    )
    """Those who were chosen. What each of them has is in his assignments; who comes next is among them."""
    declared_by = models.ForeignKey(
        User, models.PROTECT, related_name="absences_declared", verbose_name="déclarée par"
    )
    declared_at = models.DateTimeField("déclarée le")

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = "absence"
        ordering = ["since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")),
                name="absence_ends_after_it_starts",
                violation_error_message="Le dernier jour d’absence doit suivre le premier.",
            ),
            ExclusionConstraint(
                name="nobody_is_absent_twice_at_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("structure", RangeOperators.EQUAL),
                    (DAYS, RangeOperators.OVERLAPS),
                ],
                violation_error_message="Une absence est déjà déclarée pour une partie de ces jours.",
            ),
        ]
        indexes = [models.Index(fields=["structure", "until"], name="absences_of_a_structure")]

    def __str__(self) -> str:
        return f"absence {self.pk}"


class Suspension(Period):
    """A structure takes no new case until a day. It keeps those it has, and answers what it was asked before."""

    class Reason(models.TextChoices):
        ABSENCES = "absences", "absences dans l’équipe"
        VACANCY = "vacancy", "poste vacant"
        BACKLOG = "backlog", "encours trop important"
        CLOSED = "closed", "service fermé"
        OTHER = "other", "autre motif"

    structure = models.ForeignKey(Structure, models.PROTECT, related_name="suspensions", verbose_name="structure")
    reason = models.CharField("motif", max_length=10, choices=Reason)
    suspended_by = models.ForeignKey(User, models.PROTECT, related_name="suspensions", verbose_name="suspendue par")
    suspended_at = models.DateTimeField("suspendue le")

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = "suspension de capacité"
        verbose_name_plural = "suspensions de capacité"
        ordering = ["since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")),
                name="suspension_ends_after_it_starts",
                violation_error_message="Le dernier jour de la suspension doit suivre le premier.",
            ),
            ExclusionConstraint(
                name="a_structure_is_suspended_once_at_a_time",
                expressions=[
                    ("structure", RangeOperators.EQUAL),
                    (DAYS, RangeOperators.OVERLAPS),
                ],
                violation_error_message="La capacité est déjà suspendue pour une partie de ces jours.",
            ),
        ]

    def __str__(self) -> str:
        return f"suspension {self.pk}"
