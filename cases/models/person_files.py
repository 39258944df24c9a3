"""What is prepared for a person who asks for her data: reviewed by the officer, written by the worker, kept a few days."""

import uuid

from django.db import models
from django.db.models import Q

from cases.models.members import User
from cases.models.people import Beneficiary
from cases.models.subject_requests import SubjectRequest


def _place(file: "PersonFile", name: str) -> str:
    return f"person_files/{file.public_id}.zip"


class PersonFile(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", "en préparation"
        DONE = "done", "prêt"
        FAILED = "failed", "échoué"

    class Why(models.TextChoices):
        """Why something of the file does not go out."""

        THIRD_PARTY = "third_party", "données d’une autre personne (RGPD, art. 15, 4)"
        INTERNAL = "internal", "note interne d’un service"
        SECRET = "secret", "secret protégé par la loi"
        UNREVIEWED = "unreviewed", "élément qui n’a pas été relu"

    GIVEN = ""
    """In the place of a reason: it was reviewed, and goes out. Nothing else does."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(SubjectRequest, models.CASCADE, related_name="person_files", verbose_name="demande")
    person = models.ForeignKey(Beneficiary, models.PROTECT, related_name="person_files", verbose_name="personne")
    withheld = models.JSONField("retenu", default=dict, help_text="{élément: motif}")
    """Of each item that was reviewed: `GIVEN`, or why it stays."""
    state = models.CharField("état", max_length=7, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="person_files", verbose_name="relu par")
    asked_at = models.DateTimeField("relu le")
    made_at = models.DateTimeField("préparé le", null=True, blank=True)
    file = models.FileField("fichier", upload_to=_place, max_length=100, blank=True)

    class Meta:
        verbose_name = "dossier d’une personne"
        verbose_name_plural = "dossiers des personnes"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state="waiting"),
                name="one_person_file_is_made_at_a_time",
                violation_error_message="Ce dossier est déjà en préparation.",
            )
        ]

    def __str__(self) -> str:
        return f"dossier d’une personne {self.pk}"

    @property
    def given(self) -> frozenset[str]:
        return frozenset(key for key, why in self.withheld.items() if why == self.GIVEN)

    @property
    def kept_back(self) -> dict[str, str]:
        return {key: why for key, why in self.withheld.items() if why != self.GIVEN}
