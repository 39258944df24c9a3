"""The first tables as they are after 0002: a new database is made by this migration alone, one that exists goes on by those that it
replaces (decisions/0051).
"""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

from cases.migration_operations import Together, keep_what_was



class Migration(migrations.Migration):

    replaces = [
        ("notifications", "0001_first_tables"),
        ("notifications", "0002_keep_what_reminders_said"),
    ]

    initial = True

    dependencies = [
        ('cases', '0018_keep_what_cases_said'),
        ('workflows', '0001_first_tables'),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name='ReminderRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminder_rules', to='cases.edition', verbose_name='édition')),
                        ('code', models.SlugField(max_length=40, verbose_name='règle')),
                        ('content', models.JSONField(verbose_name='contenu')),
                    ],
                    options={
                        'verbose_name': 'règle de rappel',
                        'verbose_name_plural': 'règles de rappel',
                        'ordering': ['edition', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('edition', 'code'), name='a_reminder_rule_is_once_in_an_edition')],
                    },
                ),
                migrations.CreateModel(
                    name='Reminder',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('rule', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='notifications.reminderrule', verbose_name='règle')),
                        ('deadline', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='cases.deadline', verbose_name='échéance')),
                        ('task', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='workflows.casetask', verbose_name='tâche')),
                        ('due_on', models.DateField(verbose_name='date rappelée')),
                        ('day', models.DateField(verbose_name='jour du rappel')),
                        ('rank', models.PositiveSmallIntegerField(verbose_name='rang')),
                        ('escalates', models.BooleanField(default=False, verbose_name='sans suite')),
                        ('made_at', models.DateTimeField(verbose_name='fait le')),
                    ],
                    options={
                        'verbose_name': 'rappel',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('deadline', 'task', 'rule', 'due_on', 'rank', 'escalates'), name='one_is_reminded_of_a_date_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('deadline', None), ('task__isnull', False)), models.Q(('deadline__isnull', False), ('task', None)), _connector='OR'), name='a_reminder_is_of_a_delay_or_of_a_step')],
                    },
                ),
                migrations.CreateModel(
                    name='CalendarFeed',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='calendar_feed', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                        ('key', models.CharField(max_length=43, verbose_name='clé')),
                        ('opened_at', models.DateTimeField(verbose_name='créée le')),
                        ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='supprimée le')),
                    ],
                    options={
                        'verbose_name': 'calendrier personnel',
                        'verbose_name_plural': 'calendriers personnels',
                        'ordering': ['pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('closed_at', None), ('closed_at__gte', models.F('opened_at')), _connector='OR'), name='calendar_closed_after_it_was_opened')],
                    },
                ),
                migrations.CreateModel(
                    name='Preference',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='preference', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                        ('rhythm', models.CharField(choices=[('now', 'tout de suite'), ('daily', 'résumé du jour, à 8 h'), ('weekly', 'résumé de la semaine, le lundi à 8 h'), ('none', 'aucun courriel')], default='now', max_length=8, verbose_name='courriels')),
                        ('by_family', models.JSONField(blank=True, default=dict, verbose_name='par sujet')),
                    ],
                    options={
                        'verbose_name': 'choix de courriels',
                        'verbose_name_plural': 'choix de courriels',
                        'ordering': ['pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Notice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                        ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='cases.journalentry', verbose_name='ligne du journal')),
                        ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='cases.case', verbose_name='dossier')),
                        ('created_at', models.DateTimeField(verbose_name='créée le')),
                        ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='lue le')),
                        ('digest', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='notifications.delivery', verbose_name='résumé')),
                    ],
                    options={
                        'verbose_name': 'notification',
                        'ordering': ['-created_at', '-pk'],
                        'indexes': [models.Index(fields=['user', '-created_at', '-id'], name='notices_newest_first'), models.Index(condition=models.Q(('read_at', None)), fields=['user'], name='unread_notices')],
                        'constraints': [models.UniqueConstraint(fields=('user', 'entry'), name='a_person_is_told_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Delivery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                        ('notice', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='delivery', to='notifications.notice', verbose_name='notification')),
                        ('digest_on', models.DateField(blank=True, null=True, verbose_name='résumé du')),
                        ('state', models.CharField(choices=[('waiting', 'à envoyer'), ('sent', 'envoyée'), ('failed', 'en échec'), ('left_out', 'sans objet')], default='waiting', max_length=8, verbose_name='état')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='tentatives')),
                        ('next_try_at', models.DateTimeField(verbose_name='prochaine tentative')),
                        ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='envoyée le')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='créée le')),
                    ],
                    options={
                        'verbose_name': 'envoi',
                        'ordering': ['pk'],
                        'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['next_try_at'], name='deliveries_to_send'), models.Index(condition=models.Q(('state', 'failed')), fields=['user'], name='deliveries_that_failed')],
                        'constraints': [models.UniqueConstraint(fields=('user', 'digest_on'), name='one_summary_a_day_for_each_person'), models.CheckConstraint(condition=models.Q(models.Q(('digest_on__isnull', False), ('notice', None)), models.Q(('digest_on', None), ('notice__isnull', False)), _connector='OR'), name='an_e_mail_is_of_one_notice_or_a_summary', violation_error_message='Un envoi est celui d’une notification, ou un résumé.')],
                    },
                ),
            ]
        ),
        keep_what_was("notifications_reminderrule"),
    ]
