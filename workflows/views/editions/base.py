"""What the pages of the rules share: the pilot’s right, the catalogue, the edition. Nobody else finds them."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse

from cases import permissions
from cases.models import Edition
from workflows.queries.editions import CatalogueEditions, read_editions
from workflows.views.editions.catalogue_editors import CATALOGUE_EDITORS, CatalogueEditor
from workflows.views.parts.pages import Page


class RulesPage(Page):
    held_back = ()
    right_in_territory = "pilot_action"
    changes_rules = False
    """For the pilot at the desk of the catalogue only: the pilots of other actions read it."""
    catalogue_editor: CatalogueEditor
    editions: CatalogueEditions

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not permissions.rights(self.user, at=self.today).get("pilot_action"):
            raise Http404
        if "catalogue" in kwargs:
            if kwargs["catalogue"] not in CATALOGUE_EDITORS:
                raise Http404
            self.catalogue_editor = CATALOGUE_EDITORS[kwargs["catalogue"]]
            self.editions = read_editions(self.catalogue_editor.catalogue, territory=self.territory, on=self.today)
        self.find_objects(**kwargs)
        if self.changes_rules and not self.may_change:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def find_objects(self, **kwargs: object) -> None:
        """Find what else the page is about, once the catalogue is found."""

    @property
    def may_change(self) -> bool:
        return self.editions.is_changed_by(self.user)

    @property
    def catalogue_url(self) -> str:
        return reverse("rules_catalogue", args=[self.catalogue_editor.slug])


class EditionPage(RulesPage):
    """A page of one edition of a catalogue."""

    edition: Edition
    rows: list[dict[str, Any]]

    def find_objects(self, **kwargs: Any) -> None:
        found = self.editions.find_by_number(kwargs["number"])
        if found is None:
            raise Http404
        self.edition = found
        self.load_rows()

    def load_rows(self) -> None:
        self.rows = self.catalogue_editor.catalogue.rows_of_edition(self.edition)

    @property
    def is_draft(self) -> bool:
        return self.edition.state == Edition.State.DRAFT

    def url(self, name: str, *more: str) -> str:
        return reverse(name, args=[self.catalogue_editor.slug, self.edition.number, *more])

    @property
    def compared_words(self) -> str:
        """With which edition a draft is compared: « l’édition en vigueur », or the one that will take its place."""
        latest = self.editions.latest
        if latest is None or latest == self.editions.in_force:
            return "l’édition en vigueur"
        return f"l’édition {latest.number}, publiée pour le {latest.effective_on:%d/%m/%Y}"

    @property
    def edition_context(self) -> dict[str, object]:
        """What each template says of the edition."""
        words, tone = self.editions.status_and_tone(self.edition)
        return {
            "catalogue": self.catalogue_editor,
            "kicker": f"{self.catalogue_editor.title}, édition {self.edition.number}",
            "catalogue_url": self.catalogue_url,
            "edition": self.edition,
            "edition_url": self.url("rules_edition"),
            "changes_url": self.url("rules_changes"),
            "standing": words,
            "tone": tone,
            "is_draft": self.is_draft,
            "may_change": self.may_change,
            "desk": self.editions.desk_name,
            # A form goes to the page without the fragment at which a line was added: its faults come first.
            "own_url": self.request.path,
            "in_force": self.editions.in_force,
            "compared_words": self.compared_words,
        }


class EditionDraftPage(EditionPage):
    """A page that changes an edition: a draft only."""

    changes_rules = True

    def find_objects(self, **kwargs: object) -> None:
        super().find_objects(**kwargs)
        if not self.is_draft:
            raise Http404
