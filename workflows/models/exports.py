"""A list that the worker writes into a file: what was asked, how far it is, and the file as long as it is kept."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from cases.models import Structure, User


class Export(models.Model):
    """Its author’s alone. It is deleted with its file after some days; the journal remembers that there was one."""

    class State(models.TextChoices):
        WAITING = "waiting", "en attente"
        RUNNING = "running", "en cours"
        DONE = "done", "prêt"
        FAILED = "failed", "interrompu"

    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel (xlsx)"
        CSV = "csv", "texte (csv)"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="exports", verbose_name="demandé par")
    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="exports", null=True, blank=True, verbose_name="structure"
    )
    """Of the lists of one structure."""
    list_code = models.CharField("liste", max_length=20)
    asked = models.JSONField("filtres", default=dict)
    """As in the address of the list, and what was typed to search."""
    scope = ArrayField(models.CharField(max_length=60), verbose_name="droits", default=list)
    """The rights under which it was asked: whoever lost one of them no longer has the file."""
    format = models.CharField("format", max_length=4, choices=Format)
    asked_at = models.DateTimeField("demandé le")
    state = models.CharField("état", max_length=10, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField("lignes", default=0)
    done = models.PositiveIntegerField("lignes écrites", default=0)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    seen_at = models.DateTimeField("dernier signe", null=True, blank=True)
    """When the worker last said how far it is."""
    file = models.FileField("fichier", upload_to="exports/", blank=True)
    message = models.CharField("message", max_length=500, blank=True)

    class Meta:
        verbose_name = "export"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["waiting", "running"]), name="exports_to_write"),
            models.Index(fields=["asked_at"], name="exports_to_forget"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="an_export_does_not_exceed_its_lines"),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(file=""), name="an_export_that_is_done_has_its_file"
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"

    @property
    def is_going_on(self) -> bool:
        return self.state in (Export.State.WAITING, Export.State.RUNNING)

    @property
    def is_done(self) -> bool:
        return self.state == Export.State.DONE

    @property
    def progress(self) -> str:
        return f"{self.done} lignes sur {self.total}"
