"""Saisir un trop-perçu: one page, with the letter in hand. Its case opens with a debt for each line."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property

from cases import permissions
from cases.actions import people
from cases.actions.remedies import overpayments_in_force
from cases.forms import FormData, FormFiles, show_refusal
from cases.locks import lock_newcomers
from cases.models import AccessEntry, Beneficiary, Case, Edition, Household, Structure
from cases.queries import holders_by_household
from cases.refusals import Refusal
from cases.rules.overpayments import OverpaymentCause
from cases.rules.parameters import read_number
from workflows.actions import kept
from workflows.actions.overpayment import open_with_notice
from workflows.models import KeptFile
from workflows.routing.apply import claimants_of, table_in_force
from workflows.views.arrears.report_matches import TOO_MANY_FOUND, HouseholdMatch, Search
from workflows.views.overpayment.notice_forms import LINES, MOST, HomeForm, NoticeForm, NoticeLineForm, WhoForm
from workflows.views.parts.pages import Page

ANOTHER = "another"
TO_SETTLE = (
    ("menage-1", "Un ménage connu ressemble à celui-ci : dire si c’est le même. Rien n’est encore enregistré."),
)
"""What is asked of the household: where, and in which words."""
Forms = tuple[WhoForm | None, NoticeForm, HomeForm, list[NoticeLineForm]]


class NewNotice(Page):
    """For those who follow cases. From a case, its household is known; else the person is typed, and searched."""

    right_in_territory = "handle_case"
    held_back = ()
    structures: list[Structure]
    not_told = ""
    """What to do when others may be known, and it is not said any more today."""
    case: Case | None
    """Of whose household the letter is, when the reader comes from a case that he sees."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        seen = self.to_be_noted(permissions.visible_cases(self.user, at=self.today)).select_related("household")
        self.case = get_object_or_404(seen, public_id=kwargs["case"]) if kwargs.get("case") else None
        self.shows = AccessEntry.Kind.CASE if self.case else ""
        own = list(permissions.structures_where(self.user, "handle_case", at=self.today))
        self.structures = [each for each in own if each.territory == self.own_territory] if own else []
        if not self.structures:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def find_shown_case(self) -> Any:
        return self.case

    @property
    def own_territory(self) -> str:
        """That of the case from which the reader comes, else the one that he works in."""
        return self.case.territory if self.case else self.territory

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.render_form(*self.build_forms(None, None))

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        action = request.POST.get("action")
        if action == "who" and self.case is None:
            return self.say_who_is_known()
        if action == "line":
            return self.render_form(*self.one_line_more(request.POST))
        who, notice, home, lines = self.build_forms(request.POST, request.FILES)
        valid = [form.is_valid() for form in (who, notice, home, *lines) if form is not None]
        typed = [form for form in lines if not form.is_empty]
        if not all(valid):
            return self.render_form(who, notice, home, lines, matches=self.early_matches(who))
        with transaction.atomic():
            if who:
                lock_newcomers(self.own_territory)
            return self.search_then_open(who, notice, home, lines, typed)

    def search_then_open(
        self,
        who: WhoForm | None,
        notice: NoticeForm,
        home: HomeForm,
        lines: list[NoticeLineForm],
        typed: list[NoticeLineForm],
    ) -> HttpResponse:
        """Whoever enters the same person at this moment has done so, and she is shown; or waits."""
        request = self.request
        matches = self.matches(who) if who else []
        known = next((match for match in matches if match.key == self.chosen_in(matches)), None)
        if matches and not self.chosen_in(matches):
            return self.render_form(who, notice, home, lines, matches=matches, is_to_settle=True)
        try:
            case = self.open_case(
                who,
                known,
                structure=notice.cleaned_data["structure"],
                lines=[form.line for form in typed],
                received=notice.receipt_details,
                pages=notice.cleaned_data["letter"],
                facts=home.facts,
                **{
                    name: notice.cleaned_data[name]
                    for name in ("operator", "letter_date", "act", "file_number", "routes_stated", "informed_by")
                },
            )
        except Refusal as refusal:
            self.add_refusal(refusal, notice, typed)
            return self.render_form(who, notice, home, lines)
        kept.discard_files(notice.kept_files)
        if self.not_told:
            messages.warning(request, self.not_told)
        own = notice.cleaned_data["structure"].code
        is_ours = home.facts.get("followed_by") == own and own not in claimants_of(case)
        until = (
            "votre structure l’accompagne."
            if is_ours
            else "vous en répondez jusqu’à ce qu’une autre structure l’accepte."
        )
        return self.lead_on(f"Trop-perçu enregistré : {until}", "case", case.public_id)

    def say_who_is_known(self) -> HttpResponse:
        """What the page asks for while one types, once there is a name and a birth date; nothing new is shown twice."""
        who = WhoForm(self.request.POST, today=self.today)
        matches = self.early_matches(who)
        if [match.key for match in matches] == self.request.POST.getlist("seen"):
            return HttpResponse(status=204)
        return render(self.request, "notice/known.html", self.get_known_context(matches))

    def chosen_in(self, matches: list[HouseholdMatch]) -> str:
        """Which of these households it is, or that it is none of them, if all of them were shown."""
        chosen, seen = self.request.POST.get("household", ""), self.request.POST.getlist("seen")
        if chosen == ANOTHER:
            return ANOTHER if all(match.key in seen for match in matches) else ""
        return chosen if any(match.key == chosen for match in matches) else ""

    def get_known_context(self, matches: list[HouseholdMatch]) -> dict[str, object]:
        chosen = self.chosen_in(matches)
        return {"matches": matches, "another": ANOTHER, "chosen": chosen, "not_told": self.not_told}

    def early_matches(self, who: WhoForm | None) -> list[HouseholdMatch]:
        """Before all is typed, as at the counter: by a name with a birth date."""
        if who is None:
            return []
        who.full_clean()
        return self.matches(who) if who.cleaned_data.get("usual_name") and who.cleaned_data.get("birth_date") else []

    def show_typed(self) -> HttpResponse:
        return self.render_form(*self.build_forms(self.request.POST, self.request.FILES))

    def build_forms(self, data: QueryDict | None, files: FormFiles) -> Forms:
        who = None if self.case else WhoForm(data, today=self.today)
        notice = NoticeForm(data, files, initial={"structure": self.structures[0].code})
        notice.kept_files = kept.files_of(self.user, data.getlist("kept")) if data else ()
        field: Any = notice.fields["structure"]
        field.queryset = Structure.objects.filter(pk__in=[each.pk for each in self.structures])
        if len(self.structures) == 1:
            field.widget = field.hidden_widget()
        ranks = range(1, self.count(data) + 1)
        lines = [NoticeLineForm(data, prefix=f"ligne{rank}", causes=self.causes) for rank in ranks]
        return who, notice, self.build_home_form(data), lines

    def build_home_form(self, data: FormData) -> HomeForm:
        """From a case that one sees, with what is known of its household."""
        known = self.case.household.facts.filter(name__in=HomeForm.names) if self.case else ()
        words = {True: "yes", False: "no"}
        initial = {fact.name: words[fact.value] if isinstance(fact.value, bool) else fact.value for fact in known}
        _, table = table_in_force(
            on=self.today, territory=self.own_territory, catalogue=Edition.Catalogue.ROUTING_OVERPAYMENT
        )
        return HomeForm(data, table=table, ours=self.structures, initial=initial)

    @cached_property
    def causes(self) -> Sequence[OverpaymentCause]:
        return overpayments_in_force(on=self.today, territory=self.own_territory).causes

    def count(self, data: QueryDict | None) -> int:
        """How many lines the page shows; what cannot be read is what it shows at first."""
        asked = read_number(data.get("lignes", "")) if data else None
        return min(asked, MOST) if asked else LINES

    def one_line_more(self, data: QueryDict) -> Forms:
        """What was typed, with a line more, and nothing judged yet."""
        more = data.copy()
        more["lignes"] = str(min(self.count(data) + 1, MOST))
        who, notice, home, lines = self.build_forms(more, None)
        for form in filter(None, (who, notice, home, *lines)):
            form.full_clean()
            form.errors.clear()
        return who, notice, home, lines

    def matches(self, who: WhoForm) -> list[HouseholdMatch]:
        """Households that resemble the person typed, as the reader may see them: one a household."""
        typed = {name: value for name, value in who.cleaned_data.items() if value}
        search = Search(typed, structure=self.structures[0], user=self.user, at=self.now)
        shown = search.find_matches(dismissed=[])
        self.not_told = TOO_MANY_FOUND if search.too_many_found else ""
        return list({match.household.pk: match for match in shown}.values())

    @transaction.atomic
    def open_case(self, who: WhoForm | None, known: HouseholdMatch | None, **said: Any) -> Case:
        """The household and its case, or neither."""
        return open_with_notice(household=self.get_or_create_household(who, known), by=self.user, at=self.now, **said)

    def get_or_create_household(self, who: WhoForm | None, known: HouseholdMatch | None) -> Household:
        if who is None:
            return self.case.household  # type: ignore[union-attr]  # without a case, the person is typed
        if known:
            return known.household
        return people.create_household(
            territory=self.own_territory, holder=Beneficiary(**who.person), others=[], at=self.now, by=self.user
        )

    def kept_files(self, notice: NoticeForm) -> list[KeptFile]:
        """The pages of the letter that need not be chosen again, whatever the fault."""
        sent = self.request.FILES.getlist("letter")
        return [*notice.kept_files, *kept.keep_files(author=self.user, files=sent, at=self.now)]

    def add_refusal(self, refusal: Refusal, notice: NoticeForm, typed: list[NoticeLineForm]) -> None:
        """Each fault beside its field; the rank of a line is among those that were typed."""
        for field, words in refusal.faults:
            name, _, rank = (field or "").rpartition("-")
            form = typed[int(rank) - 1] if name else notice
            show_refusal(form, Refusal(words, field=name or field))

    def render_form(
        self,
        who: WhoForm | None,
        notice: NoticeForm,
        home: HomeForm,
        lines: list[NoticeLineForm],
        matches: list[HouseholdMatch] | None = None,
        *,
        is_to_settle: bool = False,
    ) -> HttpResponse:
        holder = holders_by_household([self.case.household_id]).get(self.case.household_id) if self.case else None
        context = {
            "case": self.case,
            "holder": holder,
            "who": who,
            "notice": notice,
            "home": home,
            "lines": lines,
            "may_add": len(lines) < MOST,
            **self.get_known_context(matches or []),
            "problems": [*_collect_errors(who, notice, home, lines), *(TO_SETTLE if is_to_settle else ())],
            "kept_files": self.kept_files(notice),
        }
        return render(self.request, "notice/new.html", context)


def _collect_errors(
    who: WhoForm | None, notice: NoticeForm, home: HomeForm, lines: list[NoticeLineForm]
) -> Iterator[tuple[str, str]]:
    """Every fault of the page at once: the id of its field, and its words."""
    titled = [
        ("", who),
        ("", notice),
        ("", home),
        *((f"Ligne {rank}, ", form) for rank, form in enumerate(lines, start=1)),
    ]
    for title, form in titled:
        if form is None or not form.is_bound:
            continue
        yield from (("", f"{title}{words}") for words in form.non_field_errors())
        for field in form:
            label = f"{title}{field.label[0].lower()}{field.label[1:]}" if title else field.label
            yield from ((field.auto_id, f"{label} : {words}") for words in field.errors)
