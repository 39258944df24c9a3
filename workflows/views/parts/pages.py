"""What the pages of a case share: the clock is read here, once, and the case comes through the door or is a 404."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import localdate, now
from django.views import View

from cases import permissions
from cases.actions import access_log
from cases.forms import show_refusal
from cases.models import AccessEntry, Case, Structure, User
from cases.permissions import Rights, ShownBy
from cases.refusals import Refusal, StoreAway
from cases.written_once import NO_UUID, read_written
from workflows.actions import kept
from workflows.queries.case_page import CasePageData
from workflows.views.parts.free_text import warn_of_typed
from workflows.views.parts.tabs import build_structure_tabs
from workflows.views.parts.territories import find_territory

SAFE = ("GET", "HEAD")
ANY_METHOD = (*SAFE, "POST")
TYPED_AGAIN = "typed_again"
"""Sent with what an ended session had sent (see `views.kept`): it is shown again, and nothing is done."""
BACK = {"agenda": "agenda", "accueil": "inbox"}
"""Where one goes after an act, by the code of the page that one came from; else to the case."""


class Page(View):
    """A page knows the moment at which it was asked for, and hands it to everything below."""

    now: datetime
    today: date
    user: User
    right_in_territory = ""
    """Held in the territory that the page is of; empty: whoever works there reads it."""
    shows: str = ""
    """What the access log says of whoever is shown this page, by any method; empty: it names nobody who is helped."""
    shown_by_right = ""
    """The right by which it is shown, where it is of no case; empty: the strongest that he holds."""
    held_back: Collection[str] = SAFE
    """By which methods the database shows nothing of the cases of others while it is read. None where it asks for what is
    *not* there, or for what nobody takes part in yet: see tests/test_held_lists.py, which says why for each."""
    reads_reports = False
    """Does it show a claimant what became of his reports? He takes no part in their cases."""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """Behind the door, the second barrier: also of what the page finds before it answers."""
        view = super().as_view(**initkwargs)

        @wraps(view)
        def held_view(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if request.method not in cls.held_back or not request.user.is_authenticated:
                return view(request, *args, **kwargs)
            with permissions.reading_as(request.user, at=localdate(), with_reports=cls.reads_reports):
                return view(request, *args, **kwargs)

        return held_view

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        super().setup(request, *args, **kwargs)
        self.now = now()
        self.today = localdate(self.now)
        self.user = request.user  # type: ignore[assignment]  # LoginRequiredMiddleware lets nobody else in
        if request.method in SAFE and self.user.is_authenticated:
            permissions.keep_rights(self.user)

    @cached_property
    def territory(self) -> str:
        """In which the reader works, for a page that is of one territory. Its forms and the header say it."""
        found = find_territory(self.request, self.user, on=self.today, right=self.right_in_territory)
        self.request.territory = found  # type: ignore[attr-defined]
        return found

    def render_conflict(self, message: str, *, back_url: str = "") -> HttpResponse:
        """Nothing was done: what the page showed has changed meanwhile, and this is how. 409."""
        context = {"message": message, "back_url": back_url}
        return render(self.request, "409.html", context, status=HTTPStatus.CONFLICT)

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        answer = self._answer(request, *args, **kwargs)
        if answer.status_code == HTTPStatus.OK:
            self.note_shown()
        return answer

    def _answer(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not self.is_found_again:
            try:
                return super().dispatch(request, *args, **kwargs)
            # Of a page that does not say it beside its form: above all, that somebody acts here.
            except Refusal as refusal:
                if isinstance(refusal, StoreAway):  # to be asked again by itself: `config.views.server_error`
                    raise
                return self.render_conflict(str(refusal))
        answer = self.show_typed()
        if answer.status_code < HTTPStatus.BAD_REQUEST:
            kept.discard_form(author=self.user, public_id=request.POST[TYPED_AGAIN])
        return answer

    @property
    def is_found_again(self) -> bool:
        return self.request.method == "POST" and bool(self.request.POST.get(TYPED_AGAIN))

    def show_typed(self) -> HttpResponse:
        """What an ended session had sent, as it was typed, and nothing done. What a page without it is sent is not kept."""
        raise Http404

    @classmethod
    def keeps_typing(cls) -> bool:
        return cls.show_typed is not Page.show_typed

    def lead_on(self, words: str, to: str, *args: Any, level: int = messages.SUCCESS) -> HttpResponse:
        """Go to another page, which says these words; `to` and what follows are those of `redirect`."""
        messages.add_message(self.request, level, words)
        return redirect(to, *args)

    @cached_property
    def held(self) -> Rights:
        """The rights by which the page was reached; an act asks again."""
        return permissions.rights(self.user, at=self.today)

    # The access log: whatever the method, what was shown is noted, and what could not be noted is not shown

    def to_be_noted(self, cases: QuerySet[Case]) -> QuerySet[Case]:
        """Read with each case what the access log says of it."""
        return cases.annotate(**permissions.read_for(self.user, at=self.today, held=self.held))

    def find_shown_case(self) -> Case | None:
        """The one case that the page shows, as `to_be_noted` reads it if the door opened it; None: a list, or no case."""
        return None

    def find_shown_by(self, case: Any) -> ShownBy:
        """For which structure and by which right the page is shown."""
        if hasattr(case, "read_for"):
            return permissions.case_shown_by(self.held, case.read_for, is_assigned=case.is_assigned)
        structure = getattr(self, "structure", None)
        return permissions.list_shown_by(
            self.held, right=self.shown_by_right, structure=structure.pk if structure else None
        )

    def find_criteria(self) -> list[str]:
        """Names of what a search was asked by; never what was typed."""
        return []

    def find_reason(self) -> str:
        """The code of why it was opened, where one is asked; never words."""
        return ""

    def note_shown(self) -> None:
        if not self.shows:
            return
        case = self.find_shown_case()
        shown_by, match = self.find_shown_by(case), self.request.resolver_match
        access_log.note(
            user=self.user,
            kind=self.shows,
            case=case,
            structure=shown_by.structure,
            right=shown_by.right,
            page=match.url_name or "" if match else "",
            criteria=self.find_criteria(),
            reason=self.find_reason(),
            at=self.now,
        )


class FormPage(Page):
    """A form, and one act. What refuses the act stays beside the form, with all that was typed."""

    form_class: type[Form] = Form
    """Without a field, a button alone."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.render_form(self.get_form())

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        form = self.get_form(request.POST)
        if form.is_valid():
            try:
                answer = self.process_sent(form)
            except Refusal as refusal:
                self.add_refusal(form, refusal)
            else:
                warn_of_typed(request, form, case=getattr(self, "case", None), by=self.user, at=self.now)
                return answer
        return self.render_form(form)

    def show_typed(self) -> HttpResponse:
        form = self.get_form(self.request.POST)
        form.is_valid()
        return self.render_form(form)

    def get_form(self, data: QueryDict | None = None) -> Any:
        return self.form_class(data)

    def process_sent(self, form: Any) -> HttpResponse:
        """For the pages whose form says more than its fields."""
        return self.process_form(form.cleaned_data)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        """Do the act, and lead on. A `Refusal` is shown beside the form."""
        raise NotImplementedError

    def add_refusal(self, form: Any, refusal: Refusal) -> None:
        show_refusal(form, refusal)

    def render_form(self, form: Any) -> HttpResponse:
        raise NotImplementedError


def do_and_tell(request: HttpRequest, act: Callable[[], str], *, refused: int = messages.ERROR) -> None:
    """For a button without a form: do the act, and say on the next page what was done, or why it was refused.

    `refused`: the level of the message; what is done already is no error.
    """
    try:
        messages.success(request, act())
    except Refusal as refusal:
        messages.add_message(request, refused, str(refusal))


class StructurePage(Page):
    """A page of one structure in which the user holds a right: the one asked for, else his first."""

    right = ""
    structure: Structure
    mine: list[Structure]
    """All those in which he holds it."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        self.mine = list(self.get_selectable_structures())
        wanted = kwargs.get("structure") or request.GET.get("structure", "")
        chosen = [structure for structure in self.mine if wanted in ("", structure.code)]
        if not chosen:
            raise Http404
        self.structure = chosen[0]
        self.find_objects(**kwargs)
        return super().dispatch(request, *args, **kwargs)

    def get_selectable_structures(self) -> QuerySet[Structure]:
        """Those among which he chooses."""
        return permissions.structures_where(self.user, self.right, at=self.today)

    def find_objects(self, **kwargs: object) -> None:
        """Find what else the page is about, once the structure is found."""

    @property
    def structure_tabs(self) -> list[dict[str, object]]:
        """To go from one of his structures to another; none when there is only one."""
        return build_structure_tabs(self.mine, current=self.structure)


def _find_case(user: User, today: date, held: Rights, page: "type[CasePage]") -> QuerySet[Case]:
    """What the door opens, with all that the page reads with it. Written once for all pages that read the same."""
    permissions.suppose_rights(user, held, at=today)
    asking = page()
    asking.user, asking.today = user, today
    # Asked of this case alone: `visible_cases` would gather all that the person sees.
    visible = Case.objects.filter(permissions.sees_case(user, "pk", at=today, held=held), public_id=NO_UUID)
    visible = asking.to_be_noted(visible.annotate(full=permissions.shown_in_full(user, at=today)))
    return asking.read_with(visible).select_related(
        "household", "tenancy__landlord__organisation", "tenancy__manager", "responsible_structure"
    )


class CasePage(Page):
    """A page of one case. A case that the user may not see does not exist."""

    case: Case
    full: bool
    """Does the user see the whole of it, and not its card only?"""
    shows = AccessEntry.Kind.CASE
    held_back = ANY_METHOD

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        found = read_written(
            _find_case, self.user, self.today, self.held, self.first_that_reads_so(), public_id=kwargs["case"]
        )
        if not found:
            raise Http404
        self.case = found[0]
        self.full = self.case.full  # type: ignore[attr-defined]  # annotated
        if answer := self.find_objects(request, **kwargs):
            if answer.status_code == HTTPStatus.OK:
                self.note_shown()
            return answer
        return super().dispatch(request, *args, **kwargs)

    def find_shown_case(self) -> Case:
        return self.case

    @classmethod
    def first_that_reads_so(cls) -> "type[CasePage]":
        """The first of the classes that it is made of to read a case as it does: they share one query."""
        pages = (each for each in reversed(cls.__mro__) if issubclass(each, CasePage))
        return next(each for each in pages if (each.read_with, each.to_be_noted) == (cls.read_with, cls.to_be_noted))

    def read_with(self, cases: QuerySet[Case]) -> QuerySet[Case]:
        """What else the page reads in the same query as the case. Asks for nothing but the user, his rights and the day."""
        return cases

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        """Find what else the page is about, once the case is found. An answer ends the request there."""
        return None

    @cached_property
    def data(self) -> CasePageData:
        """What the pages of a case say of it, each thing read once."""
        return CasePageData(self.case, on=self.today, may_know_protections=self.may_know_protections)

    @property
    def may_know_protections(self) -> bool:
        """Who sees the whole case, or answers for it, knows that an adult is protected: as for a safe address."""
        return self.full or permissions.accepted_structure(self.user, self.case, at=self.today) is not None

    @property
    def page_context(self) -> dict[str, object]:
        """What every template of a case says."""
        return {"case": self.case, "case_url": self.case_url, "data": self.data}

    def render_page(self, template: str, **more: Any) -> HttpResponse:
        return render(self.request, template, self.page_context | more)

    @property
    def case_url(self) -> str:
        return reverse("case", args=[self.case.public_id])

    @property
    def back_code(self) -> str:
        """The page that one came from, when it is to be seen again after the act."""
        asked = self.request.POST.get("retour") or self.request.GET.get("retour", "")
        return asked if asked in BACK else ""

    @property
    def back_url(self) -> str:
        return reverse(BACK[self.back_code]) if self.back_code else self.case_url
