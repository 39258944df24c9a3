"""What one of several who owe the rent of a dwelling owes of it, where nothing makes each owe the whole."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cases.models.members import User
from cases.models.people import Beneficiary
from cases.models.structures import Structure
from cases.models.tenancy import Tenancy


class LeaseShare(models.Model):
    """A part of the debt, as the lease says it; or a sum on a day, as a judgment or an account says it. Never counted from nothing."""

    tenancy = models.ForeignKey(Tenancy, models.PROTECT, related_name="shares", verbose_name="bail")
    beneficiary = models.ForeignKey(Beneficiary, models.PROTECT, related_name="lease_shares", verbose_name="locataire")
    percent = models.DecimalField("part, en %", max_digits=5, decimal_places=2, null=True, blank=True)
    owed = models.DecimalField("somme due", max_digits=9, decimal_places=2, null=True, blank=True)
    owed_on = models.DateField("somme arrêtée au", null=True, blank=True)
    source = models.CharField("d’après", max_length=120)
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="+", verbose_name="structure")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="enregistré par")
    recorded_at = models.DateTimeField("enregistré le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "part d’un locataire"
        verbose_name_plural = "parts de locataires"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenancy", "beneficiary"],
                name="one_share_of_a_lease_each",
                violation_error_message="La part de cette personne est déjà notée.",
            ),
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=Decimal(100), owed=None, owed_on=None)
                | Q(percent=None, owed__gte=0, owed_on__isnull=False),
                name="a_share_is_a_part_or_a_sum_on_a_day",
                violation_error_message="Donner la part, ou la somme avec son jour.",
            ),
        ]

    def __str__(self) -> str:
        return f"part {self.pk}"
