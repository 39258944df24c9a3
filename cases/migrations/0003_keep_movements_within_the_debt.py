"""A movement never goes beyond what was owed when it was recorded: said by the database, not only counted."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0002_first_tables'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(('owed_before', None), ('amount__lte', models.F('owed_before')), _connector='OR'), name='a_movement_is_within_the_debt', violation_error_message='Un mouvement ne dépasse pas ce qui restait dû quand il a été enregistré.'),
        ),
    ]
