"""Data is kept for a time: limits, legal holds, runs, what was erased; the journal may lose words of whoever is anonymised."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0019_admit_establishments_and_proconnect_identities'),
    ]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('household', models.UUIDField(verbose_name='ménage')),
                ('act', models.CharField(choices=[('archive', 'mettre en archive restreinte'), ('anonymise', 'anonymiser')], max_length=9, verbose_name='acte')),
                ('on', models.DateField(verbose_name='le')),
            ],
            options={
                'verbose_name': 'effacement',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('reason', models.CharField(choices=[('litigation', 'procédure en cours devant un juge'), ('complaint', 'plainte ou enquête'), ('claim', 'réclamation ou recours de la personne'), ('request', 'la personne demande de garder ses données')], max_length=12, verbose_name='motif')),
                ('put_at', models.DateTimeField(verbose_name='posé le')),
                ('lifted_at', models.DateTimeField(blank=True, null=True, verbose_name='levé le')),
                ('lift_reason', models.CharField(blank=True, choices=[('over', 'la procédure est finie'), ('wrong_person', 'elle concernait une autre personne'), ('mistake', 'posée par erreur')], max_length=12, verbose_name='pourquoi levé')),
            ],
            options={
                'verbose_name': 'gel de conservation',
                'verbose_name_plural': 'gels de conservation',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='RetentionItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('archive', 'mettre en archive restreinte'), ('anonymise', 'anonymiser')], max_length=9, verbose_name='acte')),
                ('since', models.DateField(verbose_name='dernier contact, ou archivage')),
                ('state', models.CharField(choices=[('waiting', 'à faire'), ('done', 'fait'), ('left', 'laissé')], default='waiting', max_length=7, verbose_name='état')),
                ('why', models.CharField(blank=True, choices=[('held', 'un gel a été posé'), ('open', 'un dossier s’est ouvert'), ('contact', 'un contact a eu lieu'), ('done', 'déjà fait')], max_length=7, verbose_name='pourquoi laissé')),
            ],
            options={
                'verbose_name': 'ménage d’un passage',
                'verbose_name_plural': 'ménages d’un passage',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='RetentionLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('territory', models.SlugField(db_index=False, verbose_name='territoire')),
                ('kind', models.SlugField(db_index=False, max_length=30, verbose_name='nature')),
                ('length', models.PositiveSmallIntegerField(verbose_name='durée')),
                ('effective_on', models.DateField(verbose_name='à partir du')),
                ('reason', models.CharField(max_length=300, verbose_name='justification')),
                ('set_at', models.DateTimeField(verbose_name='fixée le')),
            ],
            options={
                'verbose_name': 'durée de conservation',
                'verbose_name_plural': 'durées de conservation',
                'ordering': ['kind', '-effective_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='RetentionRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('territory', models.SlugField(db_index=False, verbose_name='territoire')),
                ('state', models.CharField(choices=[('proposed', 'à approuver'), ('running', 'en cours'), ('done', 'terminé'), ('dropped', 'abandonné')], default='proposed', max_length=8, verbose_name='état')),
                ('as_of', models.DateField(verbose_name='établi au')),
                ('asked_at', models.DateTimeField(verbose_name='demandé le')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approuvé le')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='terminé le')),
            ],
            options={
                'verbose_name': 'passage de conservation',
                'verbose_name_plural': 'passages de conservation',
                'ordering': ['-pk'],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='journalentry',
            name='journal_is_append_only',
        ),
        migrations.AddField(
            model_name='household',
            name='anonymised_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='anonymisé le'),
        ),
        migrations.AddField(
            model_name='household',
            name='archived_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='en archive restreinte depuis le'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='journalentry',
            trigger=pgtrigger.compiler.Trigger(name='journal_is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF TG_OP = 'UPDATE' AND NEW.data <@ OLD.data AND to_jsonb(NEW) - 'data' = to_jsonb(OLD) - 'data' AND EXISTS (\n  SELECT FROM cases_case c JOIN cases_household h ON h.id = c.household_id\n  WHERE c.id = OLD.case_id AND h.anonymised_on IS NOT NULL\n) THEN\n  RETURN NEW;\nEND IF;\nRAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;\n", hash='1eea538873cec069af8d8bc2039966bb639b2e79', operation='UPDATE OR DELETE', pgid='pgtrigger_journal_is_append_only_90306', table='cases_journalentry', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='erasure',
            constraint=models.UniqueConstraint(fields=('household', 'act'), name='a_household_is_erased_once'),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_holds', to='cases.case', verbose_name='dossier'),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='household',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_holds', to='cases.household', verbose_name='ménage'),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='lifted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lifted_holds', to=settings.AUTH_USER_MODEL, verbose_name='levé par'),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='put_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_holds', to=settings.AUTH_USER_MODEL, verbose_name='posé par'),
        ),
        migrations.AddField(
            model_name='retentionitem',
            name='household',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='retention_items', to='cases.household', verbose_name='ménage'),
        ),
        migrations.AddField(
            model_name='retentionitem',
            name='structure',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='retention_items', to='cases.structure', verbose_name='structure'),
        ),
        migrations.AddField(
            model_name='retentionlimit',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='retention_limits', to=settings.AUTH_USER_MODEL, verbose_name='fixée par'),
        ),
        migrations.AddField(
            model_name='retentionrun',
            name='approved_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='approved_runs', to=settings.AUTH_USER_MODEL, verbose_name='approuvé par'),
        ),
        migrations.AddField(
            model_name='retentionrun',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='retention_runs', to=settings.AUTH_USER_MODEL, verbose_name='demandé par'),
        ),
        migrations.AddField(
            model_name='retentionitem',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='cases.retentionrun', verbose_name='passage'),
        ),
        migrations.AddConstraint(
            model_name='legalhold',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('household',), name='one_legal_hold_stands', violation_error_message='Un gel est déjà posé pour ce ménage.'),
        ),
        migrations.AddConstraint(
            model_name='legalhold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lift_reason', ''), ('lifted_at', None), ('lifted_by', None)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False), models.Q(('lift_reason', ''), _negated=True)), _connector='OR'), name='a_lifted_hold_says_by_whom_and_why'),
        ),
        migrations.AddIndex(
            model_name='retentionlimit',
            index=models.Index(fields=['territory', 'kind', '-effective_on', '-id'], name='limits_of_a_territory'),
        ),
        migrations.AddConstraint(
            model_name='retentionlimit',
            constraint=models.CheckConstraint(condition=models.Q(('length__gte', 1)), name='data_is_kept_some_time', violation_error_message='Une durée de conservation est d’au moins 1.'),
        ),
        migrations.AddConstraint(
            model_name='retentionrun',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['proposed', 'running'])), fields=('territory',), name='one_retention_run_at_a_time', violation_error_message='Un passage est déjà proposé ou en cours.'),
        ),
        migrations.AddConstraint(
            model_name='retentionrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_by', None), ('state__in', ['proposed', 'dropped'])), models.Q(('approved_by__isnull', False), ('state__in', ['running', 'done'])), _connector='OR'), name='a_retention_run_is_approved_before_it_starts'),
        ),
        migrations.AddIndex(
            model_name='retentionitem',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['run', 'id'], name='households_left_in_a_run'),
        ),
        migrations.AddConstraint(
            model_name='retentionitem',
            constraint=models.UniqueConstraint(fields=('run', 'household'), name='a_household_is_once_in_a_run'),
        ),
    ]
