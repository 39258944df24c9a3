from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0029_say_since_when_real_data_is_entered'),
    ]

    operations = [
        migrations.AddField(
            model_name='backuprun',
            name='is_encrypted',
            field=models.BooleanField(db_default=False, default=False, verbose_name='chiffrée'),
        ),
    ]
