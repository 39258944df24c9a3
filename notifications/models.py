"""Who is told what: a notice for a person, and its delivery by e-mail."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cases.models import Case, JournalEntry, User


class Notice(models.Model):
    """One journal line told to one person. The bell counts those not read."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="notices", verbose_name="professionnel")
    entry = models.ForeignKey(JournalEntry, models.PROTECT, related_name="notices", verbose_name="ligne du journal")
    case = models.ForeignKey(Case, models.PROTECT, related_name="notices", null=True, verbose_name="dossier")
    created_at = models.DateTimeField("créée le")
    read_at = models.DateTimeField("lue le", null=True, blank=True)

    class Meta:
        verbose_name = "notification"
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "entry"], name="a_person_is_told_once")]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notices_newest_first"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="unread_notices"),
        ]

    def __str__(self) -> str:
        return f"notification {self.pk}"


class Delivery(models.Model):
    """An e-mail to send: who and which reference, never what about. Its Message-ID comes from its row."""

    class State(models.TextChoices):
        WAITING = "waiting", "à envoyer"
        SENT = "sent", "envoyée"
        FAILED = "failed", "en échec"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="deliveries", verbose_name="professionnel")
    notice = models.OneToOneField(Notice, models.PROTECT, related_name="delivery", verbose_name="notification")
    state = models.CharField("état", max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("tentatives", default=0)
    next_try_at = models.DateTimeField("prochaine tentative")
    sent_at = models.DateTimeField("envoyée le", null=True, blank=True)
    created_at = models.DateTimeField("créée le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "envoi"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="deliveries_to_send"),
        ]

    def __str__(self) -> str:
        return f"envoi {self.pk}"


class CalendarFeed(models.Model):
    """The secret address at which the calendar program of a person reads his dates. See `notifications.feed.address`."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(User, models.PROTECT, related_name="calendar_feed", verbose_name="professionnel")
    key = models.CharField("clé", max_length=43)
    opened_at = models.DateTimeField("créée le")
    closed_at = models.DateTimeField("supprimée le", null=True, blank=True)

    class Meta:
        verbose_name = "calendrier personnel"
        verbose_name_plural = "calendriers personnels"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=models.F("opened_at")),
                name="calendar_closed_after_it_was_opened",
            )
        ]

    def __str__(self) -> str:
        return f"calendrier {self.pk}"
