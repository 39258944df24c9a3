"""The code of a sheet, and the narrow door of the page that it opens: read as nobody, with the digest of what was typed,
PostgreSQL shows that one row and no case (decisions/0046)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

POLICY = """
CREATE POLICY second_barrier ON cases_familycode USING (
    (SELECT cases_reader()) IS NULL
    OR digest = (
        SELECT CASE WHEN split_part(current_setting('relais.reader', true), ' ', 3) = 'family'
        THEN split_part(current_setting('relais.reader', true), ' ', 4) END
    )
    OR EXISTS (SELECT FROM cases_case c WHERE c.id = cases_familycode.case_id)
);
ALTER TABLE cases_familycode ENABLE ROW LEVEL SECURITY;
"""
NO_POLICY = """
ALTER TABLE cases_familycode DISABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS second_barrier ON cases_familycode;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0059_open_published_figures_and_write_of_causes'),
    ]

    operations = [
        migrations.AddField(
            model_name='structure',
            name='opens_family_page',
            field=models.BooleanField(db_default=False, default=False, help_text='Ses fiches peuvent porter un code, par lequel la personne en lit le texte sans compte.', verbose_name='page de la famille'),
        ),
        migrations.AlterField(
            model_name='accessentry',
            name='kind',
            field=models.CharField(choices=[('case', 'dossier'), ('documents', 'pièces'), ('letters', 'courriers'), ('diagnosis', 'diagnostic et feuilles'), ('question', 'question à un organisme'), ('contact', 'coordonnées'), ('archive', 'archive restreinte'), ('review', 'dossier à remettre à la personne'), ('search', 'recherche : connu d’un service'), ('lookup', 'recherche'), ('list', 'liste'), ('report', 'signalement'), ('download', 'pièce ou courrier ouvert'), ('print', 'feuille imprimée'), ('export', 'liste emportée'), ('traces', 'traces d’un dossier'), ('family', 'fiche lue sur internet, avec son code'), ('missed', 'essai manqué avec un code de fiche')], max_length=10, verbose_name='nature'),
        ),
        migrations.AlterField(
            model_name='accessentry',
            name='right',
            field=models.CharField(blank=True, choices=[('assignment', 'affectation'), ('structure', 'droit dans la structure'), ('manager', 'responsable de la structure'), ('asked', 'structure sollicitée'), ('pilot', 'pilotage'), ('reporting', 'signalement'), ('question', 'question posée à l’organisme'), ('officer', 'délégué à la protection des données'), ('administrator', 'administration'), ('break_glass', 'accès d’urgence'), ('person', 'la personne elle-même'), ('code', 'code d’une fiche')], max_length=13, verbose_name='à quel titre'),
        ),
        migrations.AlterField(
            model_name='accessentry',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, help_text='Personne : la page de la famille, qui se lit sans compte.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='professionnel'),
        ),
        migrations.CreateModel(
            name='FamilyCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('made_at', models.DateTimeField(verbose_name='préparée le')),
                ('expires_on', models.DateField(verbose_name='dernier jour')),
                ('digest', models.CharField(max_length=64, unique=True, verbose_name='empreinte du code')),
                ('words', models.JSONField(default=dict, verbose_name='texte de la fiche')),
                ('failed_tries', models.PositiveSmallIntegerField(default=0, verbose_name='essais manqués de suite')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='fin le')),
                ('end_reason', models.CharField(blank=True, choices=[('revoked', 'retiré'), ('replaced', 'remplacé par une autre fiche'), ('expired', 'dernier jour passé'), ('tries', 'trop d’essais manqués'), ('off', 'page fermée par la structure'), ('unsafe', 'la situation ne le permet plus')], max_length=8, verbose_name='pourquoi')),
                ('beneficiary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.beneficiary', verbose_name='personne')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='family_codes', to='cases.case', verbose_name='dossier')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='retirée par')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.household', verbose_name='ménage')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='préparée par')),
                ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.structure', verbose_name='structure')),
            ],
            options={
                'verbose_name': 'code d’une fiche',
                'verbose_name_plural': 'codes de fiches',
                'ordering': ['-pk'],
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['structure'], name='standing_family_codes')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at', None)), models.Q(('ended_at__isnull', False), ('words', {}), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='an_ended_code_says_why_and_keeps_no_words'), models.CheckConstraint(condition=models.Q(('failed_tries__lte', 10)), name='a_code_is_tried_ten_times')],
            },
        ),
        migrations.RunSQL(POLICY, NO_POLICY),
    ]
