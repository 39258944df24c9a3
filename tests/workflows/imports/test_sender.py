"""Whom a line names: a landlord by his code or his name, and by that of his body where it says him alone."""

import pytest

from cases.models import Organisation, Structure
from tests import factories
from workflows.imports.sender import Sender

pytestmark = pytest.mark.django_db


def landlord(code: str, name: str, *, body: Organisation) -> Structure:
    return Structure.objects.create(code=code, name=name, kind="landlord", territory="grigny", organisation=body)


def found(name: str, *, sender: str = "caf-91") -> str:
    return Sender(factories.structure(sender)).find_landlord(name).code


def test_a_landlord_is_named_by_his_code_his_name_or_that_of_his_body():
    assert [found(name) for name in ("bailleur-a", "BAILLEUR A – recouvrement", "Bailleur A")] == ["bailleur-a"] * 3


def test_the_name_of_a_body_that_is_the_name_of_one_of_its_structures_says_that_one():
    body = Organisation.objects.create(code="toits", name="Toits de l’Orge")
    landlord("toits-orge", "Toits de l’Orge", body=body)
    landlord("toits-sud", "Toits du Sud", body=body)
    assert [found("TOITS DE L'ORGE"), found("Toits du Sud")] == ["toits-orge", "toits-sud"]


def test_the_name_of_a_body_takes_that_of_no_structure_of_another():
    landlord("orge", "Habitat Orge", body=Organisation.objects.create(code="orge", name="Orge"))
    landlord("zenith", "Zénith", body=Organisation.objects.create(code="zenith", name="Habitat Orge"))
    assert (found("Habitat Orge"), found("Zénith")) == ("orge", "zenith")


def test_a_name_that_two_have_says_neither():
    body = Organisation.objects.create(code="toits", name="Toits de France")
    for code, name in (("toits-nord", "Toits du Nord"), ("toits-sud", "Toits du Sud")):
        landlord(code, name, body=body)
    assert found("Toits de France") == "autres-bailleurs"
    assert found("Toits de France", sender="toits-nord") == "toits-nord"
