"""The servers that Relais needs: the queue, the database and its clock, the disk, the virus scanner."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min

from cases import antivirus, replica
from cases.models import Document
from cases.refusals import StoreAway
from config import celery_app
from config.models import JobRun
from config.services.items import Level, ServiceItem, count_in_words, duration_in_words, level_of, size_in_words

SECONDS_FOR_REDIS = 2
GB = 10**9
MOST_OFF = timedelta(seconds=60)


def read_queue(at: datetime) -> ServiceItem:
    """Wake-up calls that nobody took. They carry nothing: however many, nothing is lost."""
    try:
        length = _read_queue_length()
    except redis.RedisError:
        return ServiceItem(
            code="queue",
            name="File d’attente (Redis)",
            level=Level.DOWN,
            words="Redis ne répond pas. Rien n’est perdu : ce qui est à faire est dans la base.",
            advice="Sur le serveur, relancer : docker compose restart redis.",
            patience=timedelta(minutes=10),
        )
    level = Level.WATCH if length >= 100 else Level.GOOD
    return ServiceItem(
        code="queue",
        name="File d’attente (Redis)",
        level=level,
        words=f"Redis répond. {count_in_words(length, 'réveil attend', 'réveils attendent')} le worker.",
        advice="" if level == Level.GOOD else "Le worker ne suit pas : docker compose restart worker.",
        figures={"waiting": length},
    )


def _read_queue_length() -> int:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=SECONDS_FOR_REDIS, socket_connect_timeout=SECONDS_FOR_REDIS
    )
    try:
        return int(client.llen(celery_app.conf.task_default_queue))
    finally:
        client.close()


def read_database(at: datetime) -> ServiceItem:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('max_connections')::int,"
            " (SELECT sum(numbackends)::int FROM pg_stat_database),"
            " pg_database_size(current_database())"
        )
        version, most, used, size = cursor.fetchone()
    level = level_of(used / most, watch=0.8, down=0.95)
    return ServiceItem(
        code="database",
        name="Base de données",
        level=level,
        words=f"PostgreSQL {version.split()[0]}, {size_in_words(size)}, {used} connexions sur {most}.",
        advice="" if level == Level.GOOD else "Trop de connexions : baisser WEB_WORKERS dans .env, puis relancer web.",
        figures={"size_bytes": size, "connections": used, "connections_max": most},
        patience=timedelta(minutes=10),
    )


def read_replica(at: datetime) -> Iterator[ServiceItem]:
    """Nothing without one. While it is away or late, what it serves is read from the database."""
    if not replica.is_configured():
        return
    lag = replica.read_lag()
    is_well = replica.is_near_enough(lag)
    yield ServiceItem(
        code="replica",
        name="Réplique de la base",
        level=Level.GOOD if is_well else Level.WATCH,
        words="Elle ne répond pas." if lag is None else f"En retard de {int(lag.total_seconds())} s.",
        advice=""
        if is_well
        else "Exports, chiffres et simulations lisent la base : relancer la réplique, ou la refaire.",
        figures={} if lag is None else {"lag_seconds": lag.total_seconds()},
    )


def read_clock(at: datetime) -> ServiceItem:
    """Ours beside the database’s: delays are counted by the one, rows are dated by the other. On one machine they are off
    together: set back, they show by what was done in the future."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        offset = at - cursor.fetchone()[0]
    off_by, direction = abs(offset), "en avance" if offset > timedelta(0) else "en retard"
    set_back = (JobRun.objects.aggregate(last=Max("ended_at"))["last"] or at) - at
    if off_by > MOST_OFF:
        words = f"L’horloge des pages est {direction} de {duration_in_words(off_by)} sur celle de la base."
    elif set_back > MOST_OFF:
        words = f"L’horloge a reculé : un travail a été fait {duration_in_words(set_back)} après maintenant."
    else:
        words = ""
    return ServiceItem(
        code="clock",
        name="Horloge",
        level=Level.DOWN if words else Level.GOOD,
        words=words or f"Les pages et la base donnent la même heure, à {duration_in_words(off_by)} près.",
        advice="Remettre à l’heure la machine qui se trompe (timedatectl set-ntp true) : les échéances en dépendent."
        if words
        else "",
        figures={"offset_seconds": offset.total_seconds()},
    )


def read_disk(at: datetime) -> ServiceItem:
    """Where the files are kept; on one machine, the database shares it."""
    folder = Path(settings.MEDIA_ROOT)
    there = next(each for each in (folder, *folder.parents) if each.exists())
    usage = shutil.disk_usage(there)
    is_writable = os.access(there, os.W_OK)
    level = level_of(-usage.free, watch=-5 * GB, down=-1 * GB) if is_writable else Level.DOWN
    return ServiceItem(
        code="disk",
        name="Disque",
        level=level,
        words=f"{size_in_words(usage.free)} libres sur {size_in_words(usage.total)}."
        if is_writable
        else "Le dossier des fichiers reçus n’accepte plus d’écriture.",
        advice=_advise_on_disk(level, is_writable=is_writable),
        figures={"free_bytes": usage.free, "size_bytes": usage.total},
    )


def _advise_on_disk(level: Level, *, is_writable: bool) -> str:
    if level == Level.GOOD:
        return ""
    if not is_writable:
        return "Vérifier le volume « media » (docker compose logs web) : aucune pièce ne peut être ajoutée."
    return "Emporter et effacer les anciennes sauvegardes, puis docker image prune ; sinon agrandir le disque."


def read_file_store(at: datetime) -> Iterator[ServiceItem]:
    """Nothing where files are on the disk."""
    if not settings.S3_BUCKET:
        return
    from cases.file_store import PrivateBucket

    level, words, advice = Level.GOOD, "Le stockage répond, et prend les clés de Relais.", ""
    try:
        if PrivateBucket().is_open_to_strangers():
            level, words = Level.DOWN, "Le stockage donne les fichiers à qui en connaît l’adresse, sans clé."
            advice = "Rendre le compartiment privé aussitôt, et prévenir le délégué à la protection des données."
    except StoreAway:
        level = Level.DOWN
        words = "Le stockage ne répond pas, ou refuse les clés de Relais : aucune pièce ne s’ouvre ni ne s’ajoute."
        advice = "Vérifier le service de stockage, puis S3_ENDPOINT, S3_BUCKET et les deux clés dans .env."
    yield ServiceItem(code="files", name="Stockage des fichiers (S3)", level=level, words=words, advice=advice)


def read_scanner(at: datetime) -> ServiceItem:
    found = Document.everything.filter(scan=Document.Scan.WAITING).aggregate(count=Count("pk"), first=Min("added_at"))
    pieces = count_in_words(found["count"], "pièce attend", "pièces attendent")
    age = at - found["first"] if found["first"] else timedelta(0)
    level, words, advice = _judge_scanner(pieces if found["count"] else "", age=age, at=at)
    return ServiceItem(
        code="scanner",
        name="Antivirus",
        level=level,
        words=f"{words}{f' ; {pieces}' if found['count'] else ''}.",
        advice=advice,
        figures={"waiting": found["count"], "age_seconds": age.total_seconds()},
        patience=timedelta(hours=1),
    )


def _judge_scanner(waiting: str, *, age: timedelta, at: datetime) -> tuple[Level, str, str]:
    """Its level, what is said of it, and what to do."""
    if not antivirus.is_configured():
        if waiting:
            return Level.WATCH, "Aucun antivirus", "Remettre CLAMD_URL dans .env : sans lui, elles ne s’ouvrent pas."
        return Level.GOOD, "Aucun antivirus : les pièces s’ouvrent aussitôt", ""
    if not antivirus.is_answering():
        to_do = "Relancer clamd. Rien n’est perdu : les pièces sont vérifiées dès qu’il répond."
        return Level.DOWN, "L’antivirus ne répond pas", to_do
    signed_at = antivirus.read_signatures_date()
    if signed_at and at - signed_at > timedelta(days=7):
        said = f"L’antivirus répond, et ne connaît rien de nouveau depuis {duration_in_words(at - signed_at)}"
        return Level.WATCH, said, "Relancer freshclam, qui lui apporte ses signatures."
    if age >= timedelta(hours=1):
        to_do = "Une pièce ne se laisse pas lire : la retirer du dossier, et l’ajouter de nouveau."
        return Level.WATCH, "L’antivirus répond", to_do
    return Level.GOOD, "L’antivirus répond", ""
