"""Who may be shown whom, written apart from the product: read from rows, structure by structure.

Coarser than the door itself on purpose (it asks no role, and no day): whoever works in a structure that never had to do with
a household may be shown nobody of it.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

from django.db import connection
from django.urls import resolve

from cases.models import Beneficiary, User

HAD_TO_DO = """
SELECT structure_id, "case".household_id FROM cases_participation JOIN cases_case "case" ON "case".id = case_id
UNION SELECT structure_id, "case".household_id FROM cases_assignment JOIN cases_case "case" ON "case".id = case_id
UNION SELECT structure_id, "case".household_id FROM cases_report JOIN cases_case "case" ON "case".id = case_id
UNION SELECT structure_id, "case".household_id FROM cases_sharingrequest JOIN cases_case "case" ON "case".id = case_id
UNION SELECT structure_id, "case".household_id FROM cases_emergencyaccess JOIN cases_case "case" ON "case".id = case_id
UNION SELECT landlord_id, household_id FROM cases_tenancy
UNION SELECT manager_id, household_id FROM cases_tenancy WHERE manager_id IS NOT NULL
UNION SELECT question.structure_id, debt.household_id FROM cases_question question
    JOIN cases_debtline line ON line.id = question.line_id JOIN cases_debt debt ON debt.id = line.debt_id
UNION SELECT structure_id, member.household_id FROM cases_referent
    JOIN cases_householdmember member USING (beneficiary_id)
UNION SELECT structure.id, "case".household_id FROM cases_structure structure
    JOIN cases_case "case" ON "case".territory = structure.territory WHERE structure.kind = 'caf_pilot'
"""
"""A desk that pilots compares identities in the whole of its territory."""
OFFICER_KNOWS = """
SELECT own.id, "case".household_id FROM cases_structure own
    JOIN cases_structure same ON same.organisation_id = own.organisation_id AND same.territory = own.territory
    JOIN cases_participation part ON part.structure_id = same.id JOIN cases_case "case" ON "case".id = part.case_id
"""
"""By the number of the case alone: an officer knows how many there are, and who read them."""
NAME, NUMBER = re.compile(r"zq(\d+)x"), re.compile(r"\b20\d\d-(\d{5})\b")


def name_everybody() -> None:
    """So that whoever is named on a page is known by it."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_beneficiary SET usual_name = 'Zq' || id || 'x', birth_name = ''")


@dataclass
class Door:
    """Read once, of everybody."""

    homes: dict[int, set[int]] = field(default_factory=dict)
    """Person → her households."""
    home_of_case: dict[int, int] = field(default_factory=dict)
    home_of_address: dict[UUID, int] = field(default_factory=dict)
    """By the id that addresses of a case bear."""
    known: dict[int, set[int]] = field(default_factory=dict)
    """Structure → the households with which it had to do."""
    numbered: dict[int, set[int]] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "Door":
        found = cls()
        with connection.cursor() as cursor:
            for query, rows in (
                ("SELECT beneficiary_id, household_id FROM cases_householdmember", found.homes),
                (HAD_TO_DO, found.known),
                (OFFICER_KNOWS, found.numbered),
            ):
                cursor.execute(query)
                for key, home in cursor.fetchall():
                    rows.setdefault(key, set()).add(home)
            cursor.execute("SELECT id, household_id FROM cases_case")
            found.home_of_case = dict(cursor.fetchall())
            cursor.execute("SELECT public_id, household_id FROM cases_case")
            found.home_of_address = dict(cursor.fetchall())
        for absorbed in Beneficiary.objects.exclude(merged_into=None):
            found.homes.setdefault(absorbed.pk, set()).update(found.homes.get(absorbed.merged_into_id or 0, ()))
        return found

    def has_to_do(self, reader: User, address: str) -> bool:
        """Is it an address of a case with which his structures had to do? He may write there, and take a file away."""
        home = self.home_of_address.get(resolve(urlsplit(address).path).kwargs.get("case", UUID(int=0)))
        places = reader.memberships.values_list("structure_id", flat=True)
        return home is not None and any(home in self.known.get(place, ()) for place in places)

    def reviews(self, reader: User, address: str) -> bool:
        """Is it an address of a case in which a service of his body took part? Its officer is given who read it, on paper."""
        home = self.home_of_address.get(resolve(urlsplit(address).path).kwargs.get("case", UUID(int=0)))
        places = reader.memberships.values_list("structure_id", flat=True)
        return home is not None and any(home in self.numbered.get(place, ()) for place in places)

    def foreign_on(self, page: str, *, reader: User) -> set[str]:
        """What the page names that the reader may not know."""
        places = set(reader.memberships.values_list("structure_id", flat=True))
        known: set[int] = set().union(*(self.known.get(place, set()) for place in places))
        numbered = known.union(*(self.numbered.get(place, set()) for place in places))
        people = {int(each) for each in NAME.findall(page.lower())}
        cases = {int(each) for each in NUMBER.findall(page)}
        return {f"person {each}" for each in people if not self.homes.get(each, set()) & known} | {
            f"case {each}" for each in cases if each in self.home_of_case and self.home_of_case[each] not in numbered
        }
