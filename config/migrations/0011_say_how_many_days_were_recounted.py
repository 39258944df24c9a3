from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('config', '0010_keep_checks_of_seals'),
    ]

    operations = [
        migrations.AddField(
            model_name='sealcheck',
            name='recounted',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='jours recomptés'),
        ),
    ]
