"""The C2S and what is said by word of mouth join the first editions where they are in use; a new installation loads them."""

from django.db import migrations

from cases.reference_data import FOLDER, read

C2S, AS = "c2s", "ij"
"""It is claimed as daily allowances are, by the same bodies."""
SPOKEN = ("oral_request", "oral_promise")


def with_c2s(said):
    """A condition in which each list that names what the C2S is claimed as names it too."""
    if isinstance(said, dict):
        return {key: with_c2s(value) for key, value in said.items()}
    if not isinstance(said, list):
        return said
    more = [C2S] if AS in said and C2S not in said else []
    return [*(with_c2s(each) for each in said), *more]


def forwards(apps, schema_editor):
    Edition = apps.get_model("cases", "Edition")
    spoken = read(FOLDER / "deadlines_overpayments.toml")["milestones"]
    for edition in Edition.objects.filter(catalogue="deadlines", number=1):
        edition.parameters["milestones"] = {kind: spoken[kind] for kind in SPOKEN} | edition.parameters["milestones"]
        edition.save(update_fields=["parameters"])
    for rule in apps.get_model("cases", "DeadlineRule").objects.filter(edition__catalogue="deadlines", edition__number=1):
        if (condition := with_c2s(rule.condition)) != rule.condition:
            rule.condition = condition
            rule.save(update_fields=["condition"])
    rows = [row for row in read(FOLDER / "remedies.toml")["rows"] if C2S in row["benefits"]]
    for edition in Edition.objects.filter(catalogue="remedies", number=1):
        if not any(C2S in row["benefits"] for row in edition.parameters["rows"]):
            edition.parameters["rows"] += rows
            edition.save(update_fields=["parameters"])
    first = read(FOLDER / "letters_overpayments.toml")
    speak = {row["code"] for row in first["letters"] if C2S in row.get("benefits", ())}
    for edition in Edition.objects.filter(catalogue="overpayment_letters", number=1):
        edition.parameters["benefits"].setdefault(C2S, first["benefits"][C2S])
        for row in edition.parameters["letters"]:
            if row["code"] in speak and C2S not in row["benefits"]:
                row["benefits"].append(C2S)
        edition.save(update_fields=["parameters"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0051_say_more_of_a_line")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
