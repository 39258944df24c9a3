"""What was checked of the debt that a landlord claims: the last finding of each check stands, the journal keeps the others."""

from django.db import models
from django.db.models import Q

from cases.models.editions import Edition
from cases.models.members import User
from cases.models.structures import Structure
from cases.models.tenancy import Tenancy
from cases.rules import rent_checks


class RentCheck(models.Model):
    """One check of the debt of a lease. An estimate: no statement and no movement is changed by it."""

    class Finding(models.TextChoices):
        DOUBTED = rent_checks.DOUBTED, rent_checks.FINDINGS[rent_checks.DOUBTED]
        CLEAR = rent_checks.CLEAR, rent_checks.FINDINGS[rent_checks.CLEAR]

    tenancy = models.ForeignKey(Tenancy, models.PROTECT, related_name="rent_checks", verbose_name="bail")
    code = models.CharField("vérification", max_length=40)
    finding = models.CharField("ce qui est trouvé", max_length=7, choices=Finding)
    amount = models.DecimalField("somme à discuter", max_digits=9, decimal_places=2, null=True, blank=True)
    evidence = models.CharField("ce qui le montre", max_length=200, blank=True)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", verbose_name="catalogue")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="+", verbose_name="structure")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="vérifié par")
    checked_on = models.DateField("vérifié le")

    class Meta:
        verbose_name = "vérification de la dette"
        verbose_name_plural = "vérifications de la dette"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["tenancy", "code"], name="one_finding_a_check_of_a_lease"),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0, finding="doubted"),
                name="a_sum_to_discuss_is_of_a_doubt",
                violation_error_message="Une somme à discuter va avec un doute.",
            ),
        ]

    def __str__(self) -> str:
        return f"vérification {self.pk}"
