"""A professional who leaves hands on forty cases and places in ten clicks, by one page; a colleague answers."""

from collections.abc import Callable

import pytest

from cases.models import JournalEntry, Referent, User
from tests import factories
from tests.journeys import scene
from tests.journeys.pictures import keep
from workflows.queries.members import cases_held

pytestmark = pytest.mark.slow

MOST = 10


def held_by(user: User) -> int:
    return cases_held(user, factories.structure("mds-grigny")).count()


@pytest.mark.by_turns
def test_forty_are_handed_on_in_ten_clicks_at_most_and_their_state_is_read(me):
    leaving = factories.member("mds-grigny", first_name="Nadia", last_name="Belkacem")
    factories.member("mds-grigny", "manager", first_name="Hugo", last_name="Renard")
    factories.member("mds-grigny", first_name="Iris", last_name="Bonnard")
    factories.member("mds-grigny", first_name="Yves", last_name="Marchal")
    for number in range(40):
        someone = factories.household(usual_name=f"Personne{number:02d}", first_names="Alix").members.get()
        scene.followed(by=leaving, code="mds-grigny", someone=someone)
    me.sign_in(leaving)
    clicks = 0

    def press(act: Callable[[str], object], name: str) -> None:
        nonlocal clicks
        clicks += 1
        act(name)

    press(lambda name: me.page.locator("summary", has_text=name).click(), "Nadia Belkacem")
    press(me.click, "Préparer mon départ")
    me.reads("Reste à transmettre : 40 dossiers et places")
    me.page.get_by_label("Dernier jour dans la structure").fill("2026-12-15")
    press(me.check, "Iris Bonnard")
    press(me.check, "Yves Marchal")
    press(me.click, "Proposer une répartition")
    me.reads("Charge des collègues après ce départ")
    keep(me.page, "depart-repartition")
    press(me.click, "Confier et proposer")
    me.reads("40 relais proposés. Chaque collègue est prévenu.")
    me.reads("proposé, sans réponse")
    keep(me.page, "depart-etat")
    assert clicks <= MOST
    waiting = Referent.objects.proposed()
    assert sorted(waiting.filter(user__last_name=name).count() for name in ("Bonnard", "Marchal")) == [20, 20]
    assert held_by(leaving) == 40  # until they answer
    assert JournalEntry.objects.filter(kind="departure.prepared").count() == 1
