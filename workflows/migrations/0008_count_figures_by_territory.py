"""What was counted and reported so far is of the only territory that there was."""

from django.db import migrations, models


def name_the_only_one(apps, schema_editor):
    structures = apps.get_model("cases", "Structure").objects
    only = structures.order_by("pk").values_list("territory", flat=True).first()
    if only:
        for name in ("IndicatorFigures", "CommitteeReport"):
            apps.get_model("workflows", name).objects.update(territory=only)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0010_say_the_territories'),
        ('workflows', '0007_keep_leases_of_work'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='indicatorfigures',
            name='an_indicator_is_counted_once_a_quarter_and_split',
        ),
        migrations.AddField(
            model_name='indicatorfigures',
            name='territory',
            field=models.SlugField(default='', verbose_name='territoire'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='committeereport',
            name='territory',
            field=models.SlugField(default='', verbose_name='territoire'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='committeereport',
            name='quarter',
            field=models.DateField(help_text='Son premier jour.', verbose_name='trimestre'),
        ),
        migrations.RunPython(name_the_only_one, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='indicatorfigures',
            constraint=models.UniqueConstraint(fields=('territory', 'indicator', 'quarter', 'by'), name='an_indicator_is_counted_once_a_quarter_and_split'),
        ),
        migrations.AddConstraint(
            model_name='committeereport',
            constraint=models.UniqueConstraint(fields=('territory', 'quarter'), name='a_quarter_is_reported_once'),
        ),
    ]
