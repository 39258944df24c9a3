"""What a tenant owes of the debt where nothing makes each owe the whole: recorded as a paper says it, corrected, or withdrawn."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions.lease_departures import OWES_NOTHING, owes_rent
from cases.locks import lock_case
from cases.models import Beneficiary, Case, LeaseShare, Structure, User
from cases.refusals import NotAllowed, Refusal
from cases.rules.lease_shares import WHOLE, TenantShare, sum_parts


class CannotDivideDebt(Refusal):
    """A part of the debt is not recorded so."""


@transaction.atomic
def record_share(
    *,
    case: Case,
    person: Beneficiary,
    percent: Decimal | None,
    owed: Decimal | None,
    owed_on: date | None,
    source: str,
    structure: Structure,
    by: User,
    at: datetime,
) -> LeaseShare:
    """Of the lease of the case: one a person, corrected in place. The journal says no sum.

    Refuses (`CannotDivideDebt`) who owes nothing of the lease, a part and a sum together, a sum without its day, and parts that come
    to more than the whole.
    """
    lock_case(case.pk)
    if case.tenancy is None:
        raise NotAllowed
    if not owes_rent(person, case):
        raise CannotDivideDebt(OWES_NOTHING)
    if (percent is None) == (owed is None):
        raise CannotDivideDebt(
            "Donner la part écrite dans le bail, ou la somme due : l’une des deux.", field="percent"
        )
    if owed is not None and owed_on is None:
        raise CannotDivideDebt("Indiquer à quelle date cette somme est arrêtée.", field="owed_on")
    if owed_on and owed_on > localdate(at):
        raise CannotDivideDebt("Cette date est à venir : noter la somme d’un jour passé.", field="owed_on")
    others = LeaseShare.objects.select_for_update().filter(tenancy=case.tenancy).exclude(beneficiary=person)
    known = sum_parts(TenantShare(percent=each.percent) for each in others)
    if percent is not None and percent + known > WHOLE:
        raise CannotDivideDebt(
            f"Les parts des autres locataires font déjà {say_percent(known)} % : ensemble, elles dépasseraient 100 %. Relire le bail,"
            " et corriger d’abord celle qui est fausse.",
            field="percent",
        )
    made, _ = LeaseShare.objects.update_or_create(
        tenancy=case.tenancy,
        beneficiary=person,
        defaults={
            "percent": percent,
            "owed": owed,
            "owed_on": owed_on if owed is not None else None,
            "source": source,
            "structure": structure,
            "recorded_by": by,
        },
    )
    journal.record("lease.shared", at=at, by=by, structure=structure, case=case, person=person.pk, share=made.pk)
    return made


@transaction.atomic
def withdraw_share(*, share: LeaseShare, case: Case, structure: Structure, by: User, at: datetime) -> None:
    """It was noted by mistake, or the debt is owed whole by each. Refuses (`CannotDivideDebt`) one that somebody has withdrawn meanwhile."""
    lock_case(case.pk)
    person = share.beneficiary_id
    withdrawn, _ = LeaseShare.objects.filter(pk=share.pk).delete()
    if not withdrawn:
        raise CannotDivideDebt("Cette part est déjà retirée.")
    journal.record("lease.share_withdrawn", at=at, by=by, structure=structure, case=case, person=person)


def say_percent(percent: Decimal) -> str:
    return f"{percent.normalize():f}".replace(".", ",")
