"""What an edition had wrongly routed is looked for, reviewed, routed again by the worker, and put back within a day."""

import re
from datetime import date, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from cases.actions import editions
from cases.models import Case, Edition, JournalEntry, Participation, User
from notifications import fanout
from notifications.models import Notice
from tests import factories
from tests.factories import NOON, member, structure
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows.actions import replays
from workflows.actions.replays import CannotReplay
from workflows.indicators.catalogue import BY_CODE
from workflows.indicators.compute import count_indicators
from workflows.indicators.quarters import Quarter
from workflows.models import CaseTask, Replay, RoutingDecision
from workflows.routing.editable_tables import ARREARS_TABLE
from workflows.sweep import sweep_deadlines

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
ADDED = (
    "R3 est ajoutée : « Enfants à charge : au moins 1 » (vrai : 2) ; « Prestations familiales : oui » (vrai : oui) ; "
    "« Parc : privé » (vrai : privé) ; « Aide au logement : ALF » (vrai : ALF)."
)
ONE_DAY = timedelta(days=1)
LATER = NOON + ONE_DAY


def publish(source: Edition, pilot: User, *, at: Any, **changed: Any) -> Edition:
    """A copy of an edition, whose row of families in private housing says something else, in force at once."""
    made = editions.open_draft(catalogue=ARREARS_TABLE, source=source, by=pilot, at=at)
    row = next(row for row in ARREARS_TABLE.rows_of_edition(made) if row["code"] == "R3")
    editions.keep_rule(catalogue=ARREARS_TABLE, edition=made, row={**row, **changed}, seen=editions.mark_of_rows(row))
    rows = ARREARS_TABLE.rows_of_edition(made)
    seen = editions.mark_of_draft(made, rows, among=ARREARS_TABLE.editions_of("grigny"))
    editions.publish(
        catalogue=ARREARS_TABLE, edition=made, effective_on=at.date(), note="Décidé.", seen=seen, by=pilot, at=at
    )
    return made


@pytest.fixture
def first() -> Edition:
    return Edition.objects.get(catalogue="routing_arrears")


@pytest.fixture
def wrong(pilot: User, first: Edition) -> Edition:
    """Families in private housing go to the ADIL, by mistake, for a day."""
    return publish(first, pilot, at=NOON, lead={"structure": "adil-91"})


def family() -> Walk:
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    return Walk(factories.reported(lease, code="gestionnaire-b", **factories.FAMILY))


@pytest.fixture
def three(wrong: Edition) -> list[Walk]:
    found = [family() for _ in range(3)]
    assert [walk.waiting_for for walk in found] == [{"answer": "adil-91"}] * 3
    return found


@pytest.fixture
def back(pilot: User, first: Edition, three: list[Walk]) -> Edition:
    """The day after, the former rules are in force again."""
    return publish(first, pilot, at=LATER, note="Les familles du parc privé reviennent à la CAF.")


def search(wrong: Edition, pilot: User, *, at: Any = LATER) -> Replay:
    asked = replays.ask_review(edition=wrong, first_day=NOON.date(), last_day=at.date(), by=pilot, at=at)
    replays.run_waiting(at=at)
    asked.refresh_from_db()
    return asked


def confirm(asked: Replay, pilot: User, *, at: Any = LATER) -> None:
    replays.confirm(replay=asked, reason="Erreur de table.", by=pilot, at=at)
    replays.run_waiting(at=at)
    asked.refresh_from_db()


def all_holds() -> bool:
    """Otherwise the command refuses."""
    with time_machine.travel(LATER, tick=False):
        call_command("check_invariants", stdout=StringIO())
    return True


def parts(case: Case) -> list[tuple[str, str]]:
    current = Participation.objects.filter(case=case, until=None).order_by("structure__code")
    return list(current.values_list("structure__code", "part"))


def test_the_search_finds_where_each_should_go_and_why_and_moves_nothing(wrong, back, three, pilot):
    before = list(CaseTask.objects.order_by("pk").values())
    asked = search(wrong, pilot)
    assert (asked.state, asked.total, asked.done) == ("ready", 3, 3)
    row = asked.cases.select_related("before", "after").first()
    assert row
    assert row.before
    assert row.after
    assert (row.before.code, row.after.code, row.rules) == ("adil-91", "caf-91", ["R3", "R3"])
    assert row.why == ["R3 désigne CAF 91 – travail social, au lieu de ADIL 91."]
    assert (row.kept_out, row.is_chosen) == ("", True)
    assert list(CaseTask.objects.order_by("pk").values()) == before


def test_what_somebody_accepted_or_the_pilot_attributed_stays_with_its_reason(wrong, back, three, pilot):
    worker = member("adil-91")
    three[0].take("answer", by=member("adil-91", "manager"), accept=True, professional=worker, reason="")
    asked = search(wrong, pilot)
    kept = asked.cases.exclude(kept_out="").get()
    assert kept.case == three[0].case
    assert kept.kept_out == "ADIL 91 l’a déjà acceptée le 24/11/2026 : elle y reste, sauf relais convenu avec elle."
    assert not kept.is_chosen
    assert asked.cases.filter(is_chosen=True).count() == 2


def test_only_the_days_and_the_edition_that_were_asked_count(wrong, back, three, pilot):
    RoutingDecision.objects.filter(case=three[0].case).update(decided_at=NOON - 3 * ONE_DAY)
    assert search(wrong, pilot).cases.count() == 2
    assert family().waiting_for == {
        "answer": "adil-91"
    }  # routed today with the old rules: the clock of the test is noon
    with time_machine.travel(LATER, tick=False):
        Replay.objects.all().update(state="done")
        assert search(wrong, pilot).cases.count() == 3


def test_the_chosen_ones_are_routed_again_one_act_with_a_line_for_each(wrong, back, three, pilot):
    asked = search(wrong, pilot)
    rows = list(asked.cases.all())
    replays.choose(replay=asked, offered=[row.pk for row in rows], chosen=[row.pk for row in rows[:2]])
    confirm(asked, pilot)
    assert (asked.state, asked.done, asked.total) == ("done", 2, 2)
    assert [walk.waiting_for for walk in three] == [{"answer": "caf-91"}, {"answer": "caf-91"}, {"answer": "adil-91"}]
    entry = JournalEntry.objects.get(kind="routing.replayed")
    assert (entry.data["count"], entry.structure) == (2, structure("caf-91-pilotage"))
    lines = JournalEntry.objects.filter(cause=entry)
    assert list(lines.values_list("kind", "structure__code")) == [("case.rerouted", "adil-91")] * 2
    assert not Participation.objects.filter(case=three[0].case, structure=structure("adil-91"), until=None).exists()
    last = RoutingDecision.objects.filter(case=three[0].case).first()
    assert last
    assert (last.edition, last.rule_code) == (back, "R3")
    assert all_holds()


def test_they_go_on_one_by_one_after_a_crash(wrong, back, three, pilot):
    asked = search(wrong, pilot)
    replays.confirm(replay=asked, reason="Erreur de table.", by=pilot, at=LATER)
    assert replays.run_waiting(at=LATER, limit=1) == 1
    asked.refresh_from_db()
    assert (asked.state, asked.progress) == ("running", "1 situations sur 3")
    replays.run_waiting(at=LATER)
    asked.refresh_from_db()
    assert (asked.state, asked.done) == ("done", 3)
    assert JournalEntry.objects.filter(kind="case.rerouted").count() == 3


def test_what_changed_since_the_review_is_left_with_its_reason(wrong, back, three, pilot):
    asked = search(wrong, pilot)
    three[0].take("answer", by=member("adil-91", "manager"), accept=True, professional=member("adil-91"), reason="")
    three[1].take("answer", by=member("adil-91", "manager"), accept=False, reason="no_capacity")
    confirm(asked, pilot)
    left = dict(asked.cases.filter(state="left").values_list("case", "message"))
    assert left[three[0].case.pk].startswith("ADIL 91 l’a déjà acceptée")
    assert left[three[1].case.pk] == "Elle a été orientée de nouveau entre-temps."
    assert three[2].waiting_for == {"answer": "caf-91"}
    assert all_holds()


def test_it_is_undone_where_nobody_did_anything_since(wrong, back, three, pilot):
    before = parts(three[1].case)
    asked = search(wrong, pilot)
    confirm(asked, pilot)
    three[0].take("answer", by=member("caf-91", "manager"), accept=True, professional=member("caf-91"), reason="")
    replays.ask_undo(replay=asked, by=pilot, at=LATER + timedelta(hours=2))
    replays.run_waiting(at=LATER + timedelta(hours=2))
    asked.refresh_from_db()
    assert asked.state == "undone"
    said = dict(asked.cases.values_list("case", "state"))
    assert [said[walk.case.pk] for walk in three] == ["stays", "put_back", "put_back"]
    assert asked.cases.get(state="stays").message.endswith("l’a prise en charge entre-temps.")
    assert [walk.waiting_for.get("answer") for walk in three] == [None, "adil-91", "adil-91"]
    assert parts(three[1].case) == before
    last = RoutingDecision.objects.filter(case=three[1].case).first()
    assert last
    assert (last.edition, last.structure) == (wrong, structure("adil-91"))
    assert all_holds()
    with pytest.raises(CannotReplay, match="déjà défaite"):
        replays.ask_undo(replay=asked, by=pilot, at=LATER + timedelta(hours=3))


def test_of_what_is_moved_then_put_back_no_rerouting_is_counted(wrong, back, three, pilot):
    asked = search(wrong, pilot)
    confirm(asked, pilot)
    assert reroutings() == 3
    three[0].take("answer", by=member("caf-91", "manager"), accept=True, professional=member("caf-91"), reason="")
    replays.ask_undo(replay=asked, by=pilot, at=LATER + timedelta(hours=2))
    replays.run_waiting(at=LATER + timedelta(hours=2))
    assert reroutings() == 1


def reroutings() -> int:
    quarter = Quarter(date(2026, 10, 1))
    indicator = BY_CODE["rerouted"]
    found = count_indicators([indicator], quarters=[quarter], as_of=date(2026, 12, 31), territory="grigny")
    return sum(cell.number for cell in found["rerouted"][quarter, ""] if (cell.column, cell.key) == (None, None))


def test_what_went_to_the_pilot_meanwhile_comes_back_to_him_and_what_came_from_him_too(pilot, first):
    """A table that names nobody sends to the pilot; the one in force names somebody; undone, the pilot has it again."""
    made = editions.open_draft(catalogue=ARREARS_TABLE, source=first, by=pilot, at=NOON)
    for row in ARREARS_TABLE.rows_of_edition(made):
        if not row.get("fallback"):
            editions.withdraw_rule(catalogue=ARREARS_TABLE, edition=made, code=row["code"])
    seen = editions.mark_of_draft(made, ARREARS_TABLE.rows_of_edition(made), among=ARREARS_TABLE.editions_of("grigny"))
    editions.publish(
        catalogue=ARREARS_TABLE, edition=made, effective_on=NOON.date(), note="Vide.", seen=seen, by=pilot, at=NOON
    )
    walk = family()
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}
    publish(first, pilot, at=LATER, note="Revenir.")
    asked = search(made, pilot)
    moved = asked.cases.get()
    assert (moved.before, moved.after, moved.why) == (
        None,
        structure("caf-91"),
        [ADDED],
    )
    confirm(asked, pilot)
    assert walk.waiting_for == {"answer": "caf-91"}
    replays.ask_undo(replay=asked, by=pilot, at=LATER)
    replays.run_waiting(at=LATER)
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}
    assert all_holds()


def test_a_case_whose_structure_let_its_delay_pass_stays_with_the_pilot_unless_an_edition_changes_its_row(
    wrong, first, pilot
):
    walk, later = family(), NOON + timedelta(days=30)
    sweep_deadlines(at=later)
    assert walk.waiting_for == {"arbitrate": "caf-91-pilotage"}
    same = publish(wrong, pilot, at=later, note="Rien ne change pour elle.")
    assert search(wrong, pilot, at=later).cases.count() == 0
    publish(first, pilot, at=later + ONE_DAY, note="Les familles du parc privé reviennent à la CAF.")
    assert same.effective_on == later.date()
    moved = search(wrong, pilot, at=later + ONE_DAY).cases.get()
    assert (moved.before, moved.after) == (None, structure("caf-91"))


def test_after_a_day_it_is_not_undone(wrong, back, three, pilot):
    asked = search(wrong, pilot)
    confirm(asked, pilot)
    with pytest.raises(CannotReplay, match="dans la journée qui suit"):
        replays.ask_undo(replay=asked, by=pilot, at=LATER + timedelta(hours=25))


def test_the_structure_that_is_asked_no_more_and_the_one_that_is_now_are_told(wrong, back, three, pilot):
    old, new = member("adil-91", "manager"), member("caf-91", "manager")
    asked = search(wrong, pilot)
    fanout.drain_outbox(at=LATER)
    told = set(Notice.objects.values_list("pk", flat=True))
    confirm(asked, pilot)
    fanout.drain_outbox(at=LATER)
    new_ones = Notice.objects.exclude(pk__in=told)
    assert set(new_ones.filter(user=old).values_list("entry__kind", flat=True)) == {"case.rerouted"}
    assert set(new_ones.filter(user=new).values_list("entry__kind", flat=True)) == {"step.routed"}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (lambda wrong, first, back: {"edition": back}, "est en vigueur"),
        (lambda wrong, first, back: {"edition": wrong, "last_day": NOON.date() - ONE_DAY}, "vient avant le premier"),
        (
            lambda wrong, first, back: {
                "edition": wrong,
                "first_day": LATER.date() + ONE_DAY,
                "last_day": LATER.date() + ONE_DAY,
            },
            "un jour passé",
        ),
    ],
)
def test_a_search_that_makes_no_sense_is_refused_in_french(wrong, first, back, pilot, asked, words):
    days = {"first_day": NOON.date(), "last_day": LATER.date()}
    with pytest.raises(CannotReplay, match=words):
        replays.ask_review(**{**days, **asked(wrong, first, back)}, by=pilot, at=LATER)


def test_only_the_pilot_of_the_action_moves_its_cases(wrong, back, three, pilot):
    other = member("ville-grigny", "pilot")
    with pytest.raises(CannotReplay, match="Seul le pilote de cette action"):
        replays.ask_review(edition=wrong, first_day=NOON.date(), last_day=LATER.date(), by=other, at=LATER)


def test_nothing_is_moved_without_a_reason_a_choice_or_twice(wrong, back, three, pilot):
    asked = search(wrong, pilot)
    with pytest.raises(CannotReplay, match="Dire en une phrase pourquoi"):
        replays.confirm(replay=asked, reason="  ", by=pilot, at=LATER)
    rows = [row.pk for row in asked.cases.all()]
    replays.choose(replay=asked, offered=rows, chosen=[])
    with pytest.raises(CannotReplay, match="Choisir au moins une situation"):
        replays.confirm(replay=asked, reason="Erreur.", by=pilot, at=LATER)
    replays.choose(replay=asked, offered=rows, chosen=rows)
    confirm(asked, pilot)
    with pytest.raises(CannotReplay, match="déjà été confirmée"):
        replays.confirm(replay=asked, reason="Erreur.", by=pilot, at=LATER)


# Its pages


CATALOGUE = "orientation-impayes"


def page(asked: Replay) -> str:
    return reverse("rules_replay", args=[CATALOGUE, asked.public_id])


@pytest.fixture
def later(client: Client, back: Edition, pilot: User) -> Any:
    with time_machine.travel(LATER, tick=False):
        client.force_login(pilot)
        yield client


def test_a_pilot_searches_chooses_confirms_and_undoes(later, wrong, three):
    book = html_of(later.get(reverse("rules_catalogue", args=[CATALOGUE])))
    assert "Reprendre des situations mal orientées" in book
    found = html_of(later.get(reverse("rules_replays", args=[CATALOGUE])))
    assert "l’édition 2" in found
    typed = {"edition": wrong.pk, "first_day": "2026-11-24", "last_day": "2026-11-25"}
    answer = later.post(reverse("rules_replays", args=[CATALOGUE]), typed, follow=True)
    html = html_of(answer)
    assert "R3 désigne CAF 91 – travail social, au lieu de ADIL 91." in html
    assert "rien n’est déplacé" in html
    asked = Replay.objects.get()
    rows = [row.pk for row in asked.cases.all()]
    kept = later.post(page(asked), {"offerte": rows, "choisie": rows[:1], "confirmer": "oui", "motif": ""})
    assert "Dire en une phrase pourquoi" in html_of(kept)
    done = later.post(
        page(asked),
        {"offerte": rows, "choisie": rows[:1], "confirmer": "oui", "motif": "Erreur de table."},
        follow=True,
    )
    assert "Erreur de table." in html_of(done)
    assert "non choisie" in html_of(done)
    assert three[0].waiting_for == {"answer": "caf-91"}
    undone = html_of(later.post(page(asked), {"defaire": "oui"}, follow=True))
    assert "remise" in undone
    assert three[0].waiting_for == {"answer": "adil-91"}


def test_while_another_of_the_same_edition_works_the_page_says_so_and_nothing_moves(later, wrong, three, pilot):
    """F15: the database alone refused it, by an error."""
    asked = search(wrong, pilot)
    rows = [row.pk for row in asked.cases.all()]
    days = {"first_day": NOON.date(), "last_day": LATER.date()}
    other = replays.ask_review(edition=wrong, **days, by=pilot, at=LATER)
    sent = {"offerte": rows, "choisie": rows, "confirmer": "oui", "motif": "Erreur de table."}
    answer = later.post(page(asked), sent)
    assert answer.status_code == 200
    assert "Une reprise de cette édition est déjà en cours : attendre qu’elle se termine." in html_of(answer)
    assert "Réorienter" in html_of(answer)
    assert [walk.waiting_for for walk in three] == [{"answer": "adil-91"}] * 3
    assert not JournalEntry.objects.filter(kind="routing.replayed").exists()

    other.delete()
    confirm(asked, pilot)
    replays.ask_review(edition=wrong, **days, by=pilot, at=LATER)
    answer = later.post(page(asked), {"defaire": "oui"})
    assert answer.status_code == 200
    assert "Une reprise de cette édition est déjà en cours" in html_of(answer)
    assert [walk.waiting_for for walk in three] == [{"answer": "caf-91"}] * 3


def test_a_choice_found_again_is_shown_and_changes_nothing(later, wrong, three, pilot):
    asked = search(wrong, pilot)
    rows = [row.pk for row in asked.cases.order_by("pk")]
    sent = {"offerte": rows, "choisie": rows[:1], "motif": "Erreur de table.", "typed_again": str(uuid4())}
    html = html_of(later.post(page(asked), sent))
    assert re.findall(r'name="choisie" value="(\d+)" checked', html) == [str(rows[0])]
    assert "Erreur de table." in html
    assert asked.cases.filter(is_chosen=True).count() == 3


def test_a_long_one_is_followed(later, wrong, three, monkeypatch):
    monkeypatch.setattr(replays, "AT_ONCE", 1)
    typed = {"edition": wrong.pk, "first_day": "2026-11-24", "last_day": "2026-11-25"}
    answer = later.post(reverse("rules_replays", args=[CATALOGUE]), typed, follow=True)
    assert "0 situations sur 3" in html_of(answer)
    asked = Replay.objects.get()
    part = html_of(later.get(page(asked), headers={"HX-Request": "true"}))
    assert "Actualiser cette page" in part
    replays.run_waiting(at=LATER)
    assert later.get(page(asked), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_the_pages_cost_ten_queries_at_most_and_name_nobody(later, wrong, three, pilot, django_assert_max_num_queries):
    asked = search(wrong, pilot)
    with django_assert_max_num_queries(10):
        answer = later.get(page(asked))
    assert "Martin" not in answer.content.decode()
    with django_assert_max_num_queries(10):
        later.get(reverse("rules_replays", args=[CATALOGUE]))
    assert len(later.get(page(asked), {"exclues": "", "apres": "abc"}).context["rows"]) == 0


def test_bad_days_are_told_beside_their_field(later, wrong, three):
    typed = {"edition": wrong.pk, "first_day": "2026-11-25", "last_day": "2026-11-24"}
    answer = later.post(reverse("rules_replays", args=[CATALOGUE]), typed)
    assert "Le dernier jour vient avant le premier" in html_of(answer)
    assert not Replay.objects.exists()
    typed = {"edition": "999999", "first_day": "hier", "last_day": ""}
    assert answer.status_code == later.post(reverse("rules_replays", args=[CATALOGUE]), typed).status_code == 200


def test_other_catalogues_and_other_pilots_have_no_such_page(later, wrong, three):
    assert later.get(reverse("rules_replays", args=["delais"])).status_code == 404
    later.force_login(member("ville-grigny", "pilot"))
    assert later.get(reverse("rules_replays", args=[CATALOGUE])).status_code == 404
    assert "Reprendre des situations" not in html_of(later.get(reverse("rules_catalogue", args=[CATALOGUE])))
