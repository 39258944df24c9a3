"""Editions, act by act, on the real database: nothing published is written again, one draft, one day, one line."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cases import reference_data as reference
from cases.actions import editions
from cases.actions.deadlines import catalogue_in_force
from cases.actions.editions import DEADLINES, CannotEdit, mark_of_draft, mark_of_rows
from cases.models import Deadline, DeadlineRule, Edition, JournalEntry, User
from cases.rules.catalogue_reading import read_reference
from tests.factories import NOON, member
from tests.journeys.scene import case_at
from tests.workflows.test_engine import at_once

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def pilot() -> User:
    return member("caf-91-pilotage", "pilot")


def first() -> Edition:
    return Edition.objects.get(catalogue="deadlines", number=1)


def drafted(pilot: User, **rule: Any) -> Edition:
    """A draft in which C08 says something else."""
    made = editions.open_draft(catalogue=DEADLINES, source=first(), by=pilot, at=NOON)
    if rule:
        row = row_of(made, "C08")
        editions.keep_rule(catalogue=DEADLINES, edition=made, row=row | rule, seen=mark_of_rows(row))
    return made


def row_of(edition: Edition, code: str) -> dict[str, Any]:
    return next(row for row in DEADLINES.rows_of_edition(edition) if row["code"] == code)


def read_of(draft: Edition) -> str:
    return mark_of_draft(draft, DEADLINES.rows_of_edition(draft), among=DEADLINES.editions_of("grigny"))


def publish(draft: Edition, pilot: User, *, day: date = TOMORROW, seen: str | None = None) -> None:
    editions.publish(
        catalogue=DEADLINES,
        edition=draft,
        effective_on=day,
        note="Essai.",
        seen=read_of(draft) if seen is None else seen,
        by=pilot,
        at=NOON,
    )


def test_a_draft_copies_every_rule_and_the_words_they_use_and_there_is_one_at_a_time(pilot):
    draft = drafted(pilot)
    assert (draft.number, draft.state, draft.parameters) == (2, "draft", first().parameters)
    assert DEADLINES.rows_of_edition(draft) == DEADLINES.rows_of_edition(first())
    line = JournalEntry.objects.get(kind="edition.drafted")
    assert (line.actor, line.data["edition"], line.data["source"]) == (pilot, draft.pk, first().pk)
    with pytest.raises(CannotEdit, match="Un brouillon est déjà ouvert"):
        drafted(pilot)


def margin_on(day: date) -> int:
    """That of C08."""
    return catalogue_in_force(on=day, territory="grigny").rule("C08").safe_margin


def test_a_published_edition_applies_from_its_day_and_what_runs_keeps_its_rule(pilot):
    case_at("contact", worker=member("caf-91"))
    running = Deadline.objects.running().order_by("pk")
    before = list(running.values_list("pk", "rule", "legal_date"))
    assert before
    draft = drafted(pilot, safe_margin=15)
    assert margin_on(TOMORROW) == 10, "a draft counts for nothing"
    publish(draft, pilot)
    assert (margin_on(TODAY), margin_on(TOMORROW)) == (10, 15)
    assert list(running.values_list("pk", "rule", "legal_date")) == before
    line = JournalEntry.objects.get(kind="edition.published")
    assert (line.actor, line.happened_at, line.data) == (
        pilot,
        NOON,
        {"edition": draft.pk, "catalogue": "deadlines", "number": 2, "effective_on": "2026-11-25"},
    )


def test_what_was_published_is_never_written_again(pilot):
    draft = drafted(pilot, safe_margin=15)
    publish(draft, pilot)
    row = row_of(draft, "C08")
    with pytest.raises(CannotEdit, match="publié ou abandonné entre-temps"):
        editions.keep_rule(catalogue=DEADLINES, edition=draft, row=row | {"safe_margin": 20}, seen=mark_of_rows(row))
    with pytest.raises(CannotEdit, match="publié ou abandonné entre-temps"):
        editions.withdraw_rule(catalogue=DEADLINES, edition=draft, code="C08")
    with pytest.raises(CannotEdit, match="publié ou abandonné entre-temps"):
        publish(draft, pilot)
    assert row_of(draft, "C08")["safe_margin"] == 15


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2022, 10, 18)])
def test_a_past_day_is_refused(pilot, day):
    with pytest.raises(CannotEdit, match="aujourd’hui ou une date à venir") as refusal:
        publish(drafted(pilot, safe_margin=15), pilot, day=day)
    assert refusal.value.field == "effective_on"


def test_a_day_that_has_an_edition_is_refused(pilot):
    publish(drafted(pilot, safe_margin=15), pilot)
    with pytest.raises(CannotEdit, match="L’édition 2 est déjà publiée pour cette date"):
        publish(drafted(pilot, safe_margin=20), pilot)


@pytest.mark.parametrize(
    ("condition", "refusal"),
    [
        (
            {"until": ["left"], "all": [{"key": "urgent", "value": True}, {"key": "urgent", "value": False}]},
            "1 point à corriger avant de publier",
        ),
        ({"all": [{"key": "horoscope", "value": True}]}, "« horoscope » est inconnu : choisir parmi"),
    ],
)
def test_faults_forbid_to_publish(pilot, condition, refusal):
    draft = drafted(pilot)
    said = row_of(draft, "C08")["condition"] | condition
    DeadlineRule.objects.filter(edition=draft, code="C08").update(condition=said)
    with pytest.raises(CannotEdit, match=refusal):
        publish(draft, pilot)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_draft_read_before_another_edition_was_published_is_refused(pilot):
    draft = drafted(pilot, safe_margin=15)
    seen = read_of(draft)
    Edition.objects.create(
        catalogue="deadlines", number=3, state="published", effective_on=TOMORROW, territory="grigny"
    )
    with pytest.raises(CannotEdit, match="a changé depuis l’ouverture de cette page"):
        publish(draft, pilot, day=TOMORROW + timedelta(days=1), seen=seen)


def test_an_edition_to_come_is_withdrawn_and_its_day_is_free_again(pilot):
    draft = drafted(pilot, safe_margin=15)
    publish(draft, pilot)
    editions.withdraw(catalogue=DEADLINES, edition=draft, by=pilot, at=NOON)
    assert margin_on(TOMORROW) == 10
    assert JournalEntry.objects.filter(kind="edition.withdrawn", actor=pilot).count() == 1
    publish(drafted(pilot, safe_margin=20), pilot)
    assert margin_on(TOMORROW) == 20


@pytest.mark.parametrize("number", [1, 2])
def test_an_edition_that_counts_or_is_a_draft_is_not_withdrawn(pilot, number):
    drafted(pilot)
    edition = Edition.objects.get(catalogue="deadlines", number=number)
    with pytest.raises(CannotEdit, match="Seule une édition publiée qui n’est pas encore applicable se retire"):
        editions.withdraw(catalogue=DEADLINES, edition=edition, by=pilot, at=NOON)


def test_one_comes_back_to_old_rules_by_a_new_edition(pilot):
    draft = drafted(pilot, safe_margin=15)
    publish(draft, pilot, day=TODAY)
    back = editions.open_draft(catalogue=DEADLINES, source=first(), by=pilot, at=NOON)
    publish(back, pilot)
    assert back.number == 3
    assert row_of(draft, "C08")["safe_margin"] == 15
    assert (margin_on(TODAY), margin_on(TOMORROW)) == (15, 10)


def both(act: Callable[[User], object], pilot: User) -> list[str]:
    """What comes of an act of two pilots at once."""
    found = at_once(partial(act, pilot), partial(act, member("caf-91-pilotage", "pilot")))
    return sorted(str(each) if isinstance(each, Exception) else "done" for each in found)


@pytest.mark.django_db(transaction=True)
def test_two_pilots_at_once_open_one_draft(pilot):
    source = first()
    done = both(lambda by: editions.open_draft(catalogue=DEADLINES, source=source, by=by, at=NOON), pilot)
    assert (len(done), done[1]) == (2, "done")
    assert done[0].startswith("Un brouillon est déjà ouvert")
    assert Edition.objects.filter(catalogue="deadlines", state="draft").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_pilots_at_once_publish_one_edition_of_the_delays(pilot):
    draft = drafted(pilot, safe_margin=15)
    seen = read_of(draft)
    assert both(lambda by: publish(Edition.objects.get(pk=draft.pk), by, seen=seen), pilot) == [
        "Ce brouillon a été publié ou abandonné entre-temps : en ouvrir un nouveau.",
        "done",
    ]
    assert JournalEntry.objects.filter(kind="edition.published").count() == 1


# What a release brings never goes over what a pilot has made


def without_a_procedure(*numbers: int) -> None:
    """As if these editions were made before action 13 came."""
    for edition in Edition.objects.filter(catalogue="deadlines", number__in=numbers):
        facts = edition.parameters["facts_of"].pop("overpayment")
        edition.save(update_fields=["parameters"])
        edition.deadline_rules.filter(start__in=facts).delete()


def load() -> None:
    reference._load_deadlines(read_reference(Path(reference.FOLDER)), "grigny")


def count(number: int) -> int:
    """Of the rules that start at a fact of action 13."""
    facts = read_reference(Path(reference.FOLDER))["facts_of"]["overpayment"]
    return DeadlineRule.objects.filter(edition__catalogue="deadlines", edition__number=number, start__in=facts).count()


def test_a_release_completes_the_first_edition_even_after_a_draft_was_given_up(pilot):
    editions.drop(catalogue=DEADLINES, edition=drafted(pilot), by=pilot, at=NOON)
    whole = count(1)
    without_a_procedure(1)
    load()
    assert count(1) == whole > 20


@pytest.mark.parametrize("is_published", [False, True])
def test_a_release_leaves_the_edition_of_a_pilot_and_the_one_that_it_copies_as_they_are(pilot, is_published):
    draft = drafted(pilot, safe_margin=15)
    if is_published:
        publish(draft, pilot, day=TODAY)
    without_a_procedure(1, 2)
    load()
    assert (count(1), count(2)) == (0, 0)
    assert row_of(draft, "C08")["safe_margin"] == 15
    assert margin_on(TODAY) == (15 if is_published else 10)


def test_the_next_draft_is_offered_what_a_release_has_brought(pilot):
    draft = drafted(pilot, safe_margin=15)
    publish(draft, pilot, day=TODAY)
    whole = count(2)
    without_a_procedure(1, 2)
    load()
    draft.refresh_from_db()
    following = editions.open_draft(catalogue=DEADLINES, source=draft, by=pilot, at=NOON)
    assert (count(1), count(2), count(3)) == (0, 0, whole)
    assert row_of(following, "C08")["safe_margin"] == 15
    assert "overpayment" in following.parameters["facts_of"]
