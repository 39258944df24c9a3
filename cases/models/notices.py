"""Overpayments: the letter that notifies them, and its lines. Each line is a debt of its own, with its own clock."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from cases.models.case import Case
from cases.models.debts import Debt
from cases.models.members import User
from cases.models.structures import Structure
from cases.rules.catalogue import CONTEXT


def benefits() -> list[tuple[str, str]]:
    return list(CONTEXT["benefit"].choices.items())


def operators() -> list[tuple[str, str]]:
    return list(CONTEXT["operator"].choices.items())


class OverpaymentNotice(models.Model):
    """A letter by which an operator claims one or several overpayments; its day of receipt starts the clocks."""

    class Receipt(models.TextChoices):
        POST = "post", "par la poste"
        REGISTERED = "registered", "en recommandé"
        HAND = "hand", "remis en main propre"
        ONLINE_PUT = "online_put", "espace en ligne : date de mise à disposition"
        ONLINE_READ = "online_read", "espace en ligne : date de lecture"

    class Routes(models.TextChoices):
        YES = "yes", "oui, avec les délais"
        PARTLY = "partly", "en partie"
        NO = "no", "non"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="overpayment_notices", verbose_name="dossier")
    operator = models.CharField("organisme", max_length=20, choices=operators)
    creditor = models.ForeignKey(
        Structure, models.PROTECT, related_name="overpayment_notices", verbose_name="service créancier"
    )
    letter_date = models.DateField("date du courrier")
    received_on = models.DateField("reçu le", null=True, blank=True, help_text="Vide : la date n’est pas connue.")
    receipt = models.CharField("mode de réception", max_length=12, choices=Receipt)
    is_receipt_proved = models.BooleanField("date de réception prouvée", default=False)
    file_number = models.CharField("numéro de dossier", max_length=40, blank=True)
    routes_stated = models.CharField("voies de recours indiquées", max_length=6, choices=Routes, blank=True)
    lacks = models.JSONField("mentions absentes", default=list, blank=True)
    checked_at = models.DateTimeField("vérifié le", null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="overpayment_notices", verbose_name="saisi par")
    recorded_at = models.DateTimeField("enregistré le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "notification de trop-perçu"
        verbose_name_plural = "notifications de trop-perçu"
        ordering = ["letter_date", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(received_on=None) | Q(received_on__gte=F("letter_date")),
                name="a_letter_is_received_after_it_is_written",
                violation_error_message="Le courrier ne peut pas être reçu avant d’être écrit.",
            )
        ]

    def __str__(self) -> str:
        return f"notification {self.pk}"

    @property
    def states_routes(self) -> bool | None:
        """None: nobody has looked. Stated in part, they are stated: no delay is ever relaxed because of it."""
        return None if not self.routes_stated else self.routes_stated != self.Routes.NO

    @property
    def counted_from(self) -> date:
        """The day from which delays count. Unknown, the day of the letter stands for it: the earliest plausible one."""
        return self.received_on or self.letter_date


class DebtLine(models.Model):
    """One overpayment of a notice: a benefit, an amount, a period; who to contest to depends on it."""

    class Fraud(models.TextChoices):
        NO = "no", "non"
        YES = "yes", "oui"
        UNKNOWN = "unknown", "ne se prononce pas"

    class Outcome(models.TextChoices):
        CANCELLED = "cancelled", "annulé"
        REDUCED = "reduced", "réduit"
        WAIVED = "waived", "remis en totalité"
        WAIVED_PARTLY = "waived_partly", "remis en partie"
        SCHEDULED = "scheduled", "échelonné"
        MAINTAINED = "maintained", "maintenu"
        SETTLED = "settled", "soldé"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    notice = models.ForeignKey(OverpaymentNotice, models.PROTECT, related_name="lines", verbose_name="notification")
    debt = models.OneToOneField(Debt, models.PROTECT, related_name="line", verbose_name="dette")
    position = models.PositiveSmallIntegerField("rang")
    benefit = models.CharField("prestation", max_length=30, choices=benefits)
    amount = models.DecimalField("montant notifié", max_digits=9, decimal_places=2)
    since = models.DateField("de", null=True, blank=True)
    until = models.DateField("à", null=True, blank=True)
    cause = models.CharField("motif codé", max_length=40, blank=True)
    fraud = models.CharField("qualifié de fraude", max_length=7, choices=Fraud, default=Fraud.UNKNOWN)
    fraud_on = models.DateField("fraude qualifiée le", null=True, blank=True)
    closed_on = models.DateField("close le", null=True, blank=True)
    outcome = models.CharField("issue", max_length=16, choices=Outcome, blank=True)

    class Meta:
        verbose_name = "ligne de trop-perçu"
        verbose_name_plural = "lignes de trop-perçu"
        ordering = ["notice", "position"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "position"], name="lines_of_a_notice_are_ordered"),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="an_overpayment_is_more_than_nothing",
                violation_error_message="Le montant est supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")),
                name="a_period_ends_after_it_begins",
                violation_error_message="La période finit avant de commencer.",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None, outcome="") | (Q(closed_on__isnull=False) & ~Q(outcome="")),
                name="a_closed_line_has_an_outcome",
                violation_error_message="Une ligne close porte une issue.",
            ),
        ]

    def __str__(self) -> str:
        return f"ligne {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_on is None
