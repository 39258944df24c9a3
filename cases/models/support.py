"""What is done with the household: contact attempts."""

from django.db import models
from django.db.models.functions import Now

from cases.models.case import Case
from cases.models.members import User
from cases.models.structures import Structure
from cases.models.voiding import Voidable


class ContactAttempt(Voidable):
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
