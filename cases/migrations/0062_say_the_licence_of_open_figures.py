from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0061_find_the_closings_of_a_structure'),
    ]

    operations = [
        migrations.AddField(
            model_name='territory',
            name='licence',
            field=models.CharField(db_default='Licence Ouverte 2.0', default='Licence Ouverte 2.0', max_length=80, verbose_name='licence des chiffres publiés'),
        ),
        migrations.AddField(
            model_name='territory',
            name='licence_source',
            field=models.URLField(db_default='https://www.etalab.gouv.fr/licence-ouverte-open-licence/', default='https://www.etalab.gouv.fr/licence-ouverte-open-licence/', verbose_name='texte de la licence'),
        ),
        migrations.AddField(
            model_name='territory',
            name='licence_checked_on',
            field=models.DateField(blank=True, null=True, verbose_name='licence vérifiée le'),
        ),
    ]
