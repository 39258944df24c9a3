"""Milestones (dated facts), the rules that count from them, and the deadlines that run. The only clock."""

import uuid
from datetime import date
from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now

from cases.models.case import Case
from cases.models.debts import Debt
from cases.models.editions import Edition
from cases.models.structures import Structure
from cases.models.voiding import Voidable
from cases.rules.catalogue import of_benefit
from cases.rules.pauses import Pause

LOOK_AT_ONCE = date.min
"""What is to be remembered of this date has not been looked at yet, or has to be looked at again."""


class Milestone(Voidable):
    """A dated legal or practical fact on a case, or on one debt of it, and how its date is known."""

    class Known(models.TextChoices):
        PROVED = "proved", "prouvée"
        DECLARED = "declared", "déclarée"
        UNKNOWN = "unknown", "inconnue"
        IMPLIED = "implied", "calculée"
        """Nobody answered in time: the law gives silence this meaning."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="milestones", verbose_name="dossier")
    debt = models.ForeignKey(
        Debt,
        models.PROTECT,
        related_name="milestones",
        null=True,
        blank=True,
        db_index=False,
        verbose_name="dette",
    )
    """Empty: of the whole case."""
    kind = models.SlugField("fait", max_length=40)
    happened_on = models.DateField("date")
    known = models.CharField("date", max_length=8, choices=Known, default=Known.DECLARED)
    term = models.DateField("jour fixé par la lettre", null=True, blank=True)
    """Until when it holds at the latest, where it says so: the papers are to be given by that day."""
    replaced_by = models.OneToOneField(
        "self", models.PROTECT, related_name="replaces", null=True, blank=True, verbose_name="corrigé par"
    )
    recorded_at = models.DateTimeField("enregistré le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "fait daté"
        verbose_name_plural = "faits datés"
        ordering = ["happened_on", "pk"]
        indexes = [
            models.Index(fields=["case", "kind"], condition=Q(replaced_by=None), name="current_milestones_of_a_case"),
            models.Index(fields=["debt"], condition=Q(debt__isnull=False), name="milestones_of_a_debt"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_on}"


class DeadlineRule(models.Model):
    """One way to count a deadline, as law or the partnership has it. Data: its id never appears in Python."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="deadline_rules", verbose_name="édition")
    code = models.SlugField("règle", max_length=40)
    title = models.CharField("titre", max_length=160)
    start = models.SlugField("point de départ", max_length=40)
    length = models.PositiveSmallIntegerField("durée", null=True, blank=True)
    unit = models.CharField("unité", max_length=20, blank=True)
    mode = models.CharField("comptage", max_length=20, default="forward")
    extend = models.BooleanField("reporté au jour ouvrable suivant", default=False)
    who = models.CharField("qui agit", max_length=40, blank=True)
    consequence = models.CharField("conséquence", max_length=300, blank=True)
    reference = models.CharField("référence", max_length=200, blank=True)
    condition = models.JSONField("condition", default=dict, blank=True, encoder=DjangoJSONEncoder)
    regime = models.CharField("régime", max_length=10, blank=True)
    safe_margin = models.PositiveSmallIntegerField("marge de sûreté, jours ouvrés", default=0)
    act = models.SlugField("acte à l’expiration", max_length=40, blank=True)
    confidence = models.CharField("confiance", max_length=3, default="L")

    class Meta:
        verbose_name = "règle de délai"
        verbose_name_plural = "règles de délai"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="a_rule_is_once_in_an_edition"),
        ]

    def __str__(self) -> str:
        return self.title

    def as_row(self) -> dict[str, object]:
        """The row as `cases.rules.catalogue` reads it; what is empty is left out."""
        names = ["code", "title", "start", "length", "unit", "mode", "extend", "who", "consequence", "reference"]
        names += ["condition", "regime", "safe_margin", "act", "confidence"]
        return {name: value for name in names if (value := getattr(self, name)) not in (None, "")}

    @property
    def until(self) -> list[str]:
        """The dated facts that meet the deadline."""
        facts: list[str] = self.condition.get("until", [])
        return facts

    @property
    def silence(self) -> str:
        """The dated fact that is born when nobody answers in time; empty when silence says nothing."""
        fact: str = self.condition.get("silence", "")
        return fact

    @property
    def is_answered_by_silence(self) -> bool:
        """Nobody is late: an answer was awaited, and silence is one. Not where who is silent may still act."""
        return bool(self.silence) and not self.afterwards

    @property
    def afterwards(self) -> str:
        """What remains possible once the last day is over."""
        sentence: str = self.condition.get("afterwards", "")
        return sentence

    @property
    def is_to_be_verified(self) -> bool:
        return self.confidence != "H"


IS_OF_LAST_DAY = Q(condition__contains={"last_day": True})
"""Of a rule: its last day is that of a right, which each step of the case says."""


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def running(self) -> Self:
        return self.filter(state=Deadline.State.RUNNING)

    def paused(self) -> Self:
        return self.filter(state=Deadline.State.PAUSED)

    def waiting(self) -> Self:
        """Those that have not ended: they run, or are paused."""
        return self.filter(state__in=Deadline.WAITING)

    def of_case(self, case: Case, debt: Debt | None = None) -> Self:
        """What a fact of this debt concerns; a fact of the whole case concerns all that runs in it."""
        return self.filter(case=case) if debt is None else self.filter(case=case, debt=debt)

    def last_days(self) -> Self:
        """Those that run, and whose last day each step of the case says."""
        # The others are left out, so that PostgreSQL asks it first of each date: else it would read dates rule after rule.
        others = DeadlineRule.objects.exclude(IS_OF_LAST_DAY)
        return self.running().exclude(rule__in=others.order_by().values("pk"))

    def promised(self) -> Self:
        """Those that the person was told of, and that still run."""
        return self.running().filter(is_promised=True)

    def without_step(self) -> Self:
        """Those that no step of a procedure counts."""
        return self.filter(tasks=None)

    def reminded_of(self, on: date) -> Self:
        """Those that reminders may follow: what runs, and what was met before its last day, which some go on to speak of."""
        return self.filter(Q(state=Deadline.State.RUNNING) | Q(state=Deadline.State.MET, legal_date__gte=on))

    def expired(self, on: date) -> Self:
        """Running ones whose last day is over."""
        return self.running().filter(legal_date__lt=on)


class Deadline(models.Model):
    """A date by which a party must have acted, computed from a rule, with its computation in words."""

    class State(models.TextChoices):
        RUNNING = "running", "en cours"
        PAUSED = "paused", "suspendue"
        MET = "met", "respectée"
        MISSED = "missed", "dépassée"
        CANCELLED = "cancelled", "sans objet"

    WAITING = (State.RUNNING, State.PAUSED)

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="deadlines", db_index=False, verbose_name="dossier")
    debt = models.ForeignKey(
        Debt, models.PROTECT, related_name="deadlines", null=True, blank=True, db_index=False, verbose_name="dette"
    )
    """Empty: of the whole case."""
    rule = models.ForeignKey(DeadlineRule, models.PROTECT, related_name="deadlines", verbose_name="règle")
    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="deadlines", verbose_name="structure qui doit agir"
    )
    started_on = models.DateField("départ")
    legal_date = models.DateField("dernier jour")
    safe_date = models.DateField("date de sûreté")
    steps = models.JSONField("calcul", default=list)
    context = models.JSONField(
        "ce qui était su de la dette", default=dict, db_default=Value({}, models.JSONField()), blank=True
    )
    """Benefit, operator, court: what follows from this deadline is counted for the same."""
    pauses = models.JSONField("suspensions", default=list, db_default=Value([], models.JSONField()), blank=True)
    """Those that are over: the day of each, and the day on which the delay ran again."""
    restarts = models.JSONField("recommencements", default=list, db_default=Value([], models.JSONField()), blank=True)
    """The days on which the whole delay began again."""
    paused_on = models.DateField("suspendue depuis le", null=True, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.RUNNING)
    ended_at = models.DateTimeField("terminée le", null=True, blank=True)
    is_promised = models.BooleanField("annoncée à la personne", default=False, db_default=False, editable=False)
    """A sheet that was handed to her says it: nothing puts it off, neither a contact at a counter nor a new count."""
    remind_on = models.DateField("prochain rappel", null=True, blank=True, default=LOOK_AT_ONCE, editable=False)
    """When reminders are to look at it again; empty when none is left. Whatever moves the dates says `LOOK_AT_ONCE`."""
    created_at = models.DateTimeField("créée le", db_default=Now(), editable=False)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = "échéance"
        ordering = ["safe_date", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(safe_date__lte=F("legal_date")), name="safe_date_is_not_after_the_legal_date"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["running", "paused"], ended_at=None)
                | (~Q(state__in=["running", "paused"]) & Q(ended_at__isnull=False)),
                name="an_ended_deadline_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="paused") | Q(paused_on__isnull=False), name="a_paused_deadline_says_since_when"
            ),
        ]
        indexes = [
            models.Index(fields=["case", "state", "safe_date", "id"], name="deadlines_of_a_case"),
            models.Index(fields=["legal_date"], condition=Q(state="running"), name="deadlines_to_expire"),
            models.Index(
                fields=["rule", "legal_date"], condition=Q(state="running"), name="running_deadlines_of_a_rule"
            ),
            models.Index(
                fields=["structure", "safe_date"], condition=Q(state="running"), name="deadlines_of_a_structure"
            ),
            models.Index(fields=["safe_date", "id"], condition=Q(state="running"), name="nearest_running_deadlines"),
            models.Index(fields=["remind_on", "id"], condition=Q(state="running"), name="deadlines_to_remind_of"),
            models.Index(
                fields=["remind_on", "id"],
                condition=Q(state="met", remind_on__isnull=False),
                name="met_deadlines_to_remind_of",
            ),
            models.Index(fields=["debt"], condition=Q(debt__isnull=False), name="deadlines_of_a_debt"),
            models.Index(fields=["paused_on", "id"], condition=Q(state="paused"), name="paused_deadlines"),
        ]

    def __str__(self) -> str:
        return f"échéance {self.pk}"

    @property
    def words(self) -> str:
        """What it is the delay of; of one line of an overpayment, with the benefit that tells it from the others."""
        return of_benefit(self.rule.title, self.context.get("benefit"))

    @property
    def is_paused(self) -> bool:
        return self.state == Deadline.State.PAUSED

    @property
    def known_restarts(self) -> tuple[date, ...]:
        return tuple(date.fromisoformat(day) for day in self.restarts)

    @property
    def known_pauses(self) -> tuple[Pause, ...]:
        return tuple(Pause(since=date.fromisoformat(a), until=date.fromisoformat(b)) for a, b in self.pauses)
