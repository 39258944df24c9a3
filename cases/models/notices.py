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
from cases.rules.deadline_context import CONTEXT


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


class SaysOfFraud(models.Model):
    """What is known of a fraud: who qualified it, and when; a letter that only speaks of it has qualified nothing."""

    class Fraud(models.TextChoices):
        NO = "no", "non"
        ALLEGED = "alleged", "évoquée, sans décision"
        YES = "yes", "qualifiée"
        UNKNOWN = "unknown", "non précisée"

    class FraudBy(models.TextChoices):
        OPERATOR = "operator", "l’organisme"
        DEPARTMENT = "department", "le département"
        COURT = "court", "un tribunal"

    fraud = models.CharField("fraude", max_length=7, choices=Fraud, default=Fraud.UNKNOWN)
    fraud_by = models.CharField("fraude qualifiée par", max_length=10, choices=FraudBy, blank=True)
    fraud_on = models.DateField("fraude qualifiée ou évoquée le", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_alleged(self) -> bool:
        """Spoken of, and decided by nobody that is known."""
        return self.fraud in (self.Fraud.ALLEGED, self.Fraud.YES) and not self.fraud_by

    @property
    def fraud_in_words(self) -> str:
        """Who says that there is a fraud, in French: « qualifiée par l’organisme le 20/10/2026 »."""
        said = str(self.get_fraud_display())
        if self.fraud == self.Fraud.YES:
            said += f" par {self.get_fraud_by_display() or 'une autorité à préciser'}"
        return f"{said} le {self.fraud_on:%d/%m/%Y}" if self.fraud_on else said


class DebtLine(SaysOfFraud):
    """One overpayment of a notice: a benefit, an amount, a period; who to contest to depends on it."""

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
            models.CheckConstraint(
                condition=Q(fraud="yes") | Q(fraud_by=""),
                name="only_a_qualified_fraud_has_an_author",
                violation_error_message="Une autorité n’est donnée que d’une fraude qualifiée.",
            ),
        ]

    def __str__(self) -> str:
        return f"ligne {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_on is None


class FormerFraud(SaysOfFraud):
    """What was known of the fraud on a line before it was corrected."""

    line = models.ForeignKey(DebtLine, models.PROTECT, related_name="former_frauds", verbose_name="ligne")
    corrected_by = models.ForeignKey(User, models.PROTECT, related_name="corrected_frauds", verbose_name="corrigé par")
    corrected_at = models.DateTimeField("corrigé le")

    class Meta:
        verbose_name = "qualification antérieure d’une fraude"
        verbose_name_plural = "qualifications antérieures d’une fraude"
        ordering = ["-corrected_at", "-pk"]

    def __str__(self) -> str:
        return f"qualification antérieure {self.pk}"
