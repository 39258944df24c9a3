"""What a release corrects in a running installation: a draft that the pilot reads, and never his own words."""

from typing import Any

import pytest

from cases.actions import editions
from cases.actions.corrected_editions import corrections_of, open_corrected_draft
from cases.actions.deadlines import catalogue_in_force
from cases.actions.editions import DEADLINES, CannotEdit, mark_of_rows
from cases.actions.letter_catalogue import LINE_LETTERS
from cases.models import DeadlineRule, Edition, User
from tests.cases.actions.test_editions import TODAY, TOMORROW, drafted, first, publish, row_of
from tests.factories import NOON, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot() -> User:
    return member("caf-91-pilotage", "pilot")


def age(**rules: dict[str, Any]) -> None:
    """As if the first edition were of an older release: these rules said something else, or were not there (empty)."""
    for code, said in rules.items():
        found = DeadlineRule.objects.filter(edition=first(), code=code.replace("_", "-"))
        if said:
            found.update(**said)
        else:
            found.delete()


def test_a_release_corrects_nothing_of_what_it_wrote_itself(pilot):
    assert not corrections_of(DEADLINES, first())
    with pytest.raises(CannotEdit, match="aucune correction"):
        open_corrected_draft(catalogue=DEADLINES, source=first(), by=pilot, at=NOON)
    assert Edition.objects.filter(catalogue="deadlines").count() == 1


def test_a_corrected_edition_is_a_draft_that_the_pilot_publishes(pilot):
    age(C08={"length": 3}, IND_24={})
    found = open_corrected_draft(catalogue=DEADLINES, source=first(), by=pilot, at=NOON)
    assert {row["code"] for row in found.taken} == {"C08", "IND-24"}
    assert (found.dropped, found.left) == ((), ())
    draft = DEADLINES.editions_of("grigny").get(state="draft")
    assert row_of(draft, "C08")["length"] == 2
    assert catalogue_in_force(on=TODAY, territory="grigny").rule("C08").variants[0].length == 3
    publish(draft, pilot)
    assert catalogue_in_force(on=TOMORROW, territory="grigny").rule("C08").variants[0].length == 2
    assert catalogue_in_force(on=TOMORROW, territory="grigny").rule("IND-24").start == "waiver_refused"
    assert not corrections_of(DEADLINES, draft)


def test_the_words_of_the_pilot_stay_his(pilot):
    age(C08={"length": 3}, C10={"length": 6})
    own = drafted(pilot, safe_margin=15)
    editions.withdraw_rule(catalogue=DEADLINES, edition=own, code="C11")
    publish(own, pilot)
    found = corrections_of(DEADLINES, own)
    assert {row["code"] for row in found.taken} == {"C10"}
    assert set(found.left) == {"C08", "C11"}


def test_a_rule_that_the_pilot_wrote_over_one_that_the_release_no_longer_has_is_said(pilot):
    DeadlineRule.objects.filter(edition=first(), code="P-INFORM-14").update(code="P-INFORM", start="accepted")
    draft = editions.open_draft(catalogue=DEADLINES, source=first(), by=pilot, at=NOON)
    row = row_of(draft, "P-INFORM")
    editions.keep_rule(catalogue=DEADLINES, edition=draft, row=row | {"safe_margin": 8}, seen=mark_of_rows(row))
    publish(draft, pilot)
    found = open_corrected_draft(catalogue=DEADLINES, source=draft, by=pilot, at=NOON)
    assert [row["code"] for row in found.taken] == ["P-INFORM-14"]
    assert (found.dropped, found.left, found.outlived) == ((), (), ("P-INFORM",))


def test_a_rule_that_no_release_ever_had_is_the_pilots_alone(pilot):
    own = drafted(pilot)
    row = row_of(own, "C08") | {"code": "C08-GRIGNY", "title": "Une règle de Grigny"}
    editions.keep_rule(catalogue=DEADLINES, edition=own, row=row, seen="")
    publish(own, pilot)
    assert corrections_of(DEADLINES, own).outlived == ()


def test_what_a_release_corrected_the_next_one_corrects_again(pilot):
    age(C08={"length": 3})
    open_corrected_draft(catalogue=DEADLINES, source=first(), by=pilot, at=NOON)
    draft = DEADLINES.editions_of("grigny").get(state="draft")
    publish(draft, pilot)
    # Another release says something else of a rule that this one brought.
    before = row_of(draft, "C08") | {"safe_margin": 12}
    DeadlineRule.objects.filter(edition=draft, code="C08").update(safe_margin=12)
    draft.parameters["from_release"]["C08"] = mark_of_rows(before)
    draft.save()
    found = corrections_of(DEADLINES, draft)
    assert ({row["code"] for row in found.taken}, found.left) == ({"C08"}, ())


def test_an_edition_that_lacks_facts_is_given_those_that_new_rules_name(pilot):
    older = first()
    del older.parameters["milestones"]["reasons_given"]
    older.save()
    DeadlineRule.objects.filter(edition=older, code="IND-30").delete()
    open_corrected_draft(catalogue=DEADLINES, source=older, by=pilot, at=NOON)
    draft = DEADLINES.editions_of("grigny").get(state="draft")
    assert draft.parameters["milestones"]["reasons_given"] == "Motifs du rejet né du silence communiqués"
    publish(draft, pilot)


def test_the_letters_of_overpayments_are_corrected_too():
    source = Edition.objects.get(catalogue="overpayment_letters")
    assert not corrections_of(LINE_LETTERS, source)
    letters = source.parameters["letters"]
    source.parameters["letters"] = [letter for letter in letters if letter["code"] != "L2c"]
    source.save()
    found = corrections_of(LINE_LETTERS, source)
    assert ([row["code"] for row in found.taken], found.dropped, found.left) == (["L2c"], (), ())
