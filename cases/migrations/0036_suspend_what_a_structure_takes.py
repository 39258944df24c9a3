"""A structure takes no new case until a day."""

import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0035_say_who_replaces_whom'),
    ]

    operations = [
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('since', models.DateField(verbose_name='depuis le')),
                ('until', models.DateField(help_text='Jour exclu : ce qui en dépend cesse aussitôt.', verbose_name='jusqu’au')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='écourtée le')),
                ('reason', models.CharField(choices=[('absences', 'absences dans l’équipe'), ('vacancy', 'poste vacant'), ('backlog', 'encours trop important'), ('closed', 'service fermé'), ('other', 'autre motif')], max_length=10, verbose_name='motif')),
                ('suspended_at', models.DateTimeField(verbose_name='suspendue le')),
            ],
            options={
                'verbose_name': 'suspension de capacité',
                'verbose_name_plural': 'suspensions de capacité',
                'ordering': ['since', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='suspension',
            name='structure',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='cases.structure', verbose_name='structure'),
        ),
        migrations.AddField(
            model_name='suspension',
            name='suspended_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to=settings.AUTH_USER_MODEL, verbose_name='suspendue par'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='suspension_ends_after_it_starts', violation_error_message='Le dernier jour de la suspension doit suivre le premier.'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('structure', '='), (models.Func('since', 'until', function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='a_structure_is_suspended_once_at_a_time', violation_error_message='La capacité est déjà suspendue pour une partie de ces jours.'),
        ),
    ]
