"""What is done with the household: contact attempts and the diagnosis."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cases.models.case import Case
from cases.models.members import User
from cases.models.structures import Structure


class ContactAttempt(models.Model):
    class Channel(models.TextChoices):
        PHONE = "phone", "appel"
        SMS = "sms", "SMS"
        LETTER = "letter", "courrier"
        VISIT = "visit", "passage au domicile"
        OFFICE = "office", "entretien au service"
        DESK = "desk", "accueil, guichet"

    class Result(models.TextChoices):
        REACHED = "reached", "contact établi"
        NO_ANSWER = "no_answer", "sans réponse"
        WRONG_CONTACT = "wrong_contact", "coordonnées fausses"
        DECLINED = "declined", "ne souhaite pas être accompagné"

    case = models.ForeignKey(Case, models.PROTECT, related_name="contact_attempts", verbose_name="dossier")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="contact_attempts", verbose_name="structure")
    by = models.ForeignKey(User, models.PROTECT, related_name="contact_attempts", verbose_name="par")
    channel = models.CharField("moyen", max_length=8, choices=Channel)
    result = models.CharField("résultat", max_length=14, choices=Result)
    made_on = models.DateField("fait le")
    recorded_at = models.DateTimeField("enregistré le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "tentative de contact"
        verbose_name_plural = "tentatives de contact"
        ordering = ["made_on", "pk"]

    def __str__(self) -> str:
        return f"contact {self.pk}"


class Diagnostic(models.Model):
    """The first eight fields of the social and financial diagnosis (DSF, CERFA 16227*01). Euros a month."""

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

    class Wish(models.TextChoices):
        STAY = "stay", "rester dans le logement"
        MOVE = "move", "changer de logement"
        UNSURE = "unsure", "ne sait pas encore"

    case = models.ForeignKey(Case, models.PROTECT, related_name="diagnostics", verbose_name="dossier")
    by = models.ForeignKey(User, models.PROTECT, related_name="diagnostics", verbose_name="établi par")
    completeness = models.CharField("diagnostic", max_length=8, choices=Completeness)
    family = models.CharField("situation familiale", max_length=16, choices=Family, blank=True)
    cause = models.CharField("cause principale de l’impayé", max_length=14, choices=Cause, blank=True)
    resources = models.DecimalField("ressources mensuelles", max_digits=9, decimal_places=2, null=True, blank=True)
    expenses = models.DecimalField(
        "charges mensuelles hors loyer", max_digits=9, decimal_places=2, null=True, blank=True
    )
    other_debts = models.DecimalField("autres dettes", max_digits=9, decimal_places=2, null=True, blank=True)
    rent_resumed = models.CharField("loyer courant repris", max_length=8, choices=Resumed, blank=True)
    steps_taken = models.JSONField("démarches déjà engagées", default=list, blank=True)
    wish = models.CharField("souhait du ménage", max_length=8, choices=Wish, blank=True)
    made_on = models.DateField("établi le")

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
            )
        ]

    def __str__(self) -> str:
        return f"diagnostic {self.pk}"
