from django.db import migrations, models


class Migration(migrations.Migration):
    """The date says it, where a yes did: what a yes said without one no longer releases anybody before the six months."""

    dependencies = [
        ('cases', '0052_find_letters_by_who_signs_them'),
    ]

    operations = [
        migrations.AddField(
            model_name='leasedeparture',
            name='replaced_on',
            field=models.DateField(blank=True, null=True, verbose_name='un nouveau locataire figure au bail depuis le'),
        ),
        migrations.AlterField(
            model_name='leasedeparture',
            name='replaced',
            field=models.BooleanField(null=True),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name='leasedeparture', name='replaced'),
            ],
        ),
    ]
