from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('cases', '0073_keep_the_statement_of_an_amendment'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='tenancy',
            index=models.Index(condition=models.Q(('reference', ''), _negated=True), fields=['reference'], name='tenancies_by_reference'),
        ),
    ]
