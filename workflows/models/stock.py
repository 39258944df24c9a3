"""How many cases of an initial stock a structure takes a week."""

from django.db import models

from cases.models import Structure, User


class StockPace(models.Model):
    """The pilot’s own number for a structure; without one, the default of `reference/stock.toml`."""

    structure = models.OneToOneField(Structure, models.PROTECT, related_name="stock_pace", verbose_name="structure")
    per_week = models.PositiveSmallIntegerField("dossiers par semaine")
    set_by = models.ForeignKey(User, models.PROTECT, related_name="stock_paces", verbose_name="fixé par")
    set_at = models.DateTimeField("fixé le")

    class Meta:
        verbose_name = "rythme du stock initial"
        verbose_name_plural = "rythmes du stock initial"
        ordering = ["structure"]

    def __str__(self) -> str:
        return f"rythme {self.structure_id}"
