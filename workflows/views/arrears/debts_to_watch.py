"""Early warning: whose debt nears one due or the legal threshold, and what is still to be reported to the CAF.

The law is data (`cases.rules.thresholds`): today’s regime, and the one that comes when it is announced.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from cases import permissions
from cases.models import CLAIMANT_KINDS, Case, DebtStatement, Milestone, Structure, Tenancy, User
from cases.queries import lease_holders, terms_of
from cases.rules import thresholds
from cases.rules.counting import add_months
from cases.rules.french import money
from workflows.queries.threshold import load_law

NEAR = Decimal("0.75")
"""From three quarters of a threshold on, one more unpaid rent crosses it."""
REPORT_WITHIN_MONTHS = 2
ANNOUNCED = timedelta(days=31)
"""A new regime is prepared from a month before: the list of 1 December for 1 January."""
REPORTED = "arrears_reported"
READ = 4_000
"""Leases of which a page asks what they call for, those that owe most: about a second."""


class Sign(StrEnum):
    """In the order of the page. The values are in addresses."""

    UNREPORTED = "non-signales"
    NEW_REGIME = "nouveau-seuil"
    NEAR_LAW = "seuil-legal"
    NEAR_DUE = "un-terme"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Sign.UNREPORTED: "Deux mois sans signalement",
    Sign.NEW_REGIME: "À signaler avec le nouveau seuil",
    Sign.NEAR_LAW: "Près du seuil légal",
    Sign.NEAR_DUE: "Près d’un terme",
}


@dataclass(frozen=True, kw_only=True)
class EarlyWarning:
    sign: Sign
    tenancy: Tenancy
    tenant: str
    debt: Decimal
    as_of: date
    why: str


@dataclass(frozen=True, kw_only=True)
class IndebtedLease:
    """A lease and what is known of its debt, which is not reported. The oldest statement first; the last one counts."""

    tenancy: Tenancy
    claimant: Structure
    """To whom it is owed: who manages it, else its landlord."""
    statements: Sequence[thresholds.Statement]
    first_unpaid_on: date | None
    is_open: bool

    @property
    def debt(self) -> Decimal:
        return self.statements[-1].debt

    @property
    def opening_dues(self) -> Decimal:
        """How many open a case."""
        profile = getattr(self.claimant, "landlord_profile", None)
        return profile.opening_dues if profile else load_law().opening_dues


def find_early_warnings(user: User, *, today: date) -> tuple[list[EarlyWarning], bool]:
    """Of the leases that the user may follow: a landlord his own by his own figures, but of a household of which what is done is
    restricted; a professional those whose case he sees in full. The largest debts first; and whether there are leases that owe less
    and were not read (`READ`). Seven queries, however many leases."""
    mine = permissions.rights(user, at=today).get("report_arrears", frozenset())
    claimants = Structure.objects.filter(pk__in=mine, kind__in=CLAIMANT_KINDS).values_list("pk", flat=True)
    own = list(claimants)
    if own:
        is_restricted = Exists(permissions.restrictions_of(OuterRef("household")))
        leases = Tenancy.objects.filter(Q(manager__in=own) | Q(manager=None, landlord__in=own), ~is_restricted)
        statements = DebtStatement.objects.filter(source__in=own)
    else:
        open_cases = permissions.visible_cases(user, at=today).filter(
            permissions.shown_in_full(user, at=today), closed_on=None, kind="arrears"
        )
        leases = Tenancy.objects.filter(pk__in=open_cases.values("tenancy"))
        statements = DebtStatement.objects.all()
    known, is_cut = read_indebted_leases(leases, statements)
    names = lease_holders({lease.tenancy.household_id for lease in known})
    found = [
        EarlyWarning(
            sign=sign,
            tenancy=lease.tenancy,
            tenant=names.get(lease.tenancy.household_id, ""),
            debt=lease.debt,
            as_of=lease.statements[-1].on,
            why=why,
        )
        for lease in known
        for sign, why in find_warning_signs(lease, today=today)
    ]
    return found, is_cut


@dataclass
class Unreported:
    """What a landlord has still to report, in figures: the pilot reads no name here."""

    landlord: Structure
    late: int = 0
    """Constituted for two months or more."""
    coming: int = 0
    """That the regime to come will ask for."""
    debt: Decimal = Decimal()


def unreported_by_landlord(desks: QuerySet[Structure], *, today: date) -> tuple[list[Unreported], bool]:
    """Of the open cases of the territories of these desks, whoever follows them; what is only watched stays its landlord’s. The
    most first; and whether leases that owe less were not read (`READ`). Three queries."""
    here = desks.order_by().values("territory")
    open_cases = Case.objects.filter(closed_on=None, kind="arrears", territory__in=here)
    leases = Tenancy.objects.filter(pk__in=open_cases.values("tenancy"))
    found: dict[int, Unreported] = {}
    known, is_cut = read_indebted_leases(leases, DebtStatement.objects.all())
    for lease in known:
        told = {sign for sign, _why in find_warning_signs(lease, today=today)} & {Sign.UNREPORTED, Sign.NEW_REGIME}
        if not told:
            continue
        line = found.setdefault(lease.claimant.pk, Unreported(lease.claimant))
        line.late += Sign.UNREPORTED in told
        line.coming += Sign.NEW_REGIME in told
        line.debt += lease.debt
    return sorted(found.values(), key=lambda line: (-line.debt, line.landlord.name)), is_cut


def read_indebted_leases(
    leases: QuerySet[Tenancy], statements: QuerySet[DebtStatement]
) -> tuple[list[IndebtedLease], bool]:
    """Those that owe something by the last of these statements and are not reported, the largest debts first, `READ` at most; and
    whether there are others. Three queries."""
    cases = Case.objects.filter(tenancy=OuterRef("pk"), kind="arrears", closed_on=None)
    told = Milestone.objects.filter(
        case__tenancy=OuterRef("pk"), case__closed_on=None, kind=REPORTED, replaced_by=None
    )
    last = statements.filter(debt__tenancy=OuterRef("pk")).order_by("-as_of", "-pk").values("balance")
    owing = leases.filter(~Exists(told), ended_on=None).annotate(
        last_balance=Subquery(last[:1]), is_open=Exists(cases)
    )
    found = list(owing.filter(last_balance__gt=0).order_by("-last_balance", "pk")[: READ + 1])
    claimants = Structure.objects.select_related("landlord_profile").in_bulk({_claimant_id(each) for each in found})
    history: dict[int, list[tuple[date, Decimal, date | None]]] = defaultdict(list)
    of_leases = statements.filter(debt__tenancy__in=[each.pk for each in found]).order_by("as_of", "pk")
    for lease, on, balance, unpaid in of_leases.values_list("debt__tenancy", "as_of", "balance", "first_unpaid_on"):
        history[lease].append((on, balance, unpaid))
    known = [
        IndebtedLease(
            tenancy=each,
            claimant=claimants[_claimant_id(each)],
            statements=[thresholds.Statement(on=on, debt=balance) for on, balance, _ in history[each.pk]],
            first_unpaid_on=history[each.pk][-1][2],
            is_open=each.is_open,
        )
        for each in found[:READ]
    ]
    return known, len(found) > READ


def _claimant_id(tenancy: Tenancy) -> int:
    return tenancy.manager_id or tenancy.landlord_id


# What each lease calls for


def find_warning_signs(lease: IndebtedLease, *, today: date) -> Iterable[tuple[Sign, str]]:
    if not lease.is_open and (why := near_due(lease)):
        yield Sign.NEAR_DUE, why
    if why := near_law(lease, today=today):
        yield Sign.NEAR_LAW, why
    if why := past_reporting_deadline(lease, today=today):
        yield Sign.UNREPORTED, why
    if why := above_new_threshold(lease, today=today):
        yield Sign.NEW_REGIME, why


def near_due(lease: IndebtedLease) -> str:
    threshold = thresholds.opening_threshold(terms_of(lease.tenancy), dues=lease.opening_dues)
    if threshold is None or not threshold * NEAR <= lease.debt < threshold:
        return ""
    return f"À {money(threshold - lease.debt)} du seuil d’ouverture ({money(threshold)})."


def near_law(lease: IndebtedLease, *, today: date) -> str:
    """The nearest threshold of the regimes that apply or are announced; not one that is already reached."""
    for day in report_days(today):
        found = assess(lease, day)
        if found.applies is False or found.threshold is None or found.constituted:
            continue
        if lease.debt >= found.threshold * NEAR:
            from_ = f" au {day:%d/%m/%Y}" if day > today else ""
            return f"Seuil légal{from_} : {money(found.threshold)}."
    return ""


def past_reporting_deadline(lease: IndebtedLease, *, today: date) -> str:
    found = assess(lease, today)
    if found.applies is False or not found.constituted or found.constituted_on is None:
        return ""
    last_day = add_months(found.constituted_on, REPORT_WITHIN_MONTHS)
    if last_day > today:
        return ""
    return f"Impayé constitué le {found.constituted_on:%d/%m/%Y} : à signaler à la CAF ou à la MSA sans attendre."


def above_new_threshold(lease: IndebtedLease, *, today: date) -> str:
    """From a month before a regime that counts in euros: what it will have reported, and is not yet."""
    coming = coming_regime(today)
    if coming is None or coming.amount is None or lease.debt <= coming.amount:
        return ""
    if assess(lease, coming.reports_from).applies is False:
        return ""
    return f"Plus de {money(coming.amount)} : à signaler à partir du {coming.reports_from:%d/%m/%Y}."


def coming_regime(today: date) -> thresholds.Regime | None:
    return next((r for r in load_law().regimes if today < r.reports_from <= today + ANNOUNCED), None)


def report_days(today: date) -> list[date]:
    """A report of today, and of the first day of each regime to come: either threshold may be the nearer."""
    return [today, *(regime.reports_from for regime in load_law().regimes if regime.reports_from > today)]


def assess(lease: IndebtedLease, day: date) -> thresholds.Assessment:
    return thresholds.assess(
        debt=lease.debt,
        terms=terms_of(lease.tenancy),
        report_date=day,
        law=load_law(),
        statements=lease.statements,
        first_default_on=lease.first_unpaid_on,
    )
