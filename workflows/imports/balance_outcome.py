"""The balance of a line against what is known of the debt: what is done about it, and why."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cases.models import DebtStatement, LandlordProfile
from cases.rules import thresholds
from cases.rules.french import money
from cases.rules.later import is_asked_about
from workflows.imports import field_mapping
from workflows.imports.existing_records import Lease
from workflows.imports.plan import DebtAction, ImportOutcome, LinePlan, set_outcome
from workflows.imports.sender import Sending

NOTHING = Decimal()
DebtVerdict = tuple[DebtAction, ImportOutcome, str]
"""What is done about the debt, what becomes of the line, and why."""


class Judgement:
    def __init__(self, sending: Sending) -> None:
        self.sending, self.sender = sending, sending.sender

    def judge(self, plan: LinePlan) -> None:
        """The debt of the line against what is known of it: act, outcome and reason."""
        plan.act, outcome, reason = self.decide(plan)
        set_outcome(plan, outcome, reason)

    def decide(self, plan: LinePlan) -> DebtVerdict:
        lease, values = plan.lease, plan.row.values
        assert lease is not None  # noqa: S101 - `complete` has set it
        if "debt" not in values:
            return self.without_debt(plan)
        day, latest = self.sending.balance_day(values), lease.latest_statement
        current = lease.statements.get((self.sender.structure.pk, day))
        plan.statement = DebtStatement(
            source=self.sender.structure, as_of=day, balance=values["debt"], **field_mapping.statement_of(values)
        )
        if current and is_same(current, plan.statement, values):
            plan.statement = None
            return without_balance(plan)
        overtaken = latest is not None and latest.as_of > day and 0 in (latest.balance, values["debt"])
        if self.sending.is_behind(lease, values) or overtaken:
            reason = "relevé plus ancien que le dernier : historique complété"
            return DebtAction.STATE, ImportOutcome.UPDATED, reason
        if values["debt"] == 0:
            return self.judge_cleared(plan, lease)
        if lease.is_open:
            reason = "montant corrigé" if current else "historique de la dette complété"
            return DebtAction.REPORT, ImportOutcome.UPDATED, reason
        return self.judge_opening(plan, lease)

    def without_debt(self, plan: LinePlan) -> DebtVerdict:
        if not plan.home or not plan.home.people:
            reason = "montant manquant : ménage inconnu et dette non indiquée"
            return DebtAction.NONE, ImportOutcome.REJECTED, reason
        return without_balance(plan)

    def judge_cleared(self, plan: LinePlan, lease: Lease) -> DebtVerdict:
        if lease.is_open:
            plan.proposes_closing = lease.is_owing
            reason = "dette soldée : clôture proposée" if lease.is_owing else "dette toujours soldée"
            return DebtAction.CLEAR, ImportOutcome.UPDATED, reason
        if lease.awaits_balance:
            return DebtAction.CLEAR, ImportOutcome.UPDATED, "dette soldée : fin de la veille"
        if plan.statement and any(is_asked_about(closed_on, plan.statement.as_of) for closed_on in lease.closings):
            return DebtAction.STATE, ImportOutcome.UPDATED, "dette toujours soldée après la clôture"
        plan.statement = None
        return DebtAction.NONE, ImportOutcome.IGNORED, "solde nul"

    def judge_opening(self, plan: LinePlan, lease: Lease) -> DebtVerdict:
        after = {name: getattr(lease.tenancy, name) for name in TERMS} | plan.tenancy_changes
        terms = terms_of(after)
        opens = self.opens_case(plan.row.values, lease, terms)
        threshold = thresholds.opening_threshold(terms, dues=self.sender.opening_dues_of(lease.owner))
        if not opens:
            return (
                DebtAction.WATCH,
                ImportOutcome.WATCHED,
                f"sous le seuil d’ouverture ({money_or_unknown(threshold)})",
            )
        if self.sender.is_caf:
            reason = "impayé signalé à la CAF"
        elif threshold is None:
            reason = "loyer inconnu : à qualifier"
        else:
            reason = f"seuil d’ouverture atteint ({money_or_unknown(threshold)})"
        return DebtAction.REPORT, ImportOutcome.CREATED, reason

    def opens_case(self, values: Mapping[str, Any], lease: Lease, terms: thresholds.TenancyTerms) -> bool:
        """What the CAF lists has passed a threshold of the law. Without a rent, the months tell; else someone looks."""
        if self.sender.is_caf:
            return True
        dues = self.sender.opening_dues_of(lease.owner)
        opens = thresholds.opens_a_case(self.compute_late_part(values, lease, terms), terms=terms, dues=dues)
        if opens is not None:
            return opens
        return values.get("months_unpaid", dues) >= dues

    def compute_late_part(self, values: Mapping[str, Any], lease: Lease, terms: thresholds.TenancyTerms) -> Decimal:
        """What is late of the balance, by what the landlord says that he counts in."""
        profile, balance = self.sender.profile(lease.owner), values["debt"]
        if profile is None:
            return max(balance, NOTHING)
        costs = values.get("debt_costs", NOTHING)
        return thresholds.late_part(balance, terms=terms, included=included_by(profile), costs=costs)


def without_balance(plan: LinePlan) -> DebtVerdict:
    """What becomes of a line of which there is no balance to write."""
    if plan.has_details:
        return DebtAction.NONE, ImportOutcome.UPDATED, "fiche complétée"
    return DebtAction.NONE, ImportOutcome.UNCHANGED, "déjà enregistrée"


def included_by(profile: LandlordProfile) -> thresholds.Included:
    return thresholds.Included(
        next_term=profile.balance_includes_next_term,
        costs=profile.balance_includes_costs,
        expected_aid=profile.balance_includes_expected_aid,
    )


TERMS = ("rent", "charges", "rent_reduction", "aid", "aid_kind", "direct_payment")


def terms_of(fields: Mapping[str, Any]) -> thresholds.TenancyTerms:
    aid = thresholds.Aid.UNKNOWN
    if fields["aid_kind"]:
        aid = thresholds.Aid.NO if fields["aid_kind"] == "none" else thresholds.Aid.YES
    return thresholds.TenancyTerms(
        rent=fields["rent"],
        charges=fields["charges"],
        rent_reduction=fields["rent_reduction"],
        aid=aid,
        aid_amount=fields["aid"],
        direct_payment=fields["direct_payment"],
    )


def is_same(current: DebtStatement, new: DebtStatement, values: Mapping[str, object]) -> bool:
    compared = ("balance", *field_mapping.statement_of(values))
    return all(getattr(current, name) == getattr(new, name) for name in compared)


def money_or_unknown(amount: Decimal | None) -> str:
    return money(amount) if amount is not None else "inconnu"
