"""The sheets for a person who is followed join the first edition where it is in use; a new installation loads it."""

from django.db import migrations

from cases.reference_data import FOLDER, read


def forwards(apps, schema_editor):
    first = read(FOLDER / "letters.toml")
    sheets = [row for row in first["letters"] if row.get("to_followed")]
    for edition in apps.get_model("cases", "Edition").objects.filter(catalogue="letters", number=1):
        letters = edition.parameters["letters"]
        codes = {row["code"] for row in letters}
        letters += [row for row in sheets if row["code"] not in codes]
        edition.save(update_fields=["parameters"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0047_follow_people")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
