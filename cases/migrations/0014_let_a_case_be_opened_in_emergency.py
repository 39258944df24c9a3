
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0013_propose_the_postcode_of_a_territory'),
    ]

    operations = [
        migrations.CreateModel(
            name='EmergencyAccess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('reason', models.CharField(max_length=500, verbose_name='raison')),
                ('opened_at', models.DateTimeField(verbose_name='ouvert le')),
                ('until', models.DateTimeField(verbose_name='jusqu’au')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='interrompu le')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergency_accesses', to=settings.AUTH_USER_MODEL, verbose_name='professionnel')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergency_accesses', to='cases.case', verbose_name='dossier')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='interrompu par')),
                ('structure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergency_accesses', to='cases.structure', verbose_name='structure du professionnel')),
            ],
            options={
                'verbose_name': 'accès d’urgence',
                'verbose_name_plural': 'accès d’urgence',
                'ordering': ['-opened_at', '-pk'],
                'indexes': [models.Index(fields=['by', 'until'], name='emergencies_of_a_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='an_emergency_says_why', violation_error_message='Dire pourquoi ce dossier est ouvert.'), models.CheckConstraint(condition=models.Q(('until__gt', models.F('opened_at'))), name='an_emergency_lasts', violation_error_message='Un accès d’urgence finit après son ouverture.'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='an_ended_emergency_says_by_whom')],
            },
        ),
    ]
