"""The social and financial diagnosis (DSF, CERFA 16227*01): said once, in blocks, then never rewritten.

A draft is filled block by block, by whoever follows the case. Finished, it stays as it is: an update makes a new one
from it. Sums are euros a month unless said otherwise.
"""

import uuid
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from cases.models.case import Case
from cases.models.members import User
from cases.models.people import PARTIAL_DATE
from cases.models.structures import Structure


class Block(models.TextChoices):
    """What is filled and saved together; the code stands in addresses."""

    ESSENTIALS = "essentiel", "L’essentiel"
    INTERVIEW = "entretien", "Entretien et accompagnement"
    HOUSEHOLD = "menage", "Ménage et emploi"
    CAUSES = "causes", "Causes de l’impayé"
    RESOURCES = "ressources", "Ressources"
    EXPENSES = "charges", "Charges"
    DEBTS = "dettes", "Autres dettes"
    HOUSING = "logement", "Logement"
    MEANS = "demarches", "Reprise du paiement et démarches"
    REHOUSING = "relogement", "Relogement"
    BREAKDOWN = "decompte", "Décompte de la dette"
    OBSERVATIONS = "observations", "Observations et préconisations"
    JUDGE = "juge", "Juge, CCAPEX et transmission"


class YesNo(models.TextChoices):
    """An answer that one may not know yet: blank."""

    YES = "yes", "oui"
    NO = "no", "non"


def money_field(label: str) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(label, max_digits=9, decimal_places=2, null=True, blank=True)


def partial_date(label: str) -> models.CharField:  # type: ignore[type-arg]
    return models.CharField(label, max_length=10, blank=True)


def text_field(label: str) -> models.TextField:  # type: ignore[type-arg]
    return models.TextField(label, max_length=4000, blank=True)


def partial_dates_or_empty(*names: str) -> Q:
    """Each is a date, of which the day, or the month and the day, may be unknown; or nothing."""
    condition = Q()
    for name in names:
        condition &= Q((name, "")) | Q((f"{name}__regex", PARTIAL_DATE))
    return condition


def not_negative(*names: str) -> Q:
    condition = Q()
    for name in names:
        condition &= Q((name, None)) | Q((f"{name}__gte", 0))
    return condition


class DiagnosticQuerySet(models.QuerySet["Diagnostic"]):
    def finished(self) -> Self:
        return self.filter(finished_at__isnull=False)

    def drafts(self) -> Self:
        return self.filter(finished_at=None)


SUMS = (
    "resources", "expenses", "other_debts", "paid_monthly", "rent_part", "charges_part", "costs_part", "disputed_part",
    "delay_monthly", "rent", "rent_charges", "rent_reduction", "aid",
)  # fmt: skip
PARTIAL_DATES = ("difficulties_since", "resumed_since", "dalo_on", "housing_asked_on", "ccapex_on")


class Diagnostic(models.Model):
    class Completeness(models.TextChoices):
        COMPLETE = "complete", "complet"
        PARTIAL = "partial", "partiel"
        DEFAULT = "default", "carence : le ménage n’a pas répondu"

    class Family(models.TextChoices):
        ALONE = "alone", "personne seule"
        LONE_PARENT = "lone_parent", "parent seul"
        COUPLE = "couple", "couple sans enfant"
        COUPLE_CHILDREN = "couple_children", "couple avec enfants"
        OTHER = "other", "autre"

    class Cause(models.TextChoices):
        INCOME_LOSS = "income_loss", "perte ou baisse de ressources"
        BENEFIT_BREAK = "benefit_break", "rupture de droits"
        SEPARATION = "separation", "séparation"
        EXPENSE = "expense", "dépense imprévue, surcoût de charges"
        BUDGET = "budget", "difficulté budgétaire, autres dettes"
        DISPUTE = "dispute", "désaccord avec le bailleur"
        OTHER = "other", "autre"

    class Resumed(models.TextChoices):
        YES = "yes", "oui, en entier"
        PARTLY = "partly", "en partie"
        NO = "no", "non"
        UNKNOWN = "unknown", "non connu"

    class HousingWish(models.TextChoices):
        STAY = "stay", "rester dans le logement"
        MOVE = "move", "changer de logement"
        UNSURE = "unsure", "ne sait pas encore"

    class Presence(models.TextChoices):
        PRESENT = "present", "locataire présent à l’entretien"
        REPRESENTED = "represented", "locataire représenté"
        PHONE = "phone", "locataire entendu par téléphone"
        ABSENT = "absent", "locataire absent"

    class Lawyer(models.TextChoices):
        NONE = "none", "pas d’avocat"
        ASKED = "asked", "aide juridictionnelle demandée"
        GRANTED = "granted", "aide juridictionnelle accordée"
        LAWYER = "lawyer", "avocat choisi"

    class Marital(models.TextChoices):
        SINGLE = "single", "célibataire"
        MARRIED = "married", "marié"
        PACS = "pacs", "pacsé"
        PARTNERS = "partners", "en concubinage"
        SEPARATED = "separated", "séparé"
        DIVORCED = "divorced", "divorcé"
        WIDOWED = "widowed", "veuf"

    class Condition(models.TextChoices):
        GOOD = "good", "bon état"
        FAIR = "fair", "état moyen"
        POOR = "poor", "dégradé"

    class Energy(models.TextChoices):
        A = "A", "A"
        B = "B", "B"
        C = "C", "C"
        D = "D", "D"
        E = "E", "E"
        F = "F", "F"
        G = "G", "G"
        UNKNOWN = "unknown", "non connue"

    class Dalo(models.TextChoices):
        NONE = "none", "pas de recours"
        FILED = "filed", "recours déposé"
        GRANTED = "granted", "reconnu prioritaire"
        REFUSED = "refused", "rejeté"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="diagnostics", verbose_name="dossier")
    by = models.ForeignKey(User, models.PROTECT, related_name="diagnostics", verbose_name="établi par")
    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="diagnostics", null=True, blank=True, verbose_name="structure"
    )
    based_on = models.ForeignKey(
        "self", models.PROTECT, related_name="updates", null=True, blank=True, verbose_name="mise à jour de"
    )
    completeness = models.CharField("diagnostic", max_length=8, choices=Completeness, blank=True)
    made_on = models.DateField("établi le", null=True, blank=True)
    finished_at = models.DateTimeField("terminé le", null=True, blank=True, editable=False)

    # The essential
    family = models.CharField("situation familiale", max_length=16, choices=Family, blank=True)
    cause = models.CharField("cause principale de l’impayé", max_length=14, choices=Cause, blank=True)
    resources = money_field("ressources mensuelles")
    expenses = money_field("charges mensuelles hors loyer")
    other_debts = money_field("autres dettes")
    rent_resumed = models.CharField("loyer courant repris", max_length=8, choices=Resumed, blank=True)
    nothing_asked = models.BooleanField("aucune démarche engagée", default=False)
    wish = models.CharField("souhait du ménage", max_length=8, choices=HousingWish, blank=True)

    # Interview and support
    presence = models.CharField("présence du locataire", max_length=12, choices=Presence, blank=True)
    met_on = models.DateField("date de l’entretien", null=True, blank=True)
    interpreter = models.BooleanField("avec un interprète", default=False)
    social_support = text_field("accompagnement social en cours")
    lawyer = models.CharField("défense devant le juge", max_length=8, choices=Lawyer, blank=True)

    # Household
    marital = models.CharField("état civil du locataire", max_length=10, choices=Marital, blank=True)
    household_size = models.PositiveSmallIntegerField("personnes au foyer", null=True, blank=True)
    children_elsewhere = models.PositiveSmallIntegerField("enfants accueillis par moments", null=True, blank=True)
    family_story = text_field("évolution de la situation familiale")

    # Causes
    other_causes = ArrayField(
        models.CharField(max_length=14, choices=Cause), verbose_name="autres causes", default=list, blank=True
    )
    difficulties_since = partial_date("difficultés depuis")
    causes_story = text_field("ce qui s’est passé")

    # Housing
    rooms = models.PositiveSmallIntegerField("nombre de pièces", null=True, blank=True)
    surface = models.PositiveSmallIntegerField("surface, en m²", null=True, blank=True)
    condition = models.CharField("état du logement", max_length=4, choices=Condition, blank=True)
    overcrowded = models.CharField("logement trop petit pour le ménage", max_length=3, choices=YesNo, blank=True)
    non_decent = models.CharField("indices de non-décence", max_length=3, choices=YesNo, blank=True)
    energy = models.CharField("étiquette énergie (DPE)", max_length=7, choices=Energy, blank=True)
    insured = models.CharField("logement assuré", max_length=3, choices=YesNo, blank=True)
    housing_story = text_field("précisions sur le logement")

    # Resumption of payment, means
    resumed_since = partial_date("loyer repris depuis")
    paid_monthly = money_field("somme payée chaque mois en ce moment")
    means_story = text_field("ce que le ménage a fait pour réduire la dette")
    repayment_capacity = money_field("somme que le ménage peut rembourser chaque mois")

    # Rehousing
    housing_number = models.CharField("numéro unique de demande de logement social (SNE)", max_length=18, blank=True)
    housing_asked_on = partial_date("demande de logement social déposée")
    dalo = models.CharField("recours DALO", max_length=8, choices=Dalo, blank=True)
    dalo_on = partial_date("date du recours ou de la décision DALO")
    rehousing_story = text_field("recherche de logement et solutions possibles")

    # Breakdown of the debt (§ 7.3 of the form)
    counted_on = models.DateField("décompte arrêté au", null=True, blank=True)
    rent_part = money_field("dont loyers")
    charges_part = money_field("dont charges et régularisations")
    costs_part = money_field("dont frais de procédure")
    disputed_part = money_field("dont somme contestée")
    breakdown_story = text_field("remarques sur le décompte")
    lawyer_read_on = models.DateField("relu par l’ADIL ou un juriste le", null=True, blank=True)

    # Observations
    tenant_says = text_field("observations du locataire")
    landlord_says = text_field("observations du bailleur")
    author_says = text_field("analyse du professionnel")
    advice = text_field("préconisations")

    # Judge, CCAPEX, transmission
    asks_delay = models.CharField("délais de paiement demandés", max_length=3, choices=YesNo, blank=True)
    delay_months = models.PositiveSmallIntegerField("durée demandée, en mois", null=True, blank=True)
    delay_monthly = money_field("mensualité proposée")
    asks_to_stay = models.CharField("maintien dans les lieux demandé", max_length=3, choices=YesNo, blank=True)
    will_attend = models.CharField("le locataire ira à l’audience", max_length=3, choices=YesNo, blank=True)
    asks_story = text_field("autres demandes au juge")
    ccapex_on = partial_date("saisine de la CCAPEX")
    ccapex_says = text_field("recommandations de la CCAPEX")
    transmission_told_on = models.DateField("locataire informé de la transmission le", null=True, blank=True)

    # What the dwelling cost when it was finished, as the lease said
    rent = money_field("loyer hors charges")
    rent_charges = money_field("charges")
    rent_reduction = money_field("réduction de loyer de solidarité")
    aid = money_field("aide au logement")

    objects = DiagnosticQuerySet.as_manager()

    class Meta:
        verbose_name = "diagnostic social et financier"
        verbose_name_plural = "diagnostics sociaux et financiers"
        ordering = ["made_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(completeness="complete")
                | (~Q(family="") & ~Q(cause="") & Q(resources__isnull=False) & ~Q(rent_resumed="")),
                name="a_complete_diagnosis_says_the_essential",
                violation_error_message=(
                    "Un diagnostic complet indique la situation familiale, la cause, les ressources "
                    "et la reprise du loyer courant. Sinon, choisir « partiel »."
                ),
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None, completeness="", made_on=None)
                | (Q(finished_at__isnull=False, made_on__isnull=False) & ~Q(completeness="")),
                name="a_finished_diagnosis_says_when_and_how_complete",
                violation_error_message="Un diagnostic terminé indique sa date et s’il est complet.",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(finished_at=None),
                name="one_open_diagnosis_per_case",
                violation_error_message="Un diagnostic est déjà en cours pour ce dossier.",
            ),
            models.CheckConstraint(
                condition=not_negative(*SUMS, "repayment_capacity"),
                name="sums_of_a_diagnosis_are_not_negative",
                violation_error_message="Un montant ne peut pas être négatif.",
            ),
            models.CheckConstraint(
                condition=partial_dates_or_empty(*PARTIAL_DATES),
                name="dates_of_a_diagnosis_may_be_partial",
                violation_error_message="Saisir la date sous la forme JJ/MM/AAAA, MM/AAAA ou AAAA.",
            ),
            models.CheckConstraint(
                condition=Q(delay_months=None) | Q(delay_months__gte=1, delay_months__lte=36),
                name="payment_delays_last_three_years_at_most",
                violation_error_message="Le juge accorde 36 mois au plus.",
            ),
        ]

    def __str__(self) -> str:
        return f"diagnostic {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.finished_at is None


def column_of(name: str, model: type[models.Model] = Diagnostic) -> Any:
    """The column of a diagnosis, or of a table of it: its label, its choices, how it is kept."""
    return model._meta.get_field(name)  # noqa: SLF001 - Django’s documented API


COLUMNS = tuple(field.name for field in Diagnostic._meta.concrete_fields)  # noqa: SLF001
