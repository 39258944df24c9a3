"""A case, each of its debts and each référent of a person goes through one procedure at a time: said by the database."""

import django.db.models.fields.json
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflows', '0004_say_last_days_on_steps'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='caseprocess',
            constraint=models.UniqueConstraint(models.F('case'), models.F('debt'), django.db.models.fields.json.KeyTextTransform('referent', 'data'), condition=models.Q(('status', 'NEW')), name='one_procedure_at_a_time', nulls_distinct=False, violation_error_message='Un dossier ne suit qu’une procédure à la fois.'),
        ),
    ]
