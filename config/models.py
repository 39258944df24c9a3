"""What the installation remembers of itself: when its jobs last ended. No case, no person."""

from django.db import models


class JobRun(models.Model):
    """The last time that a job which comes back by itself was done whole. One row a job, written again each time."""

    name = models.CharField("travail", max_length=40, unique=True)
    ended_at = models.DateTimeField("terminé le")
    version = models.CharField("version", max_length=40, blank=True)
    """Of the code that did it."""

    class Meta:
        verbose_name = "dernier passage d’un travail"
        verbose_name_plural = "derniers passages des travaux"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
