"""Le guichet: one screen for whoever receives people. Its draft is kept at each pause; the sheet is printed at the end.

The agent of a counter opens cases and sees none: a household already known is proposed masked, and what is printed
says nothing that was not typed.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property

from cases import permissions
from cases.forms import FormData, show_refusal
from cases.letters import counter as sheets
from cases.letters.compose import letters_in_force
from cases.models import AccessEntry, Case, Letter, Structure
from cases.refusals import Refusal
from cases.rules.letters import read_letters, read_papers
from cases.templatetags.relais import euros
from workflows.actions import drafts
from workflows.models import ReportDraft
from workflows.steps.contact import PROMISE
from workflows.views.arrears.counter_forms import ABSENT, INFORMED, OTHER, REACHES_NOBODY, CounterForm
from workflows.views.arrears.report_draft import ArrearsReportPage, ReportDraftPage, preview_context, said_of
from workflows.views.arrears.report_forms import ACTS_RECEIVED, HEARING, SUMMONS
from workflows.views.arrears.report_matches import TOO_MANY_FOUND, HouseholdMatch
from workflows.views.parts.cut_lists import MOST_SHOWN
from workflows.views.parts.pages import SAFE, Page
from workflows.views.parts.private_files import private_file

TYPED = "counter"
"""The part of a draft that holds what is typed here."""
SENT_SHOWN = 10
NO_HEARING = "jour non connu : il est écrit sur l’assignation, le demander avant son départ"
UNKNOWN = "non connu : le professionnel qui suivra la personne le demandera"


class CounterPage(ReportDraftPage):
    """A page of the counter, for those who may open a case."""

    right = "open_case"
    at_counter = True

    @property
    def own_drafts(self) -> QuerySet[ReportDraft]:
        """In the name of a structure where he still may."""
        mine = permissions.structures_where(self.user, self.right, at=self.today)
        return super().own_drafts.filter(structure__in=mine)

    def already_sent(self, request: HttpRequest) -> HttpResponse:
        return super().already_sent(request) if self.draft.case else redirect("counter")

    def redirect_after_sending(self, draft: ReportDraft) -> HttpResponse:
        return redirect("counter_done", draft=draft.public_id)

    def build_unsaved_draft(self, structure: Structure, public_id: UUID) -> ReportDraft:
        return ReportDraft(public_id=public_id, author=self.user, structure=structure, at_counter=True)

    # What was typed

    def get_form(self, part: str = TYPED, data: FormData = None) -> CounterForm:
        """One form for all that a report asks; `part` is how the report’s own pages call theirs."""
        options = {**self.form_options(self.draft.structure), "is_completing": self.has_open_case}
        form = (
            CounterForm(initial=self.get_typed_answers(TYPED), **options)
            if data is None
            else CounterForm(data, **options)
        )
        form.known, form.chosen = tuple(self.matches), self.chosen_household_key
        form.not_told = TOO_MANY_FOUND if self.matches_are_bounded else ""
        return form

    def get_checked_form(self, part: str) -> CounterForm:
        return self.as_left

    @cached_property
    def as_left(self) -> CounterForm:
        """What is kept, with its faults. It asks nothing of which household it is."""
        form = CounterForm(self.get_typed_answers(TYPED), **self.form_options(self.draft.structure))
        form.full_clean()
        return form

    # Which household it is

    @cached_property
    def matches(self) -> list[HouseholdMatch]:
        return self.search.find_matches(dismissed=[]) if self.as_left.can_be_searched else []

    def search_again_alone(self) -> None:
        super().search_again_alone()
        self.__dict__.pop("matches", None)

    @property
    def matches_are_bounded(self) -> bool:
        return self.as_left.can_be_searched and self.search.too_many_found

    def to_settle(self) -> list[HouseholdMatch]:
        return [] if self.is_settled else [match for match in self.matches if match.key not in self.dismissed_keys]

    @property
    def chosen_household_key(self) -> str:
        if self.is_settled:
            return str((self.tenancy or self.household).public_id)  # type: ignore[union-attr]  # one of them is known
        return OTHER if self.matches and not self.to_settle() else ""

    def keep_typed_answers(self, request: HttpRequest) -> None:
        """Keep what is typed, then which household it is: only one of those that resemble now, and that were shown."""
        form = CounterForm(request.POST, **self.form_options(self.draft.structure))
        self.draft.answers = self.draft.answers | {TYPED: form.get_typed_answers()}
        key, seen = request.POST.get("household", ""), request.POST.getlist("seen")
        match = next((match for match in self.matches if match.key == key), None)
        drafts.keep_parts(
            draft=self.draft,
            at=self.now,
            **{TYPED: self.get_typed_answers(TYPED)},
            household=match.household.pk if match else None,
            tenancy=match.tenancy.pk if match and match.tenancy else None,
            dismissed=[match.key for match in self.matches if match.key in seen] if key == OTHER else [],
        )

    # What is shown

    def render_form(self, form: CounterForm, **more: object) -> HttpResponse:
        context = {
            "form": form,
            "draft": self.draft,
            "structure": self.draft.structure,
            **self.get_side_panel_context(),
            **more,
        }
        return render(self.request, "counter/counter.html", context)

    def get_side_panel_context(self) -> dict[str, object]:
        """Who would take the case, and when what is typed was kept."""
        if not self.draft.pk or not self.as_left.can_be_searched:
            return {"kept_at": self.draft.touched_at}
        return preview_context(self) | {"has_preview": True}


class NewCounter(CounterPage):
    """An empty form, the drafts to go on with, and what was sent today. Nothing is written before the first pause."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return ArrearsReportPage.dispatch(self, request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        structure = self.asked_for(request)
        self.draft = self.build_unsaved_draft(structure, uuid4())
        form = self.get_form()
        form.fields["usual_name"].widget.attrs["autofocus"] = True
        mine = list(self.own_drafts.filter(Q(sent_at=None) | Q(sent_at__date=self.today, case__isnull=False)))
        left = [draft for draft in mine if draft.sent_at is None]
        return self.render_form(
            form,
            structures=self.structures,
            left=left[:MOST_SHOWN],
            left_count=len(left),
            sent=[draft for draft in mine if draft.sent_at][:SENT_SHOWN],
        )


class CounterDraft(CounterPage):
    """A draft begun. Its address is in the page before its first pause: the first thing that is sent begins it."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: Any) -> HttpResponseBase:
        if request.method not in SAFE:
            self.begin(request, kwargs["draft"])
        return super().dispatch(request, *args, **kwargs)

    def begin(self, request: HttpRequest, public_id: UUID) -> None:
        self.structures = list(permissions.structures_where(self.user, self.right, at=self.today))
        if self.structures and not ReportDraft.objects.filter(public_id=public_id).exists():
            drafts.begin(
                author=self.user,
                structure=self.asked_for(request),
                answers={},
                at=self.now,
                public_id=public_id,
                at_counter=True,
            )

    def get(self, request: HttpRequest, draft: UUID) -> HttpResponse:
        return self.render_form(self.get_form())

    def post(self, request: HttpRequest, draft: UUID) -> HttpResponse:
        action = request.POST.get("action", "send")
        if action == "discard":
            drafts.discard(draft=self.draft, at=self.now)
            return self.lead_on("Saisie effacée.", "counter", level=messages.INFO)
        self.keep_typed_answers(request)
        if self.draft.sent_at:
            return self.already_sent(request)
        if action == "keep":
            return self.show_typed()
        with transaction.atomic():
            self.search_again_alone()
            if self.draft.sent_at:
                return self.already_sent(request)
            form = self.get_form(data=request.POST)
            if self.to_settle():
                form.add_error("household", "Un ménage connu ressemble à celui-ci : dire si c’est le même.")
            if form.is_to_ask_how_to_reach and not self.is_settled:
                form.add_error("no_way", REACHES_NOBODY)
            return self.send(form) if form.is_valid() else self.render_form(form)

    def show_typed(self) -> HttpResponse:
        self.keep_typed_answers(self.request)
        return redirect("counter_draft", draft=self.draft.public_id)

    def send(self, form: CounterForm) -> HttpResponse:
        was_open = self.has_open_case
        met = form.cleaned_data["meeting"]
        intake = self.intake(
            person=form,
            lease=form,
            send=form,
            met_at_counter=met != ABSENT,
            is_informed=met == INFORMED,
            called=form.full_name,
            completes=was_open,
            reaches_nobody=form.reaches_nobody and form.cleaned_data["no_way"],
        )
        try:
            sent = drafts.send(draft=self.draft, intake=intake, by=self.user, at=self.now)
        except Refusal as refusal:
            show_refusal(form, refusal)
            return self.render_form(form)
        messages.success(self.request, said_of(sent, completed=was_open))
        return self.redirect_after_sending(sent)


class CounterPause(CounterDraft):
    """What the page sends while one types: it is kept, and what is known is said."""

    http_method_names = ("post",)

    def already_sent(self, request: HttpRequest) -> HttpResponse:
        return super().already_sent(request) if self.is_found_again else HttpResponse(status=204)

    def post(self, request: HttpRequest, draft: UUID) -> HttpResponse:
        self.keep_typed_answers(request)
        form = self.get_form()
        shown = [match.key for match in self.matches]
        is_same = shown == request.POST.getlist("seen") and self.chosen_household_key == request.POST.get(
            "household", ""
        )
        context = {**self.get_side_panel_context(), **form.shown_known(), "is_same": is_same}
        answer = render(request, "counter/pause.html", context)
        # Reloading the page then finds the draft.
        answer["HX-Replace-Url"] = reverse("counter_draft", args=[self.draft.public_id])
        return answer


class SentPage(Page):
    """What was sent from the counter, for whoever sent it."""

    shows = AccessEntry.Kind.REPORT
    held_back = ()
    case: Case
    letter: Letter | None
    told: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        mine = permissions.structures_where(self.user, CounterPage.right, at=self.today)
        sent = ReportDraft.objects.filter(author=self.user, structure__in=mine, at_counter=True)
        draft = get_object_or_404(sent.select_related("case", "letter__edition"), public_id=kwargs["draft"])
        if draft.case is None:
            raise Http404
        self.case, self.letter, self.told = draft.case, draft.letter, draft.told
        return super().dispatch(request, *args, **kwargs)

    def find_shown_case(self) -> Case:
        return self.case


class CounterDone(SentPage):
    """The sheet to print and to hand over: as it was made, whatever has become of the case."""

    def get(self, request: HttpRequest, draft: UUID) -> HttpResponse:
        context = {
            "draft": draft,
            "case": self.case,
            "can_view": permissions.can_view(self.user, self.case, at=self.today),
            "told": self.read_back(),
            **self.get_handed_sheet_context(),
        }
        return render(request, "counter/done.html", context)

    def read_back(self) -> list[tuple[str, str]]:
        """What was recorded besides the person, each under its name: to be checked while she is there."""
        days = {kind: date.fromisoformat(day) for kind, day in self.told.get("milestones", {}).items()}
        received = [f"{ACTS_RECEIVED[kind]}, le {days[kind]:%d/%m/%Y}" for kind in days if kind != HEARING]
        balance = self.told.get("balance")
        return [
            ("Dernier acte reçu", ", ".join(received) or "aucun signalé"),
            *(
                [("Audience", f"le {days[HEARING]:%d/%m/%Y}" if HEARING in days else NO_HEARING)]
                if SUMMONS in days
                else []
            ),
            ("Urgence", "oui" if self.told.get("is_urgent") else "non signalée"),
            *([("Bailleur", UNKNOWN)] if self.told.get(drafts.NO_LANDLORD) else []),
            ("Montant dû", self.describe_balance(balance)),
        ]

    def describe_balance(self, balance: str | None) -> str:
        if not balance:
            return UNKNOWN if self.told.get(drafts.OPENED) else "inchangé : aucun montant n’a été saisi"
        waits = " : proposé au service qui suit le dossier" if self.told.get(drafts.PROPOSED) else ""
        return f"{euros(Decimal(balance))}{waits}"

    def get_handed_sheet_context(self) -> dict[str, object]:
        if self.letter is None:
            edition, _ = letters_in_force(on=self.today, territory=self.case.territory)
            return {"papers": read_papers(edition.parameters)}
        text = read_letters(self.letter.edition.parameters)[self.letter.kind]
        return {
            "letter": self.letter,
            "sheet": sheets.in_full(text, self.letter.typed),
            "said": _said_of_the_contact(self.letter.typed, is_informed=text.at_counter == INFORMED),
        }


def _said_of_the_contact(typed: dict[str, str], *, is_informed: bool) -> str:
    said = "La fiche est gardée au dossier, remise en main propre."
    if (when := typed.get(PROMISE, sheets.SOON)) != sheets.SOON:
        said += (
            f" Elle annonce un contact {when} : cette date est dans les échéances du service, et rien ne la repousse."
        )
    if not is_informed:
        said += " Le professionnel qui suivra la personne devra encore l’informer."
    return said


class CounterSheetFile(SentPage):
    """The same sheet, as it was printed and kept on the case."""

    shows = AccessEntry.Kind.PRINT

    def get(self, request: HttpRequest, draft: UUID) -> HttpResponse:
        if self.letter is None:
            raise Http404
        name = f"guichet-{self.case.reference}.pdf"
        return private_file(self.letter.file, content_type="application/pdf", name=name)
