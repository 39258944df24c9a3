"""The diagnosis of a case: its blocks, saved one by one at a pause; once finished, it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property

from cases.diagnosis.blocks import BlockForm
from cases.diagnosis.context import DiagnosisContext
from cases.diagnosis.forms import FORMS
from cases.diagnosis.hints import hints
from cases.diagnosis.sections import DiagnosisContent
from cases.diagnosis.sheets import sheets_in_force
from cases.models import AccessEntry, Diagnostic, DiagnosticBlock
from cases.models.diagnosis import Block
from cases.rules.sheets import DiagnosisSheet
from workflows.models import CaseTask
from workflows.views.case.diagnosis_sheets import find_offered_sheets
from workflows.views.parts.case_permissions import CasePermissions
from workflows.views.parts.pages import CasePage

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

    shows = AccessEntry.Kind.DIAGNOSIS
    may: CasePermissions

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if not self.full:
            raise Http404
        self.may = CasePermissions.for_user(self.user, self.case, at=self.now)
        return None

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

    def progress(self) -> dict[str, object]:
        """Where one stands: the figures, and what each sheet misses."""
        said = self.diagnosis_content
        return {
            "budget": {"lines": said.budget_lines, "missing": said.budget.missing},
            "sheets": find_offered_sheets(said, self.case, codes=self.sheets, last=self.finished_diagnostic),
        }

    @cached_property
    def sheets(self) -> dict[str, DiagnosisSheet]:
        return sheets_in_force(on=self.today, territory=self.case.territory)[1]

    @property
    def page_context(self) -> dict[str, object]:
        return super().page_context | {"diagnosis_url": self.url, "full": self.full, "may": self.may}


class EditPage(DiagnosisPage):
    """A page where a diagnosis is changed: for who follows the case."""

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        if not self.may.diagnose:
            raise PermissionDenied
        return None


class Diagnosis(DiagnosisPage):
    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
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


def read_sections(said: DiagnosisContent) -> list[object]:
    return [said.section(code) for code in READ]


class Past(DiagnosisPage):
    """A diagnosis of an earlier day, as it was."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
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
