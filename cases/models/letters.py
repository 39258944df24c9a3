"""Letters that were produced, to a person or to a service: the sheet as it was printed, and when and how it left."""

import uuid

from django.db import models
from django.db.models import F, Q

from cases.models.case import Case
from cases.models.diagnosis import Diagnostic
from cases.models.documents import Document
from cases.models.editions import Edition
from cases.models.members import User
from cases.models.notices import DebtLine
from cases.models.people import Beneficiary
from cases.models.structures import Structure


def _place(letter: "Letter", name: str) -> str:
    """Names nobody, and nobody guesses it."""
    return f"letters/{letter.made_on:%Y-%m}/{letter.public_id}.pdf"


class Letter(models.Model):
    class Means(models.TextChoices):
        POST = "post", "courrier simple"
        REGISTERED = "registered", "courrier recommandé"
        MAILBOX = "mailbox", "déposé au domicile, sous enveloppe"
        HAND = "hand", "remis en main propre"
        ONLINE = "online", "dépôt en ligne ou messagerie sécurisée"

    PROVING = (Means.REGISTERED, Means.ONLINE, Means.HAND)
    """To a service: a notice of receipt, an acknowledgement, a receipt."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="letters", verbose_name="dossier")
    recipient = models.ForeignKey(
        Beneficiary, models.PROTECT, related_name="letters", null=True, blank=True, verbose_name="destinataire"
    )
    signer = models.ForeignKey(
        Beneficiary,
        models.PROTECT,
        related_name="signed_letters",
        null=True,
        blank=True,
        db_index=False,
        verbose_name="signé par",
    )
    """Who alone signs what goes to a service: it is hers, and nobody else’s of the household. Of two who sign, nobody."""
    addressee = models.CharField("service destinataire", max_length=80, blank=True)
    diagnostic = models.ForeignKey(
        Diagnostic, models.PROTECT, related_name="sheets", null=True, blank=True, verbose_name="diagnostic"
    )
    line = models.ForeignKey(
        DebtLine, models.PROTECT, related_name="letters", null=True, blank=True, verbose_name="ligne de trop-perçu"
    )
    pieces = models.ManyToManyField(Document, related_name="letters", blank=True, verbose_name="pièces jointes")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="letters", verbose_name="structure")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="letters", verbose_name="édition")
    kind = models.SlugField("nature", max_length=40)
    title = models.CharField("courrier", max_length=80)
    typed = models.JSONField("textes saisis", default=dict)
    text = models.JSONField("texte", default=dict, blank=True)
    """What the sheet says, and what stands around it: what the editable copy is made of. Empty: there is none."""
    made_by = models.ForeignKey(User, models.PROTECT, related_name="letters", verbose_name="préparé par")
    made_on = models.DateField("préparé le")
    file = models.FileField("fichier", upload_to=_place, max_length=120)
    sha256 = models.CharField("empreinte", max_length=64)
    sent_on = models.DateField("envoyé le", null=True, blank=True)
    sent_by = models.CharField("moyen d’envoi", max_length=10, choices=Means, blank=True)
    returned_on = models.DateField("revenu le", null=True, blank=True)
    """By the post: nobody was reached by it."""

    class Meta:
        verbose_name = "courrier"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["signer"], condition=~Q(signer=None), name="letters_by_signer")]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_on=None, sent_by="") | (Q(sent_on__gte=F("made_on")) & ~Q(sent_by="")),
                name="a_letter_is_sent_after_it_is_made_and_somehow",
                violation_error_message="L’envoi suit la préparation du courrier et indique le moyen.",
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, addressee="") | (Q(recipient=None) & ~Q(addressee="")),
                name="a_letter_goes_to_a_person_or_to_a_service",
            ),
        ]

    def __str__(self) -> str:
        return f"courrier {self.pk}"

    @property
    def is_proved(self) -> bool:
        """Does the way in which it left prove when?"""
        return bool(self.sent_on) and self.sent_by in self.PROVING

    @property
    def recipient_name(self) -> str:
        """The name of whom the letter is sent to."""
        return self.recipient.full_name if self.recipient else self.addressee

    @property
    def is_of_tenants(self) -> bool:
        """Was it written with those of the lease? One of them is not to read what another says."""
        return self.edition.catalogue == Edition.Catalogue.TENANT_LETTERS

    @property
    def subject_id(self) -> int | None:
        """The one person whom it goes to, or who signs it."""
        return self.recipient_id or self.signer_id
