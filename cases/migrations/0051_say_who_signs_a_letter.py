import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0050_keep_what_departures_said'),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='signer',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signed_letters', to='cases.beneficiary', verbose_name='signé par'),
        ),
    ]
