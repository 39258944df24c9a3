"""Unexpected errors of the last day, by kind."""

from datetime import datetime, timedelta

from config.models import UnexpectedError
from config.services.items import Level, ServiceItem, count_in_words

SHOWN_FOR = timedelta(days=1)


def read_recent_errors(at: datetime) -> ServiceItem:
    recent = UnexpectedError.objects.filter(last_at__gt=at - SHOWN_FOR).count()
    known = UnexpectedError.objects.count()
    return ServiceItem(
        code="errors",
        name="Erreurs inattendues",
        level=Level.WATCH if recent else Level.GOOD,
        words=f"{count_in_words(recent, 'genre d’erreur', 'genres d’erreurs')} depuis un jour."
        if recent
        else "Aucune depuis un jour.",
        advice="Copier « Dernières erreurs », plus bas, et l’envoyer à qui maintient Relais." if recent else "",
        figures={"recent": recent, "known": known},
    )
