"""People who use an installation at once: what is refused to them is counted, and no connection is left open."""

import threading

import pytest

from benchmarks import load
from tests import factories


@pytest.mark.django_db(transaction=True)
@pytest.mark.enable_socket
def test_people_sign_in_read_and_act_and_a_refusal_is_counted(live_server):
    person = factories.member("caf-91")
    visitor = load.Visitor(live_server.url, person.email, "un mot de passe de test")
    assert visitor.sign_in()
    until = threading.Event()
    done = visitor.live(notes=False)
    for _request in range(5):
        next(done)
    visitor.open("nowhere", "/nulle-part/")
    until.set()
    load.run([visitor], until=until)

    assert [(each.what, each.status) for each in visitor.asked][:5] == [
        ("sign-in page", 200), ("sign-in", 302), ("inbox", 200), ("inbox", 200), ("static", 200),
    ]  # fmt: skip
    assert [each.what for each in visitor.asked if load.is_refused(each)] == ["nowhere"]
    assert load.summary(visitor.asked)["refused_as"] == {"nowhere 404": 1}
    assert visitor.connection is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.enable_socket
def test_who_is_sent_back_to_the_sign_in_page_is_refused(live_server):
    visitor = load.Visitor(live_server.url, "nobody@example.org", "")
    assert not visitor.sees_inbox()
    assert (visitor.asked[-1].status, load.is_refused(visitor.asked[-1])) == (401, True)
    visitor.leave()
