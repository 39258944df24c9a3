"""One rule: read in any edition; in a draft, changed, tried, withdrawn."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from cases.actions import editions
from cases.actions.editions import mark_of_rows
from cases.models import Edition
from cases.refusals import Refusal
from cases.rules.editions import TITLE, Said
from workflows.views.editions.base import EditionDraftPage, EditionPage
from workflows.views.editions.catalogue_editors import RuleEditor, Sort
from workflows.views.parts.pages import FormPage, do_and_tell

MOVE = "ligne"
"""The button that adds or removes a line, instead of keeping the rule."""


class EditorPage(FormPage, EditionPage):
    """A rule in its form, whose lines are added and removed."""

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        asked = request.POST.get(MOVE, "")
        if not asked:
            return super().post(request, **kwargs)
        editor = self.get_form(request.POST)
        editor.change_lines(asked)
        return self.render_form(editor)

    def show_typed(self) -> HttpResponse:
        return self.render_form(self.get_form(self.request.POST))

    def keep_rule(self, editor: RuleEditor, *, seen: str) -> HttpResponse:
        """As it stands in the draft; `seen` is the mark of what the page showed of it."""
        row = editor.build_row()
        editions.keep_rule(catalogue=self.catalogue_editor.catalogue, edition=self.edition, row=row, seen=seen)
        return redirect(self.url("rules_rule", row["code"]))

    def add_refusal(self, form: RuleEditor, refusal: Refusal) -> None:
        form.add_error(refusal.field, str(refusal))


class RuleView(EditorPage):
    row: dict[str, Any]

    def find_objects(self, **kwargs: object) -> None:
        super().find_objects(**kwargs)
        found = [row for row in self.rows if row["code"] == kwargs["code"]]
        if not found:
            raise Http404
        self.row = found[0]

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if not self.is_draft or self.catalogue_editor.find_editor(self.row) is None:
            raise Http404
        if not self.may_change:
            raise PermissionDenied
        return super().post(request, **kwargs)

    def process_sent(self, form: RuleEditor) -> HttpResponse:
        answer = self.keep_rule(form, seen=self.request.POST.get("vu", ""))
        messages.success(self.request, "Règle enregistrée dans le brouillon. Elle peut être essayée ci-dessous.")
        return answer

    def get_form(self, data: QueryDict | None = None) -> RuleEditor | None:
        """None for who reads it only."""
        editor = self.catalogue_editor.find_editor(self.row)
        if editor is None or not (self.is_draft and self.may_change):
            return None
        is_fixed = bool(self.catalogue_editor.catalogue.published(self.row["code"], self.edition.territory))
        return editor(edition=self.edition, row=self.row, is_fixed=is_fixed, data=data)

    def render_form(self, editor: RuleEditor | None) -> HttpResponse:
        catalogue, code, current = self.catalogue_editor.catalogue, self.row["code"], self.editions.latest
        former = self._row_in(current)
        asked = [(self.edition, [self.row]), *([(current, [former])] if current and former else [])]
        said, *before = (found[code] for found in catalogue.say(asked))
        context = {
            **self.edition_context,
            "code": code,
            "title": " ".join(said[TITLE]),
            "said": _lines(said),
            "editor": editor,
            "seen": self.request.POST.get("vu") or mark_of_rows(self.row),
            "withdraw_url": self.url("rules_withdraw_rule", code),
            "in_force_said": None,
            "trial": None,
        }
        if editor and before:
            context["in_force_said"] = _lines(before[0])
        if editor and self.request.method != "POST":
            in_force = self.editions.in_force
            trial = self.catalogue_editor.trial(
                edition=self.edition,
                row=self.row,
                current=in_force,
                current_row=former if in_force == current else self._row_in(in_force),
                asked=self.request.GET,
                rows=self.rows,
            )
            context["trial"] = {"template": "rules/trial.html", **trial} if trial else None
        return render(self.request, "rules/rule.html", context)

    def _row_in(self, edition: Edition | None) -> dict[str, Any] | None:
        """The same rule in another edition."""
        rows = self.catalogue_editor.catalogue.rows_of_edition(edition) if edition else []
        return next((row for row in rows if row["code"] == self.row["code"]), None)


def _lines(said: Said) -> list[tuple[str, tuple[str, ...]]]:
    return [(label, lines) for label, lines in said.items() if lines and label != TITLE]


class AddRule(EditorPage, EditionDraftPage):
    """A rule under a code of its own, given once; of the sort that the address names (`?sorte=`)."""

    sort: Sort

    def find_objects(self, **kwargs: object) -> None:
        super().find_objects(**kwargs)
        found = self.catalogue_editor.sorts.get(self.request.GET.get("sorte", ""))
        if found is None:
            raise Http404
        self.sort = found

    def process_sent(self, form: RuleEditor) -> HttpResponse:
        answer = self.keep_rule(form, seen="")
        messages.success(self.request, "Règle ajoutée au brouillon. Elle peut être essayée ci-dessous.")
        return answer

    def get_form(self, data: QueryDict | None = None) -> RuleEditor:
        return self.sort.editor(edition=self.edition, row=None, is_fixed=False, data=data)

    def render_form(self, editor: RuleEditor) -> HttpResponse:
        context = {
            **self.edition_context,
            "editor": editor,
            "title": self.sort.title,
            "own_url": self.request.get_full_path(),
        }
        return render(self.request, "rules/add.html", context)


class WithdrawRule(EditionDraftPage):
    """Out of the draft; what already runs keeps it."""

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        do_and_tell(request, self.withdraw)
        return redirect(self.url("rules_edition"))

    def withdraw(self) -> str:
        code = self.kwargs["code"]
        editions.withdraw_rule(catalogue=self.catalogue_editor.catalogue, edition=self.edition, code=code)
        return f"Règle {code} retirée du brouillon. Ce qui court déjà, ou a été produit, la garde."


class RestoreRule(EditionDraftPage):
    """As it is in the last published edition: withdrawn again when it is new, put back when it was withdrawn."""

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        do_and_tell(request, self.restore)
        return redirect(self.url("rules_changes"))

    def restore(self) -> str:
        code, source = self.kwargs["code"], self.editions.latest
        if source is None:
            raise Http404
        editions.restore_rule(
            catalogue=self.catalogue_editor.catalogue, edition=self.edition, code=code, source=source
        )
        return f"Règle {code} remise comme dans l’édition {source.number}."
