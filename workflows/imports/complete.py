"""What a line brings besides its balance: people, the lease, facts and dated facts."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db.models import Model

from cases.actions.people import TRUST, facts_to_change
from cases.matching import Person, as_person, is_one_person
from cases.models import Beneficiary, Household, Housing, LandlordType, Tenancy
from cases.rules import names
from workflows.imports import field_mapping
from workflows.imports.existing_records import Home, Lease
from workflows.imports.plan import CannotKeep, LinePlan
from workflows.imports.sender import Sending

BLANK = ("", None)


class Completion:
    def __init__(self, sending: Sending) -> None:
        self.sending, self.sender = sending, sending.sender

    def complete(self, plan: LinePlan, home: Home | None, lease: Lease | None) -> None:
        values = plan.row.values
        plan.home = home or Home(
            key=f"line {plan.line}", household=Household(territory=self.sender.structure.territory)
        )
        plan.lease = lease or Lease(tenancy=self.new_tenancy(values))
        self.complete_people(plan, plan.home)
        if lease:
            writes, stated = self.tenancy_fields(plan.home, lease, values)
            known = {name: getattr(lease.tenancy, name) for name in stated}
            plan.tenancy_changes = {
                name: value
                for name, value in stated.items()
                if known[name] != value and (name in writes or known[name] in BLANK)
            }
            plan.blanks_filled = frozenset(plan.tenancy_changes) - writes
        refuse_too_long(plan.lease.tenancy, plan.tenancy_changes)
        facts = field_mapping.facts_of(values)
        if self.sender.is_caf and "aid_kind" in values:
            facts["aid_kind"] = values["aid_kind"]
        plan.facts = facts_to_change(plan.home.facts, facts, source=self.sender.source)
        dated = field_mapping.milestones_of(values, today=self.sending.today)
        plan.milestones = {kind: day for kind, day in dated.items() if plan.lease.milestones.get(kind) != day}

    def complete_people(self, plan: LinePlan, home: Home) -> None:
        for person, details in field_mapping.people_of(plan.row.values):
            known = next((other for other in home.people if is_known_as(person, as_person(other))), None)
            if known is None:
                new = field_mapping.new_person(person, details)
                refuse_too_long(new, {})
                plan.new_people.append(new)
            elif changes := details_to_add(known, field_mapping.person_fields(person) | details):
                refuse_too_long(known, changes)
                plan.people_changes.append((known, changes))

    def new_tenancy(self, values: Mapping[str, object]) -> Tenancy:
        tenancy = Tenancy(**self.landlord_fields(values), **field_mapping.tenancy_of(values))
        tenancy.housing = self.housing_of(tenancy)
        return tenancy

    def landlord_fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A rent manager sends for landlords who may or may not take part themselves."""
        name = values.get("landlord", "")
        landlord = self.sender.find_landlord(name)
        manages = self.sender.is_claimant and self.sender.structure.kind == "rent_manager"
        is_named = names.without_spaces(name) in self.sender.claimants_by_name
        return {
            "landlord": landlord,
            "landlord_name": "" if is_named else name,
            "manager": self.sender.structure if manages else None,
        }

    def housing_of(self, tenancy: Tenancy) -> str:
        profile = self.sender.profile(tenancy.landlord)
        if tenancy.landlord_type == LandlordType.EPFIF:
            return Housing.EPFIF
        if tenancy.landlord_type in (LandlordType.HLM, LandlordType.SEM):
            return Housing.SOCIAL
        if names.normalise_text(tenancy.landlord_name).startswith("PRIVE"):
            return Housing.PRIVATE
        return profile.housing if profile else ""

    def tenancy_fields(
        self, home: Home, lease: Lease, values: Mapping[str, object]
    ) -> tuple[set[str], dict[str, object]]:
        """Those that the sender writes whatever is known, and all that it states: a landlord keeps his own lease up to date;
        others fill what is missing, the CAF also tells the aid.

        A file older than what the sender said last only fills what is missing.
        """
        stated = field_mapping.tenancy_of(values)
        if self.sender.is_claimant and lease.is_unclaimed:
            stated |= self.landlord_fields(values)
        writes = set(stated) if self.sender.is_claimant else set()
        aid_source = home.facts.get("aid_kind")
        if self.sender.is_caf and not (aid_source and TRUST[aid_source.source] > TRUST[self.sender.source]):
            writes |= set(field_mapping.AID)
        elif aid_source and TRUST[aid_source.source] > TRUST[self.sender.source]:
            writes -= set(field_mapping.AID)
        if self.sending.is_behind(lease, values):
            writes = set()
        return writes, stated


def is_known_as(person: Person, known: Person) -> bool:
    """Inside one household; a name changes by marriage, a first name and a birth date do not."""
    if is_one_person(person, known) or (person.caf_number and person.caf_number == known.caf_number):
        return True
    born = person.birth is not None and person.birth.is_telling and person.birth == known.birth
    return born and names.is_same_name(person.first_name, known.first_name)


def details_to_add(known: Beneficiary, said_fields: Mapping[str, str]) -> dict[str, str]:
    """What the line adds to a person: blanks filled, a date completed, a name with a lost letter made whole. Nothing that is
    known is replaced (docs/decisions/0030)."""
    changes = {name: value for name, value in said_fields.items() if value and not getattr(known, name)}
    born = said_fields.get("birth_date", "")
    if born.startswith(known.birth_date) and len(born) > len(known.birth_date):
        changes["birth_date"] = born
    for name in ("usual_name", "first_names"):
        before, said = getattr(known, name), said_fields.get(name, "")
        is_whole = names.LOST not in names.normalise_text(said)
        if names.LOST in names.normalise_text(before) and is_whole and names.is_same_name(before, said):
            changes[name] = said
    return changes


def refuse_too_long(row: Model, changes: Mapping[str, object]) -> None:
    """Refuses (`CannotKeep`) a text longer than its column."""
    for name, label, longest in limited_columns(type(row)):
        value = changes.get(name, getattr(row, name))
        if isinstance(value, str) and len(value) > longest:
            raise CannotKeep(f"texte trop long : {label}, {longest} caractères au plus. Corrigez le fichier.")


@cache
def limited_columns(model: type[Model]) -> list[tuple[str, str, int]]:
    """The columns of a table that take so many characters: name, label, limit."""
    columns = model._meta.concrete_fields  # noqa: SLF001 - Django’s documented API
    limits = [(column.attname, str(column.verbose_name), getattr(column, "max_length", None)) for column in columns]
    return [(name, label, longest) for name, label, longest in limits if longest]
