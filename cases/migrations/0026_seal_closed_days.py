from django.db import migrations, models
import pgtrigger.compiler
import pgtrigger.migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0025_carry_readings_over'),
    ]

    operations = [
        migrations.CreateModel(
            name='TraceSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True, verbose_name='jour')),
                ('accesses', models.PositiveBigIntegerField(verbose_name='accès')),
                ('accesses_digest', models.CharField(max_length=64, verbose_name='empreinte des accès')),
                ('acts', models.PositiveBigIntegerField(verbose_name='lignes du journal')),
                ('acts_digest', models.CharField(max_length=64, verbose_name='empreinte du journal')),
                ('previous', models.CharField(blank=True, help_text='Vide pour le premier.', max_length=64, verbose_name='sceau de la veille')),
                ('seal', models.CharField(max_length=64, verbose_name='sceau')),
                ('sealed_at', models.DateTimeField(verbose_name='scellé le')),
            ],
            options={
                'verbose_name': 'sceau',
                'verbose_name_plural': 'sceaux',
                'ordering': ['day'],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='traceseal',
            trigger=pgtrigger.compiler.Trigger(name='seals_are_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ee91e416df364b0e6c774727ad2817e1c38adb38', operation='UPDATE OR DELETE', pgid='pgtrigger_seals_are_never_rewritten_ef679', table='cases_traceseal', when='BEFORE')),
        ),
    ]
