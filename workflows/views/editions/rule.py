"""One rule: read in any edition; in a draft, changed, tried, withdrawn."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases.actions import editions
from cases.actions.editions import CannotEdit, mark_of_rows
from cases.rules.editions import TITLE, Said
from workflows.views.editions.base import EditionDraftPage, EditionPage
from workflows.views.editions.books import Editor, Sort

MOVE = "ligne"
"""The button that adds or removes a line, instead of keeping the rule."""


class RuleView(EditionPage):
    row: dict[str, Any]

    def find_objects(self, **kwargs: Any) -> None:
        super().find_objects(**kwargs)
        found = [row for row in self.rows if row["code"] == kwargs["code"]]
        if not found:
            raise Http404
        self.row = found[0]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.render_form(self.build_editor() if self.is_draft and self.may_change else None)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not self.is_draft:
            raise Http404
        if not self.may_change:
            raise PermissionDenied
        editor = self.build_editor(request.POST)
        if asked := request.POST.get(MOVE, ""):
            editor.change_lines(asked)
            return self.render_form(editor)
        if editor.is_valid():
            try:
                editions.keep_rule(
                    shelf=self.book.shelf,
                    edition=self.edition,
                    row=editor.build_row(),
                    seen=request.POST.get("vu", ""),
                )
            except CannotEdit as refusal:
                editor.add_error(refusal.field, str(refusal))
            else:
                messages.success(request, "Règle enregistrée dans le brouillon. Elle peut être essayée ci-dessous.")
                return redirect(self.url("rules_rule", self.row["code"]))
        return self.render_form(editor)

    def show_typed(self) -> HttpResponse:
        if not (self.is_draft and self.may_change):
            return self.render_form(None)
        return self.render_form(self.build_editor(self.request.POST))

    def build_editor(self, data: Any = None) -> Editor:
        is_fixed = bool(self.book.shelf.published(self.row["code"]))
        return self.book.editor(edition=self.edition, row=self.row, is_fixed=is_fixed, data=data)

    def render_form(self, editor: Editor | None) -> HttpResponse:
        shelf, code, current = self.book.shelf, self.row["code"], self.shelved.in_force
        former = (
            next((row for row in shelf.rows_of_edition(current) if row["code"] == code), None) if current else None
        )
        asked = [(self.edition, [self.row]), *([(current, [former])] if current and former else [])]
        said, *before = (found[code] for found in shelf.say(asked))
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
            trial = self.book.trial(
                edition=self.edition,
                row=self.row,
                current=current,
                current_row=former,
                asked=self.request.GET,
                rows=self.rows,
            )
            context["trial"] = {"template": "rules/trial.html", **trial} if trial else None
        return render(self.request, "rules/rule.html", context)


def _lines(said: Said) -> list[tuple[str, tuple[str, ...]]]:
    return [(label, lines) for label, lines in said.items() if lines and label != TITLE]


class AddRule(EditionDraftPage):
    """A rule under a code of its own, given once; of the sort that the address names (`?sorte=`)."""

    sort: Sort

    def find_objects(self, **kwargs: Any) -> None:
        super().find_objects(**kwargs)
        found = self.book.sorts.get(self.request.GET.get("sorte", ""))
        if found is None:
            raise Http404
        self.sort = found

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.render_form(self.build_editor())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        editor = self.build_editor(request.POST)
        if asked := request.POST.get(MOVE, ""):
            editor.change_lines(asked)
            return self.render_form(editor)
        if editor.is_valid():
            row = editor.build_row()
            try:
                editions.keep_rule(shelf=self.book.shelf, edition=self.edition, row=row, seen="")
            except CannotEdit as refusal:
                editor.add_error(refusal.field, str(refusal))
            else:
                messages.success(request, "Règle ajoutée au brouillon. Elle peut être essayée ci-dessous.")
                return redirect(self.url("rules_rule", row["code"]))
        return self.render_form(editor)

    def show_typed(self) -> HttpResponse:
        return self.render_form(self.build_editor(self.request.POST))

    def build_editor(self, data: Any = None) -> Editor:
        return self.sort.editor(edition=self.edition, row=None, is_fixed=False, data=data)

    def render_form(self, editor: Editor) -> HttpResponse:
        context = {
            **self.edition_context,
            "editor": editor,
            "title": self.sort.title,
            "own_url": self.request.get_full_path(),
        }
        return render(self.request, "rules/add.html", context)


class WithdrawRule(EditionDraftPage):
    """Out of the draft; what already runs keeps it."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            editions.withdraw_rule(shelf=self.book.shelf, edition=self.edition, code=kwargs["code"])
            messages.success(
                request,
                f"Règle {kwargs['code']} retirée du brouillon. Ce qui court déjà, ou a été produit, la garde.",
            )
        except CannotEdit as refusal:
            messages.error(request, str(refusal))
        return redirect(self.url("rules_edition"))


class RestoreRule(EditionDraftPage):
    """As it is in the edition in force: withdrawn again when it is new, put back when it was withdrawn."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        source = self.shelved.in_force
        if source is None:
            raise Http404
        try:
            editions.restore_rule(shelf=self.book.shelf, edition=self.edition, code=kwargs["code"], source=source)
            messages.success(request, f"Règle {kwargs['code']} remise comme dans l’édition {source.number}.")
        except CannotEdit as refusal:
            messages.error(request, str(refusal))
        return redirect(self.url("rules_changes"))
