from decimal import Decimal

import pytest

from tests.workflows.routing.structures import STRUCTURES
from workflows.routing.facts import InvalidFacts, RoutingFact, fact_keys, read_facts

KEYS = fact_keys(STRUCTURES)


def test_the_facts_are_those_that_operators_rely_on():
    assert list(KEYS) == [
        "followed_by",
        "dependent_children",
        "family_benefits",
        "aid_kind",
        "housing",
        "occupation",
        "rsa",
        "age",
        "stage",
        "legal_protection",
        "mandated_body",
        "employed",
        "urgent",
        "msa",
        "debt_disputed",
        "months_unpaid",
        "debt",
        "landlord_support_agreed",
    ]


def test_facts_are_read_as_typed_values_with_their_source():
    facts = read_facts(
        {
            "rsa": "oui",
            "family_benefits": False,
            "dependent_children": "2",
            "debt": 610.5,
            "housing": "social",
            "followed_by": {"value": "mds-grigny", "source": "professionnel"},
        },
        keys=KEYS,
        source="CAF",
    )
    assert facts.known == {
        "rsa": RoutingFact(value=True, source="CAF"),
        "family_benefits": RoutingFact(value=False, source="CAF"),
        "dependent_children": RoutingFact(value=Decimal(2), source="CAF"),
        "debt": RoutingFact(value=Decimal("610.5"), source="CAF"),
        "housing": RoutingFact(value="social", source="CAF"),
        "followed_by": RoutingFact(value="mds-grigny", source="professionnel"),
    }


@pytest.mark.parametrize("raw", [None, "", "unknown", "inconnu", {"value": None, "source": "CAF"}])
def test_an_unknown_is_an_absent_fact_while_no_and_nobody_are_answers(raw: object):
    facts = read_facts({"rsa": raw, "employed": False, "followed_by": "none"}, keys=KEYS)
    assert facts.value("rsa") is None
    assert facts.source("rsa") == ""
    assert facts.value("employed") is False
    assert facts.value("followed_by") == "none"


def test_every_fault_is_told_at_once_in_french():
    with pytest.raises(InvalidFacts) as refusal:
        read_facts({"shoe_size": 42, "housing": "castle", "rsa": "peut-être", "followed_by": "mairie-evry"}, keys=KEYS)
    faults = refusal.value.faults
    assert len(faults) == 4
    assert faults[0].startswith(
        "« shoe_size » n’est pas un fait connu : choisir parmi followed_by, dependent_children"
    )
    assert faults[1] == "« Parc » n’accepte pas « castle » : choisir parmi social, private, epfif."
    assert faults[2] == "« RSA » n’accepte pas « peut-être » : répondre oui ou non."
    assert faults[3].startswith("« Déjà suivi par » n’accepte pas « mairie-evry » : choisir parmi none, caf-91")


def test_facts_survive_their_json_form():
    facts = read_facts(
        {"debt": "610.50", "dependent_children": 2, "rsa": False, "stage": "summons"}, keys=KEYS, source="CAF"
    )
    assert facts.as_json() == {
        "debt": {"value": "610.50", "source": "CAF"},
        "dependent_children": {"value": 2, "source": "CAF"},
        "rsa": {"value": False, "source": "CAF"},
        "stage": {"value": "summons", "source": "CAF"},
    }
    assert read_facts(facts.as_json(), keys=KEYS) == facts
