"""The tables of a diagnosis: who was there, what comes in and goes out, what was asked for; and its blocks as they were saved."""

from django.db import models
from django.db.models import F, Q

from cases.models.diagnosis import Block, Diagnostic, money_field, not_negative, partial_date, partial_dates_or_empty
from cases.models.members import User
from cases.models.people import Beneficiary, HouseholdMember


class DiagnosticBlock(models.Model):
    """When a block of a draft was saved and by whom; and what was typed in it that cannot be kept as it is."""

    diagnostic = models.ForeignKey(Diagnostic, models.PROTECT, related_name="blocks", verbose_name="diagnostic")
    code = models.CharField("rubrique", max_length=12, choices=Block)
    version = models.PositiveIntegerField("version", default=0)
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="enregistrée par")
    saved_at = models.DateTimeField("enregistrée le")
    unfinished = models.JSONField("saisie à corriger", default=dict, blank=True)

    class Meta:
        verbose_name = "rubrique de diagnostic"
        verbose_name_plural = "rubriques de diagnostic"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["diagnostic", "code"], name="a_block_is_once_in_a_diagnosis"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.diagnostic_id}"


class DiagnosticPerson(models.Model):
    """Who lived in the household that day, and what he or she did for a living."""

    class Activity(models.TextChoices):
        PERMANENT = "permanent", "en CDI"
        TEMPORARY = "temporary", "en CDD, intérim ou saisonnier"
        SELF_EMPLOYED = "self_employed", "indépendant"
        APPRENTICE = "apprentice", "en alternance"
        JOBSEEKER = "jobseeker", "demandeur d’emploi"
        STUDENT = "student", "scolarisé ou en études"
        RETIRED = "retired", "retraité"
        AT_HOME = "at_home", "sans emploi, au foyer"
        LEAVE = "leave", "en arrêt ou en congé"
        OTHER = "other", "autre"

    diagnostic = models.ForeignKey(Diagnostic, models.PROTECT, related_name="people", verbose_name="diagnostic")
    beneficiary = models.ForeignKey(
        Beneficiary, models.PROTECT, related_name="diagnosed_in", verbose_name="bénéficiaire"
    )
    position = models.CharField("place dans le ménage", max_length=10, choices=HouseholdMember.Position)
    activity = models.CharField("activité", max_length=14, choices=Activity, blank=True)
    since = partial_date("depuis")

    class Meta:
        verbose_name = "personne du diagnostic"
        verbose_name_plural = "personnes du diagnostic"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["diagnostic", "beneficiary"], name="a_person_is_once_in_a_diagnosis"),
            models.CheckConstraint(
                condition=partial_dates_or_empty("since"), name="an_activity_starts_on_a_date_maybe_partial"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.beneficiary_id} in diagnostic {self.diagnostic_id}"


class DiagnosticResource(models.Model):
    """One resource of one person, or of the household when nobody is named. Without the housing aid."""

    class Kind(models.TextChoices):
        SALARY = "salary", "salaire"
        SELF_EMPLOYED = "self_employed", "revenu d’indépendant"
        UNEMPLOYMENT = "unemployment", "allocation chômage (ARE, ASS)"
        RSA = "rsa", "RSA"
        ACTIVITY_BONUS = "activity_bonus", "prime d’activité"
        FAMILY = "family", "prestations familiales"
        DISABILITY = "disability", "AAH ou pension d’invalidité"
        DAILY = "daily", "indemnités journalières"
        PENSION = "pension", "retraite, ASPA"
        ALIMONY = "alimony", "pension alimentaire reçue, ASF"
        STUDENT = "student", "bourse, gratification"
        OTHER = "other", "autre ressource"

    diagnostic = models.ForeignKey(
        Diagnostic, models.PROTECT, related_name="resource_lines", verbose_name="diagnostic"
    )
    person = models.ForeignKey(
        Beneficiary, models.PROTECT, related_name="resources", null=True, blank=True, verbose_name="bénéficiaire"
    )
    kind = models.CharField("nature", max_length=14, choices=Kind)
    amount = models.DecimalField("montant", max_digits=9, decimal_places=2)

    class Meta:
        verbose_name = "ressource"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="a_resource_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in diagnostic {self.diagnostic_id}"


class DiagnosticExpense(models.Model):
    """What a household pays each month besides the rent, its charges and its debts."""

    class Kind(models.TextChoices):
        ENERGY = "energy", "énergie, eau"
        HOME_INSURANCE = "home_insurance", "assurance du logement"
        COMPLEMENTARY = "complementary", "mutuelle"
        TRANSPORT = "transport", "transports, voiture"
        PHONE = "phone", "téléphone, internet"
        CHILDREN = "children", "garde, cantine, scolarité"
        ALIMONY = "alimony", "pension alimentaire versée"
        TAXES = "taxes", "impôts"
        OTHER = "other", "autres charges"

    diagnostic = models.ForeignKey(Diagnostic, models.PROTECT, related_name="expense_lines", verbose_name="diagnostic")
    kind = models.CharField("nature", max_length=14, choices=Kind)
    amount = models.DecimalField("montant", max_digits=9, decimal_places=2)

    class Meta:
        verbose_name = "charge"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["diagnostic", "kind"], name="an_expense_is_given_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="an_expense_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in diagnostic {self.diagnostic_id}"


class DiagnosticDebt(models.Model):
    """Another debt than the rent: what is left to pay, and what is paid each month."""

    diagnostic = models.ForeignKey(Diagnostic, models.PROTECT, related_name="debt_lines", verbose_name="diagnostic")
    creditor = models.CharField("créancier", max_length=120)
    amount = models.DecimalField("reste dû", max_digits=9, decimal_places=2)
    monthly = money_field("payé chaque mois")

    class Meta:
        verbose_name = "autre dette"
        verbose_name_plural = "autres dettes"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=not_negative("amount", "monthly"), name="another_debt_is_not_negative"),
            models.CheckConstraint(
                condition=Q(monthly=None) | Q(monthly__lte=F("amount")), name="a_debt_is_not_paid_beyond_its_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"dette {self.pk} of diagnostic {self.diagnostic_id}"


class DiagnosticDevice(models.Model):
    """A way out that was asked for: where it stands, and since when."""

    class Kind(models.TextChoices):
        FSL = "fsl", "aide du FSL"
        OVER_INDEBTEDNESS = "over_indebtedness", "dossier de surendettement"
        RIGHTS = "rights", "ouverture ou rétablissement de droits"
        DISPUTE = "dispute", "contestation de la dette ou logement non décent"
        REHOUSING = "rehousing", "relogement ou mutation"
        ACTION_LOGEMENT = "action_logement", "aide d’Action Logement"
        CCAS = "ccas", "aide facultative du CCAS"
        PLAN = "plan", "accord de paiement avec le bailleur"
        OTHER = "other", "autre démarche"

    class State(models.TextChoices):
        TO_ASK = "to_ask", "à demander"
        ASKED = "asked", "demandée"
        GRANTED = "granted", "obtenue"
        REFUSED = "refused", "refusée"

    diagnostic = models.ForeignKey(Diagnostic, models.PROTECT, related_name="devices", verbose_name="diagnostic")
    kind = models.CharField("démarche", max_length=18, choices=Kind)
    state = models.CharField("état", max_length=8, choices=State, default=State.ASKED)
    asked_on = partial_date("demandée le")
    decided_on = partial_date("décision du")

    class Meta:
        verbose_name = "démarche engagée"
        verbose_name_plural = "démarches engagées"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["diagnostic", "kind"], name="a_device_is_named_once"),
            models.CheckConstraint(
                condition=partial_dates_or_empty("asked_on", "decided_on"), name="dates_of_a_device_may_be_partial"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of diagnostic {self.diagnostic_id}"
