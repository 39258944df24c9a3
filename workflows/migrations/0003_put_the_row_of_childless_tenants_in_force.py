"""R12 takes cases, to be confirmed by the COPIL; whoever the pilot attributes a case to has ten days for the contact."""

from django.db import migrations


def forwards(apps, schema_editor):
    rows = apps.get_model("workflows", "RoutingRule").objects.filter(
        edition__catalogue="routing_arrears", edition__number=1
    )
    for row in rows.filter(code="R12", content__has_key="proposed"):
        del row.content["proposed"]
        row.content["reason"] = row.content["reason"].replace("interviendrait", "intervient")
        row.save()
    for row in rows.filter(code="R99").exclude(content__has_key="contact_rule"):
        row.content["contact_rule"] = "P-CONTACT-10"
        row.save()


class Migration(migrations.Migration):
    dependencies = [("workflows", "0002_every_task_has_a_structure")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
