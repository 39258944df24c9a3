"""Who decides of the data that a structure types (responsable de traitement), and how to reach his officer (DPO)."""

from django.db import models
from django.db.models import F, Q

from cases.models.structures import Organisation, Structure

OFFICER = "Délégué à la protection des données"


class DataController(models.Model):
    """The body is the controller for all its services. One of them may be a body of its own in law, as a CCAS beside its
    city: then it says its own.

    The officer said here is a function that anybody may write to; who reads the traces in Relais is a role (`Role.DPO`).
    """

    organisation = models.OneToOneField(
        Organisation,
        models.PROTECT,
        related_name="controller",
        null=True,
        blank=True,
        verbose_name="organisation",
    )
    structure = models.OneToOneField(
        Structure, models.PROTECT, related_name="controller", null=True, blank=True, verbose_name="ce service seul"
    )
    name = models.CharField("responsable de traitement", max_length=120)
    address = models.CharField("adresse postale", max_length=200, blank=True)
    email = models.EmailField("courriel", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    officer = models.CharField("délégué à la protection des données", max_length=120, blank=True)
    officer_address = models.CharField("adresse postale du délégué", max_length=200, blank=True)
    officer_email = models.EmailField("courriel du délégué", blank=True)
    officer_phone = models.CharField("téléphone du délégué", max_length=20, blank=True)

    class Meta:
        verbose_name = "responsable de traitement"
        verbose_name_plural = "responsables de traitement"
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation=None, structure__isnull=False)
                | Q(organisation__isnull=False, structure=None),
                name="a_controller_is_of_a_body_or_of_one_service",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of_structure(cls, structure: Structure) -> "DataController":
        """That of the service, else that of its body; with the name of the body alone when nobody said more."""
        said = cls.objects.filter(Q(structure=structure) | Q(organisation=structure.organisation_id))
        own_first = said.order_by(F("structure").asc(nulls_last=True)).first()
        return own_first or cls(organisation=structure.organisation, name=structure.organisation.name)

    @property
    def is_reachable(self) -> bool:
        """Did somebody say where a person writes to the officer?"""
        return bool(self.officer_email or self.officer_address)

    @property
    def known_contact(self) -> str:
        """What a letter proposes before anybody typed it; empty when nobody said where to write."""
        return self.officer_contact if self.is_reachable else ""

    @property
    def officer_contact(self) -> str:
        """Whom and where to write, on one line."""
        officer = self.officer or OFFICER
        return ", ".join(filter(None, (officer, self.name, self.officer_address, self.officer_email)))
