"""What was said of a letter by mistake is corrected as long as its case is open; the journal keeps what was said before."""

import pytest
from django.urls import reverse

from cases.models import Case, JournalEntry, OverpaymentNotice, User
from tests.factories import member
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import AT, RSA, line, opened
from tests.workflows.walk import Walk

pytestmark = pytest.mark.django_db
LINK = "Corriger la vérification du courrier"


def checked(worker: User, *, informed_by: str = "interview") -> Case:
    """The letter was said to state the routes of recourse."""
    case = opened(worker, lines=[RSA], followed_by="ccas-grigny", informed_by=informed_by)
    Walk(case, at=AT).take("check_notice", by=worker, routes_stated="yes", lacks=["reason"])
    return case


def address(case: Case) -> str:
    return reverse("case_notice_check", args=[case.public_id, case.overpayment_notices.get().public_id])


def said_of(case: Case) -> tuple[str, list[str]]:
    notice: OverpaymentNotice = case.overpayment_notices.get()
    return notice.routes_stated, notice.lacks


def corrections(case: Case) -> list[dict[str, object]]:
    return list(JournalEntry.objects.filter(case=case, kind="notice.check_corrected").values_list("data", flat=True))


@pytest.mark.parametrize("informed_by", ["", "interview"])
def test_a_wrong_answer_is_corrected_from_the_page_of_the_case_with_its_line_in_the_journal(
    client, worker, informed_by
):
    case = checked(worker, informed_by=informed_by)
    assert LINK in html_of(client.get(reverse("case", args=[case.public_id])))
    form = client.get(address(case)).context["form"]
    assert (form["routes_stated"].value(), form["lacks"].value()) == ("yes", ["reason"])
    answer = client.post(address(case), {"routes_stated": "no", "lacks": []}, follow=True)
    assert "Vérification corrigée" in answer.content.decode()
    assert said_of(case) == ("no", [])
    before = {"routes": "yes", "lacks": ["reason"]}
    notice = case.overpayment_notices.get().pk
    assert corrections(case) == [{"notice": notice, "routes": "no", "lacks": [], "before": before}]


def test_the_page_of_a_line_leads_to_it_and_the_timeline_tells_it(client, worker):
    case = checked(worker)
    url = reverse("case_line", args=[case.public_id, line(case, "rsa").public_id])
    assert address(case) in html_of(client.get(url))
    client.post(address(case), {"routes_stated": "no", "lacks": []})
    told = html_of(client.get(reverse("case", args=[case.public_id])))
    assert "a corrigé la vérification de la notification" in told


def test_the_same_answer_or_that_of_who_does_not_follow_the_case_corrects_nothing(client, worker):
    case = checked(worker)
    client.post(address(case), {"routes_stated": "yes", "lacks": ["reason"]})
    client.force_login(member("mds-grigny"))
    assert client.post(address(case), {"routes_stated": "no", "lacks": []}).status_code == 404
    assert (said_of(case), corrections(case)) == (("yes", ["reason"]), [])


def test_what_nobody_has_checked_yet_is_checked_by_its_step(client, worker):
    case = opened(worker, lines=[RSA], informed_by="interview")
    assert client.get(address(case)).status_code == 404
    assert LINK not in html_of(client.get(reverse("case", args=[case.public_id])))
