"""The territories of what exists become rows, and each row that names one names one that exists.

A household is of one territory too: people are matched within it. The columns stay plain codes, which every query reads
without a join; that the code is one of a territory is said by foreign keys of the database.
"""

from datetime import date

from django.db import migrations, models

TABLES = ("cases_structure", "cases_case", "cases_edition", "cases_household")


def check(table):
    name = f"{table}_is_of_a_territory"
    return migrations.RunSQL(
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY ("territory") REFERENCES "cases_territory" ("code")'
        " DEFERRABLE INITIALLY IMMEDIATE",
        f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"',
    )


def name_what_exists(apps, schema_editor):
    """« Grigny », since the first day of its first edition. Where nothing exists, the reference files bring the first one."""
    territories = apps.get_model("cases", "Territory").objects
    structures, editions = (apps.get_model("cases", name).objects for name in ("Structure", "Edition"))
    for code in sorted(set(structures.values_list("territory", flat=True))):
        first = editions.filter(territory=code).order_by("effective_on").values_list("effective_on", flat=True).first()
        territories.create(code=code, name=code.replace("-", " ").capitalize(), since=first or date(2026, 1, 1))


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0009_say_where_and_when_structures_receive'),
    ]

    operations = [
        migrations.CreateModel(
            name='Territory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='nom')),
                ('insee_codes', models.CharField(blank=True, help_text='Cinq caractères chacun, séparés par des espaces : « 91286 ».', max_length=200, verbose_name='codes INSEE des communes')),
                ('since', models.DateField(verbose_name='depuis le')),
                ('is_active', models.BooleanField(default=True, verbose_name='en service')),
            ],
            options={
                'verbose_name': 'territoire',
                'ordering': ['name', 'code'],
            },
        ),
        migrations.RunPython(name_what_exists, migrations.RunPython.noop),
        migrations.AddField(
            model_name='household',
            name='territory',
            field=models.SlugField(default='grigny', verbose_name='territoire'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='structure',
            name='territory',
            field=models.SlugField(verbose_name='territoire'),
        ),
        migrations.AlterField(
            model_name='case',
            name='territory',
            field=models.SlugField(verbose_name='territoire'),
        ),
        migrations.AlterField(
            model_name='edition',
            name='territory',
            field=models.SlugField(verbose_name='territoire'),
        ),
        *map(check, TABLES),
    ]
