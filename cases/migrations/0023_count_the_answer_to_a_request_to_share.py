"""The delay to answer a request to share joins the first edition where it is in use; a new installation loads it."""

from django.db import migrations

WORDS = {
    "sharing_asked": "Partage demandé",
    "sharing_answered": "Réponse à la demande de partage donnée",
}
RULE = {
    "code": "P-SHARE",
    "title": "Répondre à la demande de partage",
    "start": "sharing_asked",
    "length": 5,
    "unit": "working_day",
    "who": "responsible",
    "consequence": "Le service qui demande agit sans savoir ce qui est déjà engagé.",
    "reference": "Partenariat : demande de partage",
    "confidence": "H",
    "condition": {"until": ["sharing_answered"]},
}


def forwards(apps, schema_editor):
    editions = apps.get_model("cases", "Edition").objects.filter(catalogue="deadlines", number=1)
    rules = apps.get_model("cases", "DeadlineRule").objects
    for edition in editions:
        edition.parameters["milestones"] = WORDS | edition.parameters["milestones"]
        edition.save(update_fields=["parameters"])
        rules.get_or_create(edition=edition, code=RULE["code"], defaults=RULE)


class Migration(migrations.Migration):
    dependencies = [('cases', '0022_requests_to_share')]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
