"""What the pages of a case share: the clock is read here, once, and the case comes through the door or is a 404."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.views import View

from cases import permissions
from cases.models import Case, User

SAFE = ("GET", "HEAD")


class Page(View):
    """A page knows the moment at which it was asked for, and hands it to everything below."""

    now: datetime
    today: date
    user: User

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.now = now()
        self.today = localdate(self.now)
        self.user = request.user  # type: ignore[assignment]  # LoginRequiredMiddleware lets nobody else in
        if request.method in SAFE and self.user.is_authenticated:
            permissions.keep_rights(self.user)


class CasePage(Page):
    """A page of one case. A case that the user may not see does not exist."""

    case: Case
    full: bool
    """Does the user see the whole of it, and not its card only?"""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        visible = permissions.visible_cases(self.user, at=self.today)
        visible = self.read_with(visible.annotate(full=permissions.shown_in_full(self.user, at=self.today)))
        self.case = get_object_or_404(
            visible.select_related("household", "tenancy__landlord", "tenancy__manager", "responsible_structure"),
            public_id=kwargs["case"],
        )
        self.full = self.case.full  # type: ignore[attr-defined]  # annotated
        return self.prepare(request, **kwargs) or super().dispatch(request, *args, **kwargs)

    def read_with(self, cases: QuerySet[Case]) -> QuerySet[Case]:
        """What else the page reads in the same query as the case."""
        return cases

    def prepare(self, request: HttpRequest, **kwargs: Any) -> HttpResponse | None:
        """Find what else the page is about, once the case is found. An answer ends the request there."""
        return None

    @property
    def case_url(self) -> str:
        return reverse("case", args=[self.case.public_id])
