"""The code of a sheet, by which a person reads on the web what the sheet says (decisions/0046)."""

import uuid

from django.db import models
from django.db.models import Q

from cases.models.case import Case
from cases.models.members import User
from cases.models.people import Beneficiary, Household
from cases.models.structures import Structure
from cases.rules.texts import Filled


class FamilyCodeQuerySet(models.QuerySet["FamilyCode"]):
    def standing(self) -> "FamilyCodeQuerySet":
        """Those that nobody ended. Whether one still opens something is asked at `permissions.good_codes`."""
        return self.filter(ended_at=None)


class FamilyCode(models.Model):
    """One sheet handed to one person. The page shows the words of that sheet, as they were printed, and reads no case."""

    class End(models.TextChoices):
        REVOKED = "revoked", "retiré"
        REPLACED = "replaced", "remplacé par une autre fiche"
        EXPIRED = "expired", "dernier jour passé"
        TRIES = "tries", "trop d’essais manqués"
        SWITCHED_OFF = "off", "page fermée par la structure"
        NO_LONGER_SAFE = "unsafe", "la situation ne le permet plus"

    TRIES = 10
    """Wrong birth dates one after the other, after which the code opens nothing any more."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="family_codes", verbose_name="dossier")
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="ménage")
    beneficiary = models.ForeignKey(Beneficiary, models.PROTECT, related_name="+", verbose_name="personne")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="+", verbose_name="structure")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="préparée par")
    made_at = models.DateTimeField("préparée le")
    expires_on = models.DateField("dernier jour")
    digest = models.CharField("empreinte du code", max_length=64, unique=True)
    words = models.JSONField("texte de la fiche", default=dict)
    """Those of the sheet, and nothing that was learnt since. Emptied when the code ends."""
    failed_tries = models.PositiveSmallIntegerField("essais manqués de suite", default=0)
    ended_at = models.DateTimeField("fin le", null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="retirée par"
    )
    end_reason = models.CharField("pourquoi", max_length=8, choices=End, blank=True)

    objects = FamilyCodeQuerySet.as_manager()

    class Meta:
        verbose_name = "code d’une fiche"
        verbose_name_plural = "codes de fiches"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["structure"], condition=Q(ended_at=None), name="standing_family_codes")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, end_reason="") | (Q(ended_at__isnull=False, words={}) & ~Q(end_reason="")),
                name="an_ended_code_says_why_and_keeps_no_words",
            ),
            models.CheckConstraint(condition=Q(failed_tries__lte=10), name="a_code_is_tried_ten_times"),
        ]

    def __str__(self) -> str:
        return f"code de fiche {self.pk}"

    @property
    def sheet(self) -> Filled:
        """What the person reads, on paper and on the web."""
        return Filled(subject=self.words["subject"], blocks=tuple(self.words["blocks"]))
