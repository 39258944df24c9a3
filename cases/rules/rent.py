"""Has the household resumed paying the current rent, month by month? A judge grants delays only if it has, in full,
before the hearing (loi n° 89-462, article 24, V and VII)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cases.rules.counting import add_months
from cases.rules.french import month_name

YES, PARTLY, NO, UNKNOWN = "yes", "partly", "no", "unknown"
SAID_WORDS = {YES: "Loyer courant repris", PARTLY: "Loyer courant payé en partie", NO: "Loyer courant non repris"}


@dataclass(frozen=True, kw_only=True)
class Resumption:
    state: str
    """What the last month that is known says."""
    months: int
    """How many months in a row were paid in full, up to it."""
    words: str
    tone: Literal["ok", "warn", "danger", "info"]


def first_day(day: date) -> date:
    return day.replace(day=1)


@dataclass(frozen=True, kw_only=True)
class SaidResumption:
    """What the household said of it, besides the months: at a diagnosis."""

    state: str
    on: date


def assess_resumption(
    answers: Mapping[date, str], *, on: date, hearing_on: date | None = None, said: SaidResumption | None = None
) -> Resumption:
    """`answers`: first day of a month → what is known of its rent. The present month may still be to come: what is
    not said of it is looked for in the month before; what is older says nothing of today. Where these months say nothing,
    what was `said` in either of them does."""
    hearing = _hearing_words(on, hearing_on)
    last = _last_known(answers, on=on)
    if last is None and said and said.state in SAID_WORDS and first_day(said.on) >= add_months(first_day(on), -1):
        words = f"{SAID_WORDS[said.state]}, d’après le diagnostic du {said.on:%d/%m/%Y}{hearing}"
        tone_of: Literal["ok", "warn", "danger"] = "ok" if said.state == YES else "danger" if hearing else "warn"
        return Resumption(state=said.state, months=0, words=words, tone=tone_of)
    if last is None:
        return Resumption(
            state=UNKNOWN, months=0, words=_unknown_words(answers) + hearing, tone="warn" if hearing else "info"
        )
    months = _in_a_row(answers, until=last)
    state = answers[last]
    if state == YES:
        since = "depuis 1 mois" if months == 1 else f"depuis {months} mois"
        return Resumption(state=YES, months=months, words=f"Loyer courant repris {since}{hearing}", tone="ok")
    tone: Literal["warn", "danger"] = "danger" if hearing else "warn"
    words = "Loyer courant payé en partie" if state == PARTLY else "Loyer courant non repris"
    return Resumption(state=state, months=0, words=f"{words} en {month_name(last)}{hearing}", tone=tone)


def months_shown(on: date, *, count: int) -> list[date]:
    """The last months, the oldest first, the present one included."""
    return [add_months(first_day(on), -back) for back in range(count - 1, -1, -1)]


def _last_known(answers: Mapping[date, str], *, on: date) -> date | None:
    present = first_day(on)
    for month in (present, add_months(present, -1)):
        if answers.get(month, UNKNOWN) != UNKNOWN:
            return month
    return None


def _in_a_row(answers: Mapping[date, str], *, until: date) -> int:
    count, month = 0, until
    while answers.get(month) == YES:
        count, month = count + 1, add_months(month, -1)
    return count


def _unknown_words(answers: Mapping[date, str]) -> str:
    known = [month for month, paid in answers.items() if paid != UNKNOWN]
    return (
        f"Reprise du loyer courant non connue depuis {month_name(max(known))}"
        if known
        else ("Reprise du loyer courant non connue")
    )


def _hearing_words(on: date, hearing_on: date | None) -> str:
    if hearing_on is None or hearing_on < on:
        return ""
    days = (hearing_on - on).days
    when = {0: "aujourd’hui", 1: "demain"}.get(days, f"dans {days} jours")
    return f" : l’audience est {when}"
