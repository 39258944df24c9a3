"""What was asked of an operator, or promised by it, by word of mouth: a dated fact that proves nothing and stops no delay."""

from django.db import models

from cases.models.deadlines import Milestone
from cases.models.members import User


class Spoken(models.Model):
    """Who said what to whom, beside the dated fact (`oral_request`, `oral_promise`). Free text, apart: it can be erased."""

    class Channel(models.TextChoices):
        PHONE = "phone", "au téléphone"
        COUNTER = "counter", "au guichet"

    class Speaker(models.TextChoices):
        PERSON = "person", "la personne"
        PROFESSIONAL = "professional", "le professionnel"
        BOTH = "both", "la personne, avec le professionnel"

    milestone = models.OneToOneField(Milestone, models.PROTECT, related_name="spoken", verbose_name="fait daté")
    channel = models.CharField("comment", max_length=7, choices=Channel)
    speaker = models.CharField("qui a parlé à l’organisme", max_length=12, choices=Speaker)
    agent = models.CharField("à qui", max_length=80, blank=True)
    about = models.CharField("démarche", max_length=40, blank=True)
    words = models.CharField("ce qui a été dit", max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="noted_words", verbose_name="noté par")

    class Meta:
        verbose_name = "échange oral avec un organisme"
        verbose_name_plural = "échanges oraux avec un organisme"

    def __str__(self) -> str:
        return f"échange oral {self.pk}"
