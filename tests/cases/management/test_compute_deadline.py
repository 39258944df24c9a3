"""`manage.py compute_deadline`: one deadline, counted with the edition in force."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.models import DeadlineRule

pytestmark = pytest.mark.django_db


def written(*arguments: str) -> str:
    out = StringIO()
    call_command("compute_deadline", *arguments, stdout=out)
    return out.getvalue()


def computed(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(*arguments, "--json"))
    return found


def test_the_json_form_is_the_one_that_operators_rely_on():
    assert computed("C01", "--start", "2026-11-03", "--context", "lease_date=2024-03-15") == {
        "rule": "C01",
        "legal_date": "2026-12-15",
        "safe_date": "2026-12-08",
        "steps": ["03/11/2026 + 6 semaines → 15/12/2026 (mardi)", "Mardi : pas de report"],
        "article": "Loi n° 89-462, article 24, I ; Cass., avis, 13 juin 2024, n° 24-70.002",
        "applies": True,
    }


@pytest.mark.parametrize(
    ("arguments", "legal", "applies"),
    [
        # The lease isn't known: the nearest date is kept.
        (["C01", "--start", "2026-11-03"], "2026-12-15", True),
        # Two months for the landlord who is paid the aid; nothing for the one who isn't; unknown otherwise.
        (
            ["I01", "--start", "2026-11-24", "--context", "report_date=2026-11-24", "direct_payment=oui"],
            "2027-01-24",
            True,
        ),
        (
            ["I01", "--start", "2026-11-24", "--context", "report_date=2026-11-24", "--context", "direct_payment=non"],
            None,
            False,
        ),
        (["I01", "--start", "2026-11-24", "--context", "report_date=2026-11-24"], "2027-01-24", None),
    ],
)
def test_the_context_decides(arguments: list[str], legal: str | None, applies: bool | None):
    found = computed(*arguments)
    assert (found["legal_date"], found["applies"]) == (legal, applies)


def test_it_reads_to_a_social_worker():
    assert written("C01", "--start", "2026-11-03", "--context", "lease_date=2018-06-01").splitlines() == [
        "C01 : Effet de la clause résolutoire après le commandement de payer",
        "La règle s’applique.",
        "Dernier jour : 03/01/2027",
        "Date de sûreté : 23/12/2026",
        "Calcul :",
        "  - 03/11/2026 + 2 mois → 03/01/2027 (dimanche)",
        "  - Dimanche : cette règle ne prévoit pas de report",
        (
            "Passé ce jour : La clause résolutoire est acquise : le bailleur peut assigner. Le délai écrit sur le commandement"
            " s’impose s’il est plus long ; l’effet d’une reconduction tacite se discute. Surendettement recevable avant ce"
            " jour : la clause est paralysée (CA Amiens, 15/11/2018, à vérifier) ; le dépôt n’arrête rien."
        ),
        ("Référence : Loi n° 89-462, article 24, I ; Cass., avis, 13 juin 2024, n° 24-70.002 (lu dans le texte)"),
    ]


def test_it_counts_with_what_the_database_holds():
    DeadlineRule.objects.filter(code="P-DIAGNOSE").update(length=20)
    assert computed("P-DIAGNOSE", "--start", "2026-11-24")["legal_date"] == "2026-12-14"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["C99", "--start", "2026-11-03"], r"La règle « C99 » n’existe pas. Règles connues : C01, C01b, C02, "),
        (["C01", "--start", "03/11/2026"], r"« 03/11/2026 » n’est pas une date : l’écrire AAAA-MM-JJ"),
        (["C01", "--start", "9999-12-01"], r"La date 01/12/9999 sort du calendrier : vérifier l’année\."),
        (
            ["C01", "--start", "2026-11-03", "--context", "colour=red"],
            r"« colour » : contexte inconnu. Choisir parmi ",
        ),
        (["C01", "--start", "2026-11-03", "--context", "lease_date"], r"« lease_date » : le contexte s’écrit CLÉ=VAL"),
        (
            ["C01", "--start", "2026-11-03", "--context", "lease_date=2018"],
            r"« Dernière conclusion ou reconduction du bail » n’accepte pas « 2018 » : écrire une date AAAA-MM-JJ",
        ),
    ],
)
def test_what_is_wrong_is_said_in_french(arguments: list[str], message: str):
    with pytest.raises(CommandError, match=message):
        written(*arguments)
