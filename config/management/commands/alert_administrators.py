"""Looks at every service, and writes to the administrators when one is down. Run every five minutes, apart from all."""

from contextlib import suppress

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils.timezone import now

from config.alerts import News, tell_administrators
from config.opening.conditions import ask_conditions
from config.service_state import read_service_state
from config.services.jobs import WATCH, expect_jobs, record_job_run


class Command(BaseCommand):
    help = (
        "Regarde l’état des services et écrit aux administrateurs si l’un est en panne. Sans risque deux fois ou en "
        "parallèle. Code de sortie 1 si personne n’a pu être prévenu, ou si la base ne répond pas."
    )

    def handle(self, *args: object, **options: object) -> None:
        try:
            expect_jobs(at=now())
            with suppress(Error, OSError):  # what could not be asked grows old, and that is told
                ask_conditions(at=now())
            news = tell_administrators(read_service_state(now()))
            record_job_run(WATCH, at=now())
        except Error as error:
            raise CommandError(
                "La base ne répond pas : les administrateurs ne peuvent pas être prévenus d’ici. "
                f"La surveillance extérieure (/sante/pret) le dit. ({type(error).__name__})"
            ) from None
        if news.has_failed:
            raise CommandError(_unheard(news))
        for words, alerts in (("en panne", [*news.begun, *news.lasting]), ("rétabli", news.over)):
            for alert in alerts:
                self.stdout.write(f"{words} : {alert.code}, depuis {alert.since:%Y-%m-%dT%H:%M%z}")
        self.stdout.write(f"administrateurs prévenus : {news.told}")


def _unheard(news: News) -> str:
    codes = ", ".join(alert.code for alert in (*news.begun, *news.lasting, *news.over))
    why = "le serveur d’envoi n’a pris aucun courriel" if news.untold else "aucun administrateur actif"
    return f"Personne n’a pu être prévenu ({why}) de : {codes}. Le prochain tour réessaie."
