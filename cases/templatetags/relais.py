"""How dates, sums, names and phone numbers are written for French readers. Pure: a reader's today is passed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cases import replica
from cases.calendar import working_days_between
from cases.rules.french import MONTHS, month_name, of_name, partial_date, spaced_phone
from cases.rules.sirets import spaced_siret

register = template.Library()

NARROW = "\N{NARROW NO-BREAK SPACE}"
NO_BREAK = "\N{NO-BREAK SPACE}"
SOON = 3
"""Calendar days from which a deadline is shown as close."""
FAR = 31
"""Calendar days beyond which weeks say more than days."""

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


MOST_AT_A_GLANCE = 99


@register.simple_tag(takes_context=True)
def territory_field(context: template.RequestContext) -> str:
    """In a form that writes for a territory: in which one it was read."""
    code = getattr(getattr(context, "request", None), "territory", "")
    return format_html('<input type="hidden" name="territoire" value="{}">', code) if code else ""


@register.filter
def names_and_values(asked: Mapping[str, str] | str) -> list[tuple[str, str]]:
    """What an address asks. `asked.items`, in a template, would be what it asks under the name « items »."""
    return list(asked.items()) if isinstance(asked, Mapping) else []


@register.filter
def of(named: object) -> str:
    """A person after « de »: « de Nadia Haddad », « d’Élise Martin »."""
    return of_name(str(named))


@register.filter
def at_a_glance(number: int) -> str:
    """A counter beside a word of the menu: nobody reads three digits there."""
    return f"{MOST_AT_A_GLANCE}+" if number > MOST_AT_A_GLANCE else str(number)


def _day(value: date) -> date:
    """The day of a moment is the one on the reader's wall, not UTC's."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def _ordinal(day: int) -> str:
    return "1er" if day == 1 else str(day)


def _plural(count: int, singular: str, plural: str) -> str:
    return f"{count}{NO_BREAK}{singular if count < 2 else plural}"


@register.filter
def place_in(place: Any, lease: Any) -> str:
    """Her place in the household (`HouseholdMember`), beside a lease or without one."""
    words: str = type(place).Position.labels_by_position(of_lease=bool(lease))[place.position]
    return words


@register.filter
def short_date(value: date | None) -> str:
    """A day for tables: « 24/11/2026 »."""
    return f"{_day(value):%d/%m/%Y}" if value else ""


@register.filter
def long_date(value: date | None) -> str:
    """A day for prose: « 1er novembre 2026 »."""
    if not value:
        return ""
    day = _day(value)
    return f"{_ordinal(day.day)}{NO_BREAK}{MONTHS[day.month - 1]}{NO_BREAK}{day.year}"


@register.filter
def weekday_date(value: date | None) -> str:
    """mar. 24/11/2026: beside a deadline, the day of the week is what people ask first."""
    return f"{DAYS[_day(value).weekday()][:3]}. {_day(value):%d/%m/%Y}" if value else ""


@register.filter
def short_datetime(value: datetime | None) -> str:
    """A moment, in French time: « 24/11/2026 à 9 h 05 »."""
    if not value:
        return ""
    local = timezone.localtime(value)
    return f"{local:%d/%m/%Y} à {local.hour}{NO_BREAK}h{NO_BREAK}{local:%M}"


@register.filter
def month(value: date | None) -> str:
    """The month of a day: « novembre 2026 »."""
    return month_name(_day(value)) if value else ""


@register.filter
def birth_date(value: str) -> str:
    """A date of which the day, or the month and the day, may be unknown: 12/03/1984, 03/1984, 1984."""
    return partial_date(value)


@register.filter
def days_until(value: date, today: date) -> str:
    """aujourd’hui, demain, dans 3 jours, hier, il y a 3 jours."""
    near = {0: "aujourd’hui", 1: "demain", -1: "hier"}
    days = (_day(value) - today).days
    if days in near:
        return near[days]
    return f"dans {_plural(days, 'jour', 'jours')}" if days > 0 else f"il y a {_plural(-days, 'jour', 'jours')}"


@register.filter
def euros(value: Decimal | int | None) -> str:
    """1 234,56 €, with spaces that never break a line."""
    if value is None:
        return ""
    return f"{value:,.2f}{NARROW}€".replace(",", NARROW).replace(".", ",").replace("-", "\N{MINUS SIGN}")


@register.filter
def phone(value: str) -> str:
    """01 69 02 53 53 for a French number, international form for another; as written when it cannot be read."""
    return spaced_phone(value)


@register.filter
def siret(value: str) -> str:
    """219 102 860 00015, on one line."""
    return spaced_siret(value).replace(" ", NO_BREAK)


@register.filter
def masked(name: str) -> str:
    """Initials only, for who may know that somebody is followed but not who: Ferreira Nogueira → F. N."""
    return NO_BREAK.join(f"{word[0].upper()}." for word in name.replace("-", " ").split())


@register.filter
def of_code(words: dict[str, str], code: str) -> str:
    """The words of a code, or the code when an edition no longer has words for it."""
    return words.get(code, code)


@dataclass(frozen=True, kw_only=True)
class DeadlineWording:
    """A deadline as its reader should hear it: words first, the colour only repeats them."""

    on: date
    state: Literal["late", "today", "soon", "ok"]
    words: str
    is_used_up: bool = False
    """The margin before the last day, which is shown instead: more words, that may be cut into lines."""


def due_of(on: date, *, today: date, last: date | None = None) -> DeadlineWording:
    """`on`: the day to aim at. `last`: the last day, where it may come later. Nobody is late before it is over: once the
    margin is used up, the last day is the one to read."""
    on = _day(on)
    if last and on < today <= last:
        return DeadlineWording(
            on=last,
            state="today" if last == today else "soon",
            words=f"marge dépassée, {_last_day_near(last, today)}",
            is_used_up=True,
        )
    days = (on - today).days
    if days < 0:
        late = working_days_between(on, today)
        # Passed during a weekend: late all the same, though no working day is lost yet.
        return DeadlineWording(
            on=on, state="late", words=f"en retard de {_working_days(late)}" if late else "en retard"
        )
    if days == 0:
        return DeadlineWording(on=on, state="today", words="aujourd’hui")
    words = days_until(on, today) if days <= FAR else f"dans {_plural(days // 7, 'semaine', 'semaines')}"
    return DeadlineWording(on=on, state="soon" if days <= SOON else "ok", words=words)


def _last_day_near(last: date, today: date) -> str:
    """dernier jour aujourd’hui, demain, mardi; later than in a week, its date is written beside."""
    days = (last - today).days
    if days <= 1:
        return f"dernier jour {days_until(last, today)}"
    return f"dernier jour {DAYS[last.weekday()]}" if days < len(DAYS) else f"dernier jour {days_until(last, today)}"


def _working_days(days: int) -> str:
    return _plural(days, f"j{NO_BREAK}ouvré", f"j{NO_BREAK}ouvrés")


@register.inclusion_tag("components/due.html")
def due(on: date, today: date, last: date | None = None) -> dict[str, object]:
    return {"due": due_of(on, today=today, last=last)}


@register.simple_tag
def say_lag() -> str:
    """Of what is read on the replica of the database; nothing where there is none."""
    said = replica.describe_lag()
    return format_html('<p class="muted">{}</p>', said) if said else ""


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A decoration: what it means is always written beside it."""
    mark = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    return format_html(mark, static("icons.svg"), name)
