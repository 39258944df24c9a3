import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0025_a_plan_runs_while_its_amendment_waits'),
    ]

    operations = [
        migrations.CreateModel(
            name='RentMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='Son premier jour.', verbose_name='mois')),
                ('paid', models.CharField(choices=[('yes', 'payé'), ('partly', 'payé en partie'), ('no', 'non payé'), ('unknown', 'non connu')], max_length=7, verbose_name='loyer courant')),
                ('source', models.CharField(choices=[('professional', 'professionnel'), ('file', 'fichier du bailleur'), ('landlord', 'bailleur')], max_length=12, verbose_name='source')),
                ('known_on', models.DateField(verbose_name='connu le')),
            ],
            options={
                'verbose_name': 'loyer d’un mois',
                'verbose_name_plural': 'loyers mois par mois',
                'ordering': ['month'],
            },
        ),
        migrations.AddField(
            model_name='rentmonth',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rent_months', to=settings.AUTH_USER_MODEL, verbose_name='par'),
        ),
        migrations.AddField(
            model_name='rentmonth',
            name='tenancy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rent_months', to='cases.tenancy', verbose_name='bail'),
        ),
        migrations.AddConstraint(
            model_name='rentmonth',
            constraint=models.UniqueConstraint(fields=('tenancy', 'month'), name='one_answer_a_month_of_rent'),
        ),
        migrations.AddConstraint(
            model_name='rentmonth',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='a_month_is_named_by_its_first_day'),
        ),
    ]
