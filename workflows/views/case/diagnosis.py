"""The diagnosis of a case: its blocks, saved one by one at a pause; once finished, it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property

from cases.actions import diagnosis
from cases.actions.diagnosis import CannotDiagnose, Saved
from cases.diagnosis.blocks import BlockForm
from cases.diagnosis.context import DiagnosisContext
from cases.diagnosis.forms import FORMS
from cases.diagnosis.hints import hints
from cases.diagnosis.sections import DiagnosisContent
from cases.diagnosis.sheets import sheets_in_force
from cases.models import Diagnostic, DiagnosticBlock, Reading
from cases.models.diagnosis import Block
from cases.rules.parameters import read_number
from cases.rules.sheets import DiagnosisSheet
from cases.templatetags.relais import short_datetime
from workflows import engine
from workflows.models import CaseTask
from workflows.queries.case_page import CasePageData
from workflows.views.case.diagnosis_sheets import find_offered_sheets
from workflows.views.parts.case_permissions import CasePermissions
from workflows.views.parts.pages import CasePage, FormPage

STEP = "diagnose"
OPEN = "rubrique"
"""The word of an address that says which block is open."""


@dataclass(frozen=True, kw_only=True)
class ShownBlock:
    """A block as the page shows it."""

    form: BlockForm
    code: str
    title: str
    url: str
    version: int
    state: str
    tone: str
    is_open: bool
    saved: DiagnosticBlock | None
    hints: list[str]


class DiagnosisPage(CasePage):
    """For those who see the whole case: for the others there is no diagnosis."""

    pages = Reading.Pages.DIAGNOSIS
    may: CasePermissions

    def find_objects(self, request: HttpRequest, **kwargs: Any) -> HttpResponse | None:
        if not self.full:
            raise Http404
        self.may = CasePermissions.for_user(self.user, self.case, at=self.now)
        return None

    @cached_property
    def data(self) -> CasePageData:
        return CasePageData(self.case, on=self.today)

    @cached_property
    def latest_diagnostics(self) -> list[Diagnostic]:
        """The draft, if there is one, then the last finished diagnosis. One query."""
        found = self.case.diagnostics.select_related("by", "structure").order_by("-pk")[:2]
        for each in found:
            each.case = self.case
        return list(found)

    @property
    def draft(self) -> Diagnostic | None:
        return next((each for each in self.latest_diagnostics if each.is_draft), None)

    @property
    def finished_diagnostic(self) -> Diagnostic | None:
        return next((each for each in self.latest_diagnostics if not each.is_draft), None)

    @property
    def is_edited(self) -> bool:
        """Shown to be filled: a draft, or nothing yet, to who follows the case."""
        return self.may.diagnose and (self.draft is not None or self.finished_diagnostic is None)

    @cached_property
    def setting(self) -> DiagnosisContext:
        """Of what is being filled; read by the others, the last finished one."""
        shown = self.draft if self.is_edited else self.finished_diagnostic
        return DiagnosisContext.for_case(self.case, shown, members=self.data.members, on=self.today)

    @cached_property
    def diagnosis_content(self) -> DiagnosisContent:
        return DiagnosisContent(self.case, self.setting)

    @property
    def url(self) -> str:
        return reverse("diagnosis", args=[self.case.public_id])

    def progress(self) -> dict[str, Any]:
        """Where one stands: the figures, and what each sheet misses."""
        said = self.diagnosis_content
        return {
            "budget": {"lines": said.budget_lines, "missing": said.budget.missing},
            "sheets": find_offered_sheets(said, self.case, codes=self.sheets, last=self.finished_diagnostic),
        }

    @cached_property
    def sheets(self) -> dict[str, DiagnosisSheet]:
        return sheets_in_force(on=self.today, territory=self.case.territory)[1]

    def render_page(self, template: str, **more: Any) -> HttpResponse:
        context = {
            "case": self.case,
            "case_url": self.case_url,
            "diagnosis_url": self.url,
            "data": self.data,
            "full": self.full,
            "may": self.may,
        }
        return render(self.request, template, context | more)


class EditPage(DiagnosisPage):
    """For who follows the case."""

    def find_objects(self, request: HttpRequest, **kwargs: Any) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        if not self.may.diagnose:
            raise PermissionDenied
        return None


class Diagnosis(DiagnosisPage):
    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        opened = request.GET.get(OPEN, Block.ESSENTIALS)
        return show_blocks(self, opened=opened) if self.is_edited else show_finished(self)


def show_blocks(
    page: DiagnosisPage,
    *,
    opened: str = Block.ESSENTIALS,
    wrong: BlockForm | None = None,
    version: int | None = None,
) -> HttpResponse:
    """The blocks to fill, one of them open; `wrong` is the one that was just refused, or found again as it was typed over
    that `version`."""
    opened = wrong.block if wrong else opened
    blocks, known = [], hints(page.diagnosis_content)
    for block, kind in FORMS.items():
        form = wrong if wrong and wrong.block == block else form_of(kind, page.setting)
        block_shown = shown_block(page, form, is_open=block == opened, known=known.get(block, []))
        blocks.append(replace(block_shown, version=version) if form is wrong and version is not None else block_shown)
    step = waiting_step(page)
    return page.render_page(
        "diagnosis/edit.html",
        blocks=blocks,
        draft=page.draft,
        former=page.finished_diagnostic,
        finish_url=step_url(page, step) if step else reverse("diagnosis_finish", args=[page.case.public_id]),
        **page.progress(),
    )


def form_of(kind: type[BlockForm], setting: DiagnosisContext) -> BlockForm:
    """The block as it was saved; as it was typed when that could not be saved."""
    saved = setting.blocks.get(kind.block)
    if saved is None or not saved.unfinished:
        return kind(setting=setting)
    form = kind(as_typed(saved.unfinished), setting=setting)
    form.is_valid()
    return form


def as_typed(typed: Mapping[str, list[str]]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, values)
    return data


def shown_block(page: DiagnosisPage, form: BlockForm, *, is_open: bool, known: list[str]) -> ShownBlock:
    saved = page.setting.blocks.get(form.block)
    state, tone = state_of(form)
    return ShownBlock(
        form=form,
        code=form.block.value,
        title=str(form.block.label),
        url=reverse("diagnosis_block", args=[page.case.public_id, form.block.value]),
        version=saved.version if saved else 0,
        state=state,
        tone=tone,
        is_open=is_open or form.is_bound,
        saved=saved,
        hints=known,
    )


def state_of(form: BlockForm) -> tuple[str, str]:
    """Words and tone of the badge of a block."""
    if form.is_bound:
        return ("à corriger" if form.errors else "à enregistrer"), "warn"
    known, total = form.count_answers()
    if known == 0:
        return "à remplir", "outline"
    return (f"{known} sur {total}", "") if known < total else ("remplie", "ok")


def waiting_step(page: DiagnosisPage) -> CaseTask | None:
    return CaseTask.objects.open().of_case(page.case).filter(node=STEP).first()


def step_url(page: DiagnosisPage, step: CaseTask) -> str:
    return reverse("step", args=[page.case.public_id, step.public_id])


def show_finished(page: DiagnosisPage) -> HttpResponse:
    found = page.finished_diagnostic
    past = page.case.diagnostics.finished().exclude(pk=found.pk).select_related("by").order_by("-pk") if found else []
    return page.render_page(
        "diagnosis/read.html",
        diagnostic=found,
        sections=read_sections(page.diagnosis_content) if found else [],
        past=past,
        is_last=True,
        **(page.progress() if found else {}),
    )


READ = (
    "household", "support", "causes", "means", "devices", "resources", "expenses", "debts", "budget", "housing",
    "rehousing", "breakdown", "judge", "ccapex", "parties", "analysis",
)  # fmt: skip
"""The sections that one reads on screen, in their order."""


def read_sections(said: DiagnosisContent) -> list[Any]:
    return [said.section(code) for code in READ]


class Past(DiagnosisPage):
    """A diagnosis of an earlier day, as it was."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        found = self.case.diagnostics.finished().select_related("by", "structure")
        diagnostic = get_object_or_404(found, public_id=kwargs["diagnostic"])
        diagnostic.case = self.case
        setting = DiagnosisContext.for_case(self.case, diagnostic, members=self.data.members, on=self.today)
        return self.render_page(
            "diagnosis/read.html",
            diagnostic=diagnostic,
            sections=read_sections(DiagnosisContent(self.case, setting)),
            past=[],
            is_last=self.finished_diagnostic == diagnostic,
        )


class SaveBlock(EditPage):
    """A block is saved whole; one that cannot be is kept as it was typed, and says what to correct."""

    block: Block

    def find_objects(self, request: HttpRequest, **kwargs: Any) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        if kwargs["block"] not in Block.values:
            raise Http404
        self.block = Block(kwargs["block"])
        return None

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """A page shown again after a refusal, or an address kept: the block, open."""
        return show_blocks(self, opened=self.block) if self.is_edited else redirect(self.url)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """One waits for whoever takes the step at this moment: a diagnosis that he finishes is not begun anew."""
        with transaction.atomic():
            engine.lock(self.case)
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
        return render(request, "409.html", {"message": words, "back_url": self.url}, status=409)


def next_block_code(block: Block) -> str:
    """The block that one reads next."""
    order = list(FORMS)
    return order[min(order.index(block) + 1, len(order) - 1)].value


def over_words(over: DiagnosticBlock) -> str:
    return (
        f"{over.saved_by} avait enregistré cette rubrique le {short_datetime(over.saved_at)}, "
        "pendant votre saisie : la vôtre la remplace. Vérifier avec votre collègue."
    )


class Update(EditPage):
    """Begin another diagnosis from the last one, which stays as it is."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        diagnosis.begin(case=self.case, structure=self.case.responsible_structure, by=self.user, at=self.now)
        return redirect(self.url)


class Drop(EditPage):
    """Give up the draft."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        diagnosis.drop_draft(case=self.case, structure=self.case.responsible_structure, by=self.user, at=self.now)
        messages.info(request, "Brouillon effacé.")
        return redirect(self.url if self.case.diagnostics.exists() else self.case_url)


class FinishForm(forms.Form):
    completeness = forms.ChoiceField(
        label="Diagnostic", choices=Diagnostic.Completeness.choices, widget=forms.RadioSelect
    )


class Finish(EditPage, FormPage):
    """Close an update; the first diagnosis is closed by its step."""

    refusals = (CannotDiagnose,)

    def find_objects(self, request: HttpRequest, **kwargs: Any) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        if step := waiting_step(self):
            return redirect(step_url(self, step))
        if self.draft is None:
            messages.info(request, "Aucun diagnostic n’est en cours : le précédent est terminé.")
            return redirect(self.url)
        return None

    def get_form(self, data: Any = None) -> FinishForm:
        return FinishForm(data)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        diagnosis.finish(
            case=self.case,
            structure=self.case.responsible_structure,
            by=self.user,
            made_on=self.today,
            at=self.now,
            **typed,
        )
        messages.success(self.request, "Diagnostic terminé.")
        return redirect(self.url)

    def render_form(self, form: forms.Form) -> HttpResponse:
        return self.render_page("diagnosis/finish.html", form=form, **self.progress())
