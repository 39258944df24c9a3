"""Beneficiaries, their households over time, and what is known of a household."""

import uuid
from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from cases.rules import names

PARTIAL_DATE = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
"""ISO date, of which the day, or the month and the day, may be unknown."""


class Mergeable:
    """A record that may turn out to be another one’s: it then stays, alone, and says which it has become."""

    merged_into: Any

    @property
    def surviving_record(self) -> Self:
        """The record that it has become, merge after merge; itself, as a rule."""
        found = self
        while found.merged_into is not None:
            found = found.merged_into
        return found


class Beneficiary(Mergeable, models.Model):
    """A person. No NIR, ever: a number of 13 or 15 digits is refused before it gets here, and again here."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField("civilité", max_length=4, blank=True, choices=[("mme", "Mme"), ("m", "M.")])
    birth_name = models.CharField("nom de naissance", max_length=120, blank=True)
    usual_name = models.CharField("nom d’usage", max_length=120)
    first_names = models.CharField("prénoms", max_length=120, blank=True)
    name_key = models.CharField("nom normalisé", max_length=250, editable=False, db_index=True)
    birth_date = models.CharField("date de naissance", max_length=10, blank=True, help_text="Peut être partielle.")
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("courriel", blank=True)
    language = models.CharField("langue", max_length=40, blank=True, help_text="Si ce n’est pas le français.")
    caf_number = models.CharField("numéro allocataire", max_length=12, blank=True)
    no_message = models.BooleanField("pas de message vocal ni de SMS", default=False)
    not_through_spouse = models.BooleanField("ne pas passer par le conjoint", default=False)
    needs_interpreter = models.BooleanField("interprète nécessaire", default=False)
    safe_address = models.CharField("adresse sûre pour le courrier", max_length=200, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="absorbed",
        null=True,
        blank=True,
        editable=False,
        verbose_name="fiche réunie à",
        help_text="La fiche est gardée pour défaire la fusion ; plus rien ne s’y rattache.",
    )
    created_at = models.DateTimeField("créé le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "bénéficiaire"
        ordering = ["name_key"]
        indexes = [
            GinIndex(fields=["name_key"], opclasses=["gin_trgm_ops"], name="people_search_by_name"),
            models.Index(fields=["caf_number"], condition=~Q(caf_number=""), name="people_match_by_caf_number"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="people_match_by_phone"),
            models.Index(fields=["birth_date"], condition=~Q(birth_date=""), name="people_match_by_birth_date"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(caf_number__regex=r"[0-9]{13}"),
                name="caf_number_is_not_a_social_security_number",
                violation_error_message=(
                    "Ce numéro est un numéro de sécurité sociale : Relais ne l’enregistre pas. "
                    "Saisir le numéro allocataire (7 chiffres)."
                ),
            ),
            models.CheckConstraint(
                condition=Q(birth_date="") | Q(birth_date__regex=PARTIAL_DATE),
                name="birth_date_is_a_date_maybe_partial",
                violation_error_message="Saisir la date de naissance sous la forme JJ/MM/AAAA, MM/AAAA ou AAAA.",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")), name="a_person_is_not_merged_into_herself"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return names.full_name(self.usual_name, self.first_names)

    @property
    def contact_instructions(self) -> list[str]:
        """In the order in which one must read them before calling or writing.

        The safe address itself stays on the page of the person: lists, cards and sheets are read by others.
        """
        flags = {
            "pas de message": self.no_message,
            "ne pas passer par le conjoint": self.not_through_spouse,
            "interprète nécessaire" + (f" ({self.language})" if self.language else ""): self.needs_interpreter,
            "courrier à l’adresse sûre seulement": bool(self.safe_address),
        }
        return [label for label, is_set in flags.items() if is_set]


class Household(Mergeable, models.Model):
    """People who live together. It owes the rent; référents and letters concern its members.

    Of one territory: who is known in two cities has a record in each, and nothing leads from one to the other.
    """

    territory = models.SlugField("territoire")
    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    members = models.ManyToManyField(Beneficiary, through="HouseholdMember", related_name="households")
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="absorbed",
        null=True,
        blank=True,
        editable=False,
        verbose_name="ménage réuni à",
        help_text="Le ménage est gardé pour défaire la fusion ; plus rien ne s’y rattache.",
    )
    archived_on = models.DateField("en archive restreinte depuis le", null=True, blank=True, editable=False)
    """Out of lists, searches, counts and matching: the officers alone, and a manager who says why, still read it."""
    anonymised_on = models.DateField("anonymisé le", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("créé le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "ménage"
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")), name="a_household_is_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"ménage {self.pk}"


class HouseholdMember(models.Model):
    class Position(models.TextChoices):
        HOLDER = "holder", "titulaire du bail"
        CO_HOLDER = "co_holder", "cotitulaire"
        SPOUSE = "spouse", "conjoint"
        CHILD = "child", "enfant"
        OTHER = "other", "autre"

        @classmethod
        def labels_by_position(cls, *, of_lease: bool) -> dict[str, str]:
            """Where no lease is known, nobody holds one: the holder is whose name the case bears."""
            return dict(cls.choices) if of_lease else {**dict(cls.choices), cls.HOLDER.value: "titulaire du dossier"}

    household = models.ForeignKey(Household, models.PROTECT, related_name="memberships", verbose_name="ménage")
    beneficiary = models.ForeignKey(
        Beneficiary, models.PROTECT, related_name="memberships", verbose_name="bénéficiaire"
    )
    position = models.CharField("place dans le ménage", max_length=10, choices=Position)
    since = models.DateField("depuis le", null=True, blank=True)
    until = models.DateField("jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "membre du ménage"
        verbose_name_plural = "membres du ménage"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "beneficiary"],
                condition=Q(until=None),
                name="a_person_is_once_in_a_household",
                violation_error_message="Cette personne est déjà dans le ménage.",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gte=F("since")),
                name="household_member_leaves_after_joining",
                violation_error_message="Le départ doit suivre l’arrivée dans le ménage.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.beneficiary_id} in {self.household_id}"


class FactSource(models.TextChoices):
    """Ordered by trust: a professional who asked the person corrects the CAF, who corrects the landlord."""

    LANDLORD = "landlord", "bailleur"
    CAF = "caf", "CAF"
    PROFESSIONAL = "professional", "professionnel"


class HouseholdFact(models.Model):
    """One fact that decides a routing (children, RSA, …), with who said it and when. Absent means unknown."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="facts", verbose_name="ménage")
    name = models.CharField("fait", max_length=40)
    value = models.JSONField("valeur")
    source = models.CharField("source", max_length=20, choices=FactSource)
    known_on = models.DateField("connu le")

    class Meta:
        verbose_name = "fait connu du ménage"
        verbose_name_plural = "faits connus du ménage"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["household", "name"], name="a_fact_is_known_once_per_household")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.source})"
