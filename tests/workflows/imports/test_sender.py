"""Whom a line names: a landlord by his code or his name, and by that of his body where it says him alone."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases.models import Organisation, Structure, Tenancy
from tests import factories
from tests.workflows.imports.test_undo import HEADINGS, MARTIN, NOVEMBER, OCTOBER, imported
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


def debts_by_landlord() -> list[tuple[str, str, date, Decimal]]:
    leases = Tenancy.objects.filter(debt__statements__gt=0).order_by("pk", "debt__statements__as_of")
    said = ("landlord__code", "landlord_name", "debt__statements__as_of", "debt__statements__balance")
    return list(leases.values_list(*said))


def of_caf(balance: str) -> list[Any]:
    return ["", *MARTIN[1:7], balance, "Toits de France"]


@pytest.mark.slow
def test_a_debt_with_one_of_two_who_share_a_name_is_stated_on_the_lease_of_no_third(tmp_path):
    body = Organisation.objects.create(code="toits", name="Toits de France")
    landlord("toits-nord", "Toits du Nord", body=body)
    landlord("toits-sud", "Toits du Sud", body=body)
    imported(tmp_path, MARTIN, as_of=OCTOBER)
    headings = [*HEADINGS, "Bailleur"]
    imported(tmp_path, of_caf("900,00"), as_of=OCTOBER, headings=headings, code="caf-91")
    imported(tmp_path, of_caf("950,00"), as_of=NOVEMBER, headings=headings, code="caf-91")
    assert debts_by_landlord() == [
        ("bailleur-a", "", OCTOBER, Decimal("1060.00")),
        ("autres-bailleurs", "Toits de France", OCTOBER, Decimal("900.00")),
        ("autres-bailleurs", "Toits de France", NOVEMBER, Decimal("950.00")),
    ]


@pytest.mark.slow
def test_a_debt_with_one_of_two_who_share_a_name_is_that_of_the_lease_that_one_of_them_has(tmp_path):
    body = Organisation.objects.create(code="toits", name="Toits de France")
    landlord("toits-nord", "Toits du Nord", body=body)
    landlord("toits-sud", "Toits du Sud", body=body)
    factories.say_basis(factories.structure("toits-sud"))
    imported(tmp_path, MARTIN, as_of=OCTOBER, code="toits-sud")
    imported(tmp_path, of_caf("900,00"), headings=[*HEADINGS, "Bailleur"], code="caf-91")
    assert debts_by_landlord() == [
        ("toits-sud", "", OCTOBER, Decimal("1060.00")),
        ("toits-sud", "", NOVEMBER, Decimal("900.00")),
    ]
