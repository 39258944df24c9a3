"""The last thing that happened, for lists: no more than a card lets one know."""

from datetime import date, timedelta

import pytest

from cases import journal
from cases.journal import KINDS
from tests import factories
from tests.factories import NOON
from tests.workflows.walk import Walk
from workflows.views.parts.last_events import CARD_KINDS, dated_sentence, last_events, sentence

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


@pytest.fixture
def walk():
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    return Walk(factories.reported(lease, code="gestionnaire-b", **factories.FAMILY))


def test_the_last_act_is_told_with_its_author(walk):
    worker = factories.member("caf-91", first_name="Claire", last_name="Montel")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    entry = last_events([walk.case.pk], reader=factories.member("caf-91"))[walk.case.pk]
    assert (
        dated_sentence(entry, today=date(2026, 11, 27))
        == "Claire Montel a accepté l’orientation, il y a 3\N{NO-BREAK SPACE}jours"
    )


def test_contacts_are_told_to_their_author_alone(walk):
    worker = factories.member("caf-91")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    walk.at = NOON + timedelta(hours=1)
    walk.take("contact", by=worker, result="reached", channel="phone", made_on=TODAY, informed_by="phone")
    ids = [walk.case.pk]
    entry = last_events(ids, reader=worker)[walk.case.pk]
    assert sentence(entry) == f"{worker} a tenté de joindre le ménage (appel, contact établi)"
    assert last_events(ids, reader=factories.member("mds-grigny"))[walk.case.pk].kind == "step.accepted"


def test_an_act_of_nobody_is_a_sentence_too(walk):
    structure = factories.structure("caf-91")
    for kind, expected in (
        ("step.routed", "Orientation décidée par la règle"),
        ("step.unanswered", "CAF 91 – travail social n’a pas répondu à l’orientation dans le délai"),
    ):
        entry = journal.record(kind, at=NOON, case=walk.case, structure=structure)
        assert sentence(entry) == expected.replace("CAF 91 – travail social", structure.name)
    assert sentence(journal.record("case.opened", at=NOON, case=walk.case)) == "Relais a ouvert le dossier"


def test_every_kind_of_a_card_is_a_kind_of_the_journal():
    assert set(CARD_KINDS) <= set(KINDS)


def test_a_page_of_cases_costs_one_query(walk, django_assert_num_queries):
    reader = factories.member("caf-91")
    with django_assert_num_queries(1):
        for entry in last_events([walk.case.pk], reader=reader).values():
            sentence(entry)
