import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cases.migration_operations import keep_what_was


class Migration(migrations.Migration):
    """What the journal says anyway is not kept as what was."""

    dependencies = [
        ('cases', '0068_say_on_assignments_if_their_case_is_open'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='closed_by',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='closed_cases', to=settings.AUTH_USER_MODEL, verbose_name='clos par'),
        ),
        keep_what_was("cases_case", but=("closed_by_id",)),
    ]
