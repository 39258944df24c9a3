"""Diagnoses made before there were drafts are finished ones; the steps they named become lines."""

from datetime import datetime, time
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import migrations

PARIS = ZoneInfo("Europe/Paris")


def date_them(apps, schema_editor):
    Diagnostic = apps.get_model("cases", "Diagnostic")
    Device = apps.get_model("cases", "DiagnosticDevice")
    for diagnostic in Diagnostic.objects.select_related("case").iterator():
        diagnostic.public_id = uuid4()
        diagnostic.finished_at = datetime.combine(diagnostic.made_on, time(12), tzinfo=PARIS)
        diagnostic.structure_id = diagnostic.case.responsible_structure_id
        diagnostic.save()
        Device.objects.bulk_create(
            Device(diagnostic=diagnostic, kind=kind, state="asked") for kind in diagnostic.steps_taken
        )


class Migration(migrations.Migration):
    dependencies = [("cases", "0018_write_diagnoses_in_blocks")]
    operations = [migrations.RunPython(date_them, migrations.RunPython.noop)]
