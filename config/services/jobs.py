"""What comes back by itself: the tick, the jobs of the morning, the watch. Each says when it last ended whole."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from celery.schedules import crontab
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min, Subquery
from django.utils.timezone import localdate

from cases.models import BackupRun, Membership, Role, User
from cases.permissions import first_territory
from cases.rules.rights import CLAIMANTS
from config.context import VERSION
from config.models import JobRun
from config.services.items import Level, ServiceItem, count_in_words, duration_in_words, level_of

TICK, WATCH, MAIL = "tick", "watch", "mail"
NAMES = {
    "workflows.count_figures": "Chiffres du matin",
    "workflows.check_places": "Contrôle des places de référent",
    "workflows.check_law": "Montants de l’année à saisir",
    "relais.clear_expired": "Ménage de la nuit",
    "relais.check_seals": "Vérification des traces scellées",
}
DAILY = {
    task: NAMES.get(task, task)
    for task in (
        str(each["task"]) for each in settings.CELERY_BEAT_SCHEDULE.values() if isinstance(each["schedule"], crontab)
    )
}
"""Tasks that beat asks for once a day, and what they are called here."""
MINUTES = 60
HOURS = 60 * MINUTES
RESTART = "Sur le serveur, relancer : docker compose restart worker beat."


def record_job_run(name: str, *, at: datetime) -> None:
    """One statement, so that two that end together never collide."""
    JobRun.objects.bulk_create(
        [JobRun(name=name, ended_at=at, version=VERSION)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["ended_at", "version"],
    )


def expect_jobs(*, at: datetime) -> None:
    """Note from when on each daily job is waited for: one that a release brings is not late since the installation."""
    JobRun.objects.bulk_create([JobRun(name=task, ended_at=at) for task in DAILY], ignore_conflicts=True)


def read_jobs(at: datetime) -> Iterator[ServiceItem]:
    runs = {run.name: run for run in JobRun.objects.all()}
    installed_at = read_installation_time(at)
    yield _read_tick(runs.get(TICK), at=at, installed_at=installed_at)
    for task in DAILY:
        yield _read_daily_job(task, runs.get(task), at=at, installed_at=installed_at)
    yield _read_backup(at=at, installed_at=installed_at)
    yield _read_watch(runs.get(WATCH), at=at)
    yield _compare_versions(runs.get(TICK))


def read_installation_time(at: datetime) -> datetime:
    """The day from which its jobs are noted: what never happened is late from then on."""
    noted = MigrationRecorder.Migration.objects.filter(app="config")
    found = noted.aggregate(first=Min("applied"))["first"]
    return min(found or at, at)


def _read_tick(run: JobRun | None, *, at: datetime, installed_at: datetime) -> ServiceItem:
    age = at - (run.ended_at if run else installed_at)
    level = level_of(age.total_seconds(), watch=2 * MINUTES, down=10 * MINUTES)
    said = f"Dernier battement complet il y a {duration_in_words(age)}" if run else "Aucun battement complet à ce jour"
    return ServiceItem(
        code=TICK,
        name="Battement (worker et beat)",
        level=level,
        words=f"{said}. Il en faut un toutes les 30 secondes : échéances, notifications et courriels en dépendent.",
        advice="" if level == Level.GOOD else f"{RESTART} Si rien ne change, lire « Dernières erreurs », plus bas.",
        figures={"age_seconds": age.total_seconds()},
    )


def _read_daily_job(task: str, run: JobRun | None, *, at: datetime, installed_at: datetime) -> ServiceItem:
    age = at - (run.ended_at if run else installed_at)
    level = level_of(age.total_seconds(), watch=26 * HOURS, down=50 * HOURS)
    said = f"Fait il y a {duration_in_words(age)}" if run and run.version else "Pas encore fait"
    return ServiceItem(
        code=task.rpartition(".")[2],
        name=DAILY[task],
        level=level,
        words=f"{said}. Une fois par jour.",
        advice="" if level == Level.GOOD else RESTART,
        figures={"age_seconds": age.total_seconds()},
    )


def _read_backup(*, at: datetime, installed_at: datetime) -> ServiceItem:
    """The last good one; a new installation has two days to make its first."""
    runs = BackupRun.objects.all()
    good, last = runs.filter(fault="").first(), runs.first()
    age = at - (good.ended_at if good else installed_at)
    late = 26 * HOURS if good else 48 * HOURS
    level = level_of(age.total_seconds(), watch=late, down=late)
    has_failed = last is not None and last.fault != ""
    if has_failed and level == Level.GOOD:
        level = Level.WATCH
    said = f"Dernière sauvegarde réussie il y a {duration_in_words(age)}" if good else "Aucune sauvegarde à ce jour"
    checked = "" if not good else ", rétablie pour essai" if good.is_verified else ", sans essai de rétablissement"
    failed = f" La dernière tentative a échoué : {last.get_fault_display()}." if last and has_failed else ""
    return ServiceItem(
        code="backup",
        name="Sauvegarde",
        level=level,
        words=f"{said}{checked}.{failed}",
        advice=""
        if level == Level.GOOD
        else "Sur le serveur, en lancer une et lire ce qu’elle dit : scripts/backup.sh (guide de déploiement).",
        figures={"age_seconds": age.total_seconds(), **({"size_bytes": good.size} if good else {})},
    )


def find_administrators(at: datetime) -> list[User]:
    """Whoever grants roles today in the first territory: the installation is theirs. Also those whose address failed
    before: an alert lost costs more than one refused."""
    held = Membership.objects.active(localdate(at)).filter(
        role=Role.ADMINISTRATOR, structure__territory=Subquery(first_territory())
    )
    return list(User.objects.filter(pk__in=held.exclude(structure__kind__in=CLAIMANTS).values("user")).order_by("pk"))


def _read_watch(run: JobRun | None, *, at: datetime) -> ServiceItem:
    """Who watches the watch: this page, since it cannot write that it is gone, nor that its readers cannot be reached."""
    age = at - run.ended_at if run else None
    has_stopped = age is None or age > timedelta(minutes=20)
    reached = [user for user in find_administrators(at) if user.failing_email != user.email]
    said = f"Dernier tour il y a {duration_in_words(age)}" if age is not None else "La veille n’a jamais tourné"
    if has_stopped:
        advice = "Sur le serveur, relancer : docker compose up -d --wait. D’ici là, aucune alerte ne part."
    else:
        advice = "" if reached else "Corriger l’adresse d’un administrateur, page Équipe : aucune alerte n’arriverait."
    return ServiceItem(
        code=WATCH,
        name="Veille (alertes aux administrateurs)",
        level=Level.WATCH if advice else Level.GOOD,
        words=f"{said} ; il y en a un toutes les cinq minutes. "
        f"{count_in_words(len(reached), 'administrateur joignable', 'administrateurs joignables')}.",
        advice=advice,
        figures={} if age is None else {"age_seconds": age.total_seconds()},
    )


def _compare_versions(tick: JobRun | None) -> ServiceItem:
    others = tick.version if tick else ""
    differs = bool(others) and others != VERSION
    return ServiceItem(
        code="version",
        name="Version",
        level=Level.WATCH if differs else Level.GOOD,
        words=f"Pages : {VERSION}. Worker : {others or 'inconnue'}.",
        advice="Une mise à jour s’est arrêtée à mi-chemin : docker compose up -d --wait." if differs else "",
    )
