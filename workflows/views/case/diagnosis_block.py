"""A block of the diagnosis is saved: at a pause while one types, or whole."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from cases.actions import diagnosis
from cases.actions.diagnosis import Saved
from cases.diagnosis.blocks import BlockForm
from cases.diagnosis.forms import FORMS
from cases.locks import lock_case
from cases.models import DiagnosticBlock
from cases.models.diagnosis import Block
from cases.rules.parameters import read_number
from cases.templatetags.relais import short_datetime
from workflows.views.case.diagnosis import OPEN, EditPage, show_blocks, state_of


class SaveBlock(EditPage):
    """A block is saved whole; one that cannot be is kept as it was typed, and says what to correct."""

    block: Block

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        if kwargs["block"] not in Block.values:
            raise Http404
        self.block = Block(kwargs["block"])
        return None

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        """A page shown again after a refusal, or an address kept: the block, open."""
        return show_blocks(self, opened=self.block) if self.is_edited else redirect(self.url)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        """One waits for whoever takes the step at this moment: a diagnosis that he finishes is not begun anew."""
        with transaction.atomic():
            lock_case(self.case.pk)
            self.clear_cached_properties()
            return self.process_block(request)

    def show_typed(self) -> HttpResponse:
        """Over what was saved meanwhile only once it is saved, and then with a word: the block keeps the version it had."""
        form = FORMS[self.block](self.request.POST, setting=self.setting)
        form.is_valid()
        if not self.is_edited:
            return self.is_finished(self.request)
        return show_blocks(self, wrong=form, version=read_number(self.request.POST.get("version", "")))

    def process_block(self, request: HttpRequest) -> HttpResponse:
        form = FORMS[self.block](request.POST, setting=self.setting)
        if not self.is_edited:
            return self.is_finished(request)
        is_valid = form.is_valid()
        saved = self.save(form) if is_valid else self.keep_unfinished_block(form)
        self.clear_cached_properties()
        if request.POST.get("brouillon"):
            return HttpResponse(status=204)
        if request.htmx:  # type: ignore[attr-defined]  # the middleware adds it
            return self.render_saved_block(form, saved)
        if not is_valid:
            return show_blocks(self, wrong=form)
        if saved.over:
            messages.warning(request, over_words(saved.over))
        messages.success(request, f"{form.block.label} : rubrique enregistrée.")
        more = request.POST.get("action") == "more"
        return redirect(f"{self.url}?{OPEN}={form.block if more else next_block_code(form.block)}")

    def save(self, form: BlockForm) -> Saved:
        return diagnosis.save_block(values=form.values, lines=form.rows_by_table, **self.carry_out(form))

    def keep_unfinished_block(self, form: BlockForm) -> Saved:
        return diagnosis.keep_unfinished(typed=form.typed_values(), **self.carry_out(form))

    def carry_out(self, form: BlockForm) -> dict[str, Any]:
        return {
            "case": self.case,
            "structure": self.case.responsible_structure,
            "by": self.user,
            "code": form.block.value,
            "version": read_number(self.request.POST.get("version", "")),
            "at": self.now,
        }

    def clear_cached_properties(self) -> None:
        """What was read before the act."""
        for name in ("latest_diagnostics", "setting", "diagnosis_content"):
            self.__dict__.pop(name, None)

    def render_saved_block(self, form: BlockForm, saved: Saved) -> HttpResponse:
        """What the page shows after a pause: saved or what is to correct, and the figures."""
        return self.render_page(
            "diagnosis/saved.html",
            code=form.block.value,
            version=saved.block.version,
            wrong=[words for _, words in form.faults],
            over=over_words(saved.over) if saved.over else "",
            at=self.now,
            has_badge=(self.request.htmx.current_url_abs_path or "").startswith(self.url),  # type: ignore[attr-defined]
            state=state_of(FORMS[form.block](setting=self.setting) if form.is_valid() else form),
            **self.progress(),
        )

    def is_finished(self, request: HttpRequest) -> HttpResponse:
        """A page left open while a colleague finished the diagnosis: what is typed is shown, and nothing is lost."""
        words = "Ce diagnostic est terminé : rien n’est enregistré. Le mettre à jour pour le compléter."
        if request.htmx:  # type: ignore[attr-defined]
            return self.render_page("diagnosis/saved.html", code="", refused=words)
        return self.render_conflict(words, back_url=self.url)


def next_block_code(block: Block) -> str:
    """The block that one reads next."""
    order = list(FORMS)
    return order[min(order.index(block) + 1, len(order) - 1)].value


def over_words(over: DiagnosticBlock) -> str:
    return (
        f"{over.saved_by} avait enregistré cette rubrique le {short_datetime(over.saved_at)}, "
        "pendant votre saisie : la vôtre la remplace. Vérifier avec votre collègue."
    )
