"""The demonstration’s data, made by living it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import connection, transaction
from django.db.backends.postgresql.base import ServerBindingCursor
from django.utils.timezone import localdate

from cases.actions.rules_in_force import rules_read_once
from cases.models import User
from cases.prepared_statements import forget_statements
from demo import administration, around, coordination, figures, month_files, ordinary, overpayments, traces
from demo.accounts import ACCOUNTS
from demo.attempts import Attempts
from demo.cast import Cast, engage, recall
from demo.households import STORIES
from demo.life import live, nobody_woken
from demo.progress import Tell, silent
from demo.telling import choose, mark_read, tell, write
from workflows.models import CommitteeReport

LIVED = 0.95
"""The share of the work that the stories are."""


FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2099, 12, 31)
"""Before, its oldest story would begin before the teams are there; after, public holidays are not known."""


class CannotSeed(Exception):
    """Refusal, in French, to be shown as it is."""


def is_seeded() -> bool:
    return User.objects.filter(email__in=[account.email for account in ACCOUNTS]).exists()


def is_whole() -> bool:
    """False when it was stopped between the stories and what is made of them."""
    return CommitteeReport.objects.exclude(published_at=None).exists()


def seed(*, at: datetime, said: Tell = silent, when_lived: Callable[[], None] | None = None) -> Attempts:
    """Live every story up to now, then make what one reads of them. Each of the two is done whole or not at all: a seed that
    fails, or is stopped, can be run again, and does what is missing. `when_lived` is called once the stories can be read.

    Refuses (`CannotSeed`) a clock that is not set.
    """
    _refuse_clock(localdate(at))
    with nobody_woken(), rules_read_once(), statements_planned_once():
        cast = recall() if is_seeded() else _live_stories(at=at, said=said)
        if when_lived:
            when_lived()
        _report_stories(cast, at=at, said=said)
    return cast.attempts


@transaction.atomic
def _live_stories(*, at: datetime, said: Tell) -> Cast:
    cast = engage(at=at)
    administration.describe(by=cast.people["Xavier"], at=at)
    choose(cast)
    today = localdate(at)
    told = [story(cast, today) for story in (*STORIES, *overpayments.STORIES, *coordination.STORIES)]
    others = (ordinary, month_files, around, traces)
    stories = [*told, *(story for each in others for story in each.stories(cast, today))]
    live(
        stories,
        until=at,
        evening=lambda evening: tell(at=evening, today=at),
        tell=lambda share, day: said(share * LIVED, day),
    )
    figures.keep_views(cast, at=at)
    figures.put_labels(cast, at=at)
    analyze()  # all of this is one transaction: nobody else could
    return cast


@transaction.atomic
def _report_stories(cast: Cast, *, at: datetime, said: Tell) -> None:
    """What is read of them beside the cases: figures, e-mails, who opened what. Whoever has signed in meanwhile sees them come."""
    said(LIVED, "chiffres du comité")
    figures.count(cast, at=at)
    said(LIVED, "courriels")
    tell(at=at, today=at)
    write(at=at)
    mark_read(at=at)
    traces.note_readings(cast, at=at)
    said(1, "prêt")


@contextmanager
def statements_planned_once() -> Iterator[None]:
    """PostgreSQL keeps the plans of what is asked again and again: in one process, a third of its work."""
    connection.ensure_connection()
    server = connection.connection
    usual = server.cursor_factory, server.prepare_threshold, server.prepared_max
    server.cursor_factory, server.prepare_threshold, server.prepared_max = ServerBindingCursor, 3, 2000
    try:
        yield
    finally:
        forget_statements(server)
        server.cursor_factory, server.prepare_threshold, server.prepared_max = usual


def _refuse_clock(today: date) -> None:
    if not FIRST_DAY <= today <= LAST_DAY:
        raise CannotSeed(
            f"L’horloge de cette machine dit {today:%d/%m/%Y} : la démonstration se fabrique du {FIRST_DAY:%d/%m/%Y} au"
            f" {LAST_DAY:%d/%m/%Y}. Régler l’horloge, puis recommencer."
        )


def analyze() -> None:
    """Tell the planner how much there is of everything, but of what PostgreSQL looks at by itself at this moment: acts have
    said in this transaction that no lock is waited for long."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE (SKIP_LOCKED)")
