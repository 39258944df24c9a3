"""Territories: the cities that one installation serves. Each has its structures, its cases and its rules, and sees no other."""

from typing import Self

from django.db import models


class TerritoryQuerySet(models.QuerySet["Territory"]):
    def in_service(self) -> Self:
        return self.filter(is_active=True)


class Territory(models.Model):
    """A city and its partnership. Rows of other tables keep its code, which never changes; the database checks it."""

    code = models.SlugField("code", unique=True)
    name = models.CharField("nom", max_length=80)
    insee_codes = models.CharField(
        "codes INSEE des communes",
        max_length=200,
        blank=True,
        help_text="Cinq caractères chacun, séparés par des espaces : « 91286 ».",
    )
    since = models.DateField("depuis le")
    is_active = models.BooleanField("en service", default=True)

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        verbose_name = "territoire"
        ordering = ["name", "code"]

    def __str__(self) -> str:
        return self.name
