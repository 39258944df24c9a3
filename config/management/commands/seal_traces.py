"""Seals the days that are over, and lets the head of their chain leave the database. Run each day, by upkeep."""

import logging
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from cases.actions import access_log, seals
from config.seal_mail import send_head

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Scelle le journal et les accès des jours terminés, y compris ceux qui ont été manqués, et envoie le dernier sceau "
        "aux délégués et aux administrateurs. À lancer chaque jour après 3 heures ; sans risque, même en double."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        at = now()
        access_log.make_parts(at=at)
        if carried := access_log.carry_readings():
            self.stdout.write(f"lectures reprises de la version précédente : {carried}")
        made = seals.seal_closed_days(at=at)
        head = seals.find_head()
        if head is None:
            self.stdout.write("rien à sceller")
            return
        log.info("traces sealed until %s, head %s", head.day, head.seal)
        self.stdout.write(f"{head.day} {head.seal}")
        told = send_head(head) if made else 0
        self.stdout.write(f"jours scellés : {len(made)} ; prévenus : {told}")
