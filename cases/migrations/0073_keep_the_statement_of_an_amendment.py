from django.db import migrations, models


class Migration(migrations.Migration):
    """Of an amendment that was accepted before, nobody says it: it counts payments as it did."""

    dependencies = [
        ('cases', '0072_let_each_request_oppose_a_ground'),
    ]

    operations = [
        migrations.AddField(
            model_name='repaymentplan',
            name='counts_after',
            field=models.DateField(blank=True, null=True, verbose_name='compte ce qui est versé après le'),
        ),
    ]
