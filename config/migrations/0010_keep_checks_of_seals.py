from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('config', '0009_keep_attestations'),
    ]

    operations = [
        migrations.CreateModel(
            name='SealCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('checked_at', models.DateTimeField(verbose_name='vérifiés le')),
                ('days', models.PositiveIntegerField(verbose_name='jours conformes')),
                ('last_day', models.DateField(blank=True, null=True, verbose_name='dernier jour scellé')),
                ('head', models.CharField(blank=True, max_length=64, verbose_name='dernier sceau')),
                ('fault', models.CharField(blank=True, max_length=300, verbose_name='défaut')),
            ],
            options={
                'verbose_name': 'vérification des sceaux',
                'verbose_name_plural': 'vérifications des sceaux',
                'ordering': ['-pk'],
            },
        ),
    ]
