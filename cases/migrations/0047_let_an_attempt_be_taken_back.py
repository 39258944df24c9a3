from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0046_keep_what_rent_checks_said'),
    ]

    operations = [
        migrations.AddField(
            model_name='contactattempt',
            name='voided_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='annulé le'),
        ),
    ]
