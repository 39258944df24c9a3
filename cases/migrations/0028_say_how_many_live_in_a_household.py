from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0027_rent_is_answered_for_its_month"),
    ]

    operations = [
        migrations.AddField(
            model_name='diagnostic',
            name='household_size',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='personnes au foyer'),
        ),
        migrations.AlterField(
            model_name='diagnostic',
            name='children_elsewhere',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='enfants accueillis par moments'),
        ),
        migrations.AlterField(
            model_name='diagnostic',
            name='met_on',
            field=models.DateField(blank=True, null=True, verbose_name='date de l’entretien'),
        ),
    ]
