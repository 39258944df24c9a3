from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('cases', '0066_find_the_rare_acts_that_figures_count'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='deadline',
            index=models.Index(
                condition=models.Q(('remind_on__isnull', False), ('state', 'met')),
                fields=['remind_on', 'id'],
                name='met_deadlines_to_remind_of',
            ),
        ),
    ]
