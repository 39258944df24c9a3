"""What tests start from: people, structures’ members, tenancies and cases, made through the same acts as in life."""

from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from cases.actions import members, people, protections
from cases.models import (
    Assignment,
    Beneficiary,
    Case,
    Deadline,
    Household,
    LegalProtection,
    Membership,
    SharingBasis,
    Structure,
    Tenancy,
    Territory,
    User,
)
from cases.rules.names import name_key
from workflows.actions.report import report_arrears
from workflows.models import CaseTask

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=PARIS)
"""The day on which most tests happen: a Tuesday."""

_numbers = count(1)


def structure(code: str) -> Structure:
    return Structure.objects.get(code=code)


def move_to_territory(code: str, *, name: str) -> Structure:
    """The structure of that code works in another city, whose name this is."""
    elsewhere, _ = Territory.objects.get_or_create(code=name.lower(), defaults={"name": name, "since": NOON.date()})
    moved = structure(code)
    moved.territory = elsewhere.code
    moved.save(update_fields=["territory"])
    return moved


def user(**fields: Any) -> User:
    number = next(_numbers)
    fields.setdefault("email", f"pro{number}@example.org")
    fields.setdefault("first_name", "Camille")
    fields.setdefault("last_name", f"Pro{number}")
    return User.objects.create_user(password="un mot de passe de test", **fields)


def member(code: str, role: str = "agent", *, since: date = date(2026, 1, 1), **fields: Any) -> User:
    """A user who works in the structure of that code."""
    found = user(**fields)
    members.join(user=found, structure=structure(code), role=role, since=since, at=NOON)
    return found


def membership_of(person: User) -> Membership:
    return Membership.objects.get(user=person)


def person(**fields: Any) -> Beneficiary:
    number = next(_numbers)
    fields.setdefault("usual_name", f"Martin{number}")
    fields.setdefault("first_names", "Alix")
    fields.setdefault("birth_date", "1980-05-17")
    return Beneficiary(name_key=name_key(fields["usual_name"], fields["first_names"]), **fields)


def household(holder: Beneficiary | None = None, *, territory: str = "grigny", **fields: Any) -> Household:
    return people.create_household(territory=territory, holder=holder or person(**fields), others=[], at=NOON)


def tenancy(*, landlord: str = "bailleur-a", home: Household | None = None, **fields: Any) -> Tenancy:
    """A social tenancy at 450 + 80 €, without aid, in the territory of its landlord."""
    owner = structure(landlord)
    fields.setdefault("reference", f"L{next(_numbers):05d}")
    fields.setdefault("housing", "social")
    fields.setdefault("aid_kind", "none")
    fields.setdefault("rent", Decimal("450.00"))
    fields.setdefault("charges", Decimal("80.00"))
    fields.setdefault("address", "4 rue de la Plaine")
    fields.setdefault("postcode", "91350")
    fields.setdefault("city", "Grigny")
    return Tenancy.objects.create(household=home or household(territory=owner.territory), landlord=owner, **fields)


def protect(case: Case, *, by: User, **fields: Any) -> LegalProtection:
    """The holder of a case, unless it is another, is protected since a judgment of 3 March 2025: by Mme Roche, of the UDAF, in Évry."""
    fields.setdefault("kind", "tutelle")
    known = {
        "guardian_title": "mme",
        "guardian_name": "Diane Roche",
        "service": "UDAF de l’Essonne",
        "address": "5 rue du Temple, 91000 Évry-Courcouronnes",
        "phone": "+33160000000",
        "judged_on": date(2025, 3, 3),
        "court": "tribunal de proximité de Juvisy",
        "since": date(2025, 3, 10),
        "until": date(2030, 3, 9),
    }
    if "beneficiary" not in fields:
        fields["beneficiary"] = case.household.memberships.get(position="holder", until=None).beneficiary
    return protections.protect_person(
        protection=LegalProtection(**known | fields),
        at=NOON,
        by=by,
        structure=case.responsible_structure,
        case=case,
    )


FAMILY: dict[str, Any] = {"dependent_children": 2, "family_benefits": True, "rsa": False, "employed": False}
"""Facts that let the table route at once; with private housing and ALF, to the CAF (R3)."""


def know(home: Household, *, source: str = "caf", **facts: Any) -> None:
    people.record_facts(household=home, facts=facts, source=source, known_on=NOON.date(), at=NOON)


def followed_since(case: Case, day: date) -> None:
    """As if the professional had had the case since that day."""
    Assignment.objects.filter(case=case, until=None).update(since=day)


def say_basis(sender: Structure) -> None:
    """As a demonstration begins: a ground for what it sends, unless it has one."""
    since = date(2026, 1, 1)
    if not SharingBasis.objects.filter(structure=sender).exists():
        SharingBasis.objects.create(structure=sender, basis="SH-8", reference="Convention d’essai", since=since)


def aim(tasks: QuerySet[CaseTask], *, at: date | None) -> None:
    """Steps that aim at this day, which is the last of their delays too."""
    if at:
        Deadline.objects.filter(tasks__in=tasks).update(safe_date=at, legal_date=at)
    tasks.update(due_on=at)


def reported(
    lease: Tenancy | None = None,
    *,
    by: User | None = None,
    code: str = "bailleur-a",
    channel: str = "file",
    balance: str = "1060.00",
    at: datetime = NOON,
    **facts: Any,
) -> Case:
    """A case that a report has just opened, with these facts known."""
    lease = lease or tenancy()
    if facts:
        know(lease.household, **facts)
    sender = structure(code)
    say_basis(sender)
    done = report_arrears(
        tenancy=lease,
        structure=sender,
        channel=channel,
        balance=Decimal(balance),
        as_of=at.date(),
        at=at,
        by=by,
        months_unpaid=Decimal(2),
    )
    return done.case
