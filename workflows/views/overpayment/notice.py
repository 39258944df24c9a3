"""Saisir un trop-perçu: one page, with the letter in hand. Its case opens with a debt for each line."""

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
from cases.forms import FormData, FormFiles
from cases.locks import lock_newcomers
from cases.models import AccessEntry, Beneficiary, Case, Edition, Household, Structure
from cases.queries import holders_by_household
from cases.refusals import Refusal
from cases.rules.overpayments import Overpayments
from cases.rules.parameters import read_number
from workflows.actions import kept
from workflows.actions.overpayment import open_with_notice
from workflows.models import KeptFile
from workflows.routing.apply import claimants_of, table_in_force
from workflows.views.arrears.report_matches import TOO_MANY_FOUND, HouseholdMatch, Search
from workflows.views.overpayment.notice_forms import (
    LINES,
    MOST,
    AllLinesForm,
    HomeForm,
    NoticeForm,
    NoticeForms,
    NoticeLineForm,
    PastedForm,
    WhoForm,
)
from workflows.views.overpayment.pasted_lines import (
    PastedLines,
    is_to_be_read,
    is_too_long,
    offer_bundles,
    place_bundle,
    place_lines,
)
from workflows.views.parts.pages import Page

ANOTHER = "another"
TO_SETTLE = (
    ("menage-1", "Un ménage connu ressemble à celui-ci : dire si c’est le même. Rien n’est encore enregistré."),
)
"""What is asked of the household: where, and in which words."""


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

    def find_shown_case(self) -> Case | None:
        return self.case

    @property
    def own_territory(self) -> str:
        """That of the case from which the reader comes, else the one that he works in."""
        return self.case.territory if self.case else self.territory

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.render_form(self.build_forms(None, None))

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if request.POST.get("action") == "who" and self.case is None:
            return self.say_who_is_known()
        typed, shown = request.POST, self.count(request.POST)
        bundle = next((each for each in self.catalogue.bundles if each.code == typed.get("bundle")), None)
        if bundle:
            return self.render_unjudged(place_bundle(typed, bundle, shown=shown))
        if typed.get("action") == "line":
            return self.render_unjudged(typed, shown=min(shown + 1, MOST))
        if typed.get("action") == "read" and not is_too_long(typed):
            data, read = place_lines(typed, shown=shown)
            return self.render_unjudged(data, read=read)
        return self.read_then_open(shown)

    def read_then_open(self, shown: int) -> HttpResponse:
        """What was pasted and not read yet is read first, and shown before anything is recorded."""
        data: QueryDict = self.request.POST
        read = None
        if is_to_be_read(data):
            data, read = place_lines(data, shown=shown)
        forms = self.build_forms(data, self.request.FILES)
        if not forms.are_valid():
            return self.render_form(forms, matches=self.early_matches(forms.who), read=read)
        if read:
            return self.render_form(forms, matches=self.matches(forms.who), read=read, asks=True)
        with transaction.atomic():
            if forms.who:
                lock_newcomers(self.own_territory)
            return self.search_then_open(forms)

    def search_then_open(self, forms: NoticeForms) -> HttpResponse:
        """Whoever enters the same person at this moment has done so, and she is shown; or waits."""
        request, notice, home = self.request, forms.notice, forms.home
        matches = self.matches(forms.who)
        known = next((match for match in matches if match.key == self.chosen_in(matches)), None)
        if matches and not self.chosen_in(matches):
            return self.render_form(forms, matches=matches, asks=True)
        try:
            case = self.open_case(
                forms.who,
                known,
                structure=notice.cleaned_data["structure"],
                lines=[forms.all_lines.complete_line(form.line) for form in forms.typed_lines],
                received=notice.receipt_details,
                pages=notice.cleaned_data["letter"],
                facts=home.facts,
                **{
                    name: notice.cleaned_data[name]
                    for name in ("operator", "letter_date", "act", "file_number", "routes_stated", "informed_by")
                },
            )
        except Refusal as refusal:
            forms.add_refusal(refusal)
            return self.render_form(forms, matches=matches)
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
        forms = self.build_forms(self.request.POST, self.request.FILES)
        return self.render_form(forms, matches=self.early_matches(forms.who))

    def build_forms(self, data: QueryDict | None, files: FormFiles) -> NoticeForms:
        notice = NoticeForm(data, files, initial={"structure": self.structures[0].code})
        notice.kept_files = kept.files_of(self.user, data.getlist("kept")) if data else ()
        field: Any = notice.fields["structure"]
        field.queryset = Structure.objects.filter(pk__in=[each.pk for each in self.structures])
        if len(self.structures) == 1:
            field.widget = field.hidden_widget()
        ranks, causes = range(1, self.count(data) + 1), self.catalogue.causes
        return NoticeForms(
            who=None if self.case else WhoForm(data, today=self.today),
            notice=notice,
            pasted=PastedForm(data),
            all_lines=AllLinesForm(data, causes=causes),
            lines=[NoticeLineForm(data, prefix=f"ligne{rank}", causes=causes) for rank in ranks],
            home=self.build_home_form(data),
        )

    def render_unjudged(
        self, data: QueryDict, *, shown: int | None = None, read: PastedLines | None = None
    ) -> HttpResponse:
        """What was typed, with what was asked and what was said of the household, and nothing judged yet."""
        if shown:
            data = data.copy()
            data["lignes"] = str(shown)
        forms = self.build_forms(data, None)
        matches = self.early_matches(forms.who)
        for _, form in forms.titled:
            form.full_clean()
            form.errors.clear()
        return self.render_form(forms, matches=matches, read=read)

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
    def catalogue(self) -> Overpayments:
        return overpayments_in_force(on=self.today, territory=self.own_territory)

    def count(self, data: QueryDict | None) -> int:
        """How many lines the page shows; what cannot be read is what it shows at first."""
        asked = read_number(data.get("lignes", "")) if data else None
        return min(asked, MOST) if asked else LINES

    def matches(self, who: WhoForm | None) -> list[HouseholdMatch]:
        """Households that resemble the person typed, as the reader may see them: one a household."""
        if who is None:
            return []
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

    def render_form(
        self,
        forms: NoticeForms,
        matches: list[HouseholdMatch] | None = None,
        read: PastedLines | None = None,
        *,
        asks: bool = False,
    ) -> HttpResponse:
        """`asks`: all that was typed may be recorded, once what is shown first was looked at."""
        holder = holders_by_household([self.case.household_id]).get(self.case.household_id) if self.case else None
        known = self.get_known_context(matches or [])
        context = {
            "case": self.case,
            "holder": holder,
            "forms": forms,
            "may_add": len(forms.lines) < MOST,
            "bundles": offer_bundles(self.catalogue.bundles, operator=forms.notice["operator"].value() or ""),
            "read": read,
            "asks": asks,
            **known,
            "problems": [*forms.problems, *(TO_SETTLE if asks and known["matches"] and not known["chosen"] else ())],
            "kept_files": self.kept_files(forms.notice),
        }
        return render(self.request, "notice/new.html", context)
