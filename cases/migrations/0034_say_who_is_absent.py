"""A member of a structure is away, from a day to another."""

import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0033_withdraw_plans_of_closed_cases'),
    ]

    operations = [
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('since', models.DateField(verbose_name='depuis le')),
                ('until', models.DateField(help_text='Jour exclu : ce qui en dépend cesse aussitôt.', verbose_name='jusqu’au')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='écourtée le')),
                ('reason', models.CharField(blank=True, choices=[('leave', 'congés'), ('training', 'formation'), ('mission', 'mission ou détachement'), ('other', 'autre motif')], max_length=10, verbose_name='motif')),
                ('declared_at', models.DateTimeField(verbose_name='déclarée le')),
                ('declared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences_declared', to=settings.AUTH_USER_MODEL, verbose_name='déclarée par')),
                ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='cases.structure', verbose_name='structure')),
                ('substitutes', models.ManyToManyField(blank=True, related_name='absences_covered', to=settings.AUTH_USER_MODEL, verbose_name='remplaçants')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
            ],
            options={
                'verbose_name': 'absence',
                'ordering': ['since', 'pk'],
            },
        ),
        migrations.AddIndex(
            model_name='absence',
            index=models.Index(fields=['structure', 'until'], name='absences_of_a_structure'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='absence_ends_after_it_starts', violation_error_message='Le dernier jour d’absence doit suivre le premier.'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('user', '='), ('structure', '='), (models.Func('since', 'until', function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='nobody_is_absent_twice_at_once', violation_error_message='Une absence est déjà déclarée pour une partie de ces jours.'),
        ),
    ]
