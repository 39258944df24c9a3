"""What can no longer be changed unseen: each closed day of the journal and of the access log, sealed in a chain."""

import pgtrigger
from django.db import models


class TraceSeal(models.Model):
    """A day that is over: how many lines each table had, what they come to, and the seal of the day before.

    It stays when the lines of the access log are forgotten: the chain goes on over them.
    """

    day = models.DateField("jour", unique=True)
    accesses = models.PositiveBigIntegerField("accès")
    accesses_digest = models.CharField("empreinte des accès", max_length=64)
    acts = models.PositiveBigIntegerField("lignes du journal")
    acts_digest = models.CharField("empreinte du journal", max_length=64)
    previous = models.CharField("sceau de la veille", max_length=64, blank=True, help_text="Vide pour le premier.")
    seal = models.CharField("sceau", max_length=64)
    sealed_at = models.DateTimeField("scellé le")

    class Meta:
        verbose_name = "sceau"
        verbose_name_plural = "sceaux"
        ordering = ["day"]
        triggers = [pgtrigger.Protect(name="seals_are_never_rewritten", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"sceau du {self.day}"
