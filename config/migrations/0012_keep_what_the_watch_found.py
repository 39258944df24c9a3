from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('config', '0011_say_how_many_days_were_recounted'),
    ]

    operations = [
        migrations.CreateModel(
            name='OpeningAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(verbose_name='demandé le')),
                ('missing', models.TextField(blank=True, verbose_name='ce qui manque')),
            ],
            options={
                'verbose_name': 'dernière lecture des conditions',
                'verbose_name_plural': 'dernières lectures des conditions',
            },
        ),
    ]
