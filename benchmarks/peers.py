"""What others offer for the same thing, stock, on the same rows and in the same run: the SQL of a page and of its count.

The queue of viewflow with rights given case by case, those rights alone as guardian reads them, and the list of Django’s
administration. The product’s time is that of all queries of its page, the header and the rights included.
"""

from collections.abc import Callable
from dataclasses import replace

from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import QuerySet
from django.test import RequestFactory
from guardian.shortcuts import get_objects_for_user
from viewflow.workflow.managers import TaskQuerySet
from viewflow.workflow.status import STATUS

from benchmarks.measures import BUSIEST_MANAGER, Clock, Measure, first, median, rows
from cases.models import Case, User
from workflows.models import CaseTask

Measured = Callable[..., Measure]
NOTHING = "SELECT 1"
PAGE = 50
RIGHT = "view_case"
GIVE_RIGHTS = """
INSERT INTO guardian_userobjectpermission (user_id, permission_id, content_type_id, object_pk)
SELECT DISTINCT m.user_id, r.id, r.content_type_id, p.case_id::text
FROM cases_participation p
JOIN cases_membership m ON m.structure_id = p.structure_id AND m.until IS NULL
JOIN auth_permission r ON r.codename = %s
JOIN django_content_type t ON t.id = r.content_type_id AND t.app_label = 'cases' AND t.model = 'case'
WHERE p.until IS NULL
"""
ASK_FOR_RIGHTS = """
UPDATE workflows_casetask SET owner_permission = %s, owner_permission_obj_pk = case_id::text
WHERE status = 'NEW' AND is_human
"""


def queue(measured: Measured) -> Measure:
    """Of the busiest manager: what he may take or has."""
    user = _manager()
    _give_rights()
    rows(ASK_FOR_RIGHTS, f"cases.{RIGHT}")
    rows("ANALYZE workflows_casetask")

    def read() -> None:
        # Another instance: it keeps the rights that it has read, and a request has its own.
        found = TaskQuerySet(CaseTask).select_related("process").user_queue(User.objects.get(pk=user.pk))
        _read_page(found.filter(status=STATUS.NEW).order_by("-created"))

    return _compared(measured("inbox", user, NOTHING), read, name="la file de viewflow")


def rights(measured: Measured) -> Measure:
    """The cases that the busiest manager may see."""
    user = _manager()
    _give_rights()

    def read() -> None:
        found = get_objects_for_user(user, f"cases.{RIGHT}", Case, use_groups=False, accept_global_perms=False)
        _read_page(found.select_related("responsible_structure").order_by("-opened_on", "pk"))

    return _compared(measured("cases", user, NOTHING), read, name="guardian, un droit par situation")


def administration(measured: Measured) -> Measure:
    """All cases, whoever asks."""

    class Cases(ModelAdmin[Case]):
        list_display = ("public_id", "opened_on", "responsible_structure", "household")
        list_select_related = ("responsible_structure", "household")
        list_per_page = PAGE

    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_staff=True)

    def read() -> None:
        list(Cases(Case, AdminSite()).get_changelist_instance(request).result_list)

    return _compared(measured("cases", _manager(), NOTHING), read, name="la liste de l’administration de Django")


def _compared(product: Measure, read: Callable[[], None], *, name: str) -> Measure:
    clock = Clock()

    def timed() -> float:
        clock.queries, clock.seconds = 0, 0.0
        with clock.running():
            read()
        return clock.seconds * 1000

    return replace(product, rows=PAGE, floor=median(timed), beside=f"{name}, {clock.queries} requêtes,")


def _read_page(found: QuerySet[Case]) -> None:
    found.count()
    list(found[:PAGE])


def _manager() -> User:
    return User.objects.get(pk=first(BUSIEST_MANAGER, otherwise="Aucun responsable n’a de dossier."))


def _give_rights() -> None:
    rows(GIVE_RIGHTS, RIGHT)
    rows("ANALYZE guardian_userobjectpermission")
