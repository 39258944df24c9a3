"""What is to stay true since data on real people is entered, and the sealed traces, which are to stay what they are."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from cases.models import Installation
from config.models import OpeningAnswer, SealCheck
from config.opening.seals import TURN
from config.services.items import Level, ServiceItem, count_in_words, duration_in_words

ASKED_WITHIN = timedelta(minutes=20)
"""The watch asks every five minutes."""


def read_opening(at: datetime) -> Iterator[ServiceItem]:
    yield _read_seals(at)
    yield _read_conditions(at)


def _read_seals(at: datetime) -> ServiceItem:
    last = SealCheck.objects.first()
    if last is None or last.last_day is None:
        words = "Aucun jour n’est encore scellé et vérifié."
    else:
        chain = count_in_words(last.days, "jour scellé", "jours scellés")
        counted = count_in_words(last.days if last.recounted is None else last.recounted, "recompté", "recomptés")
        age = duration_in_words(at - last.checked_at)
        words = (
            f"{chain} : chaîne suivie il y a {age}, {counted}. Chaque jour l’est à nouveau en {TURN} nuits au plus."
        )
    fault = last.fault if last else ""
    return ServiceItem(
        code="seals",
        name="Traces scellées",
        level=Level.DOWN if fault else Level.GOOD,
        words=f"Les traces ne sont plus ce qui a été scellé : {fault}." if fault else words,
        advice="Prévenir le délégué à la protection des données. Sur le serveur : manage.py verify_traces --head SCEAU, avec un"
        " sceau reçu par courriel."
        if fault
        else "",
    )


def _read_conditions(at: datetime) -> ServiceItem:
    """As the watch found them, and when; the opening itself asked them too. Nothing is asked before the banner is gone. What is
    mended within an hour is told to nobody."""
    since = Installation.read().real_data_since
    answer = OpeningAnswer.objects.filter(asked_at__gte=since).first() if since else None
    missing = answer.missing if answer else ""
    asked_at = answer.asked_at if answer else since or at
    is_old = at - asked_at > ASKED_WITHIN
    if since is None:
        words = "Rien n’est demandé tant que le bandeau est là."
    elif missing:
        words = f"N’est plus vrai, alors que des données réelles sont saisies : {missing}."
    else:
        words = "Rien ne manquait."
    said = f" Demandé il y a {duration_in_words(at - asked_at)}." if since else ""
    if is_old:
        advice = "La veille les demande toutes les cinq minutes : la lancer, et lire ce qu’elle dit (manage.py alert_administrators)."
    else:
        advice = "Administration, « Ouvrir aux données réelles » : chaque condition dit quoi faire." if missing else ""
    return ServiceItem(
        code="opening",
        name="Ouverture aux données réelles",
        level=Level.DOWN if missing or is_old else Level.GOOD,
        words=f"{words}{said}",
        advice=advice,
        figures={"age_seconds": (at - asked_at).total_seconds()} if since else {},
        patience=timedelta(hours=1),
    )
