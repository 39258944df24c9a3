"""Plans made before: by the professional, for the whole of their amount."""

from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F


def forwards(apps, schema_editor):
    apps.get_model("cases", "RepaymentPlan").objects.update(owed=F("amount"))


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0023_count_the_answer_to_a_request_to_share'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='repaymentplan',
            name='one_current_plan_per_debt',
        ),
        migrations.AddField(
            model_name='repaymentplan',
            name='aid_share',
            field=models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=9, verbose_name='rappel d’aide attendu'),
        ),
        migrations.AddField(
            model_name='repaymentplan',
            name='amends',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='cases.repaymentplan', verbose_name='avenant de'),
        ),
        migrations.AddField(
            model_name='repaymentplan',
            name='author',
            field=models.CharField(choices=[('social_worker', 'travailleur social, avec le ménage'), ('landlord', 'bailleur'), ('caf', 'CAF ou MSA (plan par défaut)'), ('fsl', 'FSL'), ('judge', 'juge')], default='social_worker', max_length=13, verbose_name='établi par'),
        ),
        migrations.AddField(
            model_name='repaymentplan',
            name='break_reason',
            field=models.CharField(blank=True, choices=[('rent_unpaid', 'loyer courant non payé'), ('instalments_unpaid', 'mensualités non payées'), ('over_indebtedness', 'surendettement recevable : la dette ne se règle plus'), ('left', 'le ménage a quitté le logement'), ('other', 'autre motif')], max_length=18, verbose_name='motif de la rupture'),
        ),
        migrations.AddField(
            model_name='repaymentplan',
            name='fsl_share',
            field=models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=9, verbose_name='part attendue du FSL'),
        ),
        migrations.AddField(
            model_name='repaymentplan',
            name='owed',
            field=models.DecimalField(decimal_places=2, null=True, max_digits=9, verbose_name='dette à la date du plan'),
        ),
        migrations.AddField(
            model_name='repaymentplan',
            name='rent_commitment',
            field=models.BooleanField(default=False, verbose_name='engagement à payer le loyer courant'),
        ),
        migrations.AddField(
            model_name='repaymentplan',
            name='under_protocol',
            field=models.BooleanField(default=False, verbose_name='protocole de cohésion sociale'),
        ),
        migrations.AlterField(
            model_name='edition',
            name='catalogue',
            field=models.SlugField(choices=[('routing_arrears', 'orientation des impayés de loyer'), ('routing_overpayment', 'orientation des trop-perçus'), ('deadlines', 'délais'), ('letters', 'courriers'), ('sheets', 'feuilles du diagnostic'), ('plans', 'plans d’apurement')], max_length=40, verbose_name='catalogue'),
        ),
        migrations.AlterField(
            model_name='plancheck',
            name='instalment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='cases.instalment', verbose_name='mensualité'),
        ),
        migrations.AlterField(
            model_name='repaymentplan',
            name='state',
            field=models.CharField(choices=[('proposed', 'proposé au bailleur'), ('countered', 'contre-proposé par le bailleur'), ('refused', 'refusé par le bailleur'), ('running', 'en cours'), ('kept', 'tenu jusqu’au bout'), ('broken', 'rompu'), ('replaced', 'remplacé'), ('amended', 'remplacé par un avenant')], default='proposed', max_length=10, verbose_name='état'),
        ),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
