"""Corriger la vérification du courrier: what a letter says and lacks, read again; the journal keeps what was said before."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404

from cases.models import OverpaymentNotice
from workflows.actions import lines
from workflows.steps.check_notice import NoticeCheckForm
from workflows.views.case.case_actions import ActPage


class CorrectNoticeCheck(ActPage):
    right = "correct_notice"
    title = "Corriger la vérification du courrier"
    submit_label = "Enregistrer"
    lead = (
        "Ce qui est possible sur chaque ligne, et les arguments de ses courriers, en dépendent aussitôt. La chronologie garde"
        " la trace de la correction."
    )
    notice: OverpaymentNotice

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        answer = super().find_objects(request, **kwargs)
        checked = self.case.overpayment_notices.exclude(checked_at=None)
        self.notice = get_object_or_404(checked, public_id=kwargs["notice"])
        return answer

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        form = NoticeCheckForm(data)
        form.offer_checks(self.notice)
        return form

    def carry_out(self, typed: dict[str, Any]) -> str:
        lines.correct_notice_check(case=self.case, notice=self.notice, by=self.user, at=self.now, **typed)
        return "Vérification corrigée : ce qui est possible sur chaque ligne est à jour."
