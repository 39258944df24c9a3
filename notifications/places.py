"""Where a notice leads: what its reader may see of its case, or, when it is of no single case, the page that says more."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate

from cases import permissions
from cases.models import Absence, Case, Question, RetentionRun, Structure, User
from notifications.models import Notice
from workflows.models import ImportJob
from workflows.queries.reports import own_reports

Place = Callable[[Notice, Structure], str]
"""A notice without a case, and the structure of its line → an address; empty for what is nowhere to be read."""


@dataclass(frozen=True)
class NoticeDestination:
    """The page of the case, a landlord’s report, or a question to an operator."""

    url: str
    is_report: bool = False
    is_question: bool = False
    tenant: str = ""
    """As the landlord who reads his report calls him."""


def places_of(cases: Sequence[Case], *, reader: User, today: date) -> dict[int, NoticeDestination]:
    """Case → the page on which its reader may follow it. A case of which he has no page is left out."""
    ids = [case.pk for case in cases]
    visible = permissions.visible_cases(reader, at=today).filter(pk__in=ids)
    found = {
        pk: NoticeDestination(reverse("case", args=[public_id]))
        for pk, public_id in visible.values_list("pk", "public_id")
    }
    for place in (_proposals_to, _reports_of, _questions_of):
        if unseen := set(ids) - set(found):
            found |= place(unseen, reader=reader, today=today)
    return found


def _questions_of(case_ids: Iterable[int], *, reader: User, today: date) -> dict[int, NoticeDestination]:
    """For the correspondents of an operator: they have no page but their questions’. The oldest that waits."""
    waiting = permissions.questions_to_answer(reader, at=today).filter(line__notice__case__in=case_ids)
    rows = waiting.order_by("-asked_at", "-pk").values_list("line__notice__case", "public_id")
    return {
        case: NoticeDestination(reverse("question", args=[public_id]), is_question=True) for case, public_id in rows
    }


def _proposals_to(case_ids: Iterable[int], *, reader: User, today: date) -> dict[int, NoticeDestination]:
    """For who is asked to be a référent: he reads whom, and nothing else before he accepts."""
    proposed = permissions.proposals_to(reader, at=today).filter(case__in=case_ids)
    return {row.case_id: NoticeDestination(reverse("referent_answer", args=[row.public_id])) for row in proposed}


def _reports_of(case_ids: Iterable[int], *, reader: User, today: date) -> dict[int, NoticeDestination]:
    """For whom the dwelling is his own; a professional whose structure only reported the case has no page of it."""
    mine = permissions.rights(reader, at=today).get("report_arrears", ())
    reports = permissions.visible_reports(reader, at=today).filter(
        Q(tenancy__landlord__in=mine) | Q(tenancy__manager__in=mine), case__in=case_ids
    )
    return {
        case: NoticeDestination(report.url, is_report=True, tenant=report.tenant)
        for case, report in own_reports(reports, mine=mine).items()
    }


def _find_page(name: str) -> Place:
    return lambda notice, structure: reverse(name)


INBOX, STEERING, ADMINISTRATION = _find_page("inbox"), _find_page("steering"), _find_page("administration")
MY_INVITATIONS, SHARING_REQUESTS = _find_page("my_invitations"), _find_page("sharing_requests")
EMERGENCIES, READINGS = _find_page("emergency_accesses"), _find_page("traces_readings")
ACCESS_REQUESTS, OPENING = _find_page("access_requests"), _find_page("opening")


def find_retention(notice: Notice, structure: Structure) -> str:
    """For an officer, the lengths and the list; a manager reads the number of his cases there where he works."""
    officer = permissions.rights(notice.user, at=localdate(notice.created_at)).get("review_traces")
    return reverse("retention") if officer else reverse("archive")


def find_run(notice: Notice, structure: Structure) -> str:
    run = RetentionRun.objects.filter(pk=notice.entry.data["run"]).first()
    return reverse("retention_run", args=[run.public_id]) if run else ""


def find_lot(notice: Notice, structure: Structure) -> str:
    job = ImportJob.objects.filter(pk=notice.entry.data["job"]).first()
    return reverse("lot", args=[job.public_id, structure.code]) if job else ""


def find_absence(notice: Notice, structure: Structure) -> str:
    absence = Absence.objects.filter(pk=notice.entry.data["absence"]).first()
    return reverse("absence", args=[absence.public_id]) if absence else ""


def find_own_absence(notice: Notice, structure: Structure) -> str:
    """Whoever replaces another has no page of his absence."""
    is_own = notice.entry.data["user"] == notice.user_id
    return find_absence(notice, structure) if is_own else reverse("inbox")


def find_question(notice: Notice, structure: Structure) -> str:
    asked = Question.objects.filter(pk=notice.entry.data["question"]).first()
    return reverse("question", args=[asked.public_id]) if asked else ""


def find_law_state(notice: Notice, structure: Structure) -> str:
    return reverse("law")


def find_month_of_questions(notice: Notice, structure: Structure) -> str:
    return f"{reverse('questions_report')}?structure={structure.code}&mois={notice.entry.data['month'][:7]}"


def find_members(notice: Notice, structure: Structure) -> str:
    return f"{reverse('members')}?structure={structure.code}"


def find_departure(notice: Notice, structure: Structure) -> str:
    person = User.objects.get(pk=notice.entry.data["user"])
    return reverse("departure", args=[structure.code, person.public_id])


def find_what_waits_for_nobody(notice: Notice, structure: Structure) -> str:
    return f"{reverse('backlog_list')}?structure={structure.code}&qui=none"
