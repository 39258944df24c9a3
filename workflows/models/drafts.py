"""What someone is typing of a report, kept at each pause."""

import uuid

from django.db import models

from cases.models import Case, Letter, Structure, User


class ReportDraft(models.Model):
    """A report being typed: it survives an error, the back button and a new sign-in, and is its author’s alone.

    Once sent it holds nothing but the case it led to, if any, the sheet handed to the person, and what the last page
    reads back of the debt, so that sending it again has no effect. One that was given up at the counter is as good as sent, and leads nowhere.
    """

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    author = models.ForeignKey(User, models.PROTECT, related_name="report_drafts", verbose_name="auteur")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="report_drafts", verbose_name="au nom de")
    answers = models.JSONField("saisie", default=dict, blank=True)
    told = models.JSONField(
        "ce qui a été enregistré", default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    """The acts, the amount and the urgency that were sent: they name nobody."""
    case = models.ForeignKey(
        Case, models.PROTECT, related_name="report_drafts", null=True, blank=True, verbose_name="dossier"
    )
    at_counter = models.BooleanField("saisi au guichet", default=False)
    letter = models.ForeignKey(
        Letter, models.PROTECT, related_name="report_drafts", null=True, blank=True, verbose_name="fiche remise"
    )
    touched_at = models.DateTimeField("saisi le")
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)

    class Meta:
        verbose_name = "brouillon de signalement"
        verbose_name_plural = "brouillons de signalement"
        ordering = ["-touched_at"]
        indexes = [models.Index(fields=["author", "-touched_at"], name="drafts_of_an_author")]

    def __str__(self) -> str:
        return f"brouillon {self.pk}"
