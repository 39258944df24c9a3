"""Words of a structure’s own, by which it sorts its cases. No other structure ever reads them."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from cases.models.case import Case
from cases.models.members import User
from cases.models.structures import Structure

LONGEST = 30
"""A few words: more would be an observation, which has its own place and its own readers."""


class LabelQuerySet(models.QuerySet["Label"]):
    def in_use(self) -> "LabelQuerySet":
        return self.filter(retired_at=None)


class Label(models.Model):
    """One that is retired stays, since the journal names it, and is on no case any more."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="labels", verbose_name="structure")
    words = models.CharField("étiquette", max_length=LONGEST)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="labels_created", verbose_name="créée par")
    created_at = models.DateTimeField("créée le")
    retired_at = models.DateTimeField("retirée le", null=True, blank=True)

    objects = LabelQuerySet.as_manager()

    class Meta:
        verbose_name = "étiquette"
        ordering = ["words", "pk"]
        constraints = [
            models.UniqueConstraint(
                "structure",
                Lower("words"),
                condition=Q(retired_at=None),
                name="a_structure_words_a_label_once",
                violation_error_message="La structure a déjà cette étiquette.",
            ),
            models.CheckConstraint(
                condition=~Q(words=""),
                name="a_label_has_some_words",
                violation_error_message="Une étiquette a au moins un mot.",
            ),
        ]

    def __str__(self) -> str:
        return self.words


class CaseLabel(models.Model):
    """A label on a case, as long as it is there. It goes away with the case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="labels", verbose_name="dossier")
    label = models.ForeignKey(Label, models.PROTECT, related_name="put", verbose_name="étiquette")
    put_by = models.ForeignKey(User, models.PROTECT, related_name="labels_put", verbose_name="posée par")
    put_at = models.DateTimeField("posée le")

    class Meta:
        verbose_name = "étiquette d’un dossier"
        verbose_name_plural = "étiquettes de dossiers"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "label"],
                name="a_label_is_once_on_a_case",
                violation_error_message="Ce dossier porte déjà cette étiquette.",
            ),
        ]

    def __str__(self) -> str:
        return f"label {self.label_id} of case {self.case_id}"
