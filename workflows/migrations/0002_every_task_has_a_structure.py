import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0002_dates_in_rule_conditions'),
        ('workflows', '0001_first_tables'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='casetask', name='a_human_task_is_with_a_structure'),
        migrations.AlterField(
            model_name='casetask',
            name='structure',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='cases.structure', verbose_name='a la balle'),
        ),
    ]
