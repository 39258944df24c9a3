"""The letters of one line: which ones, to whom, until when; each filled, read, printed and kept; and its editable copy."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import slugify

from cases import permissions
from cases.actions.letters import keep_letter
from cases.actions.lines import fraud_of
from cases.letters.docx import TYPE, render_docx
from cases.letters.line_letter_writer import LineLetterWriter, as_text, letters_for
from cases.letters.typeset import Envelope, typeset
from cases.models import AccessEntry, DataController, Document, Letter, Structure
from cases.rules.line_letter_values import PENALTY_COURT
from cases.rules.line_letters import Argument, LacksScale, LineLetter
from cases.rules.overpayments import Paper
from cases.rules.texts import Filled
from workflows.actions.overpayment import NOTIFICATION
from workflows.models import CaseTask
from workflows.views.case.kept_letters import OneLetter
from workflows.views.overpayment.line import LineOfCase
from workflows.views.overpayment.line_letter_forms import LineLetterForm
from workflows.views.parts.case_permissions import CasePermissions
from workflows.views.parts.pages import FormPage
from workflows.views.parts.private_files import private_content

WITHOUT_ADDRESS = (
    "Ce courrier n’a pas l’adresse du destinataire : il se dépose en ligne ou se remet contre récépissé. Pour le poster,"
    " la saisir."
)


class WriteLineLetter(LineOfCase, FormPage):
    """Fill, read, print. Reading again changes nothing; printing keeps the letter."""

    shows = AccessEntry.Kind.LETTERS
    structure: Structure
    writer: LineLetterWriter
    letter: LineLetter

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        structure = permissions.following_structure(self.user, self.case, at=self.today)
        if (
            not (self.line.is_open and CasePermissions.for_user(self.user, self.case, at=self.now).follow_plan)
            or structure is None
        ):
            raise PermissionDenied
        self.structure = structure
        self.writer = LineLetterWriter(
            case=self.case,
            line=self.line,
            holder=self.data.holder,
            structure=structure,
            by=self.user,
            on=self.today,
        )
        may = letters_for(self.line, letters=self.writer.letters, remedy=self.writer.remedy)
        found = next((letter for letter in may if letter.code == kwargs["kind"]), None)
        if found is None:
            raise Http404
        self.letter = found
        return None

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if "preview" not in request.POST:
            return super().post(request, **kwargs)
        form = self.get_form(request.POST)
        form.is_valid()
        form.errors.clear()
        return self.render_form(form)

    def process_sent(self, form: LineLetterForm) -> HttpResponse:
        made = self.make(form)
        messages.success(self.request, f"{made.title} : le courrier est prêt à imprimer et à faire signer.")
        if self.letter.to != "person" and not form.to_address:
            messages.warning(self.request, WITHOUT_ADDRESS)
        return redirect(self.preparing_url or self.line_url)

    @cached_property
    def preparing_task(self) -> CaseTask | None:
        """The step that waits for this letter."""
        waiting = CaseTask.objects.open().filter(process__debt=self.line.debt_id, node="prepare")
        return waiting.first()

    @property
    def preparing_url(self) -> str:
        return (
            reverse("step", args=[self.case.public_id, self.preparing_task.public_id]) if self.preparing_task else ""
        )

    @property
    def arguments(self) -> list[str]:
        """Those chosen; those that the check of the notice calls for, before anything was."""
        if self.request.method == "POST":
            known = {each.code for each in self.offered_arguments}
            return [code for code in self.request.POST.getlist("arguments") if code in known]
        return [
            each.code for each in self.offered_arguments if "{missing}" in each.text and self.writer.letter_facts.lacks
        ]

    @cached_property
    def offered_arguments(self) -> list[Argument]:
        found = self.writer.letters.arguments_of(
            self.letter,
            benefit=self.line.benefit,
            fraud=fraud_of(self.line),
            facts={fact.kind for fact in self.writer.dated_facts},
        )
        return list(found)

    @cached_property
    def papers(self) -> tuple[Paper, ...]:
        return self.writer.law.overpayments.papers_of(self.letter.papers) if self.letter.papers else ()

    @cached_property
    def held_documents(self) -> list[Document]:
        """Pieces of the case that serve the line: those of other lines stay with them."""
        seen = permissions.visible_documents(self.user, self.case, at=self.today)
        return [each for each in seen if each.line_id in (None, self.line.pk) and not each.is_infected]

    @property
    def pieces(self) -> list[Document]:
        """Those that may go with the letter."""
        return [each for each in self.held_documents if each.may_be_opened]

    def get_form(self, data: QueryDict | None = None) -> LineLetterForm:
        usual = {paper.code for paper in self.papers} | {NOTIFICATION}
        asked = self.writer.to_type(self.letter, arguments=self.arguments)
        officer = DataController.of_structure(self.structure).known_contact if "privacy_contact" in asked else ""
        return LineLetterForm(
            data,
            asked=asked,
            arguments=self.offered_arguments,
            pieces=self.pieces,
            has_steps=any(block.each for block in self.letter.blocks),
            guardian=self.writer.required_signature(self.letter),
            hides_home=self.writer.hides_where_she_is,
            on=self.today,
            initial={
                "cause": self.writer.letter_facts.cause,
                "steps": "\n".join(self.writer.last_withholding_check.steps)
                if self.writer.last_withholding_check and not self.writer.last_withholding_check.is_estimate
                else "",
                "arguments": self.arguments,
                "pieces": [str(each.public_id) for each in self.pieces if each.paper in usual],
                "home": "\n".join(self.writer.home) or self.remembered_home,
                "to_address": self.remembered_address or self.known_address,
                "privacy_contact": officer,
            },
        )

    @cached_property
    def addressee(self) -> str:
        return ", ".join(self.writer.letter_recipient(self.letter))[:80]

    def addressee_of(self, form: LineLetterForm) -> str:
        return ", ".join(self.writer.letter_recipient(self.letter, typed=form.typed_values))[:80]

    @cached_property
    def remembered_address(self) -> str:
        """The address that this service typed last for the same addressee, whichever the case; none where a decision names it."""
        if self.letter.to == PENALTY_COURT:
            return ""
        own = Letter.objects.filter(structure=self.structure, addressee=self.addressee, line__isnull=False)
        last = own.exclude(typed__to_address=None).order_by("-pk").values_list("typed", flat=True).first()
        return str(last["to_address"]) if last else ""

    def addresses_of(self, form: LineLetterForm) -> dict[str, str]:
        """Those that are proposed again: where she hides, hers is kept nowhere but in the letter."""
        typed = {"to_address": form.to_address, "home": [] if self.writer.hides_where_she_is else form.home_address}
        return {name: "\n".join(lines) for name, lines in typed.items() if lines}

    @cached_property
    def remembered_home(self) -> str:
        """Where she said that she is answered, in the letter made last for this case."""
        if self.writer.hides_where_she_is or self.writer.is_represented:
            return ""
        own = Letter.objects.filter(case=self.case, line__isnull=False).exclude(typed__home=None)
        last = own.order_by("-pk").values_list("typed", flat=True).first()
        return str(last["home"]) if last else ""

    @property
    def known_address(self) -> str:
        """That of the operator itself, as the partnership knows it; of whom the law names beside it, nobody said."""
        return self.line.notice.creditor.address if self.letter.to == "operator" else ""

    def compose(self, form: LineLetterForm, *, draft: bool = False) -> tuple[Filled, Envelope]:
        return self.writer.compose(
            self.letter,
            typed=form.typed_values,
            arguments=form.chosen_arguments,
            pieces=[each.label for each in form.chosen_pieces],
            steps=form.steps,
            home=form.home_address,
            to_address=form.to_address,
            draft=draft,
        )

    def make(self, form: LineLetterForm) -> Letter:
        filled, envelope = self.compose(form)
        to_the_person = self.letter.to == "person"
        return keep_letter(
            case=self.case,
            line=self.line,
            recipient=self.data.holder if to_the_person else None,
            addressee="" if to_the_person else self.addressee_of(form),
            signer=self.data.holder if self.letter.sender == "person" else None,
            pieces=form.chosen_pieces,
            structure=self.structure,
            edition=self.writer.edition_and_letters[0],
            kind=self.letter.code,
            title=self.letter.title,
            typed=form.typed_values | self.addresses_of(form),
            pdf=typeset(filled, envelope=envelope),
            text=as_text(filled, envelope),
            by=self.user,
            at=self.now,
        )

    def render_form(self, form: LineLetterForm) -> HttpResponse:
        filled, envelope = self.compose(form, draft=True)
        possible = next((each for each in self.writer.standing.possible if each.letter == self.letter.code), None)
        held = {each.paper for each in self.held_documents}
        return self.render_page(
            "lines/write.html",
            line_url=self.line_url,
            back_url=self.preparing_url or self.line_url,
            line=self.line,
            text=self.letter,
            to=self.writer.letter_recipient(self.letter),
            signed_with=self.writer.signed_with(self.letter),
            refusal=LacksScale() if self.writer.lacks_scale(self.letter) else None,
            possible=possible,
            edition=self.writer.edition_and_letters[0],
            form=form,
            letter=filled,
            envelope=envelope,
            without_address="" if self.letter.to == "person" or form.to_address else WITHOUT_ADDRESS,
            waiting=[each for each in self.held_documents if not each.may_be_opened],
            lacking=[paper for paper in self.papers if paper.needed and paper.code not in held],
            sent_before=[each for each in self.line.letters.all() if each.kind == self.letter.code and each.sent_on],
        )


class LetterCopy(OneLetter):
    """The same words in a word processor, to be changed by hand: the PDF stays what was kept."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if not self.letter.text:
            raise Http404
        name = f"dossier-{self.case.reference}-{slugify(self.letter.title)}.docx"
        return private_content(render_docx(self.letter.text), content_type=TYPE, name=name, shown="attachment")
