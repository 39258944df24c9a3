"""Numbered, dated versions of every catalogue: what a pilot changes without a release."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Edition(models.Model):
    """A catalogue in force from a date. Decisions keep the edition that made them, so it is never rewritten."""

    class Catalogue(models.TextChoices):
        ROUTING_ARREARS = "routing_arrears", "orientation des impayés de loyer"
        ROUTING_OVERPAYMENT = "routing_overpayment", "orientation des trop-perçus"
        DEADLINES = "deadlines", "délais"
        LETTERS = "letters", "courriers"
        TENANT_LETTERS = "tenant_letters", "courriers du locataire"
        SHEETS = "sheets", "feuilles du diagnostic"
        PLANS = "plans", "plans d’apurement"
        REMINDERS = "reminders", "rappels"
        RENT_CHECKS = "rent_checks", "vérifications de la dette de loyer"
        REMEDIES = "remedies", "voies de recours des trop-perçus"
        OVERPAYMENTS = "overpayments", "contrôles, pièces et motifs des trop-perçus"
        OVERPAYMENT_LETTERS = "overpayment_letters", "courriers des trop-perçus"
        WITHHOLDING = "withholding", "barème des retenues"

    class State(models.TextChoices):
        DRAFT = "draft", "brouillon"
        PUBLISHED = "published", "publiée"
        WITHDRAWN = "withdrawn", "retirée"

    catalogue = models.SlugField("catalogue", max_length=40, choices=Catalogue)
    number = models.PositiveIntegerField("numéro")
    state = models.CharField("état", max_length=10, choices=State, default=State.DRAFT)
    effective_on = models.DateField("applicable à partir du")
    note = models.TextField("note", blank=True)
    parameters = models.JSONField("paramètres", default=dict, blank=True)
    territory = models.SlugField("territoire")
    created_at = models.DateTimeField("créée le", db_default=Now(), editable=False)
    copied_from = models.ForeignKey(
        "self", models.PROTECT, related_name="copies", null=True, blank=True, verbose_name="copie de"
    )
    changed_by = models.ForeignKey(
        "cases.User", models.PROTECT, related_name="editions", null=True, blank=True, verbose_name="par"
    )
    """Who brought it to its state: nobody for the first one, which comes with the product."""
    changed_at = models.DateTimeField("dans cet état depuis", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "édition"
        ordering = ["catalogue", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "catalogue", "number"], name="editions_of_a_catalogue_are_numbered_once"
            ),
            models.UniqueConstraint(
                fields=["territory", "catalogue", "effective_on"],
                condition=Q(state="published"),
                name="one_edition_is_in_force_on_a_day",
                violation_error_message="Une édition est déjà publiée pour cette date.",
            ),
            models.UniqueConstraint(
                fields=["territory", "catalogue"],
                condition=Q(state="draft"),
                name="a_catalogue_has_one_draft_at_a_time",
                violation_error_message="Un brouillon est déjà ouvert pour ce catalogue.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_catalogue_display()}, édition {self.number}"
