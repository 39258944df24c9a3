"""What waits to be done: lines to tell, e-mails, delays that are over, long jobs. Old, it says what stopped."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.apps import apps
from django.db.models import Count, Min
from django.utils.timezone import localdate

from cases.models import Deadline, Outbox
from cases.models.appointments import midnight
from config.services.items import Level, ServiceItem, count_in_words, duration_in_words, level_of
from workflows.imports.run import WAITING as IMPORTS_AT_WORK
from workflows.models import Export, Handover, ImportJob, Replay, Simulation

MINUTES = 60
HOURS = 60 * MINUTES
TICK_FIRST = "Voir d’abord le battement, plus haut ; s’il va bien, lire « Dernières erreurs », plus bas."


def read_waiting(at: datetime) -> Iterator[ServiceItem]:
    # Without the application that tells, nobody is told, and lines to tell stay.
    if apps.is_installed("notifications"):
        yield _read_outbox(at)
        yield _read_mail(at)
    yield _read_late_deadlines(at)
    yield _read_long_jobs(at)


def _read_outbox(at: datetime) -> ServiceItem:
    found = Outbox.objects.aggregate(count=Count("pk"), first=Min("created_at"))
    age = _age(found["first"], at)
    level = level_of(age.total_seconds(), watch=5 * MINUTES, down=30 * MINUTES)
    return ServiceItem(
        code="outbox",
        name="Notifications",
        level=level,
        words=f"{count_in_words(found['count'], 'acte', 'actes')} à annoncer, le plus ancien depuis "
        f"{duration_in_words(age)}."
        if found["count"]
        else "Tout est annoncé.",
        advice="" if level == Level.GOOD else TICK_FIRST,
        figures={"waiting": found["count"], "age_seconds": age.total_seconds()},
    )


def _read_mail(at: datetime) -> ServiceItem:
    """Stuck when the oldest that should have left waits, and nothing has left since: one full mailbox stops nobody."""
    from notifications.delivery import find_late_emails
    from notifications.models import Delivery

    count, since = find_late_emails(at=at)
    failed = Delivery.objects.filter(state=Delivery.State.FAILED).aggregate(people=Count("user", distinct=True))[
        "people"
    ]
    age = _age(since, at)
    level = level_of(age.total_seconds(), watch=10 * MINUTES, down=30 * MINUTES)
    if level == Level.DOWN and Delivery.objects.filter(sent_at__gt=since).exists():
        level = Level.WATCH
    waiting = count_in_words(count, "courriel attend", "courriels attendent")
    said = f"{waiting}, le plus ancien depuis {duration_in_words(age)}"
    return ServiceItem(
        code="mail",
        name="Courriels",
        level=level,
        words=(f"{said}." if count else "Aucun courriel n’attend.")
        + (
            f" {count_in_words(failed, 'adresse', 'adresses')} en échec : leur équipe en est prévenue."
            if failed
            else ""
        ),
        advice=""
        if level == Level.GOOD
        else "Essayer « Envoyer un courriel d’essai », plus bas : la page dit ce que répond le serveur d’envoi.",
        figures={"waiting": count, "age_seconds": age.total_seconds(), "failed": failed},
    )


def _read_late_deadlines(at: datetime) -> ServiceItem:
    """Those whose last day is over, and that no tick has followed yet."""
    found = Deadline.objects.expired(localdate(at)).aggregate(count=Count("pk"), first=Min("legal_date"))
    age = _age(midnight(found["first"] + timedelta(days=1)) if found["first"] else None, at)
    level = level_of(age.total_seconds(), watch=15 * MINUTES, down=2 * HOURS)
    late = count_in_words(found["count"], "échéance dépassée n’a", "échéances dépassées n’ont")
    return ServiceItem(
        code="deadlines",
        name="Échéances dépassées",
        level=level,
        words=f"{late} pas encore eu de suite, la plus ancienne depuis {duration_in_words(age)}."
        if found["count"]
        else "Chaque échéance dépassée a eu sa suite.",
        advice="" if level == Level.GOOD else TICK_FIRST,
        figures={"waiting": found["count"], "age_seconds": age.total_seconds()},
    )


def _read_long_jobs(at: datetime) -> ServiceItem:
    """Files that are read, lists that are written, people who change hands: asked for on a page, done by the worker."""
    found = [
        waiting.aggregate(count=Count("pk"), first=Min(asked_at))
        for waiting, asked_at in (
            (ImportJob.objects.filter(state__in=IMPORTS_AT_WORK), "created_at"),
            (Export.objects.filter(state__in=[Export.State.WAITING, Export.State.RUNNING]), "asked_at"),
            (Handover.objects.filter(state=Handover.State.RUNNING), "asked_at"),
            (Replay.objects.filter(state__in=Replay.AT_WORK), "asked_at"),
            (Simulation.objects.filter(state=Simulation.State.RUNNING), "asked_at"),
        )
    ]
    imports, exports, *others = (each["count"] for each in found)
    age = _age(min((each["first"] for each in found if each["first"]), default=None), at)
    level = level_of(age.total_seconds(), watch=1 * HOURS, down=24 * HOURS)
    said = (
        f"{count_in_words(imports, 'import', 'imports')}, {count_in_words(exports, 'export', 'exports')} et "
        f"{count_in_words(sum(others), 'autre travail', 'autres travaux')} en cours, le plus ancien depuis "
        f"{duration_in_words(age)}."
    )
    return ServiceItem(
        code="long_jobs",
        name="Imports, exports, transferts",
        level=level,
        words=said if any(each["count"] for each in found) else "Aucun n’est en cours.",
        advice="" if level == Level.GOOD else TICK_FIRST,
        figures={"waiting": imports + exports + sum(others), "age_seconds": age.total_seconds()},
        patience=timedelta(hours=1),
    )


def _age(since: datetime | None, at: datetime) -> timedelta:
    return max(at - since, timedelta(0)) if since else timedelta(0)
