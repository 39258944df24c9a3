"""What business rows said before they were changed or deleted: kept by the database, whoever changed them, however."""

import pgtrigger
from django.db import models
from django.db.models import Func


class ActOfTransaction(Func):
    """The one id of all that a transaction writes: its lines of the journal and what rows said before it."""

    function = "act_of_transaction"
    output_field = models.UUIDField()


class PastRow(models.Model):
    """Of a row that was changed, the columns that were other, with what they held; of one deleted, all of them.

    Written by triggers alone. Values are those of the database, as text. Found by table and key, so that what must be
    forgotten can be (decisions/0026).
    """

    table_name = models.CharField("table", max_length=63)
    row = models.BigIntegerField("ligne")
    was = models.JSONField("ce qui était")
    is_deleted = models.BooleanField("ligne supprimée", default=False)
    until = models.DateTimeField("jusqu’au")
    act = models.UUIDField("acte")
    role = models.CharField("rôle de la base", max_length=63)

    class Meta:
        verbose_name = "ligne passée"
        verbose_name_plural = "lignes passées"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["table_name", "row", "-id"], name="what_a_row_said_before"),
            models.Index(fields=["table_name"], condition=models.Q(is_deleted=True), name="rows_deleted_of_a_table"),
        ]
        triggers = [pgtrigger.Protect(name="what_was_is_never_rewritten", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row}"
