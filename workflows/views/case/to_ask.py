"""What nobody knew when a case opened, and that the first professional asks the person."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from cases.models import Case, CaseKind
from workflows.queries.case_page import CasePageData


@dataclass(frozen=True, kw_only=True)
class UnansweredQuestion:
    words: str
    url: str
    """Where its answer is written; empty for who may not."""


def build_unanswered_questions(
    case: Case, data: CasePageData, *, full: bool, may_write: bool
) -> list[UnansweredQuestion]:
    """How much she owes is nobody’s business before she is informed: it is asked by who sees the whole case."""
    return list(_find_questions(case, data, full=full, may_write=may_write))


def _find_questions(case: Case, data: CasePageData, *, full: bool, may_write: bool) -> Iterator[UnansweredQuestion]:
    tenancy, holder = case.tenancy, data.holder
    if case.kind != CaseKind.ARREARS or tenancy is None or not case.is_open:
        return
    if not tenancy.address and not any(member.beneficiary.phone or member.beneficiary.email for member in data.adults):
        url = reverse("person", args=[case.public_id, holder.public_id])
        yield UnansweredQuestion(words="comment la joindre : ni téléphone, ni courriel, ni adresse", url=url)
    url = reverse("case_balance", args=[case.public_id]) if may_write else ""
    if tenancy.landlord_is_unknown:
        yield UnansweredQuestion(words="le nom de son bailleur", url=url)
    if full and not data.statements:
        yield UnansweredQuestion(words="le montant dû", url=url)
