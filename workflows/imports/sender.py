"""Who sends a file, what follows from what it is, and of which day its balances are."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from cases.models import CLAIMANT_KINDS, FactSource, LandlordProfile, Report, Structure
from cases.rules import names, thresholds
from workflows.imports.existing_records import Lease


class Sender:
    """A structure that sends a file, and what follows from what it is."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.is_claimant = structure.kind in CLAIMANT_KINDS
        self.is_caf = structure.kind.startswith("caf_")
        self.source = FactSource.CAF if self.is_caf else FactSource.LANDLORD
        self.channel = Report.Channel.CAF_LIST if self.is_caf else Report.Channel.FILE

    @cached_property
    def claimants_having(self) -> dict[str, list[Structure]]:
        """Landlords and rent managers by their codes and their names; by that of their body where it has no other.
        Several, by a name that they share and that none has alone."""
        known = Structure.objects.filter(
            kind__in=CLAIMANT_KINDS, territory=self.structure.territory, is_active=True
        ).select_related("organisation", "landlord_profile")
        by_code = group_by_name(known, lambda structure: structure.code)
        by_name = group_by_name(known, lambda structure: structure.name)
        by_body = group_by_name(known, lambda structure: structure.organisation.name)
        return by_body | by_name | of_one_alone(by_body) | of_one_alone(by_name) | by_code

    @cached_property
    def claimants_by_name(self) -> dict[str, Structure]:
        """The same, by what says one of them alone."""
        return {name: one for name, [one] in of_one_alone(self.claimants_having).items()}

    @cached_property
    def other_landlords(self) -> Structure:
        """Stands for the landlords of the territory who do not take part."""
        return Structure.objects.of_other_landlords(self.structure.territory)

    def find_landlord(self, name: str) -> Structure:
        """The landlord that a line names; failing that, the sender if it claims rent."""
        named = self.claimants_by_name.get(names.without_spaces(name))
        return named or (self.structure if self.is_claimant else self.other_landlords)

    def find_namesakes(self, name: str) -> list[Structure]:
        """The landlords that share this name, and that it does not tell apart; nobody where it says one, or none."""
        having = self.claimants_having.get(names.without_spaces(name), [])
        return having if len(having) > 1 else []

    def opening_dues_of(self, structure: Structure) -> Decimal:
        profile = self.profile(structure)
        return profile.opening_dues if profile else law_thresholds().opening_dues

    def profile(self, structure: Structure) -> LandlordProfile | None:
        known = self.claimants_by_name.get(names.without_spaces(structure.code))
        return getattr(known, "landlord_profile", None)


def group_by_name(known: Iterable[Structure], name_of: Callable[[Structure], str]) -> dict[str, list[Structure]]:
    having = defaultdict(list)
    for structure in known:
        having[names.without_spaces(name_of(structure))].append(structure)
    return dict(having)


def of_one_alone(having: Mapping[str, list[Structure]]) -> dict[str, list[Structure]]:
    return {name: those for name, those in having.items() if len(those) == 1}


@cache
def law_thresholds() -> thresholds.ArrearsLaw:
    return thresholds.load_arrears_law()


@dataclass(frozen=True)
class Sending:
    """A file of a sender, read on a day; its balances are those of `as_of` unless a line says otherwise."""

    sender: Sender
    as_of: datetime.date
    today: datetime.date

    def balance_day(self, values: Mapping[str, Any]) -> datetime.date:
        """The date of a balance: the line’s own, else the day on which the CAF was told, else the file’s."""
        told = values.get("reported_on") if not self.sender.is_claimant else None
        return min(values.get("debt_on") or told or self.as_of, self.today)

    def is_behind(self, lease: Lease, values: Mapping[str, object]) -> bool:
        """The sender has already given a balance for a later day."""
        mine = [day for source, day in lease.statements if source == self.sender.structure.pk]
        return max(mine, default=datetime.date.min) > self.balance_day(values)
