"""The first tables as they are after 0012: a new database is made by this migration alone, one that exists goes on by those that it
replaces (decisions/0051).
"""

import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models

from cases.migration_operations import Together



class Migration(migrations.Migration):

    replaces = [
        ("config", "0001_record_job_runs"),
        ("config", "0002_count_unexpected_errors"),
        ("config", "0003_keep_alerts"),
        ("config", "0004_note_what_opens_accounts"),
        ("config", "0005_say_whose_a_session_is"),
        ("config", "0006_keep_passkeys"),
        ("config", "0007_note_who_is_still_there"),
        ("config", "0008_send_new_passwords_by_the_worker"),
        ("config", "0009_keep_attestations"),
        ("config", "0010_keep_checks_of_seals"),
        ("config", "0011_say_how_many_days_were_recounted"),
        ("config", "0012_keep_what_the_watch_found"),
    ]

    initial = True

    dependencies = [
        ('cases', '0022_say_when_an_account_was_closed'),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name='JobRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=40, unique=True, verbose_name='travail')),
                        ('ended_at', models.DateTimeField(verbose_name='terminé le')),
                        ('version', models.CharField(blank=True, max_length=40, verbose_name='version')),
                    ],
                    options={
                        'verbose_name': 'dernier passage d’un travail',
                        'verbose_name_plural': 'derniers passages des travaux',
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='UnexpectedError',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=120, verbose_name='genre')),
                        ('place', models.CharField(max_length=160, verbose_name='lieu')),
                        ('count', models.PositiveIntegerField(default=1, verbose_name='nombre')),
                        ('first_at', models.DateTimeField(verbose_name='première fois')),
                        ('last_at', models.DateTimeField(verbose_name='dernière fois')),
                        ('request', models.CharField(blank=True, max_length=64, verbose_name='dernière requête')),
                    ],
                    options={
                        'verbose_name': 'erreur inattendue',
                        'verbose_name_plural': 'erreurs inattendues',
                        'ordering': ['-last_at', '-pk'],
                        'constraints': [models.UniqueConstraint(fields=('kind', 'place'), name='an_error_is_counted_in_one_row'), models.CheckConstraint(condition=models.Q(('last_at__gte', models.F('first_at'))), name='an_error_was_first_seen_before_it_was_last', violation_error_message='Une erreur n’est pas vue pour la dernière fois avant la première.')],
                    },
                ),
                migrations.CreateModel(
                    name='Alert',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=40, unique=True, verbose_name='service')),
                        ('name', models.CharField(max_length=80, verbose_name='nom')),
                        ('since', models.DateTimeField(verbose_name='depuis le')),
                        ('seen_at', models.DateTimeField(verbose_name='vue pour la dernière fois le')),
                        ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='dite le')),
                        ('failed_at', models.DateTimeField(blank=True, null=True, verbose_name='n’a pas pu être dite le')),
                    ],
                    options={
                        'verbose_name': 'alerte',
                        'ordering': ['since', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('seen_at__gte', models.F('since'))), name='an_alert_is_seen_from_its_beginning_on', violation_error_message='Une alerte n’est pas vue avant de commencer.')],
                    },
                ),
                migrations.CreateModel(
                    name='CodeGenerator',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('secret', models.TextField(verbose_name='secret chiffré')),
                        ('last_step', models.BigIntegerField(default=0, verbose_name='dernier code accepté')),
                        ('added_at', models.DateTimeField(verbose_name='ajouté le')),
                        ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='utilisé le')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='code_generator', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                    ],
                    options={
                        'verbose_name': 'application de codes',
                        'verbose_name_plural': 'applications de codes',
                    },
                ),
                migrations.CreateModel(
                    name='TriedCount',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=20, verbose_name='essai')),
                        ('key', models.CharField(max_length=64, verbose_name='empreinte')),
                        ('since', models.DateTimeField(verbose_name='depuis le')),
                        ('count', models.PositiveIntegerField(verbose_name='nombre')),
                    ],
                    options={
                        'verbose_name': 'compte d’essais',
                        'verbose_name_plural': 'comptes d’essais',
                        'constraints': [models.UniqueConstraint(fields=('kind', 'key'), name='tries_are_counted_in_one_row')],
                    },
                ),
                migrations.CreateModel(
                    name='RecoveryCode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('digest', models.CharField(max_length=64, verbose_name='empreinte')),
                        ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='utilisé le')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recovery_codes', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                    ],
                    options={
                        'verbose_name': 'code de secours',
                        'verbose_name_plural': 'codes de secours',
                        'constraints': [models.UniqueConstraint(fields=('user', 'digest'), name='a_recovery_code_is_given_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SignInEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('signed_in', 'connexion'), ('wrong_password', 'mot de passe refusé'), ('wrong_code', 'second facteur refusé'), ('locked', 'essais suspendus'), ('signed_out', 'déconnexion'), ('reset_asked', 'nouveau mot de passe demandé'), ('password_changed', 'mot de passe changé'), ('factor_added', 'second facteur ajouté'), ('factor_removed', 'second facteur retiré'), ('codes_made', 'codes de secours tirés'), ('code_used', 'code de secours utilisé'), ('factors_reset', 'second facteur réinitialisé depuis le serveur'), ('session_ended', 'session fermée à distance')], max_length=20, verbose_name='événement')),
                        ('device', models.CharField(blank=True, max_length=60, verbose_name='appareil')),
                        ('happened_at', models.DateTimeField(verbose_name='le')),
                        ('user', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sign_in_events', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                    ],
                    options={
                        'verbose_name': 'événement de connexion',
                        'verbose_name_plural': 'événements de connexion',
                        'ordering': ['-happened_at', '-pk'],
                        'indexes': [models.Index(fields=['user', '-happened_at'], name='sign_ins_of_a_person'), django.contrib.postgres.indexes.BrinIndex(fields=['happened_at'], name='sign_ins_to_forget')],
                    },
                ),
                migrations.CreateModel(
                    name='AccountSession',
                    fields=[
                        ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                        ('session_data', models.TextField(verbose_name='session data')),
                        ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                        ('device', models.CharField(blank=True, max_length=60, verbose_name='appareil')),
                        ('started_at', models.DateTimeField(verbose_name='ouverte le')),
                        ('seen_at', models.DateTimeField(verbose_name='vue pour la dernière fois le')),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                    ],
                    options={
                        'verbose_name': 'session',
                    },
                ),
                migrations.CreateModel(
                    name='Passkey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('name', models.CharField(max_length=60, verbose_name='nom')),
                        ('credential_id', models.BinaryField(unique=True, verbose_name='identifiant de la clé')),
                        ('credential', models.BinaryField(verbose_name='clé publique')),
                        ('sign_count', models.BigIntegerField(default=0, verbose_name='signatures')),
                        ('added_at', models.DateTimeField(verbose_name='ajoutée le')),
                        ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='utilisée le')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='passkeys', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                    ],
                    options={
                        'verbose_name': 'clé d’accès',
                        'verbose_name_plural': 'clés d’accès',
                        'ordering': ['pk'],
                    },
                ),
                migrations.CreateModel(
                    name='ConfirmedMembership',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('confirmed_on', models.DateField(verbose_name='confirmé le')),
                        ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='confirmations', to='cases.membership', verbose_name='rattachement')),
                    ],
                    options={
                        'verbose_name': 'rattachement confirmé',
                        'verbose_name_plural': 'rattachements confirmés',
                        'ordering': ['pk'],
                    },
                ),
                migrations.CreateModel(
                    name='AskedPassword',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('asked_at', models.DateTimeField(verbose_name='demandé le')),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='asked_passwords', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                    ],
                    options={
                        'verbose_name': 'mot de passe demandé',
                        'verbose_name_plural': 'mots de passe demandés',
                    },
                ),
                migrations.CreateModel(
                    name='Attestation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('condition', models.SlugField(db_index=False, max_length=20, verbose_name='condition')),
                        ('territory', models.SlugField(blank=True, db_index=False, verbose_name='territoire du délégué')),
                        ('attested_at', models.DateTimeField(verbose_name='attestée le')),
                        ('done_on', models.DateField(verbose_name='fait le')),
                        ('done_by', models.CharField(max_length=120, verbose_name='fait ou signé par')),
                        ('words', models.CharField(max_length=500, verbose_name='constat')),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='retirée le')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attestations', to=settings.AUTH_USER_MODEL, verbose_name='attestée par')),
                        ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='withdrawn_attestations', to=settings.AUTH_USER_MODEL, verbose_name='retirée par')),
                    ],
                    options={
                        'verbose_name': 'attestation',
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('condition', 'territory'), name='a_condition_is_attested_once_by_each_side', violation_error_message='Cette condition est déjà attestée.'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='a_withdrawn_attestation_says_by_whom')],
                    },
                ),
                migrations.CreateModel(
                    name='SealCheck',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('checked_at', models.DateTimeField(verbose_name='vérifiés le')),
                        ('days', models.PositiveIntegerField(verbose_name='jours conformes')),
                        ('last_day', models.DateField(blank=True, null=True, verbose_name='dernier jour scellé')),
                        ('head', models.CharField(blank=True, max_length=64, verbose_name='dernier sceau')),
                        ('fault', models.CharField(blank=True, max_length=300, verbose_name='défaut')),
                        ('recounted', models.PositiveIntegerField(blank=True, null=True, verbose_name='jours recomptés')),
                    ],
                    options={
                        'verbose_name': 'vérification des sceaux',
                        'verbose_name_plural': 'vérifications des sceaux',
                        'ordering': ['-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='OpeningAnswer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('asked_at', models.DateTimeField(verbose_name='demandé le')),
                        ('missing', models.TextField(blank=True, verbose_name='ce qui manque')),
                    ],
                    options={
                        'verbose_name': 'dernière lecture des conditions',
                        'verbose_name_plural': 'dernières lectures des conditions',
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='signinevent',
                    trigger=pgtrigger.compiler.Trigger(name='sign_ins_are_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='55db61e0bd96ef9881f934e7a824919b4f8ee61c', operation='UPDATE', pgid='pgtrigger_sign_ins_are_never_rewritten_eb046', table='config_signinevent', when='BEFORE')),
                ),
            ]
        ),
    ]
