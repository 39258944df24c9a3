"""What is wrong in a draft of a routing table is told in French and forbids to publish; two publications at once make one."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connections

from cases.actions import editions
from cases.actions.editions import CannotEdit
from cases.models import Edition, JournalEntry, User
from tests.factories import NOON, member
from workflows.models import RoutingRule
from workflows.routing.editable_tables import ARREARS_TABLE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TODAY = NOON.date()
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def pilot() -> User:
    return member("caf-91-pilotage", "pilot")


@pytest.fixture
def draft(pilot: User) -> Edition:
    source = Edition.objects.get(catalogue="routing_arrears")
    made = editions.open_draft(catalogue=ARREARS_TABLE, source=source, by=pilot, at=NOON)
    change(made, "R3", lead={"structure": "adil-91"})
    return made


def change(draft: Edition, code: str, **changed: Any) -> None:
    row = next(row for row in ARREARS_TABLE.rows_of_edition(draft) if row["code"] == code)
    editions.keep_rule(catalogue=ARREARS_TABLE, edition=draft, row={**row, **changed}, seen=editions.mark_of_rows(row))


def add(draft: Edition, code: str, *, after: str, lead: str, **asked: Any) -> None:
    row = {
        "code": code,
        "title": "Règle ajoutée",
        "after": after,
        "lead": {"structure": lead},
        "contact_rule": "P-CONTACT-5",
        "reason": "Décidé par le comité.",
        "all": [{"key": key, "operator": "at_least", "value": value} for key, value in asked.items()],
    }
    editions.keep_rule(catalogue=ARREARS_TABLE, edition=draft, row=row, seen="")


def seen(draft: Edition) -> str:
    return editions.mark_of_draft(
        draft, ARREARS_TABLE.rows_of_edition(draft), among=ARREARS_TABLE.editions_of("grigny")
    )


def publish(draft: Edition, pilot: User, *, day: date = TOMORROW, read: str = "") -> None:
    editions.publish(
        catalogue=ARREARS_TABLE,
        edition=draft,
        effective_on=day,
        note="Décidé.",
        seen=read or seen(draft),
        by=pilot,
        at=NOON,
    )


def spoil_key(draft: Edition) -> None:
    rule = RoutingRule.objects.get(edition=draft, code="R10")
    rule.content["all"] = [{"key": "horoscope", "value": "lion"}]
    rule.save(update_fields=["content"])


def name_nobody(draft: Edition) -> None:
    change(draft, "R10", lead={"structure": "mairie-evry"})


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (
            lambda draft: editions.withdraw_rule(catalogue=ARREARS_TABLE, edition=draft, code="R99"),
            "La table doit avoir une règle de repli, et une seule, pour qu’aucune situation ne se perde.",
        ),
        (spoil_key, "R10 : « horoscope » est inconnu : choisir parmi followed_by"),
        (name_nobody, "R10 : la structure « mairie-evry » est inconnue"),
        (lambda draft: change(draft, "R4b", after=""), "s’applique toujours avant elle."),
        (
            lambda draft: change(draft, "R10", contact_rule="P-CONTACT-999"),
            "R10 : le délai de contact « P-CONTACT-999 » n’est pas une règle de délai.",
        ),
    ],
)
def test_a_table_with_a_fault_is_not_published_and_nothing_is_half_done(draft, pilot, spoil, words):
    spoil(draft)
    assert words in " ".join(
        f"{each.code} : {each.text}"
        for each in ARREARS_TABLE.check(draft, ARREARS_TABLE.rows_of_edition(draft), TODAY).faults
    )
    with pytest.raises(CannotEdit, match="à corriger avant de publier"):
        publish(draft, pilot)
    draft.refresh_from_db()
    assert (draft.state, draft.note) == ("draft", "")
    assert not JournalEntry.objects.filter(kind="edition.published").exists()


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), date(1999, 1, 1)])
def test_a_past_day_is_refused(draft, pilot, day):
    with pytest.raises(CannotEdit, match="Choisir aujourd’hui ou une date à venir"):
        publish(draft, pilot, day=day)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_rows_that_overlap_are_told_with_which_one_wins(draft, pilot):
    def doubts() -> dict[str, str]:
        found = ARREARS_TABLE.check(draft, ARREARS_TABLE.rows_of_edition(draft), TODAY)
        assert found.faults == ()
        return {each.code: each.text for each in found.doubts if "même situation" in each.text}

    add(draft, "R20", after="", lead="adil-91", months_unpaid=6)
    assert "R20" not in doubts()
    add(draft, "R21", after="R20", lead="ccas-grigny", debt=100)
    assert "R21" not in doubts()  # they ask about nothing in common
    add(draft, "R22", after="R21", lead="ccas-grigny", months_unpaid=5)
    assert doubts()["R22"] == "peut valoir pour une même situation que R20, qui se lit avant elle et l’emporte."
    add(draft, "R23", after="R22", lead="adil-91", months_unpaid=4, debt=50)
    assert doubts()["R23"] == (
        "peut valoir pour une même situation que R21, R22, qui se lisent avant elle et l’emportent."
    )
    publish(draft, pilot)  # their order is a choice
    draft.refresh_from_db()
    assert draft.state == "published"


def test_a_row_inside_an_earlier_one_is_unreachable(draft, pilot):
    add(draft, "R20", after="", lead="adil-91", age=60)
    add(draft, "R21", after="R20", lead="ccas-grigny", age=70)
    with pytest.raises(CannotEdit, match="R21 : la règle R20 s’applique toujours avant elle"):
        publish(draft, pilot)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("days", [(TOMORROW, TOMORROW), (TOMORROW, TOMORROW + timedelta(days=1))])
def test_two_publications_at_once_on_two_connections_make_one(draft, pilot, days):
    read, other = seen(draft), member("caf-91-pilotage", "pilot")
    together = threading.Barrier(2)
    done: list[str] = []

    def publish_one(by: User, day: date) -> None:
        try:
            together.wait(timeout=60)
            publish(Edition.objects.get(pk=draft.pk), by, day=day, read=read)
            done.append("published")
        except CannotEdit as refusal:
            done.append(str(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=publish_one, args=each) for each in zip((pilot, other), days, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [
        "Ce brouillon a été publié ou abandonné entre-temps : en ouvrir un nouveau.",
        "published",
    ]
    assert ARREARS_TABLE.editions_of("grigny").filter(state="published").count() == 2
    assert JournalEntry.objects.filter(kind="edition.published").count() == 1
