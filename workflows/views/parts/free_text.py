"""What was just written is recorded, and its writer told what does not belong there: nothing is refused, nothing leaves."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from cases.forms import FreeTextField
from cases.models import Case, Note, User
from cases.rules.free_text import warn_of


def warn_of_typed(request: HttpRequest, form: object, *, case: Case | None, by: User, at: datetime) -> None:
    """`case`: where an observation may have been written, that its author can take up again."""
    if said := warn_of(" ".join(_long_texts(form))):
        messages.warning(request, format_html("{}{}", said, _way_back(case, by=by, at=at)))


def _long_texts(form: object) -> list[str]:
    fields = getattr(form, "fields", {})
    typed = getattr(form, "cleaned_data", {})
    return [str(typed.get(name) or "") for name, field in fields.items() if _is_free_text(field)]


def _is_free_text(field: forms.Field) -> bool:
    return isinstance(field, FreeTextField) or isinstance(field.widget, forms.Textarea)


def _way_back(case: Case | None, *, by: User, at: datetime) -> str:
    written = Note.objects.filter(case=case, author=by, written_at=at).first() if case else None
    if case is None or written is None:
        return ""
    url = reverse("note_rewrite", args=[case.public_id, written.public_id])
    return format_html(' <a href="{}">Reprendre l’observation</a>', url)
