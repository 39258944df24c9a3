"""Says what an untrusted PDF holds, in a process of its own under limits: run by path, knows nothing of ours.

Usage: python -I pdf_inspection_child.py < FILE; prints one word: harmless, protected, active, damaged or complex.
"""

import re
import resource
import sys
from collections.abc import Iterator
from io import BytesIO

import pikepdf

BYTES_OF_MEMORY = 600_000_000
SECONDS_OF_PROCESSOR = 4
MAX_INFLATED = 20 * 1024 * 1024
ACTIVE_NAMES = (
    "JavaScript", "JS", "Launch", "RichMedia", "EmbeddedFile", "EmbeddedFiles", "XFA",
    "SubmitForm", "ImportData", "GoToR", "GoToE", "AA", "Rendition", "GoTo3DView", "Thread",
)  # fmt: skip
"""What runs, carries, sends or opens something else, or acts by itself. A link to a page of the web opens only when it is
clicked."""
STILL = ("/GoTo", "/Named")
"""What a file may do when it is opened: show one of its pages."""
CLICKED = ("http://", "https://", "mailto:", "tel:")
"""Where a link may lead: never to a file of the reader’s machine, nor to a script."""
LOOKS_ACTIVE = re.compile(rb"/(?:%b)(?![A-Za-z])" % "|".join(ACTIVE_NAMES).encode())
NAME_CODE = re.compile(rb"#([0-9A-Fa-f]{2})")
WRITTEN_LINK = re.compile(rb"/URI\s*\(([^)]{0,200})")
CLICKED_BYTES = tuple(each.encode() for each in CLICKED)


class TooComplex(Exception):
    """Its object streams inflate beyond what a scanned sheet of paper needs."""


def main() -> None:
    for kind, most in (
        (resource.RLIMIT_AS, BYTES_OF_MEMORY),
        (resource.RLIMIT_CPU, SECONDS_OF_PROCESSOR),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    sys.stdout.write(inspect_pdf(sys.stdin.buffer.read()))


def inspect_pdf(content: bytes) -> str:
    try:
        with pikepdf.open(BytesIO(content), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                return "protected"
            if not len(pdf.pages):
                return "damaged"
            return "active" if acts_when_opened(pdf.Root) or is_active(pdf) else "harmless"
    except pikepdf.PasswordError:
        return "protected"
    except TooComplex:
        return "complex"
    except (pikepdf.PdfError, ValueError, TypeError):
        return "protected" if b"/Encrypt" in content else "damaged"


def is_active(pdf: pikepdf.Pdf) -> bool:
    """By what its objects name; the drawings and pictures of its pages are not looked into."""
    left = MAX_INFLATED
    for each in (*pdf.objects, pdf.trailer):
        if isinstance(each, pikepdf.Stream):
            if each.get("/Type") == "/ObjStm":
                # What the table of objects leaves out is invisible to qpdf; a reader that trusts no table finds it.
                packed = each.read_bytes()
                left -= len(packed)
                if left < 0:
                    raise TooComplex
                if looks_active_unseen(packed):
                    return True
            if names_something_active(each.stream_dict):
                return True
        elif isinstance(each, pikepdf.Object) and names_something_active(each):
            return True
    return False


def looks_active_unseen(packed: bytes) -> bool:
    """Objects that nothing may refer to are read as text: a name that is active, or a link that leads astray."""
    plain = NAME_CODE.sub(lambda code: bytes.fromhex(code[1].decode()), packed)
    links = (link[1].strip().lower() for link in WRITTEN_LINK.finditer(plain))
    return bool(LOOKS_ACTIVE.search(plain)) or any(not link.startswith(CLICKED_BYTES) for link in links)


def names_something_active(each: pikepdf.Object) -> bool:
    """The words of a title may look like a name: what looks active is read again, name by name."""
    written = each.unparse(resolved=True)
    if b"/URI" in written and any(leads_astray(link) for link in dictionaries_in(each)):
        return True
    return bool(LOOKS_ACTIVE.search(written)) and any(name[1:] in ACTIVE_NAMES for name in names_in(each))


def acts_when_opened(root: pikepdf.Object) -> bool:
    """An action, and not a page to show: a link that opens by itself tells its author who reads, from where."""
    action = root.get("/OpenAction")
    if not isinstance(action, pikepdf.Dictionary):
        return False
    return "/Next" in action or action.get("/S", "/GoTo") not in STILL


def leads_astray(link: pikepdf.Dictionary) -> bool:
    address = link.get("/URI")
    return isinstance(address, pikepdf.String) and not str(address).strip().lower().startswith(CLICKED)


def dictionaries_in(each: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """An object and what it holds itself."""
    if isinstance(each, pikepdf.Stream):
        return
    if isinstance(each, pikepdf.Dictionary):
        yield each
        held = [value for _, value in each.items()]
    else:
        held = list(each) if isinstance(each, pikepdf.Array) else []
    for value in held:
        if not getattr(value, "is_indirect", False):
            yield from dictionaries_in(value)


def names_in(each: pikepdf.Object) -> Iterator[str]:
    """The names that an object holds itself; those of the objects that it refers to are read with these."""
    if isinstance(each, pikepdf.Name):
        yield str(each)
    elif isinstance(each, pikepdf.Array):
        for item in each:
            if not getattr(item, "is_indirect", False):
                yield from names_in(item)
    elif isinstance(each, pikepdf.Dictionary):
        for key, value in each.items():
            yield key
            if not getattr(value, "is_indirect", False):
                yield from names_in(value)


if __name__ == "__main__":
    main()
