"""The same figures as the page of the services, for Prometheus: one label, `service`, and no name of anybody."""

from collections.abc import Iterator

from django.utils.timezone import now
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from config.service_state import read_service_state

METRICS = {
    "level": "0 : bien ; 1 : à surveiller ; 2 : en panne",
    "age_seconds": "depuis le dernier passage, ou depuis ce qui attend le plus longtemps",
    "lag_seconds": "retard de la réplique sur la base",
    "waiting": "ce qui attend",
    "failed": "ce qui a échoué",
    "recent": "genres d’erreurs inattendues vus depuis un jour",
    "known": "genres d’erreurs inattendues gardés",
    "offset_seconds": "horloge des pages moins celle de la base",
    "free_bytes": "place libre",
    "size_bytes": "taille",
    "connections": "connexions ouvertes à la base",
    "connections_max": "connexions que la base accepte",
}


class ServiceCollector(Collector):
    """Registered once a process; reads when it is asked."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Without it, the registry would read everything to know the names."""
        return list(_families().values())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families = _families()
        for item in read_service_state(now()).items:
            for name, value in {"level": float(item.level), **item.figures}.items():
                families[name].add_metric([item.code], value)
        yield from families.values()


def _families() -> dict[str, GaugeMetricFamily]:
    return {
        name: GaugeMetricFamily(f"relais_service_{name}", words, labels=["service"]) for name, words in METRICS.items()
    }
