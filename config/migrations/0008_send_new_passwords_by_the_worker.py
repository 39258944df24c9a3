import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0007_note_who_is_still_there"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AskedPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField(verbose_name="demandé le")),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asked_passwords",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="professionnel",
                    ),
                ),
            ],
            options={"verbose_name": "mot de passe demandé", "verbose_name_plural": "mots de passe demandés"},
        ),
    ]
