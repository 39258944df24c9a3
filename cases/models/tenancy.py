"""Tenancies, the landlord's settings, and the arrears a landlord, the CAF or a professional reports."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from cases.models.members import User
from cases.models.people import Household
from cases.models.structures import OTHER_LANDLORDS, Structure
from cases.rules import rent


class LandlordType(models.TextChoices):
    HLM = "hlm", "bailleur social (HLM)"
    SEM = "sem", "société d’économie mixte"
    FAMILY_SCI = "sci_family", "SCI familiale"
    SCI = "sci", "SCI ou autre personne morale"
    PERSON = "person", "particulier"
    EPFIF = "epfif", "EPFIF"


class Housing(models.TextChoices):
    SOCIAL = "social", "parc social"
    PRIVATE = "private", "parc privé"
    EPFIF = "epfif", "Grigny 2, EPFIF ou plan de sauvegarde"


class AidKind(models.TextChoices):
    APL = "APL", "APL"
    ALF = "ALF", "ALF"
    ALS = "ALS", "ALS"
    NONE = "none", "aucune aide"


class LandlordProfile(models.Model):
    """What holds for all of a landlord's or rent manager's files, editable by it and by the pilot."""

    structure = models.OneToOneField(
        Structure, models.PROTECT, related_name="landlord_profile", verbose_name="bailleur"
    )
    legal_type = models.CharField("nature juridique", max_length=12, choices=LandlordType)
    housing = models.CharField("parc", max_length=10, choices=Housing)
    opening_dues = models.DecimalField(
        "seuil d’ouverture, en termes nets impayés",
        max_digits=4,
        decimal_places=2,
        default=Decimal(1),
        help_text="En dessous, le ménage est seulement mis en veille.",
    )
    balance_includes_next_term = models.BooleanField("le solde compte le terme à échoir", default=False)
    balance_includes_costs = models.BooleanField("le solde compte des frais", default=False)
    balance_includes_expected_aid = models.BooleanField("le solde attend une aide non versée", default=False)

    class Meta:
        verbose_name = "profil de bailleur"
        constraints = [
            models.CheckConstraint(
                condition=Q(opening_dues__gt=0),
                name="opening_threshold_is_positive",
                violation_error_message="Le seuil d’ouverture doit être supérieur à zéro.",
            )
        ]

    def __str__(self) -> str:
        return f"profil {self.structure_id}"


class Tenancy(models.Model):
    """A household's lease of a dwelling. Amounts are euros a month."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="tenancies", verbose_name="ménage")
    landlord = models.ForeignKey(Structure, models.PROTECT, related_name="tenancies", verbose_name="bailleur")
    landlord_name = models.CharField(
        "nom du bailleur", max_length=120, blank=True, help_text="Si un gestionnaire locatif envoie le fichier."
    )
    landlord_type = models.CharField("nature du bailleur", max_length=12, choices=LandlordType, blank=True)
    manager = models.ForeignKey(
        Structure,
        models.PROTECT,
        related_name="managed_tenancies",
        null=True,
        blank=True,
        verbose_name="gestionnaire locatif",
    )
    reference = models.CharField("référence locataire", max_length=40, blank=True)
    contract = models.CharField("numéro de contrat", max_length=40, blank=True)
    address = models.CharField("adresse", max_length=200, blank=True)
    building = models.CharField("bâtiment", max_length=20, blank=True)
    stair = models.CharField("escalier", max_length=20, blank=True)
    door = models.CharField("porte", max_length=20, blank=True)
    residence = models.CharField("résidence", max_length=80, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("commune", max_length=80, blank=True)
    address_key = models.CharField("adresse normalisée", max_length=250, editable=False, blank=True)
    housing = models.CharField("parc", max_length=10, choices=Housing, blank=True)
    lease_date = models.DateField("bail conclu ou renouvelé le", null=True, blank=True)
    rent = models.DecimalField("loyer hors charges", max_digits=9, decimal_places=2, null=True, blank=True)
    rent_reduction = models.DecimalField(
        "réduction de loyer de solidarité (RLS)", max_digits=9, decimal_places=2, default=Decimal(0)
    )
    charges = models.DecimalField("charges", max_digits=9, decimal_places=2, null=True, blank=True)
    aid = models.DecimalField("aide au logement", max_digits=9, decimal_places=2, null=True, blank=True)
    aid_kind = models.CharField("nature de l’aide", max_length=4, choices=AidKind, blank=True)
    direct_payment = models.BooleanField("aide versée au bailleur (tiers payant)", null=True, blank=True)
    guarantor = models.BooleanField("caution (garant)", null=True, blank=True)
    ended_on = models.DateField("terminé le", null=True, blank=True)
    created_at = models.DateTimeField("créé le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "bail"
        verbose_name_plural = "baux"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["address_key"], condition=~Q(address_key=""), name="tenancies_match_by_address"),
            models.Index(fields=["reference"], condition=~Q(reference=""), name="tenancies_by_reference"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["landlord", "reference"],
                condition=~Q(reference="") & Q(ended_on=None),
                name="a_landlord_reference_names_one_tenancy",
                violation_error_message="Ce bailleur a déjà un locataire sous cette référence.",
            ),
            models.CheckConstraint(
                condition=(Q(rent=None) | Q(rent__gte=0))
                & (Q(charges=None) | Q(charges__gte=0))
                & (Q(aid=None) | Q(aid__gte=0))
                & Q(rent_reduction__gte=0),
                name="rent_and_aid_are_not_negative",
                violation_error_message="Loyer, charges et aide ne peuvent pas être négatifs.",
            ),
        ]

    def __str__(self) -> str:
        return f"bail {self.pk}"

    @property
    def landlord_is_unknown(self) -> bool:
        """Nobody said who he is: a structure stands for those who take no part, and no name is known."""
        return not self.landlord_name and self.landlord.organisation.code == OTHER_LANDLORDS

    @property
    def known_landlord(self) -> str:
        """His name, as far as somebody said it; empty when nobody did."""
        return "" if self.landlord_is_unknown else self.landlord_name or self.landlord.name

    @property
    def one_line_address(self) -> str:
        parts = [self.address, self.building and f"bât. {self.building}", self.stair and f"esc. {self.stair}"]
        parts += [self.door and f"porte {self.door}", f"{self.postcode} {self.city}".strip()]
        return ", ".join(part for part in parts if part)


class Watch(models.Model):
    """A small debt that opens no case. The landlord's alone; it vanishes three months after it was last seen."""

    tenancy = models.OneToOneField(Tenancy, models.PROTECT, related_name="watch", verbose_name="bail")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="watches", verbose_name="bailleur")
    first_seen_on = models.DateField("vu la première fois le")
    last_seen_on = models.DateField("vu la dernière fois le")

    class Meta:
        verbose_name = "ménage en veille"
        verbose_name_plural = "ménages en veille"
        ordering = ["-last_seen_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_seen_on__gte=F("first_seen_on")), name="watch_is_last_seen_after_first"
            )
        ]

    def __str__(self) -> str:
        return f"veille {self.tenancy_id}"


class RentMonth(models.Model):
    """Was the current rent of a month paid? It decides at the hearing. The last answer stands, the journal keeps all."""

    class Paid(models.TextChoices):
        YES = rent.YES, "payé"
        PARTLY = rent.PARTLY, "payé en partie"
        NO = rent.NO, "non payé"
        UNKNOWN = rent.UNKNOWN, "non connu"

    class Source(models.TextChoices):
        PROFESSIONAL = "professional", "professionnel"
        FILE = "file", "fichier du bailleur"
        LANDLORD = "landlord", "bailleur"

    tenancy = models.ForeignKey(Tenancy, models.PROTECT, related_name="rent_months", verbose_name="bail")
    month = models.DateField("mois", help_text="Son premier jour.")
    paid = models.CharField("loyer courant", max_length=7, choices=Paid)
    source = models.CharField("source", max_length=12, choices=Source)
    by = models.ForeignKey(User, models.PROTECT, related_name="rent_months", null=True, blank=True, verbose_name="par")
    known_on = models.DateField("connu le")

    class Meta:
        verbose_name = "loyer d’un mois"
        verbose_name_plural = "loyers mois par mois"
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["tenancy", "month"], name="one_answer_a_month_of_rent"),
            models.CheckConstraint(condition=Q(month__day=1), name="a_month_is_named_by_its_first_day"),
        ]

    def __str__(self) -> str:
        return f"loyer {self.pk}"
