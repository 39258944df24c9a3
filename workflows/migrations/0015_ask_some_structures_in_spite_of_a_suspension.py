"""A judge’s mandate, and a household that the structure follows already, are asked even of one that takes no new case."""

from django.db import migrations


def forwards(apps, schema_editor):
    rows = apps.get_model("workflows", "RoutingRule").objects.filter(
        edition__catalogue="routing_arrears", edition__number=1, code__in=["R1", "R2"]
    )
    for row in rows:
        row.content["despite_suspension"] = True
        row.save()


class Migration(migrations.Migration):
    dependencies = [("workflows", "0014_mappings_have_pages")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
