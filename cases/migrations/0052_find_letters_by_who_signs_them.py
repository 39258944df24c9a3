from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('cases', '0051_say_who_signs_a_letter'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='letter',
            index=models.Index(condition=models.Q(('signer', None), _negated=True), fields=['signer'], name='letters_by_signer'),
        ),
    ]
