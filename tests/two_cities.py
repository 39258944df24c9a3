"""A second city beside Grigny, with a person in each role; a test of what one sees of the other begins with it."""

from datetime import date
from decimal import Decimal

from cases.actions import members
from cases.models import Case, Role, Structure, User
from tests import factories
from tests.factories import NOON
from workflows.actions import territories
from workflows.actions.indicators import refresh_figures
from workflows.actions.report import report_arrears
from workflows.actions.territories import AdministratorInvited

KINDS = {"mds": "MDS", "ccas": "CCAS", "caf_social": "CAF", "caf_recovery": "CAF, recouvrement", "adil": "ADIL"}
ROLES = {
    "pilot of the desk": ("caf_pilot", "pilot"),
    "pilot in a service": ("city", "pilot"),
    "manager": ("mds", "manager"),
    "professional": ("mds", "agent"),
    "counter": ("ccas", "agent"),
    "landlord": ("landlord", "correspondent"),
    "operator": ("caf_recovery", "correspondent"),
    "officer": ("mds", "dpo"),
    "administrator": ("city", "administrator"),
}


class City:
    """One of the two, with a person in each role and cases in several structures."""

    def __init__(self, territory: str) -> None:
        self.territory = territory
        self.people = {name: self._member(*place) for name, place in ROLES.items()}
        self.cases: list[Case] = []

    def structure(self, kind: str) -> Structure:
        found = Structure.objects.filter(territory=self.territory, kind=kind, is_active=True)
        return found.exclude(organisation__code="autres-bailleurs").order_by("pk")[0]

    def _member(self, kind: str, role: str) -> User:
        person = factories.user(first_name=kind, last_name=role)
        since = date(2026, 1, 1)
        members.join(user=person, structure=self.structure(kind), role=role, since=since, at=NOON)
        return person

    def fill(self) -> None:
        """Cases that wait, with people known twice, and figures of them."""
        for number in range(6):
            home = factories.household(
                territory=self.territory,
                usual_name="Sissoko",
                first_names="Fanta",
                birth_date="1980-05-17",
                phone="+33612345678",
                caf_number="1234567" if number < 2 else "",
            )
            landlord = self.structure("landlord")
            lease = factories.tenancy(
                landlord=landlord.code, home=home, reference=f"R{number}", housing="private", aid_kind="ALF"
            )
            factories.say_basis(landlord)
            facts = factories.FAMILY if number % 2 else {}
            factories.know(home, **facts)
            done = report_arrears(
                tenancy=lease,
                structure=landlord,
                channel="file",
                balance=Decimal(900 + number),
                as_of=NOON.date(),
                at=NOON,
                months_unpaid=Decimal(2),
            )
            self.cases.append(done.case)
        refresh_figures(at=NOON)


def make_valbrune() -> City:
    anne = factories.member("ville-grigny", "administrator")
    two = [AdministratorInvited(f"{name}@valbrune.example", name, "Lune") for name in ("ada", "ben")]
    territories.add_territory(
        name="Valbrune",
        insee_codes="",
        city_name="Ville de Valbrune",
        desk_name="Pilotage de Valbrune",
        administrators=two,
        by=anne,
        at=NOON,
    )
    for kind, name in {**KINDS, "landlord": "Habitat"}.items():
        body = factories.structure("mds-grigny").organisation if kind == "mds" else None
        body = body or factories.structure("caf-91").organisation
        Structure.objects.create(
            code=f"valbrune-{kind.replace('_', '-')}",
            name=f"{name} de Valbrune",
            kind=kind,
            territory="valbrune",
            organisation=body,
        )
    anne.memberships.all().delete()
    return City("valbrune")


def add_everybody(territory: str) -> User:
    """One person in every role of every structure there. Rights add up: he finds whatever any of them would."""
    person = factories.user()
    for structure in Structure.objects.filter(territory=territory):
        for role in Role.values:
            members.join(user=person, structure=structure, role=role, since=date(2026, 1, 1), at=NOON)
    return person
