from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('cases', '0070_fill_what_closings_say'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='assignment',
            index=models.Index(condition=models.Q(('is_open', True)), fields=['user', 'case'], name='open_cases_of_a_professional'),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_on__isnull', False), ('kind', 'arrears')), fields=['responsible_structure', 'closed_on'], include=('id', 'closed_by'), name='closings_in_a_structure'),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_on__isnull', False), ('kind', 'arrears')), fields=['closed_by', 'closed_on'], name='closings_of_a_professional'),
        ),
        RemoveIndexConcurrently(model_name='case', name='closings_of_a_structure'),
    ]
