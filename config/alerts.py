"""Administrators are written to when something is down: once as it begins, each day while it lasts, once it is over.

Nothing here needs worker, beat or Redis. Quiet hours are for people who work on cases: whoever keeps the installation going
wants to know at night that delays no longer run.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.db import connection as database, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from cases.models import Installation
from config.models import Alert
from config.service_state import ServiceState
from config.services.items import Level, ServiceItem
from config.services.jobs import find_administrators
from config.straight_mail import CannotSend, send_straight

log = logging.getLogger(__name__)
REMINDED_EVERY = timedelta(days=1)
WELL_FOR = timedelta(minutes=10)
"""Before it is said to be over: what comes and goes is one alert."""
LOCK = 20_261_128
"""Of the one watch that may run, until its transaction ends."""


@dataclass(kw_only=True)
class News:
    begun: list[Alert] = field(default_factory=list)
    lasting: list[Alert] = field(default_factory=list)
    """Told before, and still down."""
    over: list[Alert] = field(default_factory=list)
    is_due: bool = False
    told: int = 0
    """Administrators who were written to."""
    untold: int = 0

    @property
    def has_failed(self) -> bool:
        return self.is_due and not self.told


@transaction.atomic
def tell_administrators(state: ServiceState) -> News:
    """Tell what is new. In one transaction: killed on the way, or without a mail server, the next watch tells it.

    Of two at once, the second has nothing to tell.
    """
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return News()
    news = _find_news(state)
    if news.is_due:
        _write(news, state=state)
        _keep_outcome(news, at=state.at)
    return news


def _find_news(state: ServiceState) -> News:
    known = {alert.code: alert for alert in Alert.objects.select_for_update()}
    down = {item.code: item for item in state.items if item.level == Level.DOWN}
    news = News()
    for item in down.values():
        _sort(_see(known.get(item.code), item, at=state.at), item, at=state.at, news=news)
    for alert in known.values():
        if alert.code not in down and state.at - alert.seen_at >= WELL_FOR:
            if alert.told_at:
                news.over.append(alert)
            else:
                alert.delete()
    news.is_due = news.is_due or bool(news.begun or news.over)
    return news


def _see(alert: Alert | None, item: ServiceItem, *, at: datetime) -> Alert:
    alert = alert or Alert(code=item.code, since=at)
    alert.name, alert.seen_at = item.name, max(at, alert.since)
    alert.save()
    return alert


def _sort(alert: Alert, item: ServiceItem, *, at: datetime, news: News) -> None:
    if alert.told_at:
        news.lasting.append(alert)
        news.is_due = news.is_due or at - alert.told_at >= REMINDED_EVERY
    elif at - alert.since >= item.patience:
        news.begun.append(alert)


def _write(news: News, *, state: ServiceState) -> None:
    """To each apart: an address that is refused holds nobody back."""
    subject, body = _compose(news, state=state)
    connection = get_connection()
    try:
        for user in find_administrators(state.at):
            try:
                send_straight(subject=subject, body=body, to=user.email, connection=connection)
                news.told += 1
            except CannotSend as error:
                log.warning("administrator %s could not be written to (%s)", user.pk, type(error).__name__)
                news.untold += 1
                connection.close()  # where the conversation stands is unknown: the next one begins anew
    finally:
        connection.close()


def _compose(news: News, *, state: ServiceState) -> tuple[str, str]:
    items = {item.code: item for item in state.items}
    count = len(news.begun) + len(news.lasting)
    context = {
        "brand": Installation.brand(),
        "begun": _with_items(news.begun, items),
        "lasting": _with_items(news.lasting, items),
        "over": news.over,
        "down_count": count,
        "address": settings.BASE_URL + reverse("services"),
    }
    subject = render_to_string("administration/alert_subject.txt", context).strip()
    return subject, render_to_string("administration/alert.txt", context)


def _with_items(alerts: Iterable[Alert], items: dict[str, ServiceItem]) -> list[tuple[Alert, ServiceItem]]:
    return [(alert, items[alert.code]) for alert in alerts]


def _keep_outcome(news: News, *, at: datetime) -> None:
    down = Alert.objects.filter(pk__in=[alert.pk for alert in (*news.begun, *news.lasting)])
    over = Alert.objects.filter(pk__in=[alert.pk for alert in news.over])
    if news.told:
        down.update(told_at=at, failed_at=None)
        over.delete()
    else:
        (down | over).update(failed_at=at)
