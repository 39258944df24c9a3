import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('config', '0008_send_new_passwords_by_the_worker'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
    ]
