from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Figures look for a few rare acts: not among all lines of the journal."""

    atomic = False

    dependencies = [
        ('cases', '0065_find_what_a_large_structure_is_asked'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='journalentry',
            index=models.Index(condition=models.Q(('kind__in', ['step.acceptance_taken_back', 'case.reopened', 'notice.recorded'])), fields=['kind', 'happened_at'], name='acts_that_figures_count'),
        ),
    ]
