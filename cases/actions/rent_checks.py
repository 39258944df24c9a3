"""What was checked of the debt that a landlord claims is recorded; what he declared stands as it was."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions.rules_in_force import find_edition
from cases.models import Case, Edition, JournalEntry, RentCheck, Structure, Tenancy, User
from cases.rules.rent_checks import (
    RentCheckRule,
    RentDoubts,
    RentFinding,
    find_doubts,
    read_rent_checks,
    refuse_senseless,
)


def checks_in_force(*, on: date, territory: str) -> tuple[Edition, dict[str, RentCheckRule]]:
    edition = find_edition(Edition.Catalogue.RENT_CHECKS, on=on, territory=territory)
    return edition, read_rent_checks(edition.parameters)


def findings_of(tenancy_id: int) -> dict[str, RentFinding]:
    """By the code of their check, as they stand."""
    found = RentCheck.objects.filter(tenancy=tenancy_id)
    return {each.code: RentFinding(finding=each.finding, amount=each.amount, evidence=each.evidence) for each in found}


def doubts_about(case: Case, *, on: date, findings: Mapping[str, RentFinding] | None = None) -> RentDoubts:
    """What is to be discussed of the debt of a case; the catalogue is not read when nothing was found."""
    if findings is None:
        findings = findings_of(case.tenancy_id) if case.tenancy_id else {}
    if not findings:
        return RentDoubts(points=())
    rules = checks_in_force(on=on, territory=case.territory)[1]
    return find_doubts(rules.values(), findings)


def record_rent_checks(
    *,
    case: Case,
    tenancy: Tenancy,
    findings: Mapping[str, RentFinding | None],
    owed: Decimal | None,
    structure: Structure,
    by: User,
    at: datetime,
) -> JournalEntry | None:
    """Keep what was found of these checks; None: it is to be checked again. The others stand. None when nothing is new.

    Refuses (`CannotDoubt`) what does not hold together. The journal says which, never the sums.
    """
    on = localdate(at)
    edition, rules = checks_in_force(on=on, territory=case.territory)
    known = findings_of(tenancy.pk)
    new = {code: found for code, found in findings.items() if known.get(code) != found}
    if not new:
        return None
    standing = {code: found for code, found in {**known, **findings}.items() if found and code in {**rules, **new}}
    refuse_senseless(rules, standing, owed=owed)
    told = {"edition": edition, "structure": structure, "by": by, "checked_on": on}
    with transaction.atomic(savepoint=False):  # nothing in it is refused
        RentCheck.objects.filter(tenancy=tenancy, code__in=[code for code, found in new.items() if not found]).delete()
        for code, found in new.items():
            if found:
                said = {"finding": found.finding, "amount": found.amount, "evidence": found.evidence}
                RentCheck.objects.update_or_create(tenancy=tenancy, code=code, defaults=said | told)
        return journal.record(
            "debt.checked",
            at=at,
            case=case,
            by=by,
            structure=structure,
            findings={code: found.finding if found else "" for code, found in sorted(new.items())},
        )
