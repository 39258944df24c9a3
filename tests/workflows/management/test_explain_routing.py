"""`manage.py explain_routing`: who would take a situation, with the edition in force."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.models import Edition
from tests import factories
from workflows.models import RoutingDecision, RoutingRule

pytestmark = pytest.mark.django_db

FERREIRA = {"dependent_children": 1, "family_benefits": True, "housing": "private", "aid_kind": "ALF"}
"""Household 2: private housing with ALF."""


@pytest.fixture
def explain(tmp_path: Path):
    def run(facts: object, *arguments: str) -> str:
        file = tmp_path / "facts.json"
        file.write_text(facts if isinstance(facts, str) else json.dumps(facts), encoding="utf-8")
        out = StringIO()
        call_command("explain_routing", "--facts", str(file), *arguments, stdout=out)
        return out.getvalue()

    return run


def test_the_json_form_is_the_one_that_operators_rely_on(explain):
    found = json.loads(explain(FERREIRA, "--json"))
    assert list(found) == [
        "rule", "edition", "structure_kind", "structure", "reason", "criteria", "unknown", "runner_up",
    ]  # fmt: skip
    assert (found["rule"], found["edition"]) == ("R3", 1)
    assert (found["structure_kind"], found["structure"]) == ("caf_social", "caf-91")
    assert found["reason"].startswith("R3 : Famille avec enfant à charge et prestations familiales")
    assert found["runner_up"] is None
    assert "legal_protection" in found["unknown"]
    criteria = [c for c in found["criteria"] if c["rule"] == "R3"]
    assert [(c["fact"], c["known"], c["verdict"], c["source"]) for c in criteria] == [
        ("dependent_children", "1", "true", "facts.json"),
        ("family_benefits", "oui", "true", "facts.json"),
        ("housing", "privé", "true", "facts.json"),
        ("aid_kind", "ALF", "true", "facts.json"),
    ]


@pytest.mark.parametrize(
    ("facts", "rule", "structure"),
    [
        ({"urgent": True}, "R0", "mds-grigny"),
        ({"followed_by": "ccas-grigny"}, "R2", "ccas-grigny"),
        (
            {**FERREIRA, "housing": "social", "followed_by": "bailleur-a-social", "stage": "order_to_pay"},
            "R4b",
            "mds-grigny",
        ),
        ({"housing": "epfif", "stage": "amicable"}, "R9", "epfif-social"),
        ({"housing": "epfif", "stage": "summons"}, "R9b", "mds-grigny"),
        # One landlord has social advisers: without a case, they stand for their kind.
        (
            {
                **FERREIRA,
                "housing": "social",
                "aid_kind": "APL",
                "stage": "amicable",
                "months_unpaid": 2,
                "landlord_support_agreed": True,
            },
            "R4",
            "bailleur-a-social",
        ),
        ({"dependent_children": 0, "housing": "social", "age": 47, "rsa": False}, "R12", "ccas-grigny"),
        (
            {"dependent_children": 0, "housing": "private", "age": 47, "rsa": False, "employed": False},
            "R15",
            "mds-grigny",
        ),
        ({"dependent_children": 0, "housing": "private", "age": 47, "rsa": False, "occupation": "owner"}, "RH", None),
    ],
)
def test_the_table_of_the_database_decides(explain, facts: dict[str, Any], rule: str, structure: str | None):
    found = json.loads(explain(facts, "--json"))
    assert (found["rule"], found["structure"]) == (rule, structure)


def test_it_reads_to_a_social_worker(explain):
    lines = explain(FERREIRA).splitlines()
    assert lines[:5] == [
        "Orientation : CAF 91 – travail social (caf-91)",
        (
            "Pourquoi : R3 : Famille avec enfant à charge et prestations familiales, parc privé avec ALF : "
            "le service social de la CAF intervient."
        ),
        "Ce que lit le bailleur : La situation est confiée à un service partenaire, qui prend contact avec le ménage.",
        "En appui : ADIL 91",
        "Délai : contacter le ménage, 10 jours ouvrés (P-CONTACT-10)",
    ]
    assert "      [oui] Enfants à charge : au moins 1 — connu : 1" in lines
    assert "  R9 Logement de l’EPFIF ou en plan de sauvegarde, sans procédure : ne s’applique pas" in lines
    assert lines[-1] == "  R99 Aucune règle ne s’applique : si aucune autre ne s’applique"


def test_a_missing_fact_is_asked_to_the_desk(explain):
    lines = explain({"housing": "private", "aid_kind": "ALF"}).splitlines()
    assert lines[0] == "Orientation : la cellule de qualification complète d’abord les faits"
    assert lines[1].startswith("Pourquoi : Il manque, pour décider : Enfants à charge, Prestations familiales, ")


def test_a_later_edition_applies_from_its_day(explain):
    first = Edition.objects.get(catalogue="routing_arrears")
    later = Edition.objects.create(
        catalogue="routing_arrears",
        number=2,
        state="published",
        effective_on="2027-01-01",
        parameters=first.parameters,
        territory="grigny",
    )
    rows = [first.routing_rules.get(code=code) for code in ("R6", "R99")]
    RoutingRule.objects.bulk_create(
        RoutingRule(edition=later, position=n, code=row.code, title=row.title, content=row.content)
        for n, row in enumerate(rows)
    )
    assert json.loads(explain(FERREIRA, "--on", "2026-12-31", "--json"))["edition"] == 1
    found = json.loads(explain(FERREIRA, "--on", "2027-01-01", "--json"))
    assert (found["edition"], found["rule"]) == (2, "R99")


def test_it_touches_nothing(explain):
    factories.reported()
    before = RoutingDecision.objects.count()
    explain(FERREIRA)
    assert RoutingDecision.objects.count() == before


@pytest.mark.parametrize(
    ("facts", "arguments", "message"),
    [
        ("{", [], "n’est pas du JSON lisible"),
        ("[1]", [], "Les faits se donnent en un objet JSON"),
        ({"shoe_size": 42}, [], "« shoe_size » n’est pas un fait connu : choisir parmi followed_by"),
        ({"housing": "castle"}, [], "« Parc » n’accepte pas « castle » : choisir parmi social, private, epfif"),
        ({"followed_by": "mairie-evry"}, [], "« Déjà suivi par » n’accepte pas « mairie-evry » : choisir parmi none"),
        ({}, ["--on", "demain"], "« demain » n’est pas une date : l’écrire AAAA-MM-JJ"),
    ],
)
def test_what_is_wrong_is_said_in_french(explain, facts: object, arguments: list[str], message: str):
    with pytest.raises(CommandError, match=message):
        explain(facts, *arguments)


def test_that_no_table_is_in_force_is_said_in_french(explain):
    RoutingRule.objects.filter(edition__catalogue=Edition.Catalogue.ROUTING_OVERPAYMENT).delete()
    Edition.objects.filter(catalogue=Edition.Catalogue.ROUTING_OVERPAYMENT).delete()
    with pytest.raises(CommandError, match="Aucune table n’est publiée : orientation des trop-perçus"):
        explain({}, "--action", "overpayment")


def test_a_file_that_does_not_exist_is_said_in_french(tmp_path: Path):
    with pytest.raises(CommandError, match="n’existe pas ou ne peut pas être lu"):
        call_command("explain_routing", "--facts", str(tmp_path / "nothing.json"))
