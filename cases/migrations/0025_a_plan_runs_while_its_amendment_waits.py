import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0024_say_who_makes_a_plan_and_what_others_pay'),
    ]

    operations = [
        migrations.AlterField(
            model_name='repaymentplan',
            name='owed',
            field=models.DecimalField(decimal_places=2, max_digits=9, verbose_name='dette à la date du plan'),
        ),
        migrations.AddConstraint(
            model_name='repaymentplan',
            constraint=models.CheckConstraint(condition=models.Q(('fsl_share__gte', 0), ('aid_share__gte', 0), ('amount', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('owed'), '-', models.F('fsl_share')), '-', models.F('aid_share')))), name='a_plan_repays_what_others_do_not', violation_error_message='Le montant à apurer est la dette moins ce que d’autres prennent en charge.'),
        ),
        migrations.AddConstraint(
            model_name='repaymentplan',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('debt',), name='one_running_plan_per_debt', violation_error_message='Un plan est déjà en cours pour cette dette.'),
        ),
        migrations.AddConstraint(
            model_name='repaymentplan',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['proposed', 'countered'])), fields=('debt',), name='one_waiting_plan_per_debt', violation_error_message='Un plan attend déjà la réponse du bailleur pour cette dette.'),
        ),
    ]
