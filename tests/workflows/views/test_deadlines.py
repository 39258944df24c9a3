import pytest, time_machine
from datetime import date
from django.urls import reverse
from tests import factories
from tests.factories import NOON
from tests.workflows.views.test_inbox import followed_by
from workflows.actions import milestones
pytestmark = pytest.mark.django_db
@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield

def test_explore(client):
    w = factories.member("caf-91")
    walk = followed_by(w)
    milestones.record(case=walk.case, kind="order_to_pay_served", happened_on=date(2026,11,3), known="proved", by=w, at=NOON)
    from cases.models import Deadline
    for d in Deadline.objects.all(): print(d.rule.code, d.structure.code, d.state, d.safe_date, d.legal_date, d.rule.who, d.case.responsible_structure.code)
    client.force_login(w)
    r = client.get("/echeances/"); print(r.status_code); print(r.content.decode()[6000:12000])
    r = client.get("/echeances/?vue=mois&mois=2026-12"); print(r.status_code)
    r = client.get("/calculer/?regle=C01&depart=2026-11-03"); print(r.status_code, r.content.decode()[-7000:])
    assert 0
