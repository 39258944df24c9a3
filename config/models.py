"""What the installation remembers of itself: when its jobs last ended. No case; what is of accounts stands in `accounts`."""

from django.db import models

from config.accounts.models import (
    AccountSession,
    CodeGenerator,
    ConfirmedMembership,
    Passkey,
    RecoveryCode,
    SignInEvent,
    TriedCount,
)
from config.opening.models import Attestation, OpeningAnswer, SealCheck

__all__ = [
    "AccountSession",
    "Alert",
    "Attestation",
    "CodeGenerator",
    "ConfirmedMembership",
    "JobRun",
    "OpeningAnswer",
    "Passkey",
    "RecoveryCode",
    "SealCheck",
    "SignInEvent",
    "TriedCount",
    "UnexpectedError",
]


class JobRun(models.Model):
    """The last time that a job which comes back by itself was done whole. One row a job, written again each time."""

    name = models.CharField("travail", max_length=40, unique=True)
    ended_at = models.DateTimeField("terminé le")
    version = models.CharField("version", max_length=40, blank=True)
    """Of the code that did it; empty: it is expected since then, and was never done."""

    class Meta:
        verbose_name = "dernier passage d’un travail"
        verbose_name_plural = "derniers passages des travaux"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UnexpectedError(models.Model):
    """An error that nobody foresaw, by its kind and by where it happened: never its words, which may quote what somebody
    typed. At most `config.errors.MOST` of them."""

    kind = models.CharField("genre", max_length=120)
    place = models.CharField("lieu", max_length=160)
    """The deepest line of our own code: `module:line`."""
    count = models.PositiveIntegerField("nombre", default=1)
    first_at = models.DateTimeField("première fois")
    last_at = models.DateTimeField("dernière fois")
    request = models.CharField("dernière requête", max_length=64, blank=True)
    """Its id in the logs, where there is one."""

    class Meta:
        verbose_name = "erreur inattendue"
        verbose_name_plural = "erreurs inattendues"
        ordering = ["-last_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "place"], name="an_error_is_counted_in_one_row"),
            models.CheckConstraint(
                condition=models.Q(last_at__gte=models.F("first_at")),
                name="an_error_was_first_seen_before_it_was_last",
                violation_error_message="Une erreur n’est pas vue pour la dernière fois avant la première.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"


class Alert(models.Model):
    """Something is down. One row for each, deleted once it is over and administrators were told."""

    code = models.CharField("service", max_length=40, unique=True)
    name = models.CharField("nom", max_length=80)
    since = models.DateTimeField("depuis le")
    seen_at = models.DateTimeField("vue pour la dernière fois le")
    told_at = models.DateTimeField("dite le", null=True, blank=True)
    failed_at = models.DateTimeField("n’a pas pu être dite le", null=True, blank=True)

    class Meta:
        verbose_name = "alerte"
        ordering = ["since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seen_at__gte=models.F("since")),
                name="an_alert_is_seen_from_its_beginning_on",
                violation_error_message="Une alerte n’est pas vue avant de commencer.",
            )
        ]

    def __str__(self) -> str:
        return self.code
