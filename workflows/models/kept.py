"""What was typed or chosen and could not be recorded yet: kept for its author alone, for a day at most."""

import uuid

from django.db import models

from cases.models import User

ADDRESS = 500


class KeptFile(models.Model):
    """A file that came with a form that had a fault: it goes on waiting until the form is right."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    author = models.ForeignKey(User, models.PROTECT, related_name="kept_files", verbose_name="auteur")
    name = models.CharField("nom du fichier", max_length=120)
    content = models.BinaryField("contenu")
    kept_at = models.DateTimeField("gardé le", db_index=True)

    class Meta:
        verbose_name = "fichier en attente"
        verbose_name_plural = "fichiers en attente"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"fichier en attente {self.pk}"

    def read(self) -> bytes:
        """As an uploaded file is read."""
        return bytes(self.content)


class KeptForm(models.Model):
    """A form that was sent once the session had ended: shown again to its author after the sign-in, and to nobody else."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    author = models.ForeignKey(User, models.PROTECT, related_name="kept_forms", verbose_name="auteur")
    address = models.CharField("page", max_length=ADDRESS)
    typed = models.JSONField("saisie")
    """Field → the values that were sent."""
    kept_at = models.DateTimeField("gardée le", db_index=True)

    class Meta:
        verbose_name = "saisie en attente"
        verbose_name_plural = "saisies en attente"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"saisie en attente {self.pk}"
