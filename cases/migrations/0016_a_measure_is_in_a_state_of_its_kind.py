import uuid

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0015_translate_states_of_measures'),
    ]

    operations = [
        migrations.AlterField(
            model_name='measure',
            name='public_id',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'fsl'), ('state__in', ['to_build', 'filed', 'completed', 'granted', 'paid', 'refused', 'appealed', 'dropped'])), models.Q(('kind', 'over_indebtedness'), ('state__in', ['to_build', 'filed', 'admitted', 'inadmissible', 'appealed', 'decided', 'erased', 'lapsed', 'ended', 'dropped'])), models.Q(('kind', 'rights'), ('state__in', ['to_build', 'filed', 'completed', 'opened', 'recovered', 'refused', 'appealed', 'dropped'])), models.Q(('kind', 'dispute'), ('state__in', ['to_build', 'raised', 'inspection', 'established', 'conciliation', 'settled', 'rejected', 'dropped'])), models.Q(('kind', 'rehousing'), ('state__in', ['to_build', 'filed', 'priority', 'offered', 'rehoused', 'refused', 'dropped'])), _connector='OR'), name='a_measure_has_a_state_of_its_kind', violation_error_message='Cet état n’est pas de ceux de cette mesure.'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('kind', 'fsl'), ('state__in', ['to_build', 'filed', 'completed', 'granted', 'appealed'])), models.Q(('kind', 'over_indebtedness'), ('state__in', ['to_build', 'filed', 'admitted', 'appealed', 'decided'])), models.Q(('kind', 'rights'), ('state__in', ['to_build', 'filed', 'completed', 'appealed'])), models.Q(('kind', 'dispute'), ('state__in', ['to_build', 'raised', 'inspection', 'established', 'conciliation'])), models.Q(('kind', 'rehousing'), ('state__in', ['to_build', 'filed', 'priority', 'offered'])), _connector='OR'), fields=('case', 'kind'), name='a_measure_runs_once', violation_error_message='Cette mesure est déjà engagée.'),
        ),
    ]
