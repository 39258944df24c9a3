"""Which process does a work of many transactions, and until when."""

from django.db import models


class Lease(models.Model):
    """Kept after the work, free: whoever takes it next locks its row."""

    name = models.CharField("travail", max_length=80, primary_key=True)
    holder = models.UUIDField("fait par", null=True, help_text="Un processus, pas une personne.")
    until = models.DateTimeField("jusqu’à", null=True)

    class Meta:
        verbose_name = "travail réservé"
        verbose_name_plural = "travaux réservés"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(holder=None, until=None) | models.Q(holder__isnull=False, until__isnull=False),
                name="a_lease_is_held_until_a_time",
                violation_error_message="Un travail réservé l’est jusqu’à une heure.",
            )
        ]

    def __str__(self) -> str:
        return self.name
