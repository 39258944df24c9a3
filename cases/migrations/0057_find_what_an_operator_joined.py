from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('cases', '0056_keep_what_an_operator_joins_to_its_answer'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='document',
            index=models.Index(condition=models.Q(('question__isnull', False)), fields=['question'], name='documents_of_an_answer'),
        ),
    ]
