"""What the scripts that save the installation say of what they did, and which installation it is."""

import uuid

from django.db import models


class BackupRun(models.Model):
    """One backup that was tried, good or not; no path, no name. Written by `manage.py record_backup`."""

    class Fault(models.TextChoices):
        DISK_FULL = "disk_full", "disque plein"
        DATABASE = "database", "base non lue"
        FILES = "files", "fichiers non lus"
        ENCRYPTION = "encryption", "chiffrement impossible"
        VERIFICATION = "verification", "sauvegarde qui ne se rétablit pas"
        DESTINATION = "destination", "dossier de destination inaccessible"
        INTERRUPTED = "interrupted", "interrompue"

    started_at = models.DateTimeField("commencée le")
    ended_at = models.DateTimeField("terminée le")
    size = models.BigIntegerField("taille en octets", default=0)
    is_verified = models.BooleanField(
        "vérifiée", default=False, help_text="Rétablie dans une base d’essai, puis contrôlée."
    )
    is_encrypted = models.BooleanField("chiffrée", default=False, db_default=False)
    fault = models.CharField("défaut", max_length=12, choices=Fault, blank=True)

    class Meta:
        verbose_name = "sauvegarde"
        ordering = ["-ended_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__gte=models.F("started_at")),
                name="backup_ended_after_started",
                violation_error_message="Une sauvegarde ne se termine pas avant d’avoir commencé.",
            ),
            models.CheckConstraint(
                condition=models.Q(is_verified=False) | models.Q(fault=""),
                name="verified_backup_has_no_fault",
                violation_error_message="Une sauvegarde vérifiée n’a pas de défaut.",
            ),
        ]

    def __str__(self) -> str:
        return f"sauvegarde {self.pk}"


class InstallationIdentity(models.Model):
    """One row, made with the tables: a backup says of which installation it is, and goes back to no other."""

    identifier = models.UUIDField("identifiant", default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name = "identité de l’installation"
        verbose_name_plural = "identité de l’installation"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1),
                name="only_one_installation_identity",
                violation_error_message="Une installation n’a qu’une identité.",
            )
        ]

    def __str__(self) -> str:
        return str(self.identifier)
