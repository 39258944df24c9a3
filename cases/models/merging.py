"""Two records of one person, or of one household, made one: what was changed is kept, so that it can be put back."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least

from cases.models.case import Case
from cases.models.members import User
from cases.models.people import Beneficiary, Household
from cases.models.structures import Structure


class Merge(models.Model):
    """One merge. That of two people may bring their households together as well: they are undone together."""

    class Kind(models.TextChoices):
        PERSON = "person", "deux fiches d’une personne"
        HOUSEHOLD = "household", "deux ménages"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("nature", max_length=10, choices=Kind)
    kept_person = models.ForeignKey(
        Beneficiary, models.PROTECT, related_name="merges", null=True, blank=True, verbose_name="fiche gardée"
    )
    absorbed_person = models.ForeignKey(
        Beneficiary, models.PROTECT, related_name="merged_by", null=True, blank=True, verbose_name="fiche absorbée"
    )
    kept_household = models.ForeignKey(
        Household, models.PROTECT, related_name="merges", null=True, blank=True, verbose_name="ménage gardé"
    )
    absorbed_household = models.ForeignKey(
        Household, models.PROTECT, related_name="merged_by", null=True, blank=True, verbose_name="ménage absorbé"
    )
    closed_case = models.ForeignKey(
        Case, models.PROTECT, related_name="closed_by_merges", null=True, blank=True, verbose_name="dossier clos"
    )
    marks = models.JSONField("dernières lignes d’alors", default=dict)
    """Table → the highest key when it was merged: what is higher was recorded since."""
    by = models.ForeignKey(User, models.PROTECT, related_name="merges", verbose_name="par")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="merges", verbose_name="au nom de")
    at = models.DateTimeField("le")
    undone_at = models.DateTimeField("défaite le", null=True, blank=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, related_name="undone_merges", null=True, blank=True, verbose_name="défaite par"
    )

    class Meta:
        verbose_name = "fusion"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind="person", kept_person__isnull=False, absorbed_person__isnull=False)
                    | Q(kind="household", kept_person=None, absorbed_person=None, kept_household__isnull=False)
                )
                & (
                    Q(kept_household=None, absorbed_household=None)
                    | Q(kept_household__isnull=False, absorbed_household__isnull=False)
                ),
                name="a_merge_is_of_two_people_or_of_two_households",
            ),
            models.CheckConstraint(
                condition=~Q(kept_person=F("absorbed_person")) & ~Q(kept_household=F("absorbed_household")),
                name="nothing_is_merged_with_itself",
            ),
            models.UniqueConstraint(
                fields=["absorbed_person"], condition=Q(undone_at=None), name="a_person_is_absorbed_once"
            ),
            models.UniqueConstraint(
                fields=["absorbed_household"], condition=Q(undone_at=None), name="a_household_is_absorbed_once"
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="an_undone_merge_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"fusion {self.pk}"


class MergeChange(models.Model):
    """One value that a merge wrote, or, without a field, one row that it took away (`old`) or added (`new`)."""

    merge = models.ForeignKey(Merge, models.PROTECT, related_name="changes", verbose_name="fusion")
    table = models.CharField("table", max_length=60)
    row = models.BigIntegerField("ligne")
    field = models.CharField("champ", max_length=60, blank=True)
    old = models.JSONField("avant", null=True)
    new = models.JSONField("après", null=True)

    class Meta:
        verbose_name = "changement d’une fusion"
        verbose_name_plural = "changements d’une fusion"
        ordering = ["pk"]
        indexes = [models.Index(fields=["table", "row"], name="merges_that_touched_a_row")]

    def __str__(self) -> str:
        return f"{self.table} {self.row} {self.field}"


class DistinctPeople(models.Model):
    """Someone looked at two records that resemble each other: they are of two people, and are not proposed again."""

    one = models.ForeignKey(Beneficiary, models.PROTECT, related_name="distinct_from", verbose_name="une personne")
    other = models.ForeignKey(Beneficiary, models.PROTECT, related_name="+", verbose_name="une autre")
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="distinctions", verbose_name="décidé par")
    decided_at = models.DateTimeField("décidé le")

    class Meta:
        verbose_name = "paire de personnes différentes"
        verbose_name_plural = "paires de personnes différentes"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(Least("one", "other"), Greatest("one", "other"), name="two_people_differ_once"),
            models.CheckConstraint(condition=~Q(one=F("other")), name="nobody_differs_from_herself"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} ≠ {self.other_id}"
