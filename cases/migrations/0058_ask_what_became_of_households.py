"""What became of a household six and twelve months after its case closed; its past is kept, and it is held back with its case.

The table is new: nobody else waits for it.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cases.migration_operations import keep_what_was

HELD = migrations.RunSQL(
    "DROP POLICY IF EXISTS second_barrier ON cases_lateranswer;"
    "CREATE POLICY second_barrier ON cases_lateranswer USING ((SELECT cases_reader()) IS NULL"
    " OR EXISTS (SELECT FROM cases_case c WHERE c.id = cases_lateranswer.case_id));"
    "ALTER TABLE cases_lateranswer ENABLE ROW LEVEL SECURITY;",
    "ALTER TABLE cases_lateranswer DISABLE ROW LEVEL SECURITY;"
    "DROP POLICY IF EXISTS second_barrier ON cases_lateranswer;",
)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0057_find_what_an_operator_joined'),
    ]

    operations = [
        migrations.CreateModel(
            name='LaterAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('closed_on', models.DateField(help_text='De cette clôture : le dossier peut avoir été rouvert depuis.', verbose_name='clos le')),
                ('months', models.PositiveSmallIntegerField(choices=[(6, 'six mois après'), (12, 'un an après')], verbose_name='combien de mois après')),
                ('home', models.CharField(choices=[('yes', 'toujours dans le logement'), ('no', 'n’y est plus'), ('unknown', 'non connu')], max_length=7, verbose_name='logement')),
                ('trend', models.CharField(choices=[('less', 'en baisse ou soldée'), ('same', 'stable'), ('more', 'en hausse'), ('unknown', 'non connu')], max_length=7, verbose_name='dette')),
                ('plan', models.CharField(blank=True, choices=[('kept', 'tenu'), ('broken', 'non tenu'), ('unknown', 'non connu')], max_length=7, verbose_name='plan en cours à la clôture')),
                ('known_on', models.DateField(verbose_name='situation au')),
                ('answered_at', models.DateTimeField(verbose_name='répondu le')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='répondu par')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='later_answers', to='cases.case', verbose_name='dossier')),
                ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.structure', verbose_name='structure')),
            ],
            options={
                'verbose_name': 'nouvelle après la clôture',
                'verbose_name_plural': 'nouvelles après la clôture',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('case', 'closed_on', 'months'), name='later_news_are_told_once', violation_error_message='Cette question a déjà sa réponse.'), models.CheckConstraint(condition=models.Q(('known_on__gt', models.F('closed_on'))), name='later_news_follow_the_closing', violation_error_message='Ces nouvelles doivent suivre la clôture.')],
            },
        ),
        keep_what_was("cases_lateranswer"),
        HELD,
    ]
