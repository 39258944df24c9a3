"""Organisations, their services (structures), and the days on which a service is closed."""

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils.functional import cached_property

from cases.rules.opening_hours import week_in_words


class Organisation(models.Model):
    """A legal body: CAF de l’Essonne, Ville de Grigny, a landlord… Rights never follow from it."""

    code = models.SlugField("code", unique=True)
    name = models.CharField("nom", max_length=120)

    class Meta:
        verbose_name = "organisation"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class StructureKind(models.TextChoices):
    CAF_SOCIAL = "caf_social", "CAF, travail social"
    CAF_RECOVERY = "caf_recovery", "CAF, recouvrement"
    CAF_PILOT = "caf_pilot", "CAF, pilotage de l’action"
    MDS = "mds", "Maison des solidarités (MDS)"
    CCAS = "ccas", "CCAS, action sociale"
    FRONT_DESK = "front_desk", "Accueil du CCAS"
    CITY = "city", "Ville"
    DEPARTMENT = "department", "Département"
    LANDLORD = "landlord", "Bailleur"
    LANDLORD_SOCIAL = "landlord_social", "Conseil social du bailleur"
    RENT_MANAGER = "rent_manager", "Gestionnaire locatif"
    ADIL = "adil", "ADIL"
    UDAF = "udaf", "UDAF"
    EPFIF = "epfif", "EPFIF, équipe sociale"
    FRANCE_TRAVAIL = "france_travail", "France Travail"
    CPAM = "cpam", "CPAM"
    CNAV = "cnav", "CNAV"
    MSA = "msa", "MSA"


CLAIMANT_KINDS = frozenset({StructureKind.LANDLORD, StructureKind.RENT_MANAGER})
"""Those who claim rent. They never take part in a case: they see their own reports."""


OTHER_LANDLORDS = "autres-bailleurs"
"""Code of the body that stands for the landlords who do not take part: a structure of it in each territory."""

OPERATOR_KINDS = frozenset(
    {
        StructureKind.CAF_RECOVERY,
        StructureKind.MSA,
        StructureKind.CPAM,
        StructureKind.CNAV,
        StructureKind.FRANCE_TRAVAIL,
        StructureKind.DEPARTMENT,
    }
)
"""Those that claim overpayments, and that are asked about them."""

RIGHTS = (
    ("open_case", "peut ouvrir un dossier"),
    ("view_structure_cases", "voit les dossiers de la structure"),
    ("answer_routing", "répond aux orientations"),
    ("handle_case", "suit des dossiers"),
    ("be_referent", "peut être référent"),
    ("view_backlog", "voit l’encours"),
    ("manage_members", "gère les membres"),
    ("report_arrears", "signale des impayés et importe des fichiers"),
    ("answer_question", "répond aux questions adressées à la structure"),
    ("pilot_action", "pilote l’action"),
    ("change_rules", "change les règles de l’action"),
    ("review_traces", "consulte les traces"),
    ("grant_roles", "nomme les pilotes, les délégués à la protection des données et les administrateurs"),
)
"""What a role may allow in a structure (see `cases.rules.rights`), in the words of the screen."""

NEVER_HELP = CLAIMANT_KINDS | {StructureKind.CAF_PILOT, StructureKind.CAF_RECOVERY}
"""Those that accompany no household: they claim, decide or recover."""

HELP_ANYBODY = frozenset({StructureKind.MDS})
"""Those that accompany a household even when their own body claims from it: the MDS helps to contest before the
département. Every other service of a body is its own."""


class StructureQuerySet(models.QuerySet["Structure"]):
    def able_to_help(self, territory: str) -> Self:
        """Services that may be given a case, or a part in it."""
        return self.filter(is_active=True, territory=territory).exclude(kind__in=NEVER_HELP)

    def of_other_landlords(self, territory: str) -> "Structure":
        """Stands for the landlords of the territory who do not take part, or of whom nobody said who they are."""
        return self.filter(organisation__code=OTHER_LANDLORDS, territory=territory)[0]

    def sending_files(self) -> Self:
        """Those that send files of debts: the query of `Structure.sends_files`."""
        return self.filter(Q(kind__in=CLAIMANT_KINDS) | Q(kind__startswith="caf_"))

    def of_bodies_of(self, claimants: "models.QuerySet[Structure]") -> Self:
        """Those that claim, and the other services of their bodies there, which are no help against them."""
        same = {"organisation": OuterRef("organisation"), "territory": OuterRef("territory")}
        return self.filter(Exists(claimants.order_by().filter(**same))).exclude(kind__in=HELP_ANYBODY)


class Structure(models.Model):
    """A service, not a building: CAF social work and CAF recovery are two structures that do not see each other."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="structures", verbose_name="organisation"
    )
    code = models.SlugField("code", unique=True)
    name = models.CharField("nom", max_length=120)
    kind = models.CharField("nature", max_length=20, choices=StructureKind)
    territory = models.SlugField("territoire")
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("courriel du service", blank=True)
    address = models.CharField("adresse d’accueil", max_length=200, blank=True, db_default="")
    opening_hours = models.JSONField(
        "horaires", default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    """By the number of the weekday, as `rules.opening_hours` reads them: read with the structure, without a query."""
    opening_note = models.CharField("précision sur les horaires", max_length=200, blank=True, db_default="")
    is_active = models.BooleanField("en service", default=True)
    names_referents = models.BooleanField(
        "nomme des référents",
        default=False,
        help_text="Qui prend en charge un dossier y devient le référent de la personne (action 11).",
    )
    names_referents_since = models.DateField(
        "depuis le", null=True, blank=True, help_text="Les dossiers pris en charge avant ce jour n’y sont pas tenus."
    )
    opens_family_page = models.BooleanField(
        "page de la famille",
        default=False,
        db_default=False,
        help_text="Ses fiches peuvent porter un code, par lequel la personne en lit le texte sans compte.",
    )
    many_followed = models.PositiveSmallIntegerField(
        "seuil de personnes suivies", default=60, help_text="Par référent. Au-delà, un avertissement, jamais un refus."
    )
    many_coordinated = models.PositiveSmallIntegerField("seuil de coordinations", default=25)

    objects = StructureQuerySet.as_manager()

    class Meta:
        verbose_name = "structure"
        ordering = ["name"]
        permissions = [*RIGHTS]

    def __str__(self) -> str:
        return self.name

    @property
    def is_claimant(self) -> bool:
        return self.kind in CLAIMANT_KINDS

    @cached_property
    def closed_days(self) -> list[tuple[date, date]]:
        """First and last day of each of its closures."""
        return list(self.closures.values_list("first_day", "last_day"))

    @property
    def place_and_hours(self) -> list[str]:
        """Where it receives people and when, a line each; empty when nobody said."""
        return [each for each in (self.address, *week_in_words(self.opening_hours), self.opening_note) if each]

    @property
    def may_help(self) -> bool:
        return self.kind not in NEVER_HELP

    @property
    def is_operator(self) -> bool:
        return self.kind in OPERATOR_KINDS

    @property
    def sends_files(self) -> bool:
        """Of arrears: who claims rent, and the services of the CAF."""
        return self.is_claimant or self.kind.startswith("caf_")


class Closure(models.Model):
    """Days on which a structure is closed, besides national holidays: they do not count as working days."""

    structure = models.ForeignKey(Structure, models.PROTECT, related_name="closures", verbose_name="structure")
    first_day = models.DateField("du")
    last_day = models.DateField("au")
    label = models.CharField("motif", max_length=80)
    created_at = models.DateTimeField("créée le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "fermeture"
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="closure_ends_after_it_starts",
                violation_error_message="La fin de la fermeture doit suivre son début.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.first_day} – {self.last_day})"
