"""A cause that comes back in many notices of one operator is told once a month, to the pilot and to that operator."""

from datetime import datetime

from cases import journal
from cases.models import CauseAlert, OverpaymentNotice
from cases.models.questions import first_of_month
from cases.rules.counting import add_months
from cases.rules.questions import load_question_limits


def raise_cause_alerts(*, notice: OverpaymentNotice, at: datetime) -> None:
    """Count, for each cause of a notice that was just typed, the cases of its operator and of its month. Inside an act.

    Cases, not lines: one letter of many lines is one household.
    """
    month = first_of_month(notice.letter_date)
    told = set(CauseAlert.objects.filter(structure=notice.creditor, month=month).values_list("cause", flat=True))
    of_month = OverpaymentNotice.objects.filter(
        creditor=notice.creditor, letter_date__gte=month, letter_date__lt=add_months(month, 1)
    )
    for code in sorted(set(notice.lines.exclude(cause="").values_list("cause", flat=True)) - told):
        cases = of_month.filter(lines__cause=code).order_by().values("case").distinct().count()
        if cases >= load_question_limits().alert_from:
            _raise_cause_alert(notice, code, cases=cases, at=at)


def _raise_cause_alert(notice: OverpaymentNotice, code: str, *, cases: int, at: datetime) -> None:
    """Its line has neither case nor author, nor a cause: whoever reads it learns of no one."""
    month = first_of_month(notice.letter_date)
    alert, is_new = CauseAlert.objects.get_or_create(
        structure=notice.creditor, month=month, cause=code, defaults={"cases": cases, "raised_at": at}
    )
    if is_new:
        journal.record(
            "cause.alerted",
            at=at,
            structure=notice.creditor,
            alert=alert.pk,
            code=code,
            month=month.isoformat(),
            cases=cases,
        )
