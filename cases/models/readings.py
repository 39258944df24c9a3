"""The access log: who opened the pages of a case, on which day. No content, and nothing but days and kinds of page."""

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from cases.models.case import Case
from cases.models.members import User
from cases.models.structures import Structure


class Reading(models.Model):
    """A person opened pages of a case on a day: one row for each kind of page, however often.

    It is written by pages that are only read: the one table of the domain for which a GET writes (decisions/0011).
    """

    class Pages(models.TextChoices):
        CASE = "case", "dossier"
        DOCUMENTS = "documents", "pièces"
        LETTERS = "letters", "courriers"
        DIAGNOSIS = "diagnosis", "diagnostic et feuilles"
        QUESTION = "question", "question à un organisme"
        CONTACT = "contact", "coordonnées"
        ARCHIVE = "archive", "archive restreinte"
        REVIEW = "review", "dossier à remettre à la personne"
        SEARCH = "search", "recherche : connu d’un service"

    user = models.ForeignKey(
        User, models.PROTECT, related_name="readings", db_index=False, verbose_name="professionnel"
    )
    case = models.ForeignKey(Case, models.PROTECT, related_name="readings", verbose_name="dossier")
    structure = models.ForeignKey(
        Structure,
        models.PROTECT,
        related_name="readings",
        db_index=False,
        verbose_name="structure",
        help_text="Celle pour laquelle le professionnel voit le dossier.",
    )
    pages = models.CharField("pages", max_length=10, choices=Pages)
    read_on = models.DateField("jour")
    first_at = models.DateTimeField("première ouverture du jour")
    is_assigned = models.BooleanField(
        "affecté au dossier", help_text="Sinon, il le voit par un droit sur les dossiers de sa structure."
    )

    class Meta:
        verbose_name = "lecture"
        ordering = ["-first_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "case", "read_on", "pages"], name="a_reading_is_noted_once_a_day")
        ]
        indexes = [
            models.Index(fields=["structure", "read_on"], name="readings_of_a_structure"),
            BrinIndex(fields=["read_on"], name="readings_to_forget"),
        ]
        triggers = [pgtrigger.Protect(name="readings_are_never_rewritten", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"lecture {self.pk}"
