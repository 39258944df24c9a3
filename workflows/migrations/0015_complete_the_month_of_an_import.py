import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflows", "0014_keep_what_the_partners_want_to_reach")]

    operations = [
        migrations.AddField(  # safe: as many rows as files were sent, some hundreds
            model_name="importjob",
            name="completes",
            field=models.ForeignKey(
                blank=True,
                help_text="Le fichier du même mois dont quelqu’un a dit que celui-ci est la suite : les deux comptent.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="completed_by",
                to="workflows.importjob",
                verbose_name="complète",
            ),
        ),
    ]
