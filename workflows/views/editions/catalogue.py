"""The list of catalogues, and the history of one of them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cases import permissions
from cases.actions import corrected_editions, editions
from cases.actions.editions import CannotEdit
from cases.models import Edition
from cases.rules.editions import TITLE, compare_editions
from cases.rules.parameters import read_number
from cases.rules.release_corrections import ReleaseCorrections
from workflows.actions import replays
from workflows.queries.editions import read_editions_of_each
from workflows.routing.editable_tables import TABLES
from workflows.views.editions.base import EditionPage, RulesPage
from workflows.views.editions.catalogue_editors import list_catalogue_editors
from workflows.views.editions.edition_changes import list_changes
from workflows.views.parts.pages import do_and_tell


class RulesList(RulesPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        listed = list_catalogue_editors()
        found = read_editions_of_each([each.catalogue for each in listed], territory=self.territory, on=self.today)
        return render(request, "rules/list.html", {"listed": list(zip(listed, found, strict=True))})


class CatalogueHistory(RulesPage):
    """History, what to do next, and two editions to compare."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        found, corrections = self.editions, self._corrections
        context = {
            "catalogue": self.catalogue_editor,
            "editions": found,
            "history": [
                (each, *found.status_and_tone(each), each in found.coming_editions) for each in found.editions
            ],
            "compared": found.editions[:2],
            "replays_url": self._replays_url,
            "may_change": self.may_change,
            "desk": found.desk_name,
            "corrections": corrections,
            "corrected": self._titles_of(corrections),
        }
        return render(request, "rules/catalogue.html", context)

    @property
    def _corrections(self) -> ReleaseCorrections | None:
        """What this version of Relais would correct, for who may open a draft of it."""
        current = self.editions.latest
        if current is None or self.editions.draft or not self.may_change:
            return None
        return corrected_editions.corrections_of(self.catalogue_editor.catalogue, current)

    def _titles_of(self, corrections: ReleaseCorrections | None) -> list[tuple[str, str]]:
        """Code and title of each row that the release would write."""
        current = self.editions.latest
        if corrections is None or current is None:
            return []
        (said,) = self.catalogue_editor.catalogue.say([(current, corrections.taken)])
        return [(code, " ".join(each[TITLE])) for code, each in said.items()]

    @property
    def _replays_url(self) -> str:
        """Of a routing table, for the pilot of its action."""
        current = self.editions.in_force
        if current is None or current.catalogue not in TABLES:
            return ""
        desk = replays.desk_of(current)
        mine = permissions.has_right(self.user, "pilot_action", desk.pk, at=self.today)
        return reverse("rules_replays", args=[self.catalogue_editor.slug]) if mine else ""


class CopyEdition(EditionPage):
    """Open a draft that says what this edition says."""

    changes_rules = True

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        try:
            draft = editions.open_draft(
                catalogue=self.catalogue_editor.catalogue, source=self.edition, by=self.user, at=self.now
            )
        except CannotEdit as refusal:
            return self.lead_on(str(refusal), self.catalogue_url, level=messages.ERROR)
        messages.success(
            request,
            f"Brouillon ouvert : édition {draft.number}, copie de l’édition {self.edition.number}. Rien ne change tant "
            "qu’il n’est pas publié.",
        )
        return redirect("rules_edition", self.catalogue_editor.slug, draft.number)


class CorrectEdition(EditionPage):
    """Open a draft of this edition with what this version of Relais corrects, never over the pilot’s own words."""

    changes_rules = True

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        try:
            found = corrected_editions.open_corrected_draft(
                catalogue=self.catalogue_editor.catalogue, source=self.edition, by=self.user, at=self.now
            )
        except CannotEdit as refusal:
            return self.lead_on(str(refusal), self.catalogue_url, level=messages.ERROR)
        left = f" Vos règles restent les vôtres : {', '.join(found.left)}." if found.left else ""
        outlived = (
            f" Relais n’a plus {', '.join(found.outlived)}, que vous avez récrite : la retirer du brouillon si une règle"
            " ajoutée la remplace, sinon les deux s’appliqueront."
        )
        messages.success(
            request,
            f"Brouillon ouvert avec les corrections de Relais ({len(found.taken) + len(found.dropped)}). Lire ce qui"
            f" changerait, puis publier.{left}{outlived if found.outlived else ''}",
        )
        draft = self.catalogue_editor.catalogue.editions_of(self.edition.territory).get(state=Edition.State.DRAFT)
        return redirect("rules_changes", self.catalogue_editor.slug, draft.number)


class DropDraft(EditionPage):
    changes_rules = True

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        do_and_tell(request, self.drop)
        return redirect(self.catalogue_url)

    def drop(self) -> str:
        editions.drop(catalogue=self.catalogue_editor.catalogue, edition=self.edition, by=self.user, at=self.now)
        return "Brouillon abandonné. Les règles en vigueur n’ont pas changé."


class WithdrawEdition(EditionPage):
    """Withdraws a published edition before the day from which it would hold."""

    changes_rules = True

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        do_and_tell(request, self.withdraw)
        return redirect(self.catalogue_url)

    def withdraw(self) -> str:
        editions.withdraw(catalogue=self.catalogue_editor.catalogue, edition=self.edition, by=self.user, at=self.now)
        return f"Édition {self.edition.number} retirée : elle ne s’appliquera pas."


class CompareEditions(RulesPage):
    """Two editions of a catalogue: what the second changes to the first."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        pair = [self._asked_edition(name) for name in ("de", "a")]
        before, after = self.catalogue_editor.catalogue.say(
            list(zip(pair, self.catalogue_editor.catalogue.rows_of(*pair), strict=True))
        )
        context = {
            "catalogue": self.catalogue_editor,
            "catalogue_url": self.catalogue_url,
            "before": pair[0],
            "after": pair[1],
            "changed": list_changes(compare_editions(before, after)),
            "editions": self.editions,
        }
        return render(request, "rules/compare.html", context)

    def _asked_edition(self, name: str) -> Edition:
        number = read_number(self.request.GET.get(name, ""), most=99_999)
        found = None if number is None else self.editions.find_by_number(number)
        if found is None:
            raise Http404
        return found
