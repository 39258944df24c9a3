"""What is to stay true since data on real people is entered, and the sealed traces, which are to stay what they are."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from cases.models import Installation
from config.models import SealCheck
from config.opening.conditions import find_missing
from config.services.items import Level, ServiceItem, count_in_words, duration_in_words


def read_opening(at: datetime) -> Iterator[ServiceItem]:
    yield _read_seals(at)
    yield _read_conditions(at)


def _read_seals(at: datetime) -> ServiceItem:
    last = SealCheck.objects.first()
    if last is None or last.last_day is None:
        words = "Aucun jour n’est encore scellé et vérifié."
    else:
        words = f"{count_in_words(last.days, 'jour recompté', 'jours recomptés')} il y a {duration_in_words(at - last.checked_at)}."
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
    """Nothing is asked before the banner is gone. What is mended within an hour is told to nobody."""
    missing = find_missing(at) if Installation.read().real_data_since else []
    named = " ; ".join(each.title for each in missing)
    return ServiceItem(
        code="opening",
        name="Ouverture aux données réelles",
        level=Level.DOWN if missing else Level.GOOD,
        words=f"N’est plus vrai, alors que des données réelles sont saisies : {named}."
        if missing
        else "Rien ne manque.",
        advice="Administration, « Ouvrir aux données réelles » : chaque condition dit quoi faire." if missing else "",
        patience=timedelta(hours=1),
    )
