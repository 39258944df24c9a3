"""Figures of the action as they were counted, and the reports of the steering committee that were made of them."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cases.models import User


class IndicatorFigures(models.Model):
    """What one indicator was in one quarter of a territory, split in one way: what pages show, once small numbers are hidden.

    Counted by the worker every day: raw, never shown as they are.
    """

    territory = models.SlugField("territoire")
    indicator = models.SlugField("indicateur", max_length=40)
    quarter = models.DateField("trimestre", help_text="Son premier jour.")
    by = models.SlugField("réparti par", max_length=20, blank=True)
    cells = models.JSONField("nombres", default=list)
    """Rows of column, key, number, and what is measured; an absent column or key is a total (see `compute.CountedCell`)."""
    as_of = models.DateField("arrêtés au")
    computed_at = models.DateTimeField("calculés le")

    class Meta:
        verbose_name = "chiffres d’un indicateur"
        verbose_name_plural = "chiffres des indicateurs"
        ordering = ["quarter", "indicator", "by"]
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "indicator", "quarter", "by"],
                name="an_indicator_is_counted_once_a_quarter_and_split",
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.quarter} {self.by}".strip()


class CommitteeReport(models.Model):
    """The report of a quarter in a territory: the pilot’s words, and once published the figures as they were that day."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    territory = models.SlugField("territoire")
    quarter = models.DateField("trimestre", help_text="Son premier jour.")
    comments = models.JSONField("commentaires", default=dict, blank=True)
    """Section → the pilot’s words. About numbers, never about somebody."""
    commented_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="commenté par"
    )
    figures = models.JSONField("chiffres publiés", default=list, blank=True)
    """As they were shown, small numbers hidden; for partners, and for all (`open`)."""
    as_of = models.DateField("arrêtés au", null=True, blank=True)
    published_by = models.ForeignKey(
        User, models.PROTECT, related_name="committee_reports", null=True, blank=True, verbose_name="publié par"
    )
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    issue = models.PositiveSmallIntegerField("édition", db_default=1, default=1)
    note = models.TextField("ce qui a changé depuis l’édition d’avant", blank=True, db_default="", default="")
    created_at = models.DateTimeField("créé le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "bilan trimestriel"
        verbose_name_plural = "bilans trimestriels"
        ordering = ["-quarter"]
        constraints = [
            models.UniqueConstraint(fields=["territory", "quarter"], name="a_quarter_is_reported_once"),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None, as_of=None)
                | Q(published_at__isnull=False, published_by__isnull=False, as_of__isnull=False),
                name="a_published_report_says_when_by_whom_and_as_of",
            ),
        ]

    def __str__(self) -> str:
        return f"bilan {self.quarter}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class EarlierIssue(models.Model):
    """A report as it was published, before it was published again: what its readers hold."""

    report = models.ForeignKey(
        CommitteeReport, models.PROTECT, related_name="earlier_issues", verbose_name="bilan trimestriel"
    )
    issue = models.PositiveSmallIntegerField("édition")
    note = models.TextField("ce qui a changé depuis l’édition d’avant", blank=True)
    comments = models.JSONField("commentaires", default=dict, blank=True)
    figures = models.JSONField("chiffres publiés", default=list, blank=True)
    as_of = models.DateField("arrêtés au")
    published_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="publié par")
    published_at = models.DateTimeField("publié le")

    class Meta:
        verbose_name = "édition remplacée d’un bilan"
        verbose_name_plural = "éditions remplacées de bilans"
        ordering = ["report", "issue"]
        constraints = [models.UniqueConstraint(fields=["report", "issue"], name="an_issue_is_kept_once")]

    def __str__(self) -> str:
        return f"{self.report}, édition {self.issue}"

    def as_report(self) -> CommitteeReport:
        """To be read as it stood; in no table."""
        kept = {name: getattr(self, name) for name in ISSUED}
        return CommitteeReport(territory=self.report.territory, quarter=self.report.quarter, **kept)


ISSUED = ("issue", "note", "comments", "figures", "as_of", "published_by", "published_at")
"""What an issue holds."""


class IndicatorTarget(models.Model):
    """What the partners want a figure of the first page to reach, from a quarter on: the last one said for it holds."""

    territory = models.SlugField("territoire")
    indicator = models.SlugField("indicateur", max_length=40)
    since = models.DateField("à partir du trimestre", help_text="Son premier jour.")
    value = models.PositiveSmallIntegerField("objectif", null=True, blank=True, help_text="En pour cent ou en jours.")
    """None: there is no target any more."""
    agreed_on = models.DateField("décidé par les partenaires le", null=True, blank=True)
    """None: noted, and still to be confirmed by them."""
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="noté par")
    set_at = models.DateTimeField("noté le")

    class Meta:
        verbose_name = "objectif d’un indicateur"
        verbose_name_plural = "objectifs des indicateurs"
        ordering = ["-since", "-pk"]

    def __str__(self) -> str:
        return f"{self.indicator} {self.since}"
