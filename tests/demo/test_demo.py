"""The demonstration: its households stand where their story says, and everything in it is true to the acts."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db.models import Count, Exists, OuterRef
from django.test import Client
from django.utils.timezone import localdate

from benchmarks import scale
from cases.letters.compose import copy_lines
from cases.models import (
    Absence,
    Appointment,
    Beneficiary,
    Case,
    CaseLabel,
    Coordination,
    Deadline,
    Diagnostic,
    JournalEntry,
    Membership,
    Outbox,
    SharingRequest,
    Structure,
    User,
    Wish,
)
from demo import month_files, ordinary, seed
from demo.accounts import ACCOUNTS, COLLEAGUES, PASSWORD
from notifications import reminders
from notifications.models import Delivery, Notice, Preference
from tests import factories
from tests.factories import NOON, PARIS
from workflows.models import (
    CaseTask,
    CommitteeReport,
    ImportJob,
    IndicatorFigures,
    RoutingDecision,
    SavedView,
)
from workflows.queries.duplicates import find_suspected_pairs
from workflows.steps.coordination import NODES

CASES = 25 + 9 + 2 + 13 + 9 + 2 + 26 + 14
"""Ordinary ones, the stories of arrears, one person twice, what the files of bailleur A and of rent manager B bring, then
households 8 and 9, twenty-six other overpayments, and fourteen people whose référents are to be named."""


@pytest.fixture(scope="module")
def demo(django_db_setup: Any, django_db_blocker: Any) -> Any:
    """The twelve households and twenty-five ordinary cases, lived once for all the tests below, then forgotten."""
    from django.db import transaction

    patch = pytest.MonkeyPatch()
    patch.setattr(ordinary, "CASES", 25)
    patch.setattr(ordinary, "STOCK", 6)
    patch.setattr(ordinary, "WATCHED", 3)
    patch.setattr(month_files, "COMING", (6, 2, 5))
    patch.setattr(month_files, "STOCK", 9)
    patch.setattr(month_files, "PER_WEEK", 1)
    mail.outbox = []
    with django_db_blocker.unblock(), transaction.atomic():
        seed.seed(at=NOON)
        yield [f"{letter.subject}\n{letter.body}" for letter in mail.outbox]
        transaction.set_rollback(True)
    patch.undo()


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo"), pytest.mark.timeout(240), pytest.mark.slow]


def case_of(name: str) -> Case:
    return Case.objects.exclude(kind="coordination").get(
        household__members=Beneficiary.objects.filter(usual_name=name).earliest("pk")
    )


def standing(name: str) -> tuple[str, str]:
    task = CaseTask.objects.open().get(case=case_of(name))
    return task.node, task.structure.code


def last_day(name: str, rule: str) -> date:
    return case_of(name).deadlines.get(rule__code=rule).legal_date


def rules(name: str) -> list[str]:
    return list(case_of(name).routing_decisions.order_by("pk").values_list("rule_code", flat=True))


def test_sissoko_lambert_waits_for_the_landlord():
    assert standing("Sissoko-Lambert") == ("agree", "bailleur-a")
    assert case_of("Sissoko-Lambert").plans.get().instalments.count() == 10


def test_ferreira_nogueira_goes_to_the_caf_by_the_third_row_and_takes_no_message():
    assert rules("Ferreira Nogueira") == ["R3"]
    assert standing("Ferreira Nogueira") == ("contact", "caf-91")
    assert Beneficiary.objects.get(usual_name="Ferreira Nogueira").contact_instructions == [
        "pas de message",
        "ne pas passer par le conjoint",
    ]


def test_ouattara_vidal_was_declined_twice_and_waits_for_the_pilot():
    assert JournalEntry.objects.filter(case=case_of("Ouattara-Vidal"), kind="step.declined").count() == 2
    assert standing("Ouattara-Vidal") == ("arbitrate", "caf-91-pilotage")


@pytest.mark.parametrize(
    ("name", "on", "worker"),
    [("Ferreira Nogueira", date(2026, 12, 14), "Montel"), ("Ouattara-Vidal", date(2026, 12, 3), "Ferrand")],
)
def test_an_order_to_pay_is_announced_and_who_has_the_case_was_told(name: str, on: date, worker: str):
    case = case_of(name)
    assert case.milestones.get(kind="order_to_pay_planned").happened_on == on
    assert CaseTask.objects.open().get(case=case).comes_first
    told = Notice.objects.filter(entry__kind="order.announced", case=case).values_list("user__last_name", flat=True)
    assert worker in told


def test_bertin_owes_one_gross_due():
    tenancy = case_of("Bertin").tenancy
    assert tenancy
    assert (tenancy.rent, tenancy.charges, tenancy.aid) == (Decimal(470), Decimal(140), Decimal(210))
    assert tenancy.direct_payment is True
    assert tenancy.debt.statements.get().balance == Decimal("610.00")
    assert standing("Bertin") == ("diagnose", "ccas-grigny")


def test_household_4_is_under_curatelle_and_his_curator_is_known():
    (protection,) = case_of("Bertin").household.memberships.get().beneficiary.protections.in_force(NOON.date())
    assert (protection.rule.label, protection.role) == ("curatelle renforcée", "curatrice")
    assert protection.guardian == "Mme Solène Abadie (Association tutélaire des Rives)"
    assert copy_lines(protection)[0] == "Mme Solène Abadie"
    assert case_of("Bertin").letters.get().title == "Première convocation"


def test_nsimba_asked_for_legal_aid_in_time_before_the_hearing():
    case = case_of("Nsimba")
    assert case.letters.get(kind="legal_aid").sent_by == "hand"
    asked = case.milestones.get(kind="legal_aid_asked", replaced_by=None)
    assert asked.happened_on == date(2026, 11, 9)
    assert case.deadlines.get(rule__code="P-LEGAL-AID").state == "met"


def test_a_lease_renewed_in_march_2024_has_six_weeks():
    assert last_day("Keïta-Morin", "C01") == date(2026, 12, 15)


def test_a_lease_of_2018_keeps_two_months():
    assert last_day("Haddou", "C01") == date(2027, 1, 3)


def test_nsimba_has_a_hearing_soon_and_no_diagnosis_yet():
    open_steps = CaseTask.objects.open().filter(case=case_of("Nsimba")).values_list("node", "structure__code")
    assert set(open_steps) == {("diagnose", "mds-grigny"), ("send_dsf", "mds-grigny")}
    assert case_of("Nsimba").milestones.get(kind="hearing").happened_on == date(2026, 12, 18)
    assert last_day("Nsimba", "P-DIAGNOSE-HEARING") == date(2026, 12, 8)


def test_three_structures_take_part_for_zerrouki():
    parts = case_of("Zerrouki").participations.filter(until=None).values_list("structure__code", flat=True)
    assert set(parts) == {"mds-grigny", "ccas-grigny", "caf-91"}


def coordinating(name: str) -> list[tuple[str, str | None]]:
    """The step of her coordinator that waits, and for whom."""
    waiting = CaseTask.objects.open().filter(node__in=NODES, case__beneficiary__usual_name=name)
    return list(waiting.values_list("node", "owner__last_name"))


def test_each_state_of_a_coordination_has_somebody():
    assert coordinating("Okafor") == [("coordinate", "Kessler")]
    assert coordinating("Mendonça") == [("ask_agreement", "Vannier")]
    assert coordinating("Benali") == [("choose_coordinator", None)]
    assert coordinating("Zerrouki") == []
    states = Coordination.objects.values_list("beneficiary__usual_name", "state", "basis")
    assert set(states) == {
        ("Zerrouki", "agreed", "open_case"),
        ("Okafor", "proposed", "chosen"),
        ("Benali", "declined", "legal"),
        ("Mendonça", "accepted", "legal"),
        ("Quintela", "ended", "legal"),
        ("Quintela", "agreed", "legal"),
    }
    again = Coordination.objects.select_related("referent__user").get(
        beneficiary__usual_name="Quintela", state="agreed"
    )
    assert (again.referent.user.last_name, again.referent.predecessors.count()) == ("Keita", 1)
    objected = Wish.objects.filter(kind="objection", lifted_on=None)
    assert set(objected.values_list("case__beneficiary__usual_name", flat=True)) == {"Aubry-Ndong"}


def test_the_figures_are_counted_the_last_quarter_is_reported_and_a_manager_keeps_views():
    assert IndicatorFigures.objects.values("indicator").distinct().count() > 50
    report = CommitteeReport.objects.get()
    assert report.is_published
    assert report.published_by == User.objects.get(last_name="Ferrand")
    views = SavedView.objects.values_list("owner__last_name", "name", "list_code")
    assert set(views) == {
        ("Auger", "En retard", "situations"),
        ("Auger", "Depuis plus de dix jours", "encours"),
    }


def test_the_manager_of_the_caf_marks_some_of_its_cases():
    put = CaseLabel.objects.values_list("label__words", "label__structure__code").annotate(number=Count("pk"))
    assert set(put) == {("Réunion de jeudi", "caf-91", 4), ("Double lecture", "caf-91", 4)}


def test_karaman_kept_his_plan_and_came_back_in_the_tenth_month():
    case = case_of("Karaman")
    plan = case.plans.get()
    assert (plan.state, plan.amount, plan.monthly) == ("kept", Decimal(1800), Decimal(75))
    assert plan.instalments.count() == 24
    assert case.processes.count() == 2
    closed, reopened = case.journal.filter(kind__in=["case.closed", "case.reopened"]).order_by("happened_at")
    assert (closed.happened_at.date(), reopened.happened_at.date()) == (date(2026, 1, 8), date(2026, 11, 4))


def test_every_account_of_the_sign_in_page_can_sign_in():
    for account in ACCOUNTS:
        assert User.objects.get(email=account.email).check_password(PASSWORD)


def test_nobody_has_the_same_name_or_address():
    everyone = (*ACCOUNTS, *COLLEAGUES)
    assert len({account.email for account in everyone}) == len(everyone)
    assert len({account.last_name for account in everyone}) == len(everyone)


def test_nothing_happens_after_now():
    assert not JournalEntry.objects.filter(happened_at__gt=NOON).exists()
    assert not Case.objects.filter(opened_on__gt=NOON.date()).exists()


def test_bailleur_a_sent_three_months_and_the_last_file_has_lines_to_correct():
    months = ImportJob.objects.filter(structure__code="bailleur-a", state="done").order_by("created_at")
    assert [job.is_initial_stock for job in months] == [True, False, False]
    first, second, third = (job.counts for job in months)
    assert (first["created"], second["created"], third["created"]) == (6, 2, 5)
    assert (third["rejected"], third["ignored"], third["watched"]) == (2, 1, 1)


def test_the_stock_of_rent_manager_b_goes_on_in_portions_and_his_new_file_waits_for_him():
    stock, new = ImportJob.objects.filter(structure__code="gestionnaire-b").order_by("created_at")
    assert (stock.is_initial_stock, stock.state, stock.counts["created"]) == (True, "done", 9)
    assert CaseTask.objects.open().filter(node="wait_turn", data__expected__gt=0).exists()
    assert (new.state, new.counts["rejected"]) == ("checked", 1)


def test_a_lot_waits_for_the_mds():
    asked = CaseTask.objects.open().filter(node="answer", structure__code="mds-grigny")
    assert asked.filter(case__import_rows__job__structure__code="bailleur-a").exists()


def test_samira_has_an_appointment_to_answer_and_others_to_come():
    met = Appointment.objects.filter(professional__last_name="Kessler").order_by("starts_at")
    assert [each.state for each in met] == ["kept", "planned", "planned"]
    assert [each.starts_at > NOON for each in met] == [False, False, True]


def test_the_diagnosis_of_nsimba_is_begun():
    draft = Diagnostic.objects.drafts().get(case=case_of("Nsimba"))
    assert [line.amount for line in draft.resource_lines.all()] == [Decimal("1012.40"), Decimal("346.10")]


def test_the_ccas_asks_the_mds_to_share_haddou():
    assert SharingRequest.objects.get(case=case_of("Haddou")).structure.code == "ccas-grigny"


def test_keita_is_away_and_two_colleagues_do_his_work():
    absence = Absence.objects.get()
    assert (absence.user.last_name, absence.since <= NOON.date() < absence.until) == ("Keita", True)
    assert {user.last_name for user in absence.substitutes.all()} == {"Kessler", "Delmas"}


def test_one_person_is_known_twice():
    found = find_suspected_pairs(User.objects.get(last_name="Mercadier"), at=NOON.date()).pairs
    assert {"Mansour", "Belaïd"} in [{pair.one.person.usual_name, pair.other.person.usual_name} for pair in found]


def test_every_ordinary_case_was_reported():
    assert Case.objects.count() == CASES
    assert RoutingDecision.objects.count() >= 25


def test_what_is_old_is_read_and_no_e_mail_waits_but_the_summaries_to_come():
    assert not Outbox.objects.exists()
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    assert not waiting.filter(next_try_at__lte=NOON).exists()
    assert not waiting.filter(digest_on=None).exists()
    assert not Delivery.objects.filter(state=Delivery.State.FAILED).exists()
    for user in User.objects.all():
        assert Notice.objects.filter(user=user, read_at=None).count() <= 6


def test_the_mailbox_shows_a_summary_and_an_urgent_e_mail(demo):
    assert [text for text in demo if "notifications à lire" in text and "dossier 2026-" in text]
    assert [text for text in demo if "une tâche vous attend" in text]


def test_people_want_their_e_mails_at_different_times():
    chosen = dict(Preference.objects.values_list("user__last_name", "rhythm"))
    assert chosen == {"Montel": "daily", "Lambert": "daily", "Auger": "weekly"}


def test_what_must_always_hold_holds():
    call_command("check_invariants", stdout=StringIO())


def test_a_second_seed_does_nothing():
    out = StringIO()
    call_command("seed_demo", stdout=out)
    assert out.getvalue() == "Les données de démonstration existent déjà : rien à faire.\n"
    assert Case.objects.count() == CASES


def test_copies_for_measures_are_as_true_as_their_models():
    call_command("multiply_cases", "70", stdout=StringIO())
    assert Case.objects.count() == CASES + 70
    assert CaseTask.objects.open().count() > 70
    call_command("check_invariants", stdout=StringIO())


def test_no_two_copied_people_have_the_same_phone():
    known = set(Beneficiary.objects.values_list("pk", flat=True))
    call_command("multiply_cases", "70", stdout=StringIO())
    phones = list(Beneficiary.objects.exclude(pk__in=known).exclude(phone="").values_list("phone", flat=True))
    assert len(phones) > 20
    assert len(set(phones)) == len(phones)


def test_the_page_of_a_copy_opens_like_any_other(client: Client):
    known = set(Case.objects.values_list("pk", flat=True))
    call_command("multiply_cases", "70", stdout=StringIO())
    copies = Case.objects.exclude(pk__in=known).filter(kind="arrears", responsible_structure__code="caf-91")
    client.force_login(factories.member("caf-91", "manager", since=date(2020, 1, 1)))
    statuses = [client.get(f"/situations/{copy.public_id}/").status_code for copy in copies]
    assert len(statuses) > 5
    assert set(statuses) == {200}


def test_nothing_is_to_be_reminded_of_at_once_because_of_the_copies():
    call_command("multiply_cases", "70", stdout=StringIO())
    assert not reminders.is_anything_due(localdate())
    assert Deadline.objects.running().filter(remind_on__gt=localdate()).count() > 70


def test_copies_can_be_made_twice_and_each_portion_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scale, "PORTION", 60)
    out = StringIO()
    call_command("multiply_cases", "70", stdout=StringIO())
    call_command("multiply_cases", "150", stdout=out)
    assert [line.split(",")[0] for line in out.getvalue().splitlines()] == [
        "60 sur 150", "120 sur 150", "150 sur 150", f"150 dossiers ajoutés : {CASES + 220} en tout.",
    ]  # fmt: skip
    assert Case.objects.count() == CASES + 220


def test_copies_as_in_life_are_mostly_closed_and_nobody_holds_more_than_asked_but_one(client: Client):
    known, staff = set(Case.objects.values_list("pk", flat=True)), set(User.objects.values_list("pk", flat=True))
    call_command("multiply_cases", "600", "--open", "400", "--held", "10", "--most", "60", stdout=StringIO())
    copies = Case.objects.exclude(pk__in=known)
    assert (copies.count(), copies.filter(closed_on=None).count()) == (600, 400)
    assert copies.filter(closed_on__lt=localdate() - timedelta(days=200)).exists()

    held = dict(
        CaseTask.objects.open().filter(case__in=copies, is_human=True).values_list("owner").annotate(Count("pk"))
    )
    del held[None]
    (busiest, most), *others = sorted(held.items(), key=lambda one: -one[1])
    assert busiest in staff
    assert 60 <= most <= 60 + 10
    assert max(number for _, number in others) <= 10 + 2, "a copied case leaves a portion of its models unfinished"
    colleagues = User.objects.exclude(pk__in=staff)
    assert colleagues.filter(pk__in=held).count() > 10

    for colleague in colleagues:
        (membership,) = colleague.memberships.all()
        assert colleague.last_name.split("-")[-1].isdigit()
        assert membership.until is None
    call_command("check_invariants", stdout=StringIO())
    client.force_login(colleagues.filter(pk__in=held).earliest("pk"))
    assert client.get("/").status_code == 200
    seen = copies.filter(responsible_structure__code="mds-grigny").order_by("closed_on")
    client.force_login(factories.member("mds-grigny", "manager", since=date(2020, 1, 1)))
    for cases in (seen.filter(closed_on=None), seen.exclude(closed_on=None)):
        statuses = [client.get(f"/situations/{case.public_id}/").status_code for case in cases[:5]]
        assert statuses == [200] * 5


def test_each_branch_has_its_structures_its_people_and_its_share_of_the_cases(client: Client):
    known, structures = set(Case.objects.values_list("pk", flat=True)), Structure.objects.count()
    call_command("multiply_cases", "600", "--open", "400", "--held", "10", "--branches", "3", stdout=StringIO())
    copies = Case.objects.exclude(pk__in=known)
    assert Structure.objects.count() == 3 * structures
    of_branch = [copies.filter(responsible_structure__code__endswith=end).count() for end in ("-1", "-2")]
    assert all(600 / 3 * 0.7 < number < 600 / 3 * 1.3 for number in of_branch)

    owned = CaseTask.objects.open().filter(case__in=copies, owner__isnull=False)
    there = Membership.objects.filter(user=OuterRef("owner"), structure=OuterRef("structure"), until=None)
    assert owned.count() > 200
    assert not owned.exclude(Exists(there)).exists()
    assert owned.filter(structure__code__endswith="-2").exists()
    call_command("check_invariants", stdout=StringIO())

    client.force_login(factories.member("mds-grigny-2", "manager", since=date(2020, 1, 1)))
    seen = copies.filter(responsible_structure__code="mds-grigny-2")
    elsewhere = copies.filter(responsible_structure__code="mds-grigny-1")
    for cases, expected in (seen, 200), (elsewhere, 404):
        statuses = [client.get(f"/situations/{case.public_id}/").status_code for case in cases[:5]]
        assert statuses == [expected] * 5
    assert client.get("/").status_code == 200


def test_impossible_copies_are_refused():
    with pytest.raises(CommandError, match="Indiquer des nombres possibles"):
        call_command("multiply_cases", "10", "--open", "11")
    with pytest.raises(CommandError, match="--most et --branches vont avec --open"):
        call_command("multiply_cases", "10", "--branches", "2")


def test_a_scale_of_nothing_is_refused():
    with pytest.raises(CommandError, match="Indiquer combien de dossiers ajouter"):
        call_command("multiply_cases", "0")


def test_a_clock_that_is_not_set_is_named():
    with pytest.raises(seed.CannotSeed, match="L’horloge de cette machine dit 01/01/1970"):
        seed.seed(at=datetime(1970, 1, 1, 12, tzinfo=PARIS))
