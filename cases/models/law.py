"""Who said that what Relais says of the law was compared with its text, on which day."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cases.models.members import User


class LawCheckQuerySet(models.QuerySet["LawCheck"]):
    def of_territory(self, territory: str) -> Self:
        """The checks of a territory, the newest first."""
        return self.filter(territory=territory).select_related("checked_by").order_by("-pk")


class LawCheck(models.Model):
    """A row is never changed: the next one says what follows. It holds for what was said then (`mark`), and for that alone."""

    territory = models.SlugField("territoire")
    catalogue = models.SlugField("catalogue", max_length=40)
    code = models.CharField("règle", max_length=160)
    mark = models.CharField("empreinte", max_length=16)
    """Of what was checked: another mark, and it has changed since."""
    checked_on = models.DateField("vérifiée le")
    note = models.TextField("ce qui a été lu")
    checked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="par")
    recorded_at = models.DateTimeField("enregistrée le", db_default=Now(), editable=False)

    objects = LawCheckQuerySet.as_manager()

    class Meta:
        verbose_name = "vérification d’une règle"
        verbose_name_plural = "vérifications des règles"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["territory", "catalogue", "code", "-id"], name="checks_of_a_statement")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(note=""),
                name="a_law_check_says_what_was_read",
                violation_error_message="Dire ce qui a été lu : le texte, sa version, où.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.catalogue} {self.code}, {self.checked_on:%d/%m/%Y}"
