import uuid
from django.db import migrations, models


def give_identity(apps, schema_editor):
    apps.get_model("cases", "InstallationIdentity").objects.create(pk=1)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0005_record_backups'),
    ]

    operations = [
        migrations.CreateModel(
            name='InstallationIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('identifier', models.UUIDField(default=uuid.uuid4, editable=False, verbose_name='identifiant')),
            ],
            options={
                'verbose_name': 'identité de l’installation',
                'verbose_name_plural': 'identité de l’installation',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='only_one_installation_identity', violation_error_message='Une installation n’a qu’une identité.')],
            },
        ),
        migrations.RunPython(give_identity, migrations.RunPython.noop),
    ]
