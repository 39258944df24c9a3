"""A substitute’s part in a case comes from an absence."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0034_say_who_is_absent'),
    ]

    operations = [
        migrations.AddField(
            model_name='assignment',
            name='relays',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='relayed_by', to='cases.assignment', verbose_name='relaie'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='replaces',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to=settings.AUTH_USER_MODEL, verbose_name='remplace'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='absence',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='cases.absence', verbose_name='absence'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('kind', 'substitute')), fields=['case', 'until'], name='substitutes_on_a_case'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('absence__isnull', False), ('kind', 'substitute'), ('replaces__isnull', False), ('until__isnull', False)), models.Q(models.Q(('kind', 'substitute'), _negated=True), ('absence', None), ('relays', None), ('replaces', None)), _connector='OR'), name='a_substitute_replaces_someone_absent', violation_error_message='Un remplacement vient d’une absence, et prend fin avec elle.'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(('user', models.F('replaces')), _negated=True), name='nobody_replaces_himself', violation_error_message='On ne se remplace pas soi-même.'),
        ),
    ]
