"""On what legal ground a landlord, or the CAF, sends households to the partnership: said before the first of them."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cases.models.case import LegalBasis
from cases.models.members import User
from cases.models.structures import Structure


class SharingBasisQuerySet(models.QuerySet["SharingBasis"]):
    def of_sender(self, structure: Structure) -> Self:
        """The last that was said comes first: it takes the place of those that were to begin on its day or later."""
        return self.filter(structure=structure).order_by("-pk")

    def in_force(self, structure: Structure, *, on: date) -> "SharingBasis | None":
        """None where nobody said one, or where it has ended."""
        found = self.of_sender(structure).filter(since__lte=on).first()
        return found if found and found.basis else None

    def in_force_by_sender(self, structures: Iterable[Structure], *, on: date) -> "dict[int, SharingBasis]":
        """By the key of each of those that have one. One query."""
        said = (
            self.filter(structure__in=structures, since__lte=on)
            .order_by("structure_id", "-pk")
            .distinct("structure_id")
        )
        return {each.structure_id: each for each in said if each.basis}


class SharingBasis(models.Model):
    """A row is never changed: the next one says what follows, from its own day. Without a ground, nothing is sent any more."""

    structure = models.ForeignKey(Structure, models.PROTECT, related_name="sharing_bases", verbose_name="expéditeur")
    basis = models.CharField("fondement", max_length=4, choices=LegalBasis, blank=True)
    reference = models.CharField("texte, convention ou délibération", max_length=200, blank=True)
    is_to_verify = models.BooleanField("à vérifier", default=True)
    since = models.DateField("à partir du")
    recorded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="enregistré par"
    )
    """Nobody: the files with which a demonstration begins."""
    recorded_at = models.DateTimeField("enregistré le", db_default=Now())

    objects = SharingBasisQuerySet.as_manager()

    class Meta:
        verbose_name = "fondement des envois"
        verbose_name_plural = "fondements des envois"
        ordering = ["structure", "-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(basis="") & ~Q(reference="") | Q(basis="", reference="", is_to_verify=False),
                name="a_sharing_basis_says_its_text",
                violation_error_message="Nommer le texte, la convention ou la délibération.",
            )
        ]
        indexes = [models.Index(fields=["structure", "-since", "-id"], name="sharing_basis_of_a_sender")]

    def __str__(self) -> str:
        """The basis and its reference, as officers read them."""
        if not self.basis:
            return "aucun"
        to_verify = ", à vérifier" if self.is_to_verify else ""
        return f"{self.get_basis_display()} : {self.reference}{to_verify}"
