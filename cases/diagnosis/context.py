"""What every block is filled from: the diagnosis so far, the household, and the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from cases.actions.diagnosis import size_of
from cases.models import Beneficiary, Case, Diagnostic, DiagnosticBlock, HouseholdMember, LegalProtection
from cases.models.diagnosis import Block

WORKING_AGE = 16
"""Below, nobody has resources of his own: what is paid for a child is his parent’s."""


@dataclass(frozen=True)
class DiagnosisContext:
    """`diagnostic` may not be saved yet: nobody has typed anything. Each table is read once."""

    diagnostic: Diagnostic
    members: Sequence[HouseholdMember]
    on: date

    @classmethod
    def for_case(
        cls, case: Case, diagnostic: Diagnostic | None, *, members: Sequence[HouseholdMember], on: date
    ) -> "DiagnosisContext":
        return cls(diagnostic or Diagnostic(case=case), members, on)

    @cached_property
    def _lines_by_table(self) -> dict[str, list[Any]]:
        return {}

    def lines(self, name: str) -> list[Any]:
        """The lines of a table of the diagnosis."""
        if not self.diagnostic.pk:
            return []
        if name not in self._lines_by_table:
            related = getattr(self.diagnostic, name).all()
            people = {"people": "beneficiary", "resource_lines": "person"}
            self._lines_by_table[name] = list(related.select_related(people[name]) if name in people else related)
        return self._lines_by_table[name]

    @cached_property
    def blocks(self) -> dict[str, DiagnosticBlock]:
        if not self.diagnostic.pk:
            return {}
        return {block.code: block for block in self.diagnostic.blocks.select_related("saved_by")}

    def version(self, block: Block) -> int:
        found = self.blocks.get(block)
        return found.version if found else 0

    @cached_property
    def household_facts(self) -> dict[str, Any]:
        """What is known of the household besides: children, RSA…"""
        return dict(self.diagnostic.case.household.facts.values_list("name", "value"))

    @cached_property
    def is_protected(self) -> bool | None:
        """By a measure recorded on somebody who lives there, whatever was said before; else as it was said, if it was."""
        people = [member.beneficiary_id for member in self.members]
        if LegalProtection.objects.given_to_a_body(self.on).filter(beneficiary__in=people).exists():
            return True
        return self.household_facts.get("legal_protection")

    @property
    def household_size(self) -> int:
        """As it was said, else as many as are named or known: a household whose children nobody named has them."""
        if self.diagnostic.household_size:
            return self.diagnostic.household_size
        return size_of(
            self.diagnostic, positions=[member.position for member in self.members], facts=self.household_facts
        )

    @cached_property
    def earners(self) -> list[Beneficiary]:
        """Those who may have resources of their own."""
        return [member.beneficiary for member in self.members if not self._is_young_child(member)]

    def _is_young_child(self, member: HouseholdMember) -> bool:
        if member.position != HouseholdMember.Position.CHILD or not member.beneficiary.birth_date:
            return False
        return self.on.year - int(member.beneficiary.birth_date[:4]) < WORKING_AGE
