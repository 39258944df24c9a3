"""What was given up before an address could fail is old: it is not to leave now."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def leave_out(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("notifications", "Delivery").objects.filter(state="failed").update(state="left_out")


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_tell_in_summaries")]
    operations = [migrations.RunPython(leave_out, migrations.RunPython.noop)]
