"""A person who has an application of codes on his telephone, and who is asked for it; his presses and his words are counted."""

import base64
import secrets
from dataclasses import dataclass
from datetime import timedelta

import time_machine
from django.utils.timezone import now
from playwright.sync_api import Page

from cases.models import User
from config.accounts.models import CodeGenerator
from config.accounts.sealing import seal
from tests.config.accounts.telephone import code_of
from tests.journeys.person import Person
from tests.journeys.scene import PASSWORD


@dataclass
class Effort:
    """What somebody did between two instants."""

    presses: int = 0
    """Of a button, a link, a choice or a tick."""
    fields: int = 0
    """Typed in."""
    letters: int = 0
    codes: int = 0
    """Read from the telephone."""

    PRESS, LETTER, CODE = 1.3, 0.28, 10.0
    """Seconds: to point and press, to type a letter, to take the telephone and read it (keystroke-level model, Card, Moran and
    Newell; the telephone is our own estimate)."""

    @property
    def seconds(self) -> int:
        return round(self.presses * self.PRESS + self.letters * self.LETTER + self.codes * self.CODE)


class PersonWithTelephone(Person):
    """Every sign-in and every code takes a minute of the clock: a code is good once."""

    def __init__(self, page: Page, clock: time_machine.Traveller) -> None:
        super().__init__(page)
        self.clock = clock
        self.secrets: dict[int, str] = {}
        self.effort = Effort()

    def begin(self) -> None:
        """Count from here on."""
        self.effort = Effort()

    def take_telephone(self, user: User) -> None:
        secret = base64.b32encode(secrets.token_bytes(20)).decode()
        CodeGenerator.objects.create(user=user, secret=seal(secret), added_at=now())
        self.secrets[user.pk] = secret

    def sign_in(self, user: User) -> None:
        self.page.context.clear_cookies()
        self.page.goto("/")
        self.fill("Courriel professionnel", user.email)
        self.fill("Mot de passe", PASSWORD)
        self.click("Se connecter")
        if user.pk in self.secrets:
            self.reads("Il reste à montrer que c’est bien vous.")
            self.give_code(user, "Continuer")
        self.reads("À faire")

    def prove(self, user: User) -> None:
        """Asked again, a quarter of an hour after the last time."""
        self.is_at("Confirmer que c’est vous")
        self.give_code(user, "Confirmer")

    def give_code(self, user: User, button: str) -> None:
        self.clock.shift(timedelta(minutes=1))
        self.effort.codes += 1
        self.fill("Code", code_of(self.secrets[user.pk], now()))
        self.click(button)

    def fill(self, label: str, text: str) -> None:
        self.effort.fields += 1
        self.effort.letters += len(text)
        super().fill(label, text)

    def choose(self, label: str, option: str) -> None:
        self.effort.presses += 2  # it is opened, then chosen
        super().choose(label, option)

    def check(self, label: str) -> None:
        self.effort.presses += 1
        super().check(label)

    def click(self, name: str) -> None:
        self.effort.presses += 1
        super().click(name)
