"""The demonstration’s data, made by living it."""

from datetime import datetime

from django.db import connection, transaction
from django.utils.timezone import localdate

from cases.models import User
from config.demo import around, coordination, figures, month_files, ordinary, overpayments, traces
from config.demo.accounts import ACCOUNTS
from config.demo.cast import engage
from config.demo.households import STORIES
from config.demo.life import live, nobody_woken
from config.demo.telling import choose, mark_read, tell, write


def is_seeded() -> bool:
    return User.objects.filter(email__in=[account.email for account in ACCOUNTS]).exists()


def seed(*, at: datetime) -> None:
    """Live every story up to now. All of it or nothing: a seed that fails can be run again."""
    with nobody_woken(), transaction.atomic():
        cast = engage(at=at)
        choose(cast)
        today = localdate(at)
        told = [story(cast, today) for story in (*STORIES, *overpayments.STORIES, *coordination.STORIES)]
        others = (ordinary, month_files, around, traces)
        stories = [*told, *(story for each in others for story in each.stories(cast, today))]
        live(stories, until=at, evening=lambda evening: tell(at=evening, today=at))
        analyze()  # all of this is one transaction: nobody else could
        figures.count(cast, at=at)
        figures.keep_views(cast, at=at)
        figures.put_labels(cast, at=at)
        tell(at=at, today=at)
        write(at=at)
        mark_read(at=at)
        traces.note_readings(cast, at=at)


def analyze() -> None:
    """Tell the planner how much there is of everything."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
