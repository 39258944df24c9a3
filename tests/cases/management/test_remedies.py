"""`manage.py remedies`: whom to write to first, with the matrix in force."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.models import Edition

pytestmark = pytest.mark.django_db


def written(*arguments: str) -> str:
    out = StringIO()
    call_command("remedies", *arguments, stdout=out)
    return out.getvalue()


def found(benefit: str, operator: str, *more: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(written("--benefit", benefit, "--operator", operator, *more, "--json"))
    return answer


def test_the_json_form_is_the_one_that_operators_rely_on():
    assert found("rsa", "caf", "--on", "2026-11-25") == {
        "authority": "président du conseil départemental",
        "deadline_rule": "IND-05b",
        "silence": "le silence vaut rejet après 2 mois",
        "court": "ta",
        "suspends_recovery": True,
        "waiver_by": "président du conseil départemental",
        "prescription": {"ordinary_years": 2, "fraud_years": 5},
        "confidence": "M",
    }


def test_what_has_no_authority_no_silence_and_no_waiver_says_so():
    answer = found("prime_noel", "caf")
    assert (answer["authority"], answer["silence"], answer["waiver_by"], answer["prescription"]) == (None,) * 4


def test_the_departement_is_written_in_french_and_the_code_of_the_contexts_works_too():
    assert found("rsa", "departement") == found("rsa", "department")
    assert found("rsa", "departement")["deadline_rule"] == "IND-18"


def test_the_date_chooses_the_regime():
    before, since = (found("aah", "caf", "--on", day) for day in ("2023-12-31", "2024-01-01"))
    assert (before["suspends_recovery"], since["suspends_recovery"]) == (True, False)
    assert (before["court"], since["court"]) == ("tj", "tj")


def test_it_reads_to_a_social_worker_and_says_what_is_to_be_verified():
    assert written("--benefit", "aah", "--operator", "caf", "--on", "2026-11-25").splitlines() == [
        "allocation aux adultes handicapés, CAF",
        "Contester d’abord auprès de : commission de recours amiable [CSS R142-1]",
        "Délai : IND-05",
        "Sans réponse : le silence vaut rejet après 2 mois [CSS R142-6]",
        "Juge : tribunal judiciaire, pôle social (délai : IND-08) [CSS R142-1-A, III]",
        (
            "Le recours suspend le recouvrement : non, d’après le texte : la demander"
            " [CSS L821-5-1, qui renvoie à L553-2, à vérifier (source secondaire)]"
        ),
        (
            "Remise de dette : caisse ; précarité ; exclue en cas de fraude ou de fausse déclaration"
            " [CSS L256-4 : L821-5-1 ne parle pas de remise, à vérifier (à confirmer)]"
        ),
        (
            "Contre un refus de remise : commission de recours amiable, puis tribunal judiciaire"
            " [CRPA L231-4, 3° ; CSS R142-1 et R142-1-A, III, à vérifier (source secondaire)]"
        ),
        (
            "Prescription : 2 ans ; fraude : la durée ci-dessus ne joue pas"
            " [CSS L821-5 : deux ans, sauf fraude ou fausse déclaration]"
        ),
        (
            "À savoir : Seule la demande de rectification arrête le recouvrement d’après le texte, qui ne dit plus « sauf"
            " contestation » depuis le 1er janvier 2024 : demander expressément la suspension dans le recours."
        ),
    ]


def test_it_answers_with_what_the_database_holds():
    edition = Edition.objects.get(catalogue="remedies")
    edition.parameters["rows"][0]["contest"]["authority"] = "département de l’Essonne"
    edition.save()
    assert found("rsa", "caf")["authority"] == "département de l’Essonne"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--benefit", "rsa", "--operator", "cnav"], "« RSA » n’est pas une prestation de CNAV .* : retraite."),
        (
            ["--benefit", "rsa", "--operator", "x"],
            "Organismes connus : caf, msa, cpam, cnav, france_travail, departement.",
        ),
        (
            ["--benefit", "rmi", "--operator", "caf"],
            "La prestation « rmi » n’est pas connue. Prestations de CAF : rsa, ",
        ),
        (["--benefit", "rsa", "--operator", "caf", "--on", "hier"], "« hier » n’est pas une date"),
    ],
)
def test_what_is_wrong_is_said_in_french(arguments: list[str], message: str):
    with pytest.raises(CommandError, match=message):
        written(*arguments)
