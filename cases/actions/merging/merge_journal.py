"""What the journal says of a merge: one line for the act, one for each case that it touches."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from cases import journal
from cases.models import Beneficiary, Case, Household, HouseholdMember, JournalEntry, Merge, Structure, User


def cases_of(*people: Beneficiary) -> set[Case]:
    """Of the households in which they live or have lived."""
    homes = HouseholdMember.objects.filter(beneficiary__in=people).values("household")
    return set(Case.objects.filter(household__in=homes))


def cases_in(households: Iterable[Household]) -> set[Case]:
    return set(Case.objects.filter(household__in=list(households)))


def record_in_journal(
    kind: str,
    merge: Merge,
    cases: set[Case],
    *,
    at: datetime,
    by: User,
    structure: Structure,
    cause: JournalEntry | None = None,
    causes: Mapping[Case, JournalEntry] | None = None,
) -> tuple[JournalEntry, dict[Case, JournalEntry]]:
    """`causes`: the line of each case under which its own folds, if not under the act’s."""
    ids = _of_person(merge) if kind.startswith("person.") else _of_household(merge)
    entry = journal.record(kind, at=at, by=by, structure=structure, cause=cause, **ids)
    lines = {
        case: journal.record(
            kind, at=at, case=case, by=by, structure=structure, cause=(causes or {}).get(case, entry), **ids
        )
        for case in sorted(cases, key=lambda case: case.pk)
    }
    return entry, lines


def _of_person(merge: Merge) -> dict[str, Any]:
    return {"merge": merge.pk, "person": merge.kept_person_id, "absorbed": merge.absorbed_person_id}


def _of_household(merge: Merge) -> dict[str, Any]:
    return {"merge": merge.pk, "household": merge.kept_household_id, "absorbed": merge.absorbed_household_id}
