"""Pieces of a case: what people handed over or photographed, kept privately and served through the door alone."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.text import capfirst

from cases.models.case import Case
from cases.models.deadlines import Milestone
from cases.models.measures import Measure
from cases.models.members import User
from cases.models.notices import DebtLine
from cases.models.questions import Question
from cases.models.structures import Structure
from cases.models.voiding import Voidable
from cases.rules.uploads import EXTENSIONS


def _place(document: "Document", name: str) -> str:
    """Names nobody, and nobody guesses it: neither the name of the file that was sent nor its folder is kept."""
    return f"documents/{document.added_at:%Y-%m}/{document.public_id}.{EXTENSIONS[document.content_type]}"


class Document(Voidable):
    class Kind(models.TextChoices):
        LANDLORD_LETTER = "landlord_letter", "courrier du bailleur"
        ACCOUNT = "account", "relevé de compte du locataire"
        ORDER_TO_PAY = "order_to_pay", "commandement de payer"
        SUMMONS = "summons", "assignation"
        JUDGMENT = "judgment", "décision de justice"
        RESOURCES = "resources", "justificatif de ressources"
        ANSWER = "answer", "réponse d’un organisme"
        SIGNED_PLAN = "signed_plan", "plan d’apurement signé"
        HOME_PHOTO = "home_photo", "photo du logement"
        NOTIFICATION = "notification", "notification de trop-perçu"
        PAPER = "paper", "justificatif du trop-perçu"
        OTHER = "other", "autre pièce"

    class Visibility(models.TextChoices):
        SHARED = "shared", "partagée avec ceux qui voient tout le dossier"
        INTERNAL = "internal", "interne à ma structure"

    class VoidReason(models.TextChoices):
        WRONG_CASE = "wrong_case", "elle concerne un autre dossier"
        DUPLICATE = "duplicate", "elle est en double"
        UNREADABLE = "unreadable", "elle est illisible"
        NOT_NEEDED = "not_needed", "elle n’est pas utile au suivi"
        ON_REQUEST = "on_request", "la personne l’a demandé"

    class Scan(models.TextChoices):
        UNSCANNED = "unscanned", "sans vérification"
        WAITING = "waiting", "en cours de vérification"
        CLEAN = "clean", "vérifiée"
        INFECTED = "infected", "fichier dangereux, supprimé"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="documents", verbose_name="dossier")
    kind = models.CharField("nature", max_length=16, choices=Kind)
    title = models.CharField("précision", max_length=80, blank=True)
    file = models.FileField("fichier", upload_to=_place, max_length=120)
    content_type = models.CharField("format", max_length=20, choices=[(code, code) for code in EXTENSIONS])
    size = models.PositiveIntegerField("taille en octets")
    sha256 = models.CharField("empreinte", max_length=64)
    by = models.ForeignKey(User, models.PROTECT, related_name="documents", verbose_name="ajoutée par")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="documents", verbose_name="structure")
    visibility = models.CharField("visibilité", max_length=8, choices=Visibility, default=Visibility.INTERNAL)
    received_on = models.DateField("reçue le")
    added_at = models.DateTimeField("ajoutée le")
    measure = models.ForeignKey(
        Measure, models.PROTECT, related_name="documents", null=True, blank=True, verbose_name="mesure"
    )
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, related_name="documents", null=True, blank=True, verbose_name="fait daté"
    )
    line = models.ForeignKey(
        DebtLine, models.PROTECT, related_name="documents", null=True, blank=True, verbose_name="ligne de trop-perçu"
    )
    """Of an overpayment; empty: it serves each of them."""
    question = models.ForeignKey(
        Question,
        models.PROTECT,
        related_name="documents",
        null=True,
        blank=True,
        db_index=False,
        verbose_name="réponse à la question",
    )
    """Joined by an operator to its answer."""
    paper = models.SlugField("pièce attendue", max_length=40, blank=True)
    """Which of the papers that the steps of an overpayment ask for."""
    void_reason = models.CharField("motif du retrait", max_length=10, choices=VoidReason, blank=True)
    scan = models.CharField("vérification", max_length=10, choices=Scan, default=Scan.UNSCANNED)
    """By the virus scanner, where there is one: without it, nothing is scanned and nothing waits."""
    scanned_at = models.DateTimeField("vérifiée le", null=True, blank=True)
    scan_failed_at = models.DateTimeField("vérification tentée le", null=True, blank=True)
    """The last time that the scanner did not answer."""

    class Meta:
        verbose_name = "pièce"
        ordering = ["-received_on", "-pk"]
        indexes = [
            models.Index(
                fields=["scan", "scan_failed_at"],
                condition=Q(scan__in=["waiting", "infected"]),
                name="documents_in_quarantine",
            ),
            models.Index(fields=["question"], condition=Q(question__isnull=False), name="documents_of_an_answer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "structure", "sha256"],
                condition=Q(voided_at=None),
                name="a_structure_adds_a_file_once",
                violation_error_message="Ce fichier est déjà au dossier.",
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="a_voided_document_says_why",
                violation_error_message="Une pièce retirée indique le motif.",
            ),
            models.CheckConstraint(
                condition=Q(measure=None) | Q(milestone=None),
                name="a_document_proves_one_thing",
                violation_error_message="Une pièce se rattache à une mesure ou à un fait daté, pas aux deux.",
            ),
        ]

    def __str__(self) -> str:
        return f"pièce {self.pk}"

    @property
    def label(self) -> str:
        """What it is called on screen. Never the name of the file, which often is the person’s."""
        kind = str(self.get_kind_display())
        return f"{capfirst(kind)}{f' : {self.title}' if self.title else ''}"

    @property
    def may_be_opened(self) -> bool:
        """And be sent: nothing leaves quarantine before it is scanned."""
        return self.scan in (self.Scan.UNSCANNED, self.Scan.CLEAN)

    @property
    def is_infected(self) -> bool:
        """Its file is gone: it counts for nothing, and stays to say so."""
        return self.scan == self.Scan.INFECTED

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.content_type]
