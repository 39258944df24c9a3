"""A file of arrears: how it was read, and what became of each of its lines."""

import uuid
from decimal import Decimal

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

from cases.models import Case, Household, SharingBasis, Structure, Tenancy, User
from workflows.models.routing import RoutingDecision


class ImportMapping(models.Model):
    """How a sender’s columns are read, remembered from one month to the next."""

    public_id = models.UUIDField("identifiant public", db_default=RandomUUID(), unique=True, editable=False)
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="import_mappings", verbose_name="expéditeur")
    name = models.CharField("nom", max_length=60)
    columns = models.JSONField("colonnes", help_text="{titre de colonne: champ}")
    options = models.JSONField("lecture du fichier", default=dict, blank=True)
    used_at = models.DateTimeField("utilisée le", db_default=Now())

    class Meta:
        verbose_name = "correspondance de colonnes"
        verbose_name_plural = "correspondances de colonnes"
        ordering = ["-used_at"]
        constraints = [models.UniqueConstraint(fields=["structure", "name"], name="a_sender_names_a_mapping_once")]

    def __str__(self) -> str:
        return self.name


class ImportJob(models.Model):
    class State(models.TextChoices):
        UPLOADED = "uploaded", "déposé"
        CHECKING = "checking", "vérification en cours"
        CHECKED = "checked", "vérifié à blanc"
        RUNNING = "running", "en cours"
        DONE = "done", "terminé"
        FAILED = "failed", "refusé"
        UNDOING = "undoing", "annulation en cours"
        UNDONE = "undone", "annulé"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="import_jobs", verbose_name="expéditeur")
    by = models.ForeignKey(User, models.PROTECT, related_name="import_jobs", null=True, verbose_name="déposé par")
    file_name = models.CharField("nom du fichier", max_length=200)
    file = models.FileField("fichier", upload_to="imports/", blank=True)
    file_deleted_at = models.DateTimeField("fichier supprimé le", null=True, blank=True)
    sha256 = models.CharField("empreinte", max_length=64, db_index=True)
    options = models.JSONField("lecture du fichier", default=dict, blank=True)
    columns = models.JSONField("colonnes", default=dict, blank=True)
    as_of = models.DateField("arrêté au", null=True, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.UPLOADED)
    message = models.CharField("message", max_length=500, blank=True)
    counts = models.JSONField("résultat", default=dict, blank=True)
    total_rows = models.PositiveIntegerField("lignes", default=0)
    done_rows = models.PositiveIntegerField("lignes traitées", default=0)
    created_at = models.DateTimeField("déposé le", db_default=Now(), editable=False)
    finished_at = models.DateTimeField("terminé le", null=True, blank=True)
    total_debt = models.DecimalField("total des dettes lues", max_digits=12, decimal_places=2, null=True, blank=True)
    stated_total = models.DecimalField(
        "total écrit dans le fichier", max_digits=14, decimal_places=2, null=True, blank=True
    )
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="replaced_by",
        null=True,
        blank=True,
        verbose_name="remplace",
        help_text="Le fichier du même mois, d’un autre total, dont quelqu’un a dit qu’il le remplace.",
    )
    completes = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="completed_by",
        null=True,
        blank=True,
        verbose_name="complète",
        help_text="Le fichier du même mois dont quelqu’un a dit que celui-ci est la suite : les deux comptent.",
    )
    basis = models.ForeignKey(
        SharingBasis, models.PROTECT, related_name="import_jobs", null=True, blank=True, verbose_name="fondement"
    )
    """As it stood when the file was imported."""
    is_initial_stock = models.BooleanField("stock initial", default=False)
    undone_at = models.DateTimeField("annulé le", null=True, blank=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, related_name="undone_imports", null=True, blank=True, verbose_name="annulé par"
    )

    class Meta:
        verbose_name = "import"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def total_difference(self) -> Decimal | None:
        """By how much what was read is not the total that the file says; None when one of them is not known."""
        return None if self.stated_total is None or self.total_debt is None else self.stated_total - self.total_debt

    def count_written(self) -> int:
        """Its lines that changed something in Relais."""
        return self.rows.exclude(written={}).count()

    @property
    def progress(self) -> str:
        return f"{self.done_rows} lignes sur {self.total_rows}"

    @property
    def source_and_day(self) -> str:
        """Who says what was owed, and when."""
        return f"{self.structure}, soldes arrêtés au {self.as_of:%d/%m/%Y}" if self.as_of else str(self.structure)


class ImportRow(models.Model):
    """One line of a file. Of its content, the mapped columns alone are kept, and only while someone has to look at
    them: no comment column, no NIR."""

    class Outcome(models.TextChoices):
        CREATED = "created", "dossier ouvert"
        UPDATED = "updated", "mis à jour"
        UNCHANGED = "unchanged", "sans changement"
        WATCHED = "watched", "en veille"
        IGNORED = "ignored", "ignorée"
        REJECTED = "rejected", "refusée"
        TO_CHECK = "to_check", "à vérifier"

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rows", verbose_name="import")
    line = models.PositiveIntegerField("ligne")
    values = models.JSONField("valeurs", default=dict)
    outcome = models.CharField("résultat", max_length=10, choices=Outcome, blank=True)
    reason = models.CharField("raison", max_length=300, blank=True)
    column = models.CharField("colonne", max_length=120, blank=True)
    debt = models.DecimalField("dette", max_digits=9, decimal_places=2, null=True, blank=True)
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="import_rows", null=True, blank=True, verbose_name="ménage"
    )
    case = models.ForeignKey(
        Case, models.PROTECT, related_name="import_rows", null=True, blank=True, verbose_name="dossier"
    )

    tenancy = models.ForeignKey(
        Tenancy, models.PROTECT, related_name="import_rows", null=True, blank=True, verbose_name="bail"
    )
    decision = models.ForeignKey(
        RoutingDecision,
        models.PROTECT,
        related_name="import_rows",
        null=True,
        blank=True,
        verbose_name="orientation",
        help_text="Prise en enregistrant la ligne : ce qui arrive ensemble à une structure est un lot.",
    )
    written = models.JSONField("ce que la ligne a écrit", default=dict, blank=True)
    match = models.JSONField(
        "rapprochement", default=dict, blank=True, help_text="Raisons du rapprochement, ou ligne du même ménage."
    )
    refused = models.JSONField(
        "valeurs refusées", default=dict, blank=True, help_text="Gardées le temps d’être corrigées."
    )

    class Meta:
        verbose_name = "ligne d’import"
        verbose_name_plural = "lignes d’import"
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["job", "line"], name="a_line_is_read_once")]
        indexes = [models.Index(fields=["job", "outcome"], name="import_rows_by_outcome")]

    def __str__(self) -> str:
        return f"ligne {self.line}"

    @property
    def is_waiting(self) -> bool:
        """For someone to correct it, or to say of whom it is."""
        return self.outcome in (self.Outcome.REJECTED, self.Outcome.TO_CHECK)


class ImportCorrection(models.Model):
    """A cell of a file as someone corrected it on screen, beside what the file says: the line is judged with it."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="corrections", verbose_name="import")
    line = models.PositiveIntegerField("ligne")
    heading = models.CharField("colonne", max_length=200)
    original = models.CharField("dans le fichier", max_length=200, blank=True)
    value = models.CharField("corrigée", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="import_corrections", verbose_name="corrigée par")
    corrected_at = models.DateTimeField("corrigée le")

    class Meta:
        verbose_name = "correction d’import"
        verbose_name_plural = "corrections d’import"
        ordering = ["line", "pk"]
        constraints = [models.UniqueConstraint(fields=["job", "line", "heading"], name="a_cell_is_corrected_once")]

    def __str__(self) -> str:
        return f"correction {self.pk}"


class IdentityDecision(models.Model):
    """Someone looked at a line whose household was doubtful: it is this one, or none of those that were near.

    `key` is a hash of the identity that the sender gives, so that next month’s line needs no second look. Where no household
    came of it, it is forgotten with the lines of its import, and asked again.
    """

    class Address(models.TextChoices):
        """What a line that gives another address means."""

        MOVED = "moved", "a déménagé : nouveau bail"
        CORRECTED = "corrected", "adresse corrigée"
        OTHER = "other", "autre personne"

    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="identity_decisions", verbose_name="expéditeur"
    )
    key = models.CharField("empreinte de l’identité", max_length=64)
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="identity_decisions", null=True, blank=True, verbose_name="ménage"
    )
    address = models.CharField("changement d’adresse", max_length=10, choices=Address, blank=True)
    address_key = models.CharField(
        "adresse normalisée", max_length=250, blank=True, help_text="Celle dont il a été décidé, et d’aucune autre."
    )
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="identity_decisions", verbose_name="décidé par")
    decided_at = models.DateTimeField("décidé le")

    class Meta:
        verbose_name = "décision d’identité"
        verbose_name_plural = "décisions d’identité"
        constraints = [models.UniqueConstraint(fields=["structure", "key"], name="an_identity_is_decided_once")]

    def __str__(self) -> str:
        return f"décision {self.pk}"
