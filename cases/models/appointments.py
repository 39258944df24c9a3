"""Appointments of professionals with the people they follow, and what became of each."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate, localtime, make_aware

from cases.models.case import Case
from cases.models.members import User
from cases.models.people import Beneficiary
from cases.models.structures import Structure
from cases.models.support import ContactAttempt

USUAL_MINUTES = 45


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def planned(self) -> Self:
        return self.filter(state=Appointment.State.PLANNED)

    def starting_between(self, first: date, last: date) -> Self:
        """Those that begin on these days, both included."""
        return self.filter(starts_at__gte=midnight(first), starts_at__lt=midnight(last + timedelta(days=1)))

    def starting_before(self, day: date) -> Self:
        return self.filter(starts_at__lt=midnight(day))


class Appointment(models.Model):
    """One is never rewritten: an appointment put off stays, and leads to the one that takes its place."""

    class Place(models.TextChoices):
        OFFICE = "office", "au service"
        HOME = "home", "au domicile"
        PHONE = "phone", "par téléphone"
        OTHER = "other", "autre lieu"

    class State(models.TextChoices):
        PLANNED = "planned", "prévu"
        KEPT = "kept", "honoré"
        MISSED = "missed", "non honoré"
        MOVED = "moved", "reporté"
        CANCELLED = "cancelled", "annulé"

    class CancelledBy(models.TextChoices):
        HOUSEHOLD = "household", "le ménage"
        SERVICE = "service", "le service"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="appointments", verbose_name="dossier")
    person = models.ForeignKey(Beneficiary, models.PROTECT, related_name="appointments", verbose_name="bénéficiaire")
    professional = models.ForeignKey(User, models.PROTECT, related_name="appointments", verbose_name="professionnel")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="appointments", verbose_name="structure")
    starts_at = models.DateTimeField("commence le")
    minutes = models.PositiveSmallIntegerField("durée en minutes", default=USUAL_MINUTES)
    place = models.CharField("lieu", max_length=6, choices=Place)
    details = models.CharField("précision sur le lieu", max_length=200, blank=True)
    state = models.CharField("résultat", max_length=9, choices=State, default=State.PLANNED)
    cancelled_by = models.CharField("annulé par", max_length=9, choices=CancelledBy, blank=True)
    moved_to = models.OneToOneField(
        "self", models.PROTECT, related_name="moved_from", null=True, blank=True, verbose_name="reporté à"
    )
    attempt = models.OneToOneField(
        ContactAttempt, models.PROTECT, related_name="appointment", null=True, blank=True, verbose_name="tentative"
    )
    made_by = models.ForeignKey(User, models.PROTECT, related_name="appointments_made", verbose_name="fixé par")
    made_at = models.DateTimeField("fixé le")
    ended_at = models.DateTimeField("résultat noté le", null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = "rendez-vous"
        verbose_name_plural = "rendez-vous"
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=480),
                name="an_appointment_lasts_five_minutes_to_eight_hours",
                violation_error_message="Un rendez-vous dure de 5 minutes à 8 heures.",
            ),
            models.CheckConstraint(
                condition=Q(state="planned", ended_at=None) | (~Q(state="planned") & Q(ended_at__isnull=False)),
                name="an_appointment_that_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state="moved", moved_to__isnull=False) | (~Q(state="moved") & Q(moved_to=None)),
                name="a_moved_appointment_leads_to_another",
            ),
            models.CheckConstraint(
                condition=(Q(state="cancelled") & ~Q(cancelled_by="")) | (~Q(state="cancelled") & Q(cancelled_by="")),
                name="a_cancelled_appointment_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(attempt=None) | Q(state="missed"), name="only_a_missed_appointment_is_an_attempt"
            ),
        ]
        indexes = [models.Index(fields=["professional", "starts_at"], name="agenda_of_a_professional")]

    def __str__(self) -> str:
        return f"rendez-vous {self.pk}"

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def day(self) -> date:
        return localdate(self.starts_at)

    @property
    def local_start(self) -> datetime:
        return localtime(self.starts_at)

    @property
    def local_end(self) -> datetime:
        return localtime(self.ends_at)

    @property
    def is_planned(self) -> bool:
        return self.state == self.State.PLANNED


def midnight(day: date) -> datetime:
    """The moment at which a day begins on the wall."""
    return make_aware(datetime.combine(day, time()))
