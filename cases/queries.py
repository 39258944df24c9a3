"""Readings of a case that several places need."""

from decimal import Decimal

from cases.models import Case, DebtStatement


def latest_statement(case: Case) -> DebtStatement | None:
    """The most recent balance of the case’s rent debt, whoever gave it."""
    return DebtStatement.objects.filter(debt__tenancy=case.tenancy_id).order_by("-as_of", "-pk").first()


def latest_balance(case: Case) -> Decimal | None:
    statement = latest_statement(case)
    return statement.balance if statement else None
