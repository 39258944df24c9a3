"""The delays to answer a person join the first edition where it is in use; a new installation loads them."""

from django.db import migrations

WORDS = {
    "subject_asked": "Demande d’une personne sur ses données reçue",
    "subject_told_longer": "Demande d’une personne prolongée, comptée depuis sa réception",
    "subject_answered": "Réponse à la demande d’une personne donnée",
}
ACTORS = {"dpo": "Délégué à la protection des données"}
COMMON = {
    "unit": "month",
    "extend": True,
    "who": "dpo",
    "consequence": "La personne peut saisir la CNIL.",
    "reference": "RGPD, article 12, 3 ; règlement n° 1182/71, article 3",
    "confidence": "H",
    "condition": {"until": ["subject_answered"]},
}
RULES = [
    COMMON
    | {
        "code": "RGPD-ANSWER",
        "title": "Répondre à la demande d’une personne sur ses données",
        "start": "subject_asked",
        "length": 1,
    },
    COMMON
    | {
        "code": "RGPD-ANSWER-LONGER",
        "title": "Répondre à la demande d’une personne, délai prolongé de deux mois",
        "start": "subject_told_longer",
        "length": 3,
    },
]


def forwards(apps, schema_editor):
    editions = apps.get_model("cases", "Edition").objects.filter(catalogue="deadlines", number=1)
    rules = apps.get_model("cases", "DeadlineRule").objects
    for edition in editions:
        edition.parameters["milestones"] = WORDS | edition.parameters["milestones"]
        edition.parameters["actors"] = ACTORS | edition.parameters["actors"]
        edition.save(update_fields=["parameters"])
        for rule in RULES:
            rules.get_or_create(edition=edition, code=rule["code"], defaults=rule)


class Migration(migrations.Migration):
    dependencies = [("cases", "0037_register_requests_of_persons")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
