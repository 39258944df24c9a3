"""Reports of arrears: from what a case comes, and all that a landlord sees of it."""

import uuid

from django.db import models
from django.db.models import Q

from cases.models.case import Case
from cases.models.structures import Structure
from cases.models.tenancy import Tenancy
from cases.models.voiding import Voidable


class Report(Voidable):
    """An arrears report: all that the landlord who made it ever sees of the case (see permissions.visible_reports)."""

    class Channel(models.TextChoices):
        FILE = "file", "fichier du bailleur"
        CAF_LIST = "caf_list", "liste de la CAF"
        PROFESSIONAL = "professional", "saisie par un professionnel"
        LANDLORD_FORM = "landlord_form", "saisie par le bailleur"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    tenancy = models.ForeignKey(Tenancy, models.PROTECT, related_name="reports", verbose_name="bail")
    case = models.ForeignKey(Case, models.PROTECT, related_name="reports", verbose_name="dossier")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="reports", verbose_name="signalé par")
    channel = models.CharField("voie", max_length=14, choices=Channel)
    reported_on = models.DateField("signalé le")
    balance = models.DecimalField("solde débiteur", max_digits=9, decimal_places=2, null=True, blank=True)
    """None: nobody knew it yet."""

    class Meta:
        verbose_name = "signalement d’impayé"
        verbose_name_plural = "signalements d’impayé"
        ordering = ["-reported_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "structure"],
                condition=Q(voided_at=None),
                name="a_structure_reports_a_case_once",
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0),
                name="reported_balance_is_not_negative",
                violation_error_message="Le solde débiteur ne peut pas être négatif.",
            ),
        ]

    def __str__(self) -> str:
        return f"signalement {self.pk}"
