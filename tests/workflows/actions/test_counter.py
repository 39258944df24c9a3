"""Contact fait au guichet: the clock to contact stops, and what the person was told opens the case to that structure."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cases import permissions
from cases.invariants import INVARIANTS as OF_CASES
from cases.models import ContactAttempt, Deadline, InformationGiven, JournalEntry
from tests import factories
from tests.factories import NOON, PARIS
from tests.workflows.walk import Walk
from workflows import sweep
from workflows.actions import counter
from workflows.actions.reopen import reopen_case
from workflows.invariants import INVARIANTS
from workflows.steps.contact import ContactForm
from workflows.steps.refusal import StepRefused

pytestmark = pytest.mark.django_db

PRIVATE: dict[str, Any] = {"landlord": "gestionnaire-b", "housing": "private", "aid_kind": "ALF"}
CONTACT_SAFE, CONTACT_LAST = date(2026, 12, 4), date(2026, 12, 8)
"""Ten working days after 24 November, and two before as a margin (rule of the CAF’s row R3)."""
INFORM_SAFE = date(2026, 12, 17)
"""A month after acceptance is Thursday 24 December; five working days before."""


@pytest.fixture
def ada():
    """Of the counter of the CCAS."""
    return factories.member("ccas-grigny-accueil", "front_desk", first_name="Ada", last_name="Lenoir")


@pytest.fixture
def worker():
    return factories.member("caf-91", first_name="Claire", last_name="Montel")


def at_the_caf(**facts: Any) -> Walk:
    return Walk(factories.reported(factories.tenancy(**PRIVATE), code="gestionnaire-b", **factories.FAMILY | facts))


def met(walk: Walk, ada, *, is_informed: bool = True, at: datetime = NOON) -> None:
    counter.record_meeting(
        case=walk.case, structure=factories.structure("ccas-grigny-accueil"), by=ada, is_informed=is_informed, at=at
    )


def accept(walk: Walk, worker) -> None:
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")


def deadlines_of(walk: Walk) -> dict[str, tuple[str, date]]:
    """Title → how it stands, and the date to aim at."""
    rows = Deadline.objects.filter(case=walk.case, rule__start__in=["contact_asked", "data_received"])
    return {each.rule.title: (each.state, each.safe_date) for each in rows.select_related("rule").order_by("pk")}


def form_of(walk: Walk, worker) -> ContactForm:
    return ContactForm(task=walk.task("contact"), user=worker)


def as_it_opens(form: ContactForm) -> dict[str, Any]:
    """What one press sends."""
    bound = ContactForm({name: form[name].value() or "" for name in form.fields}, task=form.task, user=form.user)
    assert bound.is_valid(), bound.errors
    return bound.cleaned_data


def level(user, walk: Walk) -> str:
    return permissions.access_level(user, walk.case, at=NOON.date())


def broken(on: date) -> list[str]:
    return [each.code for each in (*OF_CASES, *INVARIANTS) if list(each.broken(on))]


def test_without_a_counter_the_contact_is_due_in_its_delay(worker):
    walk = at_the_caf()
    accept(walk, worker)
    assert walk.task("contact").due_on == CONTACT_SAFE
    assert deadlines_of(walk) == {
        "Contacter le ménage": ("running", CONTACT_SAFE),
        "Informer la personne du partage d’informations": ("running", INFORM_SAFE),
    }


def test_a_contact_at_the_counter_meets_the_delay_as_soon_as_the_step_opens(ada, worker):
    walk = at_the_caf()
    met(walk, ada)
    accept(walk, worker)
    assert deadlines_of(walk) == {
        "Contacter le ménage": ("met", CONTACT_SAFE),
        "Informer la personne du partage d’informations": ("running", INFORM_SAFE),
    }
    assert walk.task("contact").due_on == INFORM_SAFE
    assert broken(NOON.date()) == []


def test_a_contact_at_the_counter_meets_the_delay_of_a_step_that_waits(ada, worker):
    walk = at_the_caf()
    accept(walk, worker)
    met(walk, ada)
    assert deadlines_of(walk)["Contacter le ménage"] == ("met", CONTACT_SAFE)
    assert walk.task("contact").due_on == INFORM_SAFE
    assert broken(NOON.date()) == []


def test_after_a_contact_at_the_counter_the_delay_is_never_missed(ada, worker):
    walk, other = at_the_caf(), at_the_caf()
    met(walk, ada)
    accept(walk, worker)
    accept(other, worker)
    sweep.sweep_deadlines(at=datetime(2026, 12, 9, 8, tzinfo=PARIS))
    missed = JournalEntry.objects.filter(kind="deadline.missed")
    assert [line.case for line in missed] == [other.case]


def test_two_people_at_the_counter_on_the_same_day_change_nothing_more(ada, worker):
    walk = at_the_caf()
    accept(walk, worker)
    met(walk, ada)
    met(walk, ada, at=NOON + timedelta(hours=1))
    assert walk.task("contact").due_on == INFORM_SAFE
    assert broken(NOON.date()) == []


def test_what_an_earlier_procedure_knew_does_not_stop_the_clock_of_the_next(ada, worker):
    walk = at_the_caf()
    met(walk, ada)
    accept(walk, worker)
    walk.take("contact", by=worker, **as_it_opens(form_of(walk, worker)) | {"result": "declined"})
    walk.take("close", by=worker, outcome="declined_support")
    later = datetime(2027, 2, 1, 9, tzinfo=PARIS)
    reopen_case(case=walk.case, by=worker, at=later)
    walk.at = later
    walk.case.refresh_from_db()
    accept(walk, worker)
    assert deadlines_of(walk)["Contacter le ménage rapidement"][0] == "running"
    assert form_of(walk, worker).notice == ""


def test_one_press_takes_up_what_the_counter_did_and_records_nothing_twice(ada, worker):
    walk = at_the_caf()
    met(walk, ada)
    accept(walk, worker)
    assert level(worker, walk) == "card"
    form = form_of(walk, worker)
    assert form.notice == (
        "Contact fait au guichet le 24/11/2026 par Ada Lenoir (CCAS de Grigny – accueil). "
        "La personne a été informée : enregistrer pour passer au diagnostic."
    )
    walk.take("contact", by=worker, **as_it_opens(form))
    assert walk.waiting_for == {"diagnose": "caf-91"}
    assert level(worker, walk) == "full"
    attempt, told = ContactAttempt.objects.get(), InformationGiven.objects.get()
    assert (attempt.by, attempt.structure.code, attempt.channel, attempt.result) == (
        ada, "ccas-grigny-accueil", "desk", "reached",
    )  # fmt: skip
    assert (told.by, told.structure.code, told.means) == (ada, "ccas-grigny-accueil", "counter")
    assert told.named == factories.structure("caf-91")
    assert deadlines_of(walk)["Informer la personne du partage d’informations"][0] == "met"
    line = JournalEntry.objects.get(kind="contact.taken_up")
    assert (line.actor, line.data) == (worker, {"attempt": attempt.pk, "information": told.pk})
    assert JournalEntry.objects.get(kind="sharing.changed", data__level="full").cause == line
    assert broken(NOON.date()) == []


def test_the_professional_who_met_the_person_too_records_it_beside(ada, worker):
    walk = at_the_caf()
    met(walk, ada)
    accept(walk, worker)
    walk.take("contact", by=worker, **as_it_opens(form_of(walk, worker)) | {"channel": "phone"})
    assert [(each.channel, each.by) for each in ContactAttempt.objects.all()] == [("desk", ada), ("phone", worker)]
    assert level(worker, walk) == "full"


def test_informing_at_the_counter_opens_nothing_by_itself(ada, worker):
    walk = at_the_caf()
    met(walk, ada)
    assert not permissions.can_view(ada, walk.case, at=NOON.date())
    accept(walk, worker)
    assert level(worker, walk) == "card"


def test_a_person_who_was_not_told_has_to_be_before_the_diagnosis(ada, worker):
    walk = at_the_caf()
    met(walk, ada, is_informed=False)
    accept(walk, worker)
    form = form_of(walk, worker)
    assert "La personne ne sait pas encore que votre structure la suit" in form.notice
    assert (form["result"].value(), form["channel"].value(), form["informed_by"].value()) == ("reached", None, None)
    assert "counter" not in str(form["informed_by"])
    with pytest.raises(StepRefused, match="Personne n’a été informée au guichet"):
        walk.take("contact", by=worker, result="reached", channel="desk", made_on=NOON.date(), informed_by="counter")
    walk.take("contact", by=worker, result="reached", channel="phone", made_on=NOON.date(), informed_by="phone")
    assert walk.waiting_for == {"diagnose": "caf-91"}


def test_what_was_told_of_one_structure_opens_nothing_to_another(ada, worker):
    """The CAF was named at the counter, then declined: the MDS, asked next, has to tell the person itself."""
    walk = at_the_caf(rsa=True, followed_by="mds-grigny")
    mds = factories.member("mds-grigny", "manager")
    assert walk.waiting_for == {"answer": "mds-grigny"}
    met(walk, ada)
    assert InformationGiven.objects.get().named == factories.structure("mds-grigny")
    walk.take("answer", by=mds, accept=False, reason="no_capacity")
    accept(walk, worker)
    assert deadlines_of(walk)["Contacter le ménage"][0] == "met"
    assert "ne sait pas encore que votre structure la suit" in form_of(walk, worker).notice
    with pytest.raises(StepRefused):
        walk.take("contact", by=worker, result="reached", channel="desk", made_on=NOON.date(), informed_by="counter")
    assert level(worker, walk) == "card"


def test_while_nobody_is_asked_the_person_is_told_of_no_structure(ada):
    walk = Walk(factories.reported(factories.tenancy(**PRIVATE), code="gestionnaire-b"))
    assert walk.waiting_for == {"qualify": "caf-91-pilotage"}
    met(walk, ada)
    assert InformationGiven.objects.get().named is None


def test_a_person_who_declines_after_the_counter_leaves_the_delay_to_inform_as_it_is(ada, worker):
    walk = at_the_caf()
    met(walk, ada, is_informed=False)
    accept(walk, worker)
    walk.take("contact", by=worker, result="declined", channel="phone", made_on=NOON.date(), informed_by="")
    assert walk.waiting_for == {"close": "caf-91"}
    assert deadlines_of(walk)["Informer la personne du partage d’informations"][0] == "running"
    walk.take("close", by=worker, outcome="declined_support")
    assert deadlines_of(walk)["Informer la personne du partage d’informations"][0] == "cancelled"


def test_an_attempt_that_fails_after_the_counter_goes_on_waiting(ada, worker):
    walk = at_the_caf()
    met(walk, ada, is_informed=False)
    accept(walk, worker)
    walk.take("contact", by=worker, result="again", channel="phone", made_on=NOON.date(), informed_by="")
    assert walk.waiting_for == {"contact": "caf-91"}
    assert walk.task("contact").due_on == INFORM_SAFE
