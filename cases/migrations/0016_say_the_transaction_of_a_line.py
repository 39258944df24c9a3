"""Lines of the journal say in which transaction they were written, as what rows said before it does. Former ones do not.

The default comes after the column: given with it, it would rewrite the journal, all of whose lines would be of one act.
"""

from django.db import migrations, models

import cases.models.past_rows

ADD = """
ALTER TABLE cases_journalentry ADD COLUMN act uuid NULL;
ALTER TABLE cases_journalentry ALTER COLUMN act SET DEFAULT act_of_transaction();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_keep_what_rows_said")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ADD, "ALTER TABLE cases_journalentry DROP COLUMN act")],
            state_operations=[
                migrations.AddField(
                    model_name="journalentry",
                    name="act",
                    field=models.UUIDField(
                        db_default=cases.models.past_rows.ActOfTransaction(),
                        editable=False,
                        null=True,
                        verbose_name="transaction",
                    ),
                )
            ],
        )
    ]
