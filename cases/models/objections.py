"""What a person opposed: the ground on which her cases were shared, and on which they are not shared any more."""

from django.db import models

from cases.models.case import LegalBasis
from cases.models.people import Household
from cases.models.subject_requests import SubjectRequest


class SharingObjection(models.Model):
    """One for each request: two households that became one may have opposed the same ground, and are two again some day."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="sharing_objections", verbose_name="ménage")
    basis = models.CharField("fondement", max_length=4, choices=LegalBasis)
    request = models.ForeignKey(
        SubjectRequest,
        models.SET_NULL,
        related_name="sharing_objections",
        null=True,
        blank=True,
        verbose_name="demande",
    )
    """None: the register has forgotten it, at its age; or an older backup was restored, which may not know it."""
    objected_on = models.DateField("opposée le")

    class Meta:
        verbose_name = "opposition à un partage"
        verbose_name_plural = "oppositions à un partage"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"opposition {self.pk}"
