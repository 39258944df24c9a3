"""Two cities beside each other: each row that would lead from one to the other is reported."""

from datetime import date

import pytest
from django.db import connection

from cases.actions.case import CannotOpen, open_case
from cases.invariants import INVARIANTS
from cases.models import Case, Edition, Organisation, Structure, Territory
from tests import factories
from tests.factories import NOON
from workflows.invariants import INVARIANTS as OF_WORKFLOWS

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def case() -> Case:
    Territory.objects.create(code="valbrune", name="Valbrune", since=TODAY)
    body = Organisation.objects.create(code="v", name="Valbrune")
    Structure.objects.create(code="v", name="Valbrune", kind="mds", territory="valbrune", organisation=body)
    Edition.objects.filter(catalogue="sheets").update(territory="valbrune")
    factories.member("caf-91")
    return factories.reported(factories.tenancy(housing="private", aid_kind="ALF"), **factories.FAMILY)


def broken() -> set[str]:
    return {
        each.code for each in [*INVARIANTS, *OF_WORKFLOWS] if each.code.find("territor") >= 0 and each.broken(TODAY)
    }


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


THERE = "(SELECT id FROM cases_structure WHERE code = 'v')"
COLUMNS = {
    "case_is_of_one_territory": "cases_case opened_by_structure_id",
    "taking_part_in_ones_territory": "cases_participation structure_id",
    "reported_in_ones_territory": "cases_report structure_id",
    "task_in_ones_territory": "workflows_casetask structure_id",
    "routed_in_ones_territory": "workflows_routingdecision structure_id",
}


@pytest.mark.parametrize("expected", COLUMNS)
def test_what_leads_to_a_structure_of_another_territory_is_reported(case: Case, expected: str):
    assert broken() == set()
    table, column = COLUMNS[expected].split()
    sql(f"UPDATE {table} SET {column} = {THERE} WHERE id = (SELECT max(id) FROM {table})")  # noqa: S608 - constants
    assert expected in broken()


def test_a_household_that_changes_territory_and_an_edition_of_another_are_reported(case: Case):
    sql(
        "UPDATE workflows_routingdecision SET edition_id = (SELECT id FROM cases_edition WHERE territory = 'valbrune')"
    )
    assert broken() == {"routed_in_ones_territory"}
    sql("UPDATE cases_household SET territory = 'valbrune'")
    assert broken() == {"routed_in_ones_territory", "case_is_of_one_territory", "lease_is_of_one_territory"}


def test_no_case_opens_in_a_territory_for_a_household_of_another(case: Case):
    home = factories.household(territory="valbrune")
    with pytest.raises(CannotOpen, match="autre territoire"):
        open_case(kind="overpayment", household=home, structure=factories.structure("caf-91"), at=NOON)
