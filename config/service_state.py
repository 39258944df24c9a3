"""How the installation does, read whole: for the page of the administrators, for the alerts and for the metrics."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import Error

from config.services.items import Level, ServiceItem
from config.services.jobs import read_jobs
from config.services.opening import read_opening
from config.services.recent_errors import read_recent_errors
from config.services.servers import (
    read_clock,
    read_database,
    read_disk,
    read_file_store,
    read_queue,
    read_replica,
    read_scanner,
)
from config.services.waiting import read_waiting


@dataclass(frozen=True, kw_only=True)
class ServiceState:
    at: datetime
    items: tuple[ServiceItem, ...]

    @property
    def level(self) -> Level:
        return max(item.level for item in self.items)

    def at_level(self, level: Level) -> list[ServiceItem]:
        return [item for item in self.items if item.level == level]


def read_service_state(at: datetime) -> ServiceState:
    """The state of each service of the installation, whether it answers or not. Only reads."""
    items = [item for code in READERS for item in _read(code, at)]
    return ServiceState(at=at, items=tuple(items))


Reader = Callable[[datetime], ServiceItem] | Callable[[datetime], Iterable[ServiceItem]]
READERS: dict[str, tuple[str, Reader]] = {
    "database": ("Base de données", read_database),
    "replica": ("Réplique de la base", read_replica),
    "disk": ("Disque", read_disk),
    "files": ("Stockage des fichiers (S3)", read_file_store),
    "clock": ("Horloge", read_clock),
    "queue": ("File d’attente (Redis)", read_queue),
    "jobs": ("Travaux réguliers", read_jobs),
    "scanner": ("Antivirus", read_scanner),
    "waiting": ("Ce qui attend", read_waiting),
    "errors": ("Erreurs inattendues", read_recent_errors),
    "opening": ("Ouverture aux données réelles", read_opening),
}
"""Causes before what depends on them: the page says where to begin."""


def _read(code: str, at: datetime) -> list[ServiceItem]:
    """What cannot be read hides nothing of the others."""
    name, read = READERS[code]
    try:
        found = read(at)
        return [found] if isinstance(found, ServiceItem) else list(found)
    except (Error, OSError) as error:
        return [
            ServiceItem(
                code=code,
                name=name,
                level=Level.DOWN,
                words=f"Son état n’a pas pu être lu ({type(error).__name__}).",
                advice="Sur le serveur, vérifier que tout tourne : docker compose ps.",
            )
        ]
