"""Somebody leaves tomorrow: a manager moves the forty people whom he follows, and takes it back."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from cases.models import JournalEntry, Referent, User
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.journeys.pictures import keep

pytestmark = pytest.mark.slow

SECONDS = 60
CLICK, THINK = 1.3, 1.35
"""To point at something and press it, and to look for it first (keystroke-level model)."""


def followed_by(user: User) -> int:
    return Referent.objects.current().filter(user=user).count()


@pytest.mark.by_turns
def test_a_portfolio_of_forty_goes_to_two_colleagues_in_under_a_minute_and_comes_back(me):
    manager = factories.member("mds-grigny", "manager", first_name="Hugo", last_name="Renard")
    leaving = factories.member("mds-grigny", first_name="Nadia", last_name="Belkacem")
    colleagues = [
        factories.member("mds-grigny", first_name="Iris", last_name="Bonnard"),
        factories.member("mds-grigny", first_name="Yves", last_name="Marchal"),
    ]
    for number in range(40):
        someone = factories.household(usual_name=f"Personne{number:02d}", first_names="Alix").members.get()
        scene.followed(by=leaving, code="mds-grigny", someone=someone)
    me.sign_in(manager)

    presses = 0

    def press(act: Callable[[str], object], name: str) -> None:
        nonlocal presses
        presses += 1
        act(name)

    press(lambda name: me.page.locator("summary", has_text=name).click(), "Plus")
    press(me.click, "Référents")
    press(me.click, "Transférer les personnes suivies par Nadia Belkacem")
    me.reads("40 personnes suivies par Nadia Belkacem")
    press(me.check, "Iris Bonnard")
    press(me.check, "Yves Marchal")
    press(me.click, "Essayer, sans rien enregistrer")
    me.reads("Transférer 40 personnes")
    assert followed_by(leaving) == 40
    keep(me.page, "portefeuille-essai")
    press(me.click, "Transférer 40 personnes")
    me.reads("40 personnes")
    assert presses * (CLICK + THINK) < SECONDS
    assert [followed_by(each) for each in (leaving, *colleagues)] == [0, 20, 20]

    me.click("Défaire ce transfert")
    me.reads("Ce transfert a été défait")
    assert [followed_by(each) for each in (leaving, *colleagues)] == [40, 0, 0]
    assert JournalEntry.objects.get(kind="referents.taken_back").actor == manager
    assert JournalEntry.objects.get(kind="referents.handed_over").happened_at < NOON + timedelta(days=1)
