from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('cases', '0060_open_a_page_to_families'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(
                condition=models.Q(('closed_on__isnull', False), ('kind', 'arrears')),
                fields=['responsible_structure', 'closed_on'],
                name='closings_of_a_structure',
            ),
        ),
    ]
