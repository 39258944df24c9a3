"""The file of a person who asks for her data is reviewed, written, and kept a few days."""

import cases.models.person_files
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0020_keep_data_for_a_time'),
    ]

    operations = [
        migrations.AlterField(
            model_name='reading',
            name='pages',
            field=models.CharField(choices=[('case', 'dossier'), ('documents', 'pièces'), ('letters', 'courriers'), ('diagnosis', 'diagnostic et feuilles'), ('question', 'question à un organisme'), ('contact', 'coordonnées'), ('archive', 'archive restreinte'), ('review', 'dossier à remettre à la personne'), ('search', 'recherche : connu d’un service')], max_length=10, verbose_name='pages'),
        ),
        migrations.CreateModel(
            name='PersonFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('withheld', models.JSONField(default=dict, help_text='{élément: motif}', verbose_name='retenu')),
                ('state', models.CharField(choices=[('waiting', 'en préparation'), ('done', 'prêt'), ('failed', 'échoué')], default='waiting', max_length=7, verbose_name='état')),
                ('asked_at', models.DateTimeField(verbose_name='relu le')),
                ('made_at', models.DateTimeField(blank=True, null=True, verbose_name='préparé le')),
                ('file', models.FileField(blank=True, upload_to=cases.models.person_files._place, verbose_name='fichier')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='person_files', to=settings.AUTH_USER_MODEL, verbose_name='relu par')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='person_files', to='cases.beneficiary', verbose_name='personne')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='person_files', to='cases.subjectrequest', verbose_name='demande')),
            ],
            options={
                'verbose_name': 'dossier d’une personne',
                'verbose_name_plural': 'dossiers des personnes',
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('request',), name='one_person_file_is_made_at_a_time', violation_error_message='Ce dossier est déjà en préparation.')],
            },
        ),
    ]
