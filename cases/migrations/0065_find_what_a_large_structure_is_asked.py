from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a structure is asked, who closed a case, and the last days of rights: few rows of large tables."""

    atomic = False

    dependencies = [
        ('cases', '0064_find_the_dates_of_a_case_by_their_state'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='deadline',
            index=models.Index(condition=models.Q(('state', 'running')), fields=['rule', 'legal_date'], name='running_deadlines_of_a_rule'),
        ),
        AddIndexConcurrently(
            model_name='journalentry',
            index=models.Index(condition=models.Q(('kind', 'case.closed')), fields=['case', '-happened_at', '-id'], include=('actor',), name='closings_of_a_case'),
        ),
        AddIndexConcurrently(
            model_name='participation',
            index=models.Index(condition=models.Q(('part', 'asked')), fields=['structure', 'case'], include=('since', 'until', 'level'), name='asked_of_a_structure'),
        ),
    ]
