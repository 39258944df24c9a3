"""What the pages of a case share: the clock is read here, once, and the case comes through the door or is a 404."""

from datetime import date, datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.views import View

from cases import permissions
from cases.models import Case, Structure, User

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


class FormPage(Page):
    """A form, and one act. What refuses the act stays beside the form, with all that was typed."""

    refusals: ClassVar[tuple[type[Exception], ...]] = ()
    """The exceptions whose text is for the reader."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form)
        try:
            return self.go(form.cleaned_data)
        except self.refusals as refusal:
            self.refused(form, refusal)
            return self.show(form)

    def form(self, data: Any = None) -> Form:
        raise NotImplementedError

    def go(self, typed: dict[str, Any]) -> HttpResponse:
        """Do the act, and lead on."""
        raise NotImplementedError

    def refused(self, form: Form, refusal: Exception) -> None:
        form.add_error(None, str(refusal))

    def show(self, form: Any) -> HttpResponse:
        raise NotImplementedError


class StructurePage(Page):
    """A page of one structure in which the user holds a right: the one asked for, else his first."""

    right = ""
    structure: Structure
    mine: list[Structure]
    """All those in which he holds it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.mine = list(permissions.structures_where(self.user, self.right, at=self.today))
        wanted = kwargs.get("structure") or request.GET.get("structure", "")
        chosen = [structure for structure in self.mine if wanted in ("", structure.code)]
        if not chosen:
            raise Http404
        self.structure = chosen[0]
        self.prepare(**kwargs)
        return super().dispatch(request, *args, **kwargs)

    def prepare(self, **kwargs: Any) -> None:
        """Find what else the page is about, once the structure is found."""

    @property
    def structure_tabs(self) -> list[dict[str, Any]]:
        """To go from one of his structures to another; none when there is only one."""
        if len(self.mine) < 2:
            return []
        return [
            {"label": each.name, "url": f"?structure={each.code}", "current": each == self.structure, "count": None}
            for each in self.mine
        ]


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
