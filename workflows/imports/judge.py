"""The balance of a line against what is known of the debt: what is done about it, and why."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cases.models import DebtStatement, LandlordProfile
from cases.rules import thresholds
from cases.rules.french import money
from workflows.imports import said
from workflows.imports.known import Lease
from workflows.imports.plan import Act, Outcome, Plan, settle
from workflows.imports.sender import Sending

NOTHING = Decimal()


class Judgement:
    def __init__(self, sending: Sending) -> None:
        self.sending, self.sender = sending, sending.sender

    def judge(self, plan: Plan) -> None:
        """The debt of the line against what is known of it: act, outcome and reason."""
        lease, values = plan.lease, plan.row.values
        assert lease is not None  # noqa: S101 - `complete` has set it
        if "debt" not in values:
            return settle(plan, Act.NONE, *self.without_debt(plan))
        day, latest = self.sending.day(values), lease.latest
        current = lease.statements.get((self.sender.structure.pk, day))
        plan.statement = DebtStatement(
            source=self.sender.structure, as_of=day, balance=values["debt"], **said.statement_of(values)
        )
        if current and is_same(current, plan.statement, values):
            plan.statement = None
            if plan.completes:
                return settle(plan, Act.NONE, Outcome.UPDATED, "fiche complétée")
            return settle(plan, Act.NONE, Outcome.UNCHANGED, "déjà enregistrée")
        overtaken = latest is not None and latest.as_of > day and 0 in (latest.balance, values["debt"])
        if self.sending.is_behind(lease, values) or overtaken:
            return settle(plan, Act.STATE, Outcome.UPDATED, "relevé plus ancien que le dernier : historique complété")
        if values["debt"] == 0:
            return self.judge_cleared(plan, lease)
        if lease.is_open:
            reason = "montant corrigé" if current else "historique de la dette complété"
            return settle(plan, Act.REPORT, Outcome.UPDATED, reason)
        return self.judge_opening(plan, lease)

    def without_debt(self, plan: Plan) -> tuple[Outcome, str]:
        if not plan.home or not plan.home.people:
            return Outcome.REJECTED, "montant manquant : ménage inconnu et dette non indiquée"
        return (Outcome.UPDATED, "fiche complétée") if plan.completes else (Outcome.UNCHANGED, "déjà enregistrée")

    def judge_cleared(self, plan: Plan, lease: Lease) -> None:
        owed = lease.latest is not None and lease.latest.balance > 0
        if lease.is_open:
            plan.proposes_closing = owed
            reason = "dette soldée : clôture proposée" if owed else "dette toujours soldée"
            return settle(plan, Act.CLEAR, Outcome.UPDATED, reason)
        if lease.is_watched or owed:
            return settle(plan, Act.CLEAR, Outcome.UPDATED, "dette soldée : fin de la veille")
        plan.statement = None
        return settle(plan, Act.NONE, Outcome.IGNORED, "solde nul")

    def judge_opening(self, plan: Plan, lease: Lease) -> None:
        after = {name: getattr(lease.tenancy, name) for name in TERMS} | plan.tenancy_changes
        terms = terms_of(after)
        opens = self.opens(plan.row.values, lease, terms)
        threshold = thresholds.opening_threshold(terms, dues=self.sender.dues(lease.owner))
        if not opens:
            return settle(plan, Act.WATCH, Outcome.WATCHED, f"sous le seuil d’ouverture ({euros(threshold)})")
        if self.sender.is_caf:
            reason = "impayé signalé à la CAF"
        elif threshold is None:
            reason = "loyer inconnu : à qualifier"
        else:
            reason = f"seuil d’ouverture atteint ({euros(threshold)})"
        return settle(plan, Act.REPORT, Outcome.CREATED, reason)

    def opens(self, values: Mapping[str, Any], lease: Lease, terms: thresholds.Terms) -> bool:
        """What the CAF lists has passed a threshold of the law. Without a rent, the months tell; else someone looks."""
        if self.sender.is_caf:
            return True
        dues = self.sender.dues(lease.owner)
        opens = thresholds.opens_a_case(self.owed(values, lease, terms), terms=terms, dues=dues)
        if opens is not None:
            return opens
        return values.get("months_unpaid", dues) >= dues

    def owed(self, values: Mapping[str, Any], lease: Lease, terms: thresholds.Terms) -> Decimal:
        """What is late of the balance, by what the landlord says that he counts in."""
        profile, balance = self.sender.profile(lease.owner), values["debt"]
        if profile is None:
            return max(balance, NOTHING)
        costs = values.get("debt_costs", NOTHING)
        return thresholds.late_part(balance, terms=terms, included=included_by(profile), costs=costs)


def included_by(profile: LandlordProfile) -> thresholds.Included:
    return thresholds.Included(
        next_term=profile.balance_includes_next_term,
        costs=profile.balance_includes_costs,
        expected_aid=profile.balance_includes_expected_aid,
    )


TERMS = ("rent", "charges", "rent_reduction", "aid", "aid_kind", "direct_payment")


def terms_of(fields: Mapping[str, Any]) -> thresholds.Terms:
    aid = thresholds.Aid.UNKNOWN
    if fields["aid_kind"]:
        aid = thresholds.Aid.NO if fields["aid_kind"] == "none" else thresholds.Aid.YES
    return thresholds.Terms(
        rent=fields["rent"],
        charges=fields["charges"],
        rent_reduction=fields["rent_reduction"],
        aid=aid,
        aid_amount=fields["aid"],
        direct_payment=fields["direct_payment"],
    )


def is_same(current: DebtStatement, new: DebtStatement, values: Mapping[str, Any]) -> bool:
    compared = ("balance", *said.statement_of(values))
    return all(getattr(current, name) == getattr(new, name) for name in compared)


def euros(amount: Decimal | None) -> str:
    return money(amount) if amount is not None else "inconnu"
