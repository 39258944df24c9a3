from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0028_forget_what_goes_by_age'),
    ]

    operations = [
        migrations.AddField(
            model_name='installation',
            name='real_data_since',
            field=models.DateTimeField(blank=True, null=True, verbose_name='ouverte aux données réelles depuis le'),
        ),
    ]
