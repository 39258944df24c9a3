"""What is proposed for a dwelling becomes data of the territory; that of Grigny stood in the code."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0012_keep_a_register_by_territory'),
    ]

    operations = [
        migrations.AddField(
            model_name='territory',
            name='postcode',
            field=models.CharField(blank=True, db_default='', help_text='Proposé pour un logement. Vide s’il y en a plusieurs.', max_length=5, validators=[django.core.validators.RegexValidator('^[0-9]{5}$', 'Écrire cinq chiffres : 91350.')], verbose_name='code postal'),
        ),
        # safe: one row
        migrations.RunSQL(
            'UPDATE "cases_territory" SET "postcode" = \'91350\' WHERE "code" = \'grigny\'', migrations.RunSQL.noop
        ),
    ]
