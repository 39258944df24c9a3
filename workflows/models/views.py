"""The filters that somebody saved of a list, under a name."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from cases.models import Structure, User


class SavedView(models.Model):
    """Its author’s own; or his structure’s, once a manager shared it there. It holds filters, never what was typed."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(User, models.PROTECT, related_name="saved_views", verbose_name="auteur")
    list_code = models.CharField("liste", max_length=20)
    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="saved_views", null=True, blank=True, verbose_name="structure"
    )
    """Of which the list is, or to which the view is shared."""
    is_shared = models.BooleanField("partagée", default=False)
    name = models.CharField("nom", max_length=40)
    asked = models.JSONField("filtres", default=dict)
    """As in the address of the list."""
    saved_at = models.DateTimeField("enregistrée le")

    class Meta:
        verbose_name = "vue enregistrée"
        verbose_name_plural = "vues enregistrées"
        ordering = ["is_shared", "pk"]
        indexes = [
            models.Index(fields=["structure", "list_code"], condition=Q(is_shared=True), name="views_of_a_structure")
        ]
        constraints = [
            models.UniqueConstraint(
                "owner",
                "list_code",
                Lower("name"),
                condition=Q(is_shared=False),
                name="one_names_a_view_of_a_list_once",
                violation_error_message="Une de vos vues porte déjà ce nom.",
            ),
            models.UniqueConstraint(
                "structure",
                "list_code",
                Lower("name"),
                condition=Q(is_shared=True),
                name="a_structure_names_a_view_of_a_list_once",
                violation_error_message="Une vue de la structure porte déjà ce nom.",
            ),
            models.CheckConstraint(
                condition=Q(is_shared=False) | Q(structure__isnull=False),
                name="a_shared_view_is_of_a_structure",
            ),
        ]

    def __str__(self) -> str:
        return f"vue {self.pk}"
