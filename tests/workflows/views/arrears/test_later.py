"""Six and twelve months after a case closed: whom one asks, what is answered, what the landlord’s file says before it."""

from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter

import pytest
import time_machine
from django.db import connection, transaction
from django.urls import reverse

from cases import permissions
from cases.actions import debts
from cases.actions.case import reopen_case
from cases.actions.later import CannotTellLater
from cases.actions.members import end_membership
from cases.actions.merging.merge import merge_households
from cases.actions.retention.anonymise import anonymise_household
from cases.actions.retention.archive import archive_household
from cases.actions.retention.due import find_kept
from cases.models import (
    Assignment,
    Case,
    Household,
    Instalment,
    JournalEntry,
    LaterAnswer,
    Membership,
    Participation,
    PastRow,
    ProcessingRestriction,
    RepaymentPlan,
    SharingObjection,
    Tenancy,
)
from cases.refusals import NotAllowed
from cases.rules.counting import add_months
from cases.rules.later import LaterNews
from tests import factories
from tests.factories import NOON, PARIS, member
from tests.plans import rows_read
from tests.workflows.imports.test_undo import imported, outcomes, undone
from tests.workflows.walk import Walk
from workflows.actions.later import answer_later
from workflows.actions.tasks import close_now
from workflows.queries import later
from workflows.queries.later import count_later_questions, find_later_questions, read_known_later

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
MAY = datetime(2026, 5, 20, 12, tzinfo=PARIS)
"""Closed then, six months are over on 20 November; it is asked until 19 February 2027."""


@pytest.fixture
def worker():
    return member("caf-91", first_name="Claire", last_name="Montel", since=date(2025, 1, 1))


def private_lease(home=None, **fields):
    """Which the table gives to the social work of the CAF."""
    kind = {"housing": "private", "aid_kind": "ALF", "landlord_type": "person"}
    return factories.tenancy(landlord="gestionnaire-b", home=home, **kind, **fields)


def closed(worker, *, on=MAY, outcome="cleared", balance="1060.00", lease=None, is_informed=False):
    """A case of the private park that the CAF took, closed that day; seen whole once the person was informed."""
    lease = lease or private_lease()
    with time_machine.travel(on, tick=False):
        case = factories.reported(lease, code="gestionnaire-b", at=on, balance=balance, **factories.FAMILY)
        walk = Walk(case, at=on)
        walk.take("answer", by=worker, accept=True, professional=worker, reason="")
        if is_informed:
            walk.take("contact", by=worker, result="reached", channel="phone", made_on=on.date(), informed_by="phone")
        close_now(case=case, by=worker, at=on, data={"outcome": outcome, "turn": None})
    case.refresh_from_db()
    return case


def read(client, address="/"):
    return " ".join(client.get(address).content.decode().split())


def asked(client, user):
    client.force_login(user)
    return read(client, reverse("later"))


def copy_case(case, *, times):
    same = {field.attname: getattr(case, field.attname) for field in Case._meta.concrete_fields}
    del same["id"], same["public_id"]
    return Case.objects.bulk_create([Case(**same) for _ in range(times)])


def test_a_professional_is_asked_without_reading_what_his_colleagues_closed(worker):
    """Of a service that had closed 97 000 cases in those months, each was looked at for each of its professionals."""
    mine = closed(worker)
    copy_case(mine, times=3000)
    Case.objects.exclude(pk=mine.pk).update(closed_by=member("caf-91"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_case")
    day = date(2026, 11, 24)
    found = later._asked_cases(worker, day, permissions.rights(worker, at=day), None)
    assert list(found) == [mine.pk]
    assert rows_read(found, "cases_case") < 100


def copy_to(model, cases, **of):
    """What a table holds of a case, for others too."""
    rows = model.objects.filter(**of)
    fields = [field.attname for field in model._meta.concrete_fields if field.attname not in ("id", "case_id")]
    model.objects.bulk_create([model(case=case, **values) for case in cases for values in rows.values(*fields)])


def test_a_manager_is_asked_without_knowing_what_he_sees_of_what_others_are_asked(worker):
    """Of a service that had closed 2 900 cases in those months, to know it took a third of her page."""
    manager, theirs = member("caf-91", "manager"), closed(worker)
    others = copy_case(theirs, times=300)
    copy_to(Participation, others, case=theirs)
    copy_to(Assignment, others, case=theirs)
    copy_to(JournalEntry, others, case=theirs, kind="case.closed")
    left = closed(member("caf-91", since=date(2025, 1, 1)))
    Membership.objects.filter(user=left.journal.get(kind="case.closed").actor).update(until=MAY.date())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_case, cases_participation, cases_journalentry")
    day = date(2026, 11, 24)
    found = later._asked_cases(manager, day, permissions.rights(manager, at=day), None)
    assert list(found) == [left.pk]
    assert rows_read(found, "cases_participation") < 30
    assert find_later_questions(worker, held=permissions.rights(worker, at=day), today=day)[300:]


def held_by(case):
    return {"handle_case": frozenset({case.responsible_structure_id})}


def press(client, user, case, answer, *, months=6, **more):
    client.force_login(user)
    typed = {"months": months, "answer": answer, "retour": "liste", **more}
    answered = client.post(reverse("case_later", args=[case.public_id]), typed, follow=True)
    return " ".join(answered.content.decode().split())


def test_one_press_says_what_became_of_a_household_six_months_after(client, worker):
    case = closed(worker)
    html = asked(client, worker)
    assert "Six mois après la clôture du 20/05/2026 (dette apurée) ; demandé jusqu’au 19/02/2027" in html
    assert "1 ménage dont le dossier est clos" in read(client)
    html = press(client, worker, case, "less")
    assert "six mois après : toujours dans le logement, dette en baisse ou soldée." in html
    assert "Rien ne vous est demandé" in html
    assert "dont le dossier est clos" not in client.get("/").content.decode()
    answer = LaterAnswer.objects.get()
    assert (answer.months, answer.home, answer.trend, answer.plan) == (6, "yes", "less", "")
    assert (answer.known_on, answer.by, answer.structure.code) == (date(2026, 11, 24), worker, "caf-91")
    assert JournalEntry.objects.get(kind="case.later_told").data == {"months": "6"}


def test_months_are_of_the_calendar_and_the_question_ends_after_three(worker):
    """Closed on 31 August 2025: 28 February 2026, and 31 August 2026."""
    case = closed(worker, on=datetime(2025, 8, 31, 12, tzinfo=PARIS))
    held = held_by(case)

    def is_asked_on(day):
        found = find_later_questions(worker, held=held, today=day)
        return [each.months for each in found]

    days = {
        date(2026, 2, 27): [],
        date(2026, 2, 28): [6],
        date(2026, 5, 30): [6],
        date(2026, 5, 31): [],
        date(2026, 8, 30): [],
        date(2026, 8, 31): [12],
        date(2026, 11, 29): [12],
        date(2026, 11, 30): [],
    }
    assert {day: is_asked_on(day) for day in days} == days


@pytest.mark.parametrize(
    ("on", "months", "typed", "words"),
    [
        (MAY, 6, "2026-11-19", "saisir une date à partir du 20/11/2026"),
        (MAY, 6, "2026-11-25", "Cette date est à venir"),
        (MAY, 12, "", "saisir une date à partir du 20/05/2027"),
        (datetime(2026, 2, 20, 12, tzinfo=PARIS), 6, "2026-08-20", "n’est plus posée depuis le 20/11/2026"),
    ],
)
def test_an_answer_out_of_its_time_is_refused_and_what_was_typed_stays(client, worker, on, months, typed, words):
    case = closed(worker, on=on)
    html = press(client, worker, case, "same", months=months, known_on=typed)
    assert words in html
    assert not LaterAnswer.objects.exists()
    assert f'value="{typed}"' in html or not typed


def test_a_form_made_by_hand_is_refused_in_words(client, worker):
    case = closed(worker)
    for typed in ({"months": "7"}, {"months": "six"}, {"answer": "kept"}, {"answer": ""}, {"known_on": "hier"}):
        client.force_login(worker)
        answered = client.post(reverse("case_later", args=[case.public_id]), {"months": 6, "answer": "same"} | typed)
        assert answered.status_code == 200
    assert not LaterAnswer.objects.exists()


def test_two_colleagues_answer_and_the_first_answer_stays(client, worker):
    case = closed(worker)
    manager = member("caf-91", "manager")
    press(client, worker, case, "less")
    html = press(client, manager, case, "left")
    assert (
        "Claire Montel a déjà répondu le 24/11/2026 : « toujours dans le logement, dette en baisse ou soldée »" in html
    )
    assert LaterAnswer.objects.get().home == "yes"


def test_who_closed_it_is_asked_and_his_structure_once_he_has_left(client, worker):
    case = closed(worker)
    manager, other = member("caf-91", "manager"), member("caf-91")
    assert "Rien ne vous est demandé" in asked(client, manager)
    leaves = factories.membership_of(worker)
    end_membership(membership=leaves, on=NOON.date(), by=manager, at=NOON)
    assert "Six mois après la clôture" in asked(client, manager)
    assert "Rien ne vous est demandé" in asked(client, other)
    with pytest.raises(NotAllowed):
        answer_later(case=case, months=6, news=LaterNews(home="yes"), known_on=None, by=other, at=NOON)


def excluded(case, *, how):
    home, holder = case.household, case.household.memberships.get(position="holder").beneficiary
    if how == "restricted":
        put_by = member("caf-91", "dpo")
        ProcessingRestriction.objects.create(household=home, ground="accuracy", put_by=put_by, put_at=NOON)
    elif how == "opposed":
        SharingObjection.objects.create(household=home, basis="SH-4", objected_on=NOON.date())
    elif how == "archived":
        archive_household(household=home, by=None, at=NOON)
    elif how == "anonymised":
        anonymise_household(household=home, by=None, at=NOON)
    else:
        type(holder).objects.filter(pk=holder.pk).update(**{how: "chez sa sœur" if how == "safe_address" else True})


HOW = ("restricted", "opposed", "archived", "anonymised", "safe_address", "no_message", "not_through_spouse")


def test_nobody_is_asked_about_a_household_that_is_to_be_left_alone(worker):
    case = closed(worker)
    held = held_by(case)
    assert find_later_questions(worker, held=held, today=NOON.date())
    for how in HOW:
        with transaction.atomic():
            excluded(case, how=how)
            assert not find_later_questions(worker, held=held, today=NOON.date()), how
            with pytest.raises((CannotTellLater, NotAllowed)):
                answer_later(case=case, months=6, news=LaterNews(home="yes"), known_on=None, by=worker, at=NOON)
            transaction.set_rollback(True)


def test_what_the_outcome_says_is_not_asked(worker):
    case = closed(worker)
    held = held_by(case)
    for outcome in ("evicted", "left", "rehoused", "deceased", "no_debt", "out_of_scope", "duplicate"):
        Case.objects.filter(pk=case.pk).update(outcome=outcome)
        assert not find_later_questions(worker, held=held, today=NOON.date()), outcome


def stated(case, day, balance):
    debts.record_statement(
        tenancy=case.tenancy, source=case.tenancy.landlord, as_of=day, balance=Decimal(balance), at=NOON
    )


def known(case, months=6):
    return read_known_later([case.pk])[case.pk, months]


FILES = [
    (date(2026, 11, 19), "10", "unknown", "unknown"),
    (date(2026, 11, 20), "0", "yes", "less"),
    (date(2026, 11, 20), "1059.99", "yes", "less"),
    (date(2027, 2, 19), "1060", "yes", "same"),
    (date(2027, 2, 19), "1060.01", "yes", "more"),
    (date(2027, 2, 20), "10", "unknown", "unknown"),
]


def test_the_landlords_file_says_it_in_the_three_months_that_follow(worker):
    case = closed(worker)
    for day, balance, home, trend in FILES:
        with transaction.atomic():
            stated(case, day, balance)
            assert (known(case).standing.home, known(case).standing.trend) == (home, trend), (day, balance)
            transaction.set_rollback(True)


def test_nobody_is_asked_what_the_file_says_and_where_both_speak_the_file_counts_and_both_are_shown(client, worker):
    case = closed(worker, is_informed=True)
    press(client, worker, case, "left")
    stated(case, date(2026, 11, 24), "1200")
    html = read(client, reverse("case_later", args=[case.public_id]))
    assert "<dt>Ce qui compte</dt> <dd>toujours dans le logement, dette en hausse</dd>" in html
    said = "Solde de 1 200,00 € au 24/11/2026 (avant la clôture : 1 060,00 € au 20/05/2026)"
    assert said in html.replace("\u202f", " ").replace("\u00a0", " ")
    assert "n’y est plus <span" in html
    assert "le fichier compte, la réponse est gardée" in html
    other = closed(worker)
    stated(other, date(2026, 11, 24), "0")
    assert "Rien ne vous est demandé" in asked(client, worker)


def test_a_lease_that_ended_says_that_they_left_and_an_archive_does_not(worker):
    gone, archived = closed(worker), closed(worker)
    Tenancy.objects.filter(pk=gone.tenancy_id).update(ended_on=date(2026, 11, 20))
    Household.objects.filter(pk=archived.household_id).update(archived_on=date(2026, 11, 20))
    Tenancy.objects.filter(pk=archived.tenancy_id).update(ended_on=date(2026, 11, 20))
    assert (known(gone).standing.home, known(archived).standing.home) == ("no", "unknown")


def plan_of(case, *, monthly, first):
    """Agreed on the day of the closing, in ten months."""
    made = RepaymentPlan.objects.create(
        case=case, debt=case.tenancy.debt, owed=10 * monthly, amount=10 * monthly, monthly=monthly, first_due_on=first,
        state="running", made_on=case.closed_on, agreed_on=case.closed_on,
    )  # fmt: skip
    for number in range(10):
        Instalment.objects.create(plan=made, number=number + 1, due_on=add_months(first, number), amount=monthly)


def test_a_plan_that_ran_at_the_closing_is_read_in_the_balance_to_one_instalment(client, worker):
    """1 060 € in ten instalments of 106 € from 5 June; on 24 November four are to come (5 December to 5 March): 424 €."""
    case = closed(worker, outcome="plan_kept")
    plan_of(case, monthly=106, first=date(2026, 6, 5))
    assert known(case).standing.plan == "unknown"
    assert "Toujours là, plan tenu" in asked(client, worker)
    press(client, worker, case, "same")
    assert known(case).standing.plan == "broken"
    stated(case, date(2026, 11, 24), "530.01")
    assert known(case).standing.plan == "broken"
    stated(case, date(2026, 11, 24), "530.00")
    assert known(case).standing.plan == "kept"


def test_a_household_comes_back_when_a_new_case_opens_within_the_time_even_once_it_is_merged(worker):
    case = closed(worker)
    stays = closed(worker)
    other = private_lease()
    closed(worker, on=datetime(2026, 11, 20, 12, tzinfo=PARIS), lease=other)
    assert not known(case).returned
    service = case.responsible_structure
    merge_households(kept=case.household, absorbed=other.household, by=worker, at=NOON, structure=service)
    assert (known(case).returned, known(stays).returned) == (True, False)
    Case.objects.filter(tenancy=other).update(opened_on=date(2026, 11, 21), closed_on=date(2026, 11, 21))
    assert (known(case).returned, known(case, 12).returned) == (False, True)


def test_a_case_that_is_opened_again_has_nothing_after_it(client, worker):
    case = closed(worker)
    reopen_case(case=case, at=NOON, by=worker)
    client.force_login(worker)
    assert client.get(reverse("case_later", args=[case.public_id])).status_code == 404
    with pytest.raises(CannotTellLater, match="rouvert"):
        answer_later(case=case, months=6, news=LaterNews(home="yes"), known_on=None, by=worker, at=NOON)


def test_an_answer_keeps_nobody_longer_and_stays_when_he_is_forgotten(client, worker):
    case = closed(worker)
    before = [(each.household.pk, each.last_day) for each in find_kept("grigny", on=date(2029, 1, 1))]
    press(client, worker, case, "less")
    assert [(each.household.pk, each.last_day) for each in find_kept("grigny", on=date(2029, 1, 1))] == before
    anonymise_household(household=case.household, by=None, at=NOON)
    assert known(case).standing.home == "yes"
    assert not PastRow.objects.filter(table_name="cases_lateranswer").exists()


def test_the_list_is_read_in_few_queries(client, worker, django_assert_max_num_queries):
    for _ in range(3):
        closed(worker)
    client.force_login(worker)
    client.get(reverse("later"))
    with django_assert_max_num_queries(10):
        client.get(reverse("later"))


def test_a_long_list_is_cut_says_so_and_shows_the_next_ones_after_an_answer(client, worker, monkeypatch):
    monkeypatch.setattr("workflows.views.arrears.later.MOST_SHOWN", 2)
    cases = [closed(worker) for _ in range(3)]
    html = asked(client, worker)
    assert "Les 2 plus anciennes questions sur 3 ; les autres viendront au fur et à mesure." in html
    assert [case.reference in html for case in cases] == [True, True, False]
    html = press(client, worker, cases[0], "less")
    assert [html.count(f">{case.reference}<") for case in cases] == [0, 1, 1]
    assert "plus anciennes" not in html


@pytest.mark.parametrize(
    ("closings", "words"), [(99, "100 ménages"), (100, "plus de 100 ménages"), (250, "plus de 100")]
)
def test_beyond_a_hundred_households_a_calm_day_says_that_there_are_more(client, worker, closings, words):
    first = closed(worker)
    others = copy_case(first, times=closings)
    for model, of in ((Participation, {}), (Assignment, {}), (JournalEntry, {"kind": "case.closed"})):
        copy_to(model, others, case=first, **of)
    client.force_login(worker)
    assert f"Six et douze mois après : {words}" in read(client)


def test_households_beyond_the_first_whose_news_the_file_tells_are_counted(worker):
    """Of three, news of the first two are read first: the file tells them."""
    cases = [closed(worker) for _ in range(3)]
    for case in sorted(cases, key=attrgetter("pk"))[:2]:
        answer = {
            "home": "yes",
            "trend": "less",
            "known_on": NOON.date(),
            "by": worker,
            "structure": case.responsible_structure,
        }
        LaterAnswer.objects.create(case=case, closed_on=case.closed_on, months=6, answered_at=NOON, **answer)
    held = held_by(cases[0])
    assert count_later_questions(worker, held=held, today=NOON.date(), most=1) == 1


def test_a_calm_day_counts_what_is_asked_in_two_queries_that_read_no_name(
    client, worker, django_assert_num_queries, django_assert_max_num_queries
):
    """Of four closed cases, one was answered."""
    cases = [closed(worker) for _ in range(4)]
    press(client, worker, cases[0], "less")
    held = held_by(cases[0])
    with django_assert_num_queries(2) as made:
        assert count_later_questions(worker, held=held, today=NOON.date(), most=100) == 3
    assert not [query for query in made.captured_queries if "usual_name" in query["sql"]]
    with django_assert_max_num_queries(10):
        html = read(client)
    assert "Six et douze mois après : 3 ménages dont le dossier est clos" in html


def test_who_follows_nobody_has_no_list(client):
    for user in (member("caf-91-pilotage", "pilot"), member("bailleur-a", "correspondent"), member("caf-91", "dpo")):
        client.force_login(user)
        assert client.get(reverse("later")).status_code == 404


NOBODY = ["L7002", "DURAND", "Paul", "17/05/1971", "", "450,00", "80,00", "0,00"]


def test_a_file_that_says_nothing_is_owed_is_news_of_a_closed_case_and_of_nobody_else(tmp_path, worker):
    home = factories.household(usual_name="Martin", first_names="Alice", birth_date="1980-05-17")
    lease = private_lease(home, reference="L7001")
    case = closed(worker, lease=lease)
    stated(case, date(2026, 6, 30), "0")
    paid = ["L7001", "MARTIN", "Alice", "17/05/1980", "", "450,00", "80,00", "0,00"]
    factories.say_basis(lease.landlord)
    early = imported(tmp_path, paid, NOBODY, as_of=date(2026, 11, 19), code="gestionnaire-b")
    assert outcomes(early) == ["ignored", "ignored"]
    late = imported(tmp_path, paid, NOBODY, as_of=date(2026, 11, 20), code="gestionnaire-b")
    assert outcomes(late) == ["updated", "ignored"]
    assert (known(case).standing.home, known(case).standing.trend) == ("yes", "less")
    undone(late, by=member("gestionnaire-b", "correspondent"))
    assert known(case).by_file is None
