"""The door, asked of what is no list of cases: emergencies, what a structure says of itself, and by which right a page is shown."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from cases import permissions
from cases.actions import members
from cases.models import EmergencyAccess, Household, Organisation, Structure
from cases.permissions import emergency
from cases.permissions.accesses import case_shown_by, list_shown_by
from tests import factories
from tests.cases.permission_scene import BEFORE, TODAY, Scene
from tests.factories import NOON

pytestmark = pytest.mark.django_db
EMERGENCIES = {
    "of-carl": "rent ccas-grigny carl runs", "of-carl-over": "handed-on ccas-grigny carl over",
    "of-carl-ended": "old-role ccas-grigny carl ended", "of-sam": "supported adil-91 sam runs",
    "of-gilles": "supported caf-91 gilles runs",
}  # fmt: skip
"""Gilles has left the CAF, for which he opened his."""


@pytest.fixture(scope="module")
def scene(django_db_setup: Any, django_db_blocker: Any):
    with django_db_blocker.unblock(), transaction.atomic():
        made = Scene()
        _others(made)
        _emergencies(made)
        yield made
        transaction.set_rollback(True)


def _others(scene: Scene) -> None:
    """The same body in another territory, and its officer; an officer who left; somebody of two territories."""
    body = Organisation.objects.get(code="cd-91")
    there = Structure.objects.create(code="mds-cd-evry", name="MDS", kind="mds", organisation=body, territory="evry")
    scene.keep("mds-cd-evry", there)
    for name, code, role, until in (
        ("dora", "mds-cd-evry", "dpo", None),
        ("fred", "caf-91", "dpo", TODAY - timedelta(days=1)),
        ("zoe", "mds-evry", "agent", None),
        ("zoe", "ccas-grigny", "agent", None),
    ):
        person = scene.rows.get(name) or scene.keep(name, factories.user(last_name=name))
        members.join(user=person, structure=scene[code], role=role, since=BEFORE, until=until, at=NOON)


def _emergencies(scene: Scene) -> None:
    for name, words in EMERGENCIES.items():
        case, structure, person, state = scene.each(words)
        ended = {"ended_at": NOON, "ended_by": scene["hugo"]} if state == "ended" else {}
        until = NOON if state == "over" else NOON + timedelta(hours=1)
        scene.keep(name, EmergencyAccess.objects.create(
            case=case, structure=structure, by=person, reason="Expulsion demain", until=until,
            opened_at=NOON - timedelta(hours=23), **ended,
        ))  # fmt: skip


def of(expected: dict[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("who", "answer"), expected.items(), ids=map(str, expected))


# Emergencies


@of({"carl": {"of-carl"}, "sam": {"of-sam"}, "gilles": set(), "mona": set(), "claire": set()})
def test_an_emergency_is_open_to_who_opened_it_while_it_runs_where_he_still_follows_cases(scene, who, answer):
    assert scene.names(permissions.open_emergencies(scene[who], at=NOON)) == answer


OF_CARL = {"of-carl", "of-carl-over", "of-carl-ended"}


@of(
    {
        "mona": OF_CARL,
        "hugo": {"of-gilles"},
        "diane": OF_CARL | {"of-gilles"},
        "denis": {"of-sam", "of-gilles"},
        "dora": set(),
        "fred": set(),
        "carl": set(),
        "claire": set(),
        "anna": set(),
    }
)
def test_an_emergency_is_watched_by_the_manager_and_by_the_officers_of_both_bodies(scene, who, answer):
    assert scene.names(permissions.watched_emergencies(scene[who], at=TODAY)) == answer


@of({"carl": OF_CARL, "gilles": {"of-gilles"}, "sam": {"of-sam"}, "mona": OF_CARL, "lea": set()})
def test_one_also_knows_those_that_one_opened(scene, who, answer):
    assert scene.names(permissions.known_emergencies(scene[who], at=TODAY)) == answer


@of({"carl ccas-grigny": True, "carl mds-grigny": False, "diane caf-91": False, "gilles caf-91": False})
def test_who_follows_cases_in_a_structure_opens_one_for_it(scene, who, answer):
    person, structure = scene.each(who)
    assert permissions.may_open_emergency(person, structure, at=TODAY) is answer


@of(
    {
        "ccas-grigny rent": {"mona", "diane"},
        "adil-91 supported": {"denis"},
        "caf-91 handed-on": {"hugo", "diane"},
        "mds-grigny rent": {"nina", "mona", "denis", "diane"},
    }
)
def test_an_emergency_is_told_to_the_managers_and_to_the_officers_of_both_bodies(scene, who, answer):
    """Ines manages the CAF too, and her account is closed; Fred was its officer."""
    structure, case = scene.each(who)
    assert scene.names(permissions.watchers_of(structure, case, at=TODAY)) == answer


@of({"of-carl": {"note"}, "of-sam": {"note-supported"}, "of-carl-over": set()})
def test_in_an_emergency_one_reads_what_is_shared_of_that_case(scene, who, answer):
    assert scene.names(emergency.notes_in_emergency(scene[who])) == answer


# What a structure and a territory say of themselves

OF_EVRY = {"mds-evry", "caf-evry-pilotage", "cpam-evry", "mds-cd-evry"}


@of({"hugo": {"caf-91"}, "mona": {"mds-grigny", "ccas-grigny"}, "adele": OF_EVRY, "claire": set(), "ines": set()})
def test_a_manager_describes_his_structures_and_an_administrator_those_of_his_territory(scene, who, answer):
    assert scene.names(permissions.described_structures(scene[who], at=TODAY)) == answer


def test_an_administrator_describes_no_structure_that_is_closed(scene):
    found = scene.names(permissions.described_structures(scene["anna"], at=TODAY))
    assert {"caf-91", "bailleur-a", "france-travail-91"} < found
    assert not found & (OF_EVRY | {"cpam-closed"})


@of({"anna": True, "adele": False, "hugo": False, "dora": False})
def test_who_administers_the_first_territory_administers_the_installation(scene, who, answer):
    assert permissions.administers_installation(scene[who], at=TODAY) is answer


@of(
    {
        "sylvie grigny": True,
        "sylvie evry": False,
        "eva evry": True,
        "eva grigny": False,
        "pierre grigny": False,
        "claire grigny": False,
    }
)
def test_a_pilot_is_of_the_desk_of_his_territory(scene, who, answer):
    name, territory = who.split()
    assert permissions.is_of_desk(scene[name], territory, at=TODAY) is answer


@of({"zoe": ["evry", "grigny"], "anna": ["grigny"], "adele": ["evry"], "ines": []})
def test_one_works_in_the_territories_where_one_holds_a_right(scene, who, answer):
    assert permissions.territories_of(scene[who], at=TODAY) == answer


@of({"zoe": [], "anna": ["grigny"], "adele": ["evry"], "claire": []})
def test_and_administers_those_where_one_holds_that_right(scene, who, answer):
    assert permissions.territories_of(scene[who], at=TODAY, right="grant_roles") == answer


@of(
    {
        "claire rent": True,
        "lea rent": False,
        "claire supported": False,
        "lea supported": True,
        "paul overpaid": False,
        "sylvie to-qualify": True,
    }
)
def test_who_sees_a_case_in_the_structure_in_charge_answers_about_it(scene, who, answer):
    person, case = who.split()
    case = next(row for row, name in scene.name_of.items() if name == case and hasattr(row, "responsible_structure"))
    assert permissions.answers_about(scene[person], case, at=TODAY) is answer


# What is archived


def archive(scene: Scene, name: str) -> None:
    Household.objects.filter(pk=scene[name].household_id).update(archived_on=TODAY)


def test_a_desk_compares_nobody_who_is_archived(scene):
    archive(scene, "closed")
    names = scene.names(permissions.comparable_people(scene["sylvie"], at=TODAY))
    assert "closed" not in names
    assert {"rent", "spouse", "handed-on"} < names  # the spouse lives where another case is, too


def test_a_landlord_sees_no_report_of_an_archived_household(scene):
    assert scene.names(permissions.visible_reports(scene["elsa"], at=TODAY)) == {"report-closed"}
    archive(scene, "closed")
    assert scene.names(permissions.visible_reports(scene["elsa"], at=TODAY)) == set()


# By which right

HELD = {
    "view_structure_cases": frozenset({1}), "pilot_action": frozenset({1, 2}), "answer_routing": frozenset({3}),
    "handle_case": frozenset({5, 4}), "review_traces": frozenset({7}), "another": frozenset({8}),
}  # fmt: skip


@pytest.mark.parametrize(("structure", "right"), [(1, "manager"), (2, "pilot"), (3, "asked"), (5, ""), (None, "")])
def test_a_case_is_shown_by_the_strongest_right_held_in_its_structure(structure, right):
    assert case_shown_by(HELD, structure, is_assigned=False) == (structure, right)
    assert case_shown_by(HELD, structure, is_assigned=True) == (structure, "assignment")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, (1, "manager")),
        ({"structure": 2}, (2, "pilot")),
        ({"structure": 5}, (5, "structure")),
        ({"structure": 9}, (9, "")),
        ({"right": "handle_case"}, (4, "structure")),
        ({"right": "review_traces"}, (7, "officer")),
        ({"right": "another"}, (8, "structure")),
        ({"right": "pilot_action", "structure": 7}, (7, "")),
        ({"right": "grant_roles"}, (None, "")),
    ],
    ids=str,
)
def test_a_list_is_shown_by_the_right_that_it_asks_or_by_the_strongest(asked, found):
    assert list_shown_by(HELD, **asked) == found
