"""What professionals ask the services of operators about a line, what these answer, and causes that come back."""

import uuid
from datetime import date

from django.db import models
from django.db.models import Q

from cases.models.deadlines import Deadline
from cases.models.members import User
from cases.models.notices import DebtLine
from cases.models.structures import Structure
from cases.rules.questions import SHARED


class Question(models.Model):
    """A question about one line, to one service of an operator. Of the case, that service sees this and nothing else.

    Kinds and answers are codes of the catalogue in force (`cases/reference/overpayments.toml`).
    """

    class State(models.TextChoices):
        ASKED = "asked", "en attente de réponse"
        ANSWERED = "answered", "répondue"
        WITHDRAWN = "withdrawn", "retirée"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    line = models.ForeignKey(DebtLine, models.PROTECT, related_name="questions", verbose_name="ligne")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="questions", verbose_name="posée à")
    kind = models.CharField("question", max_length=40)
    shared = models.JSONField("champs partagés", default=list, blank=True)
    state = models.CharField("état", max_length=9, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="questions_asked", verbose_name="posée par")
    asked_at = models.DateTimeField("posée le")
    deadlines = models.ManyToManyField(Deadline, related_name="questions", blank=True, verbose_name="échéances")
    follows = models.OneToOneField(
        "self", models.PROTECT, related_name="followed_by", null=True, blank=True, verbose_name="fait suite à"
    )
    answer = models.CharField("réponse", max_length=40, blank=True)
    amount = models.DecimalField("montant", max_digits=9, decimal_places=2, null=True, blank=True)
    decided_on = models.DateField("décidé le", null=True, blank=True)
    meets_at = models.DateTimeField("rendez-vous proposé le", null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, related_name="questions_ended", null=True, blank=True, verbose_name="terminée par"
    )
    ended_at = models.DateTimeField("terminée le", null=True, blank=True)

    class Meta:
        verbose_name = "question à un organisme"
        verbose_name_plural = "questions à un organisme"
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "structure", "kind"],
                condition=Q(state="asked"),
                name="the_same_is_not_asked_twice_at_once",
                violation_error_message="Cette question attend déjà la réponse de ce service.",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", ended_at=None) | (~Q(state="asked") & Q(ended_at__isnull=False)),
                name="a_question_waits_or_has_ended",
            ),
            models.CheckConstraint(
                condition=(Q(state="answered", decided_on__isnull=False, ended_by__isnull=False) & ~Q(answer=""))
                | (~Q(state="answered") & Q(answer="", amount=None, decided_on=None)),
                name="an_answered_question_says_what_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0),
                name="what_an_answer_takes_off_is_more_than_nothing",
                violation_error_message="Le montant est supérieur à zéro.",
            ),
        ]
        indexes = [
            models.Index(fields=["structure", "asked_at"], condition=Q(state="asked"), name="questions_of_a_service")
        ]

    def __str__(self) -> str:
        return f"question {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.ASKED

    @property
    def shared_field_names(self) -> list[str]:
        """The names of the fields that the service is shown."""
        return [SHARED[code] for code in self.shared if code in SHARED]


class QuestionText(models.Model):
    """What was written with a question, or with its answer: free text, apart, so that it can be erased."""

    class Side(models.TextChoices):
        ASKED = "asked", "question"
        ANSWERED = "answered", "réponse"

    question = models.ForeignKey(Question, models.CASCADE, related_name="texts", verbose_name="question")
    side = models.CharField("de", max_length=8, choices=Side)
    text = models.TextField("texte", max_length=1000)

    class Meta:
        verbose_name = "texte d’une question"
        verbose_name_plural = "textes de questions"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["question", "side"], name="a_side_writes_once")]

    def __str__(self) -> str:
        return f"texte {self.pk}"


class CauseAlert(models.Model):
    """A cause that came back in so many cases of one month, for one operator: told once."""

    structure = models.ForeignKey(Structure, models.PROTECT, related_name="cause_alerts", verbose_name="organisme")
    cause = models.CharField("motif codé", max_length=40)
    month = models.DateField("mois", help_text="Son premier jour.")
    cases = models.PositiveIntegerField("dossiers, quand l’alerte est partie")
    raised_at = models.DateTimeField("le")
    letter = models.JSONField("courrier à l’organisme", null=True, blank=True)
    """Its subject and its paragraphs, as the pilot left them. None: none was written. It names nobody."""
    letter_by = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name="courrier préparé par",
    )
    letter_on = models.DateField("courrier préparé le", null=True, blank=True)
    sent_on = models.DateField("courrier envoyé le", null=True, blank=True)
    sent_by = models.CharField("moyen d’envoi", max_length=10, blank=True, db_default="", default="")
    """One of `Letter.Means`, as of any letter."""

    class Meta:
        verbose_name = "alerte collective"
        verbose_name_plural = "alertes collectives"
        ordering = ["-month", "cause"]
        constraints = [
            models.UniqueConstraint(fields=["structure", "month", "cause"], name="a_cause_is_told_once_a_month")
        ]

    def __str__(self) -> str:
        return f"alerte {self.pk}"


def first_of_month(day: date) -> date:
    return day.replace(day=1)
