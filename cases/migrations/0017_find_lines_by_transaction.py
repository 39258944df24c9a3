"""Who changed a row, and in which act: the lines of the journal of that transaction."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0016_say_the_transaction_of_a_line")]

    operations = [
        AddIndexConcurrently(
            model_name="journalentry",
            index=models.Index(
                condition=models.Q(("act__isnull", False)), fields=["act"], name="lines_of_a_transaction"
            ),
        )
    ]
