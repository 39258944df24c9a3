"""A territory is added with what no procedure does without, called otherwise, ended once nothing is open in it."""

from datetime import timedelta

import pytest

from cases.actions import deadlines, invitations, notices
from cases.models import Edition, Invitation, JournalEntry, Membership, Structure, Territory, User
from tests import factories
from tests.factories import NOON
from workflows.actions import territories
from workflows.actions.territories import AdministratorInvited, CannotChangeTerritory
from workflows.models import RoutingRule
from workflows.steps.desk import pilot_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
TWO = [
    AdministratorInvited("ada@valbrune.example", "Ada", "Roche"),
    AdministratorInvited("ben@valbrune.example", "Ben", "Lune"),
]


def add(by: User, *, name: str = "Valbrune", administrators: list[AdministratorInvited] = TWO) -> Territory:
    return territories.add_territory(
        name=name,
        insee_codes="99123",
        city_name=f"Ville de {name}",
        desk_name=f"Pilotage de {name}",
        administrators=administrators,
        by=by,
        at=NOON,
    )


@pytest.fixture
def anne() -> User:
    return factories.member("ville-grigny", "administrator")


def editions_of(territory: str) -> list[tuple[str, int, str]]:
    found = Edition.objects.filter(territory=territory).order_by("catalogue")
    return list(found.values_list("catalogue", "number", "state"))


def test_it_comes_with_its_structures_and_the_first_editions_of_its_rules(anne: User):
    before = editions_of("grigny")
    added = add(anne)
    assert (added.code, added.name, added.since, added.is_active) == ("valbrune", "Valbrune", NOON.date(), True)
    kinds = Structure.objects.filter(territory="valbrune").order_by("kind").values_list("kind", "name")
    assert list(kinds) == [
        ("caf_pilot", "Pilotage de Valbrune"),
        ("city", "Ville de Valbrune"),
        ("landlord", "Bailleurs non partenaires"),
    ]
    assert editions_of("valbrune") == editions_of("grigny") == before
    assert deadlines.catalogue_in_force(on=NOON.date(), territory="valbrune").rule("P-CONTACT-5").title
    entry = JournalEntry.objects.get(kind="territory.added")
    assert (entry.structure.code, entry.actor, entry.data) == ("ville-de-valbrune", anne, {"territory": added.pk})  # type: ignore[union-attr]


def test_its_routing_table_names_no_structure_of_another(anne: User):
    add(anne)
    rows = RoutingRule.objects.filter(edition__territory="valbrune", edition__catalogue="routing_arrears")
    named = {row.content.get("lead", {}).get("structure") for row in rows} | {
        code for row in rows for code in row.content.get("supports", ())
    }
    assert named == {None}
    assert rows.last() is not None
    assert "fallback" in rows.order_by("position").last().content  # type: ignore[union-attr]


def test_its_administrators_are_invited_and_nobody_else_knows_of_them(anne: User):
    add(anne)
    waiting = Invitation.objects.filter(structure__territory="valbrune").order_by("user__email")
    assert [(each.user.email, each.role, each.structure.kind) for each in waiting] == [
        ("ada@valbrune.example", "administrator", "city"),
        ("ben@valbrune.example", "administrator", "city"),
    ]
    assert not Membership.objects.filter(structure__territory="valbrune").exists()


def test_who_works_for_the_same_body_in_another_territory_is_invited_too(anne: User):
    """He would learn of it otherwise, and they that he has an account."""
    colleague = factories.member("ville-grigny", email="paul@example.org")
    city = Structure.objects.get(code="ville-grigny").organisation
    city.name = "Ville de Valbrune"
    city.save()
    add(anne, administrators=[AdministratorInvited("paul@example.org", "P", "Q"), TWO[0]])
    assert Invitation.objects.filter(user=colleague, structure__territory="valbrune").count() == 1
    assert not Membership.objects.filter(user=colleague, structure__territory="valbrune").exists()


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"name": "GRIGNY"}, "porte déjà ce nom"),
        ({"administrators": TWO[:1]}, "Inviter deux administrateurs"),
        ({"administrators": [TWO[0], AdministratorInvited(" ADA@valbrune.example", "A", "R")]}, "à deux adresses"),
    ],
)
def test_what_cannot_work_is_refused_and_nothing_is_added(anne: User, more, refusal: str):
    with pytest.raises(CannotChangeTerritory, match=refusal):
        add(anne, **more)
    assert list(Territory.objects.values_list("code", flat=True)) == ["grigny"]


def test_only_administrators_of_the_first_territory_add_one(anne: User):
    with pytest.raises(CannotChangeTerritory, match="premier territoire"):
        add(factories.member("ville-grigny", "pilot"))
    add(anne)
    [ada, *_] = User.objects.filter(email="ada@valbrune.example")
    invitations.accept(user=ada, at=NOON + timedelta(hours=1))
    with pytest.raises(CannotChangeTerritory, match="premier territoire"):
        add(ada, name="Montclar")


def test_it_is_called_otherwise_and_its_code_stays(anne: User):
    added = add(anne)
    territories.correct_territory(
        territory=added, name="Valbrune-sur-Orge", insee_codes="99123 99124", postcode="99120", by=anne, at=NOON
    )
    added.refresh_from_db()
    assert (added.code, added.name, added.insee_codes) == ("valbrune", "Valbrune-sur-Orge", "99123 99124")
    assert added.postcode == "99120"
    assert JournalEntry.objects.filter(kind="territory.corrected").count() == 1


def test_it_ends_once_no_case_is_open_and_whoever_worked_there_stops(anne: User):
    added = add(anne)
    [ada, *_] = User.objects.filter(email="ada@valbrune.example")
    invitations.accept(user=ada, at=NOON)
    structure = pilot_of("valbrune")
    landlord = Structure.objects.get(territory="valbrune", kind="landlord")
    lease = factories.tenancy(landlord=landlord.code)
    case = factories.reported(lease, code=landlord.code)
    assert (case.territory, case.responsible_structure) == ("valbrune", structure)
    with pytest.raises(CannotChangeTerritory, match="1 dossier y est ouvert"):
        territories.end_territory(territory=added, by=anne, at=NOON)
    case.closed_on, case.outcome = NOON.date(), "voided"
    case.save()
    territories.end_territory(territory=added, by=anne, at=NOON)
    assert not Structure.objects.filter(territory="valbrune", is_active=True).exists()
    assert not Invitation.objects.waiting().filter(structure__territory="valbrune").exists()
    assert not Membership.objects.not_over(NOON.date()).filter(structure__territory="valbrune").exists()
    assert Structure.objects.filter(territory="grigny", is_active=True).count() == 19


def test_the_first_one_does_not_end(anne: User):
    with pytest.raises(CannotChangeTerritory, match="premier territoire"):
        territories.end_territory(territory=Territory.objects.get(), by=anne, at=NOON)


def test_an_overpayment_is_owed_to_the_operator_of_the_territory(anne: User):
    add(anne)
    with pytest.raises(notices.CannotRecordNotice):
        notices.creditor_of("caf", territory="valbrune")
    assert notices.creditor_of("caf", territory="grigny").code == "caf-91-recouvrement"
