"""Two records compared, made one or told apart; and a merge undone."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from cases import permissions
from cases.actions.merging.unmerge import CannotUnmerge, describe_what_stays, refuse_unless_last
from cases.models import AccessEntry, Beneficiary, Case, Merge, Structure
from cases.refusals import NotAllowed, Refusal
from workflows.actions import merging
from workflows.actions.merging import Pair
from workflows.imports.run import keep_imports_out
from workflows.queries.duplicates import Card, Suspected, judge_pair, read_cards
from workflows.views.parts.pages import FormPage, Page
from workflows.views.people.merge_forms import MergeForm


class ComparePeople(FormPage):
    """For who may decide about both. At the pilot’s desk, only if matching suspects them: nobody browses there."""

    shows = AccessEntry.Kind.LIST
    held_back = ()
    pair: Pair
    structure: Structure
    cards: tuple[Card, Card]
    suspicion: Suspected | None

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        people = [get_object_or_404(Beneficiary, public_id=kwargs[name]) for name in ("one", "other")]
        if any(person.merged_into_id for person in people) or people[0] == people[1]:
            return self.redirect_already_merged(people)
        self.pair = Pair.from_people(*people)
        try:
            self.structure = merging.acts_for(self.user, self.pair, at=self.today)
        except NotAllowed:
            raise Http404 from None
        cards = read_cards([person.pk for person in people])
        self.cards = cards[self.pair.kept.pk], cards[self.pair.absorbed.pk]
        self.suspicion = judge_pair(*self.cards)
        if self.suspicion is None and permissions.pilot_desks(self.user, at=self.today).exists():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def redirect_already_merged(self, people: list[Beneficiary]) -> HttpResponse:
        """A second press, or an old link: the records are one already."""
        seen = permissions.comparable_people(self.user, at=self.today).filter(
            pk__in=[person.surviving_record.pk for person in people]
        )
        if not seen.exists():
            raise Http404
        return self.lead_on("Ces fiches sont déjà réunies.", "duplicates", level=messages.INFO)

    def get_form(self, data: QueryDict | None = None) -> MergeForm:
        clash = merging.find_conflicting_cases(self.pair)
        closable = [case for case in clash if merging.may_close(self.user, case, at=self.today)]
        doubled = merging.find_doubled_places(self.pair)
        return MergeForm(data, pair=self.pair, clash=clash, closable=closable, doubled=doubled)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if "apart" in request.POST:
            merging.tell_apart(pair=self.pair, by=self.user, at=self.now)
            return self.lead_on("Deux personnes différentes : cette paire ne sera plus proposée.", "duplicates")
        return super().post(request, **kwargs)

    def process_sent(self, form: MergeForm) -> HttpResponse:
        done = self.merge(form)
        return self.lead_on(merge_words(done), self.page_of(done))

    def merge(self, form: MergeForm) -> Merge:
        """No import may be writing meanwhile: it would go on with a household that is no more."""
        what = form.cleaned_data["what"]
        with transaction.atomic():
            keep_imports_out(self.structure.territory)
            return merging.merge(
                pair=self.pair,
                choices=form.choices,
                together=what != form.PERSON,
                is_one_person=what != form.HOME,
                answer=form.answer,
                stay=form.staying_sides,
                by=self.user,
                at=self.now,
            )

    def page_of(self, done: Merge) -> str:
        """The person, under a case that the reader sees; else the list of what remains to be decided."""
        person = done.kept_person or self.pair.kept
        case = _case_seen(self, person)
        return reverse("person", args=[case.public_id, person.public_id]) if case else reverse("duplicates")

    def render_form(self, form: MergeForm) -> HttpResponse:
        context = {
            "pair": self.pair,
            "cards": self.cards,
            "reasons": self.suspicion.reasons if self.suspicion else (),
            "form": form,
            "back": reverse("duplicates"),
        }
        return render(self.request, "people/compare.html", context)


def _case_seen(page: Page, person: Beneficiary) -> Case | None:
    seen = permissions.visible_cases(page.user, at=page.today)
    return seen.filter(household__memberships__beneficiary=person).order_by("-opened_on", "-pk").first()


def merge_words(done: Merge) -> str:
    what = "Fiches et ménages réunis" if done.kept_person and done.kept_household else "Fiches réunies"
    if done.kind == Merge.Kind.HOUSEHOLD:
        what = "Ménages réunis"
    closed = f" Le dossier {done.closed_case.reference} est clos comme doublon." if done.closed_case else ""
    return f"{what}. Cela peut se défaire, depuis « Fusions faites ».{closed}"


class UndoMerge(Page):
    shows = AccessEntry.Kind.LIST
    held_back = ()
    merge: Merge

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        related = ("by", "structure", "kept_person", "absorbed_person", "kept_household", "closed_case")
        self.merge = get_object_or_404(Merge.objects.select_related(*related), public_id=kwargs["merge"])
        try:
            merging.undoes_for(self.user, self.merge, at=self.today)
        except NotAllowed:
            raise Http404 from None
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.render_form()

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        try:
            done = self.undo()
        except Refusal as refusal:
            return self.render_form(str(refusal), status=409)
        return self.lead_on(undone_words(done), "merges")

    def undo(self) -> merging.Undone:
        with transaction.atomic():
            keep_imports_out(self.merge.structure.territory)
            return merging.unmerge(merge=self.merge, by=self.user, at=self.now)

    def render_form(self, refusal: str = "", *, status: int = 200) -> HttpResponse:
        if not refusal:
            try:
                refuse_unless_last(self.merge)
            except CannotUnmerge as found:
                refusal = str(found)
        context = {
            "merge": self.merge,
            "refusal": refusal,
            "stays": describe_what_stays(self.merge),
            "back": reverse("merges"),
        }
        return render(self.request, "people/unmerge.html", context, status=status)


def undone_words(done: merging.Undone) -> str:
    words = ["Fusion défaite : chaque fiche est comme avant."]
    if done.stays:
        words.append(f"Reste avec la fiche gardée : {', '.join(done.stays)}.")
    if done.reopened:
        words.append(f"Le dossier {done.reopened.reference} est rouvert.")
    if done.left_closed:
        closed = done.left_closed
        words.append(f"Le dossier {closed.reference} reste clos : {closed.responsible_structure} peut le rouvrir.")
    return " ".join(words)
