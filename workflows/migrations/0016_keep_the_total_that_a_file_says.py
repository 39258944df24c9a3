from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflows", "0015_complete_the_month_of_an_import")]

    operations = [
        migrations.AddField(
            model_name="importjob",
            name="stated_total",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="total écrit dans le fichier"
            ),
        ),
    ]
