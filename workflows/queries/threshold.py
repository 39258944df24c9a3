"""Where the rent debt of a case stands in law, in sentences for its page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from cases.actions.deadlines import catalogue_in_force
from cases.models import Case, DebtStatement, Report
from cases.queries import terms_of
from cases.rules import thresholds
from cases.rules.thresholds import (
    CONSTITUTED,
    Aid,
    ArrearsLaw,
    Assessment,
    Regime,
    Statement,
    TenancyTerms,
    ThresholdPosition,
)


@dataclass(frozen=True, kw_only=True)
class LegalPosition:
    summary: str
    report_by: str
    """Until when the landlord must report to the CAF or the MSA; empty when nothing says so."""
    missing: tuple[str, ...]
    """What one should know to be sure, as noun phrases."""
    steps: tuple[str, ...]
    """How the date was found: one French sentence for each step."""
    constituted: bool | None
    constituted_on: date | None
    regime: str
    reference: str


def first_report(case: Case) -> Report | None:
    """The arrears report that opened the case."""
    found: Report | None = case.reports.order_by("reported_on", "pk").first()
    return found


def legal_position(
    case: Case,
    *,
    on: date,
    owed: Decimal | None = None,
    report: Report | None = None,
    statements: list[DebtStatement] | None = None,
) -> LegalPosition | None:
    """Where it stands on a day, or stood when it was closed. The arrears report that opened the case chooses the legal regime.
    None without a report, or as long as nobody knows how much is owed.

    `owed`: what is by then, once what was received since the last statement is deducted. `report` and `statements`, the
    oldest first, spare queries to whoever has just read them.
    """
    report = report or first_report(case)
    if report is None or case.tenancy is None:
        return None
    if statements is None:
        statements = list(DebtStatement.objects.filter(debt__tenancy=case.tenancy).order_by("as_of", "pk"))
    if case.closed_on:
        statements, owed = [each for each in statements if each.as_of <= case.closed_on], None
    debt = statements[-1].balance if statements else report.balance
    if debt is None:
        return None
    terms = terms_of(case.tenancy)
    assessment = thresholds.assess(
        debt=debt,
        terms=terms,
        report_date=report.reported_on,
        law=load_law(),
        statements=[Statement(on=statement.as_of, debt=statement.balance) for statement in statements],
        first_default_on=statements[-1].first_unpaid_on if statements else None,
        on=min(on, case.closed_on or on),
        still_owed=debt if owed is None else owed,
    )
    missing = tuple(_missing_facts(terms, load_law().regime(report.reported_on)))
    return LegalPosition(
        summary=_summary(assessment, missing, debt=debt),
        report_by=_report_by(assessment, terms, report_date=report.reported_on, territory=case.territory),
        missing=missing,
        steps=assessment.steps,
        constituted=assessment.constituted,
        constituted_on=assessment.constituted_on,
        regime=assessment.regime,
        reference=assessment.reference,
    )


@cache
def load_law() -> ArrearsLaw:
    return thresholds.load_arrears_law()


def _missing_facts(terms: TenancyTerms, regime: Regime) -> Iterable[str]:
    """What the regime counts with. One that compares the debt to a fixed amount needs no monthly due."""
    counts_dues = terms.aid is not Aid.NO and regime.monthly_dues is not None
    if terms.aid is Aid.UNKNOWN:
        yield "si le ménage a une aide au logement"
    if counts_dues and terms.rent is None:
        yield "le loyer"
    if counts_dues and terms.charges is None:
        yield "les charges"
    if counts_dues and terms.aid_amount is None and terms.direct_payment is not False:
        yield "le montant de l’aide"
    if counts_dues and terms.direct_payment is None:
        yield "à qui l’aide est versée"


def _summary(assessment: Assessment, missing: tuple[str, ...], *, debt: Decimal) -> str:
    if debt <= 0:
        return "La dette est soldée."
    if assessment.applies is False:
        return "Sans aide au logement, aucun seuil légal : une échéance impayée est déjà un défaut de paiement."
    if assessment.constituted is None:
        return f"On ne peut pas dire si l’impayé est constitué. À connaître : {', '.join(missing)}."
    sentence = _reached(assessment) if assessment.constituted else _not_reached(assessment)
    if assessment.applies:
        return sentence
    return f"Si le ménage a une aide au logement : {sentence[0].lower()}{sentence[1:]}"


def _reached(assessment: Assessment) -> str:
    since = f" depuis le {assessment.constituted_on:%d/%m/%Y}" if assessment.constituted_on else ""
    return f"Impayé constitué au sens de la loi{since}."


def _not_reached(assessment: Assessment) -> str:
    if assessment.position is ThresholdPosition.AT:
        return "Dette égale au seuil légal, sans le dépasser : pas encore d’impayé au sens de la loi."
    return "Dette sous le seuil légal : pas encore d’impayé au sens de la loi."


def _report_by(assessment: Assessment, terms: TenancyTerms, *, report_date: date, territory: str) -> str:
    if assessment.constituted_on is None:
        return ""
    catalogue = catalogue_in_force(on=assessment.constituted_on, territory=territory, start=CONSTITUTED)
    computed = thresholds.report_by(assessment, terms=terms, report_date=report_date, catalogue=catalogue)
    if computed is None or computed.legal_date is None:
        return ""
    doubt = "" if computed.applies else ", si l’aide lui est versée"
    return f"Le bailleur signale l’impayé à la CAF ou à la MSA au plus tard le {computed.legal_date:%d/%m/%Y}{doubt}."
