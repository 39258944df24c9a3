import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """In the place of the index of the key, which the new one begins with."""

    atomic = False

    dependencies = [
        ('cases', '0002_squashed_0063_say_what_each_tenant_owes'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='deadline',
            index=models.Index(fields=['case', 'state', 'safe_date', 'id'], name='deadlines_of_a_case'),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    'DROP INDEX CONCURRENTLY IF EXISTS cases_deadline_case_id_fd6938e1',
                    'CREATE INDEX CONCURRENTLY IF NOT EXISTS cases_deadline_case_id_fd6938e1 ON cases_deadline (case_id)',
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='deadline',
                    name='case',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='cases.case', verbose_name='dossier'),
                ),
            ],
        ),
    ]
