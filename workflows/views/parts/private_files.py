"""A private file, sent to whoever the caller has let through the door."""

from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponse

HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


def private_file(file: FieldFile, *, content_type: str, name: str) -> HttpResponse:
    """Shown in the browser under a name that we give: only for formats that run nothing (see cases.rules.uploads)."""
    try:
        with file.open() as opened:
            content = opened.read()
    except FileNotFoundError:
        raise Http404("Le fichier n’est plus là.") from None
    return private_content(content, content_type=content_type, name=name)


def private_pdf(content: bytes, *, name: str) -> HttpResponse:
    return private_content(content, content_type="application/pdf", name=name)


def private_content(content: bytes, *, content_type: str, name: str, shown: str = "inline") -> HttpResponse:
    """`shown`: in the browser (`inline`), or taken away (`attachment`)."""
    headers = {**HEADERS, "Content-Disposition": f'{shown}; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
