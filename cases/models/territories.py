"""Territories: the cities that one installation serves. Each has its structures, its cases and its rules, and sees no other."""

from typing import Self

from django.core.validators import RegexValidator
from django.db import models

LICENCE_TEXT = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"


class TerritoryQuerySet(models.QuerySet["Territory"]):
    def in_service(self) -> Self:
        return self.filter(is_active=True)

    def with_open_figures(self) -> Self:
        return self.in_service().exclude(figures_open_since=None)


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
    postcode = models.CharField(
        "code postal",
        max_length=5,
        blank=True,
        db_default="",
        validators=[RegexValidator(r"^[0-9]{5}$", "Écrire cinq chiffres : 91350.")],
        help_text="Proposé pour un logement. Vide s’il y en a plusieurs.",
    )
    since = models.DateField("depuis le")
    is_active = models.BooleanField("en service", default=True)
    figures_open_since = models.DateTimeField("chiffres publiés ouverts à tous depuis le", null=True, blank=True)
    """None: the page of the Observatoire does not exist."""
    licence = models.CharField(
        "licence des chiffres publiés", max_length=80, default="Licence Ouverte 2.0", db_default="Licence Ouverte 2.0"
    )
    licence_source = models.URLField(
        "texte de la licence", max_length=200, default=LICENCE_TEXT, db_default=LICENCE_TEXT
    )
    licence_checked_on = models.DateField("licence vérifiée le", null=True, blank=True)
    """None: nobody has read yet that it is the one under which the partners publish."""

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        verbose_name = "territoire"
        ordering = ["name", "code"]

    def __str__(self) -> str:
        return self.name
