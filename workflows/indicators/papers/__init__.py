"""The report of a quarter on paper and in files: PDF, Word, Excel, and the open CSV. The same tables and words in each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cases.letters.docx import TYPE as WORD
from workflows.indicators.papers import docx, pdf, xlsx
from workflows.indicators.report import Printed


@dataclass(frozen=True, kw_only=True)
class ReportFormat:
    words: str
    content_type: str
    make: Callable[[Printed], bytes]


FORMATS: Mapping[str, ReportFormat] = {
    "pdf": ReportFormat(words="PDF accessible", content_type="application/pdf", make=pdf.build_pdf),
    "docx": ReportFormat(words="Word", content_type=WORD, make=docx.build_docx),
    "xlsx": ReportFormat(
        words="Excel",
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        make=xlsx.build_xlsx,
    ),
}
"""By the code that stands in addresses."""
