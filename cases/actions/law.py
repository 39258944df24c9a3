"""What the pilot says of the law: that a sentence was compared with its text; and what falls due every year, told to him."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions.editions import mark_of_rows
from cases.actions.rules_in_force import editions_in_force
from cases.locks import lock_territories
from cases.models import JournalEntry, LawCheck, Structure, User
from cases.refusals import NotAllowed, Refusal
from cases.rules.law import LegalStatement, YearlyAmount, load_readings


class CannotCheckLaw(Refusal):
    """A sentence of the law is not said to be checked so."""


def mark_of(statement: LegalStatement) -> str:
    return mark_of_rows({"row": statement.row})


@transaction.atomic
def record_check(
    *,
    statement: LegalStatement,
    territory: str,
    seen: str,
    checked_on: date,
    note: str,
    by: User,
    at: datetime,
) -> LawCheck:
    """Say that what Relais says was compared with its text on a day. `seen`: the mark of what was on the page.

    Refuses (`NotAllowed`) who does not pilot at the desk of these rules, and (`CannotCheckLaw`) a day to come, a check without
    a word of what was read, and what has changed since it was shown.
    """
    if not permissions.changes_rules(by, statement.catalogue, territory=territory, at=localdate(at)):
        raise NotAllowed
    if checked_on > localdate(at):
        raise CannotCheckLaw("Cette date est à venir : donner le jour où le texte a été lu.", field="checked_on")
    if not note.strip():
        raise CannotCheckLaw("Dire ce qui a été lu : le texte, sa version, où.", field="note")
    if seen != mark_of(statement):
        raise CannotCheckLaw("Cette règle a changé depuis l’ouverture de la page : la relire, puis enregistrer.")
    check = LawCheck.objects.create(
        territory=territory,
        catalogue=statement.catalogue,
        code=statement.code,
        mark=seen,
        checked_on=checked_on,
        note=note.strip(),
        checked_by=by,
    )
    journal.record("law.checked", at=at, by=by, check=check.pk, catalogue=statement.catalogue, code=statement.code)
    return check


def find_missing_amounts(*, territory: str, on: date) -> list[tuple[YearlyAmount, date]]:
    """The amounts of the year that nobody has typed, each with the day by which it is to be. One query."""
    yearly = load_readings().yearly
    editions = editions_in_force({amount.catalogue for amount in yearly}, on=on, territory=territory)
    return [
        (amount, amount.due_on(on.year))
        for amount in yearly
        if not amount.is_typed(editions[amount.catalogue].parameters, year=on.year)
    ]


@transaction.atomic
def remind_of_amounts(*, at: datetime) -> int:
    """Tell the pilots, once a year, of the amounts that are not typed after their day. Run every morning, and twice is the same."""
    told = 0
    on = localdate(at)
    for territory in lock_territories():
        for amount, due in find_missing_amounts(territory=territory.code, on=on):
            desk = _desk_of(amount, territory.code)
            if on < due or desk is None or _is_told(amount, desk, on.year):
                continue
            journal.record("law.amount_due", at=at, structure=desk, amount=amount.code, year=on.year)
            told += 1
    return told


def _desk_of(amount: YearlyAmount, territory: str) -> Structure | None:
    kind = permissions.desk_of_rules(amount.catalogue)
    return Structure.objects.filter(kind=kind, territory=territory, is_active=True).order_by("pk").first()


def _is_told(amount: YearlyAmount, desk: Structure, year: int) -> bool:
    of_year = JournalEntry.objects.filter(kind="law.amount_due", structure=desk, happened_at__year=year)
    return of_year.filter(data__contains={"amount": amount.code, "year": year}).exists()
