"""A file was deleted when its import ended; of those that were abandoned, the day is not known."""

from django.db import migrations
from django.db.models import F


def forwards(apps, schema_editor):
    jobs = apps.get_model("workflows", "ImportJob").objects
    jobs.filter(file="", by__isnull=False, finished_at__isnull=False, file_deleted_at=None).update(
        file_deleted_at=F("finished_at")
    )


class Migration(migrations.Migration):
    dependencies = [("workflows", "0016_say_when_a_file_was_deleted")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
