"""A cause that grows in the notices of one operator is told once a month, to the pilot and to that operator; the pilot may
write to it, naming nobody."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions.remedies import overpayments_in_force
from cases.models import CauseAlert, JournalEntry, OverpaymentNotice, Structure, User
from cases.models.questions import first_of_month
from cases.refusals import Refusal
from cases.rules.counting import add_months


class CannotWriteOfCause(Refusal):
    """The letter of an alert is not written, or not sent, so."""


def raise_cause_alerts(*, notice: OverpaymentNotice, at: datetime) -> None:
    """Count, for each cause of a notice that was just typed, the cases of its operator and of its month. Inside an act.

    Cases, not lines: one letter of many lines is one household.
    """
    month = first_of_month(notice.letter_date)
    told = set(CauseAlert.objects.filter(structure=notice.creditor, month=month).values_list("cause", flat=True))
    new = sorted(set(notice.lines.exclude(cause="").values_list("cause", flat=True)) - told)
    if not new:
        return
    rules = overpayments_in_force(on=localdate(at), territory=notice.creditor.territory)
    for code in new:
        cases = _count_cases(notice, code, month=month)
        before = _count_cases(notice, code, month=add_months(month, -1)) if cases >= rules.alert_from else 0
        if rules.is_alert_reached(cases=cases, before=before):
            _raise_cause_alert(notice, code, cases=cases, at=at)


def _count_cases(notice: OverpaymentNotice, cause: str, *, month: date) -> int:
    of_month = OverpaymentNotice.objects.filter(
        creditor=notice.creditor, letter_date__gte=month, letter_date__lt=add_months(month, 1)
    )
    return of_month.filter(lines__cause=cause).order_by().values("case").distinct().count()


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


@transaction.atomic
def write_cause_letter(
    *, alert: CauseAlert, subject: str, paragraphs: list[str], by: User, structure: Structure, at: datetime
) -> JournalEntry:
    """Keep the words of the letter; written again until it is sent. Refuses (`CannotWriteOfCause`) once it was."""
    said = {"subject": subject, "paragraphs": paragraphs, "from": structure.name}
    unsent = CauseAlert.objects.filter(pk=alert.pk, sent_on=None)
    if not unsent.update(letter=said, letter_by=by, letter_on=localdate(at)):
        raise CannotWriteOfCause("L’envoi de ce courrier est enregistré : il ne change plus.")
    alert.refresh_from_db()
    return journal.record("cause.letter_written", at=at, by=by, structure=structure, alert=alert.pk)


@transaction.atomic
def record_cause_letter_sent(
    *, alert: CauseAlert, means: str, sent_on: date, by: User, structure: Structure, at: datetime
) -> JournalEntry:
    """Refuses (`CannotWriteOfCause`) a second time, without a letter, and before it was written."""
    written = CauseAlert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
    if written.letter_on is None:
        raise CannotWriteOfCause("Ce courrier n’est pas préparé : le préparer, puis l’envoyer.")
    if written.sent_on is not None:
        raise CannotWriteOfCause("L’envoi de ce courrier est déjà enregistré.")
    if not written.letter_on <= sent_on <= localdate(at):
        raise CannotWriteOfCause(
            f"Le courrier a été préparé le {written.letter_on:%d/%m/%Y} : saisir un jour entre celui-ci et aujourd’hui.",
            field="sent_on",
        )
    written.sent_on, written.sent_by = sent_on, means
    written.save(update_fields=["sent_on", "sent_by"])
    return journal.record("cause.letter_sent", at=at, by=by, structure=structure, alert=alert.pk, means=means)
