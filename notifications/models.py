"""Who is told what: a notice for a person, its delivery by e-mail, alone or in a summary, and when each wants it."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.timezone import localdate

from cases.models import Case, Deadline, Edition, JournalEntry, Milestone, User
from cases.queries import court_position
from cases.rules.tracks import load_tracks
from notifications.reminder_rules import FollowedDates, ReminderRuleDefinition, read_rule
from workflows.models import CaseTask


class ReminderRule(models.Model):
    """On which days one is reminded of what, and who is: a row of an edition, as `notifications.reminder_rules` reads it."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="reminder_rules", verbose_name="édition")
    code = models.SlugField("règle", max_length=40)
    content = models.JSONField("contenu")

    class Meta:
        verbose_name = "règle de rappel"
        verbose_name_plural = "règles de rappel"
        ordering = ["edition", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="a_reminder_rule_is_once_in_an_edition"),
        ]

    def __str__(self) -> str:
        return self.code


class Reminder(models.Model):
    """A rule spoke of a delay or of a step on one of its days. Whom it told is in the notices of its journal line."""

    rule = models.ForeignKey(
        ReminderRule, models.PROTECT, related_name="reminders", db_index=False, verbose_name="règle"
    )
    deadline = models.ForeignKey(
        Deadline, models.PROTECT, related_name="reminders", null=True, db_index=False, verbose_name="échéance"
    )
    task = models.ForeignKey(
        CaseTask, models.PROTECT, related_name="reminders", null=True, db_index=False, verbose_name="tâche"
    )
    due_on = models.DateField("date rappelée")
    """The date from which the day was counted, as it was then: a reminder of a date that has moved is told to nobody."""
    day = models.DateField("jour du rappel")
    rank = models.PositiveSmallIntegerField("rang")
    escalates = models.BooleanField("sans suite", default=False)
    made_at = models.DateTimeField("fait le")

    class Meta:
        verbose_name = "rappel"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["deadline", "task", "rule", "due_on", "rank", "escalates"],
                nulls_distinct=False,
                name="one_is_reminded_of_a_date_once",
            ),
            models.CheckConstraint(
                condition=Q(deadline=None, task__isnull=False) | Q(deadline__isnull=False, task=None),
                name="a_reminder_is_of_a_delay_or_of_a_step",
            ),
        ]

    def __str__(self) -> str:
        return f"rappel {self.pk}"

    @property
    def rule_definition(self) -> ReminderRuleDefinition:
        return read_rule(self.rule.content)

    @property
    def followed_dates(self) -> FollowedDates:
        """Of what it is of, as they are now."""
        if self.deadline:
            return FollowedDates(
                start=self.deadline.started_on, safe=self.deadline.safe_date, legal=self.deadline.legal_date
            )
        assert self.task  # noqa: S101 - one or the other, a constraint says so
        return FollowedDates(start=localdate(self.task.created), safe=self.task.due_on, expected=self.task.expected_on)

    @property
    def is_to_be_told(self) -> bool:
        """What it is of still waits, or the event if it speaks of that, and its date has not moved."""
        waits = self.task is not None and self.task.is_open
        if self.deadline:
            waits = self.deadline.state == Deadline.State.RUNNING or self.is_of_event_to_come
        return waits and self.followed_dates.date_of(self.rule_definition.counted_from) == self.due_on

    @property
    def is_of_event_to_come(self) -> bool:
        """It speaks of an event, whose date stands and is not over, before which the delay was met. No hearing is to come once
        the judge has decided."""
        deadline, today = self.deadline, localdate()
        if deadline is None or deadline.state != Deadline.State.MET or not self.rule_definition.even_when_met:
            return False
        is_of_judge = deadline.rule.start in load_tracks().court.of_first_judge
        if deadline.started_on < today or (is_of_judge and court_position(deadline.case, on=today).is_judged):
            return False
        fact = {"kind": deadline.rule.start, "happened_on": deadline.started_on}
        return Milestone.objects.filter(
            case=deadline.case_id, debt=deadline.debt_id, replaced_by=None, **fact
        ).exists()


class Notice(models.Model):
    """One journal line told to one person. The bell counts those not read."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="notices", verbose_name="professionnel")
    entry = models.ForeignKey(JournalEntry, models.PROTECT, related_name="notices", verbose_name="ligne du journal")
    case = models.ForeignKey(Case, models.PROTECT, related_name="notices", null=True, verbose_name="dossier")
    digest = models.ForeignKey(
        "Delivery", models.PROTECT, related_name="notices", null=True, blank=True, verbose_name="résumé"
    )
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
    """An e-mail to send: of one notice, of what one act says to a person, or the summary of a morning.

    Its Message-ID comes from its row.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "à envoyer"
        SENT = "sent", "envoyée"
        FAILED = "failed", "en échec"
        LEFT_OUT = "left_out", "sans objet"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="deliveries", verbose_name="professionnel")
    notice = models.OneToOneField(
        Notice, models.PROTECT, related_name="delivery", null=True, blank=True, verbose_name="notification"
    )
    digest_on = models.DateField("résumé du", null=True, blank=True)
    state = models.CharField("état", max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("tentatives", default=0)
    next_try_at = models.DateTimeField("prochaine tentative")
    sent_at = models.DateTimeField("envoyée le", null=True, blank=True)
    created_at = models.DateTimeField("créée le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "envoi"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "digest_on"], name="one_summary_a_day_for_each_person"),
            models.CheckConstraint(
                condition=Q(notice=None, digest_on__isnull=False) | Q(notice__isnull=False, digest_on=None),
                name="an_e_mail_is_of_one_notice_or_a_summary",
                violation_error_message="Un envoi est celui d’une notification, ou un résumé.",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="deliveries_to_send"),
            models.Index(fields=["user"], condition=Q(state="failed"), name="deliveries_that_failed"),
        ]

    def __str__(self) -> str:
        return f"envoi {self.pk}"

    @property
    def told_notices(self) -> models.QuerySet[Notice]:
        """All that it tells: the notices of a morning; of an act, the first and those that go with it."""
        return Notice.objects.filter(Q(digest=self) | Q(delivery=self))


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


class Preference(models.Model):
    """When a person wants to be written to. Whoever has no row is written to at once."""

    class Rhythm(models.TextChoices):
        NOW = "now", "tout de suite"
        DAILY = "daily", "résumé du jour, à 8 h"
        WEEKLY = "weekly", "résumé de la semaine, le lundi à 8 h"
        NONE = "none", "aucun courriel"

    user = models.OneToOneField(User, models.PROTECT, related_name="preference", verbose_name="professionnel")
    rhythm = models.CharField("courriels", max_length=8, choices=Rhythm, default=Rhythm.NOW)
    by_family = models.JSONField("par sujet", default=dict, blank=True)

    class Meta:
        verbose_name = "choix de courriels"
        verbose_name_plural = "choix de courriels"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"courriels de {self.user_id}"
