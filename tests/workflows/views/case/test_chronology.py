"""The whole timeline of a case on its own page: by nature, fifty acts a page, for those who see the whole case."""

import re

import pytest
from django.urls import reverse

from cases.actions import support
from cases.models import JournalEntry
from tests import factories
from tests.factories import NOON
from tests.journeys import scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]

ACT = re.compile(r'<li class="event')


@pytest.fixture
def case(worker):
    return scene.case_at("monitor", worker=worker).case


def read(client, user, case, query=""):
    client.force_login(user)
    return client.get(reverse("case_timeline", args=[case.public_id]) + query)


def note(case, worker, text):
    return support.write_note(
        case=case, structure=factories.structure("caf-91"), author=worker, text=text, visibility="shared", at=NOON
    )


def count_of(html, label):
    found = re.search(rf"{label}\s*<span class=.count.>(\d+)", html)
    return int(found[1]) if found else None


@pytest.mark.parametrize("query", ["", "?nature=secrets"], ids=["no nature", "an unknown nature"])
def test_an_act_is_read_once_with_what_it_caused(client, worker, case, query):
    assert (
        reverse("case_timeline", args=[case.public_id])
        in client.get(reverse("case", args=[case.public_id])).content.decode()
    )
    html = read(client, worker, case, query).content.decode()
    alone = JournalEntry.objects.filter(case=case, cause=None).count()
    assert re.search(r'aria-current="page">Tout', html)
    assert count_of(html, "Tout") == alone
    assert alone < JournalEntry.objects.filter(case=case).count()


def test_a_nature_keeps_its_acts_alone(client, worker, case):
    note(case, worker, "Madame a repris un emploi.")
    html = read(client, worker, case, "?nature=observations").content.decode()
    assert count_of(html, "Observations") == 1
    assert "Madame a repris un emploi." in html
    assert "a accepté" not in html


def test_the_second_page_goes_on_where_the_first_ended(client, worker, case):
    for number in range(55):
        note(case, worker, f"Observation numéro {number:02}.")
    first = read(client, worker, case, "?nature=observations").content.decode()
    assert "numéro 54" in first
    assert "numéro 05" in first
    assert "numéro 04" not in first
    (following,) = re.findall(r'href="(\?nature=observations&amp;apres=\d+)"', first)
    second = read(client, worker, case, following.replace("&amp;", "&")).content.decode()
    assert "numéro 04" in second
    assert "numéro 05" not in second


def test_it_reads_as_little_however_long(client, worker, case, django_assert_max_num_queries):
    read(client, worker, case)
    for number in range(30):
        note(case, worker, f"Observation numéro {number:02}.")
    with django_assert_max_num_queries(17):
        read(client, worker, case)
