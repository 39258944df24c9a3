"""The whole timeline of a case: every act with what it caused, by nature, fifty to a page."""

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from cases import permissions
from workflows.queries.timeline import NATURES, Thread, entries_of, threads_of
from workflows.views.parts.pages import CasePage
from workflows.views.parts.tabs import build_tab
from workflows.views.parts.timeline import build_timeline

PAGE_SIZE = 50
ALL = ""


class Chronology(CasePage):
    """For those who see the whole case, like the lines of its page."""

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if not self.full:
            raise PermissionDenied
        return None

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        asked = request.GET.get("nature", ALL)
        nature = asked if asked in NATURES else ALL
        threads = threads_of(self.case)
        chosen = _threads_after(_filter_by_nature(threads, nature), request.GET.get("apres", ""))
        shown, more = chosen[:PAGE_SIZE], len(chosen) > PAGE_SIZE
        pieces = permissions.visible_documents(self.user, self.case, at=self.today)
        notes = permissions.visible_notes(self.user, self.case, at=self.today)
        return self.render_page(
            "case/chronology.html",
            tabs=[_tab(code, threads, current=nature) for code in (ALL, *NATURES)],
            lines=build_timeline(
                entries_of(self.case, threads=shown, notes=notes),
                milestones=self.data.words_of_milestones,
                pieces={piece.pk: piece.label for piece in pieces},
            ),
            is_managed=permissions.has_right(
                self.user, "manage_members", self.case.responsible_structure_id, at=self.today
            ),
            first_url=_page_url(nature) if "apres" in request.GET else "",
            next_url=_page_url(nature, apres=shown[-1].root) if more else "",
        )


def _filter_by_nature(threads: list[Thread], nature: str) -> list[Thread]:
    """An act is of its own nature, and of that of each thing that it caused."""
    return [thread for thread in threads if nature in (ALL, *thread.natures)]


def _threads_after(threads: list[Thread], last: str) -> list[Thread]:
    """What follows the act that ends a page; all when there is none such."""
    roots = [str(thread.root) for thread in threads]
    return threads[roots.index(last) + 1 :] if last in roots else threads


def _tab(code: str, threads: list[Thread], *, current: str) -> dict[str, object]:
    label = NATURES[code][0] if code else "Tout"
    return build_tab(label, _page_url(code), current=code == current, count=len(_filter_by_nature(threads, code)))


def _page_url(nature: str, **more: object) -> str:
    return f"?{urlencode(({'nature': nature} if nature else {}) | more)}"
