from django.db import migrations, models

from cases.migration_operations import keep_what_was


class Migration(migrations.Migration):
    """What the case says anyway is not kept as what was."""

    dependencies = [
        ('cases', '0067_find_met_delays_to_remind_of'),
    ]

    operations = [
        migrations.AddField(
            model_name='assignment',
            name='is_open',
            field=models.BooleanField(db_default=True, default=True, editable=False, verbose_name='dossier ouvert'),
        ),
        keep_what_was("cases_assignment", but=("is_open",)),
    ]
