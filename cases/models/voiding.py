"""What was undone, of an import or noted by mistake: it stays in its table, and counts for nothing."""

from typing import Any, ClassVar

from django.db import models


class NotVoidedManager(models.Manager[Any]):
    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(voided_at=None)


class Voidable(models.Model):
    """Read through `objects`, a voided row does not exist; `everything` is for history and checks."""

    voided_at = models.DateTimeField("annulé le", null=True, blank=True, editable=False)

    objects: ClassVar[Any] = NotVoidedManager()
    everything: ClassVar[Any] = models.Manager()

    class Meta:
        abstract = True
