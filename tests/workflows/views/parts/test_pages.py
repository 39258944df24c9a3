"""What pages do of a refusal, whatever their act."""

from typing import Any

import pytest
from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpResponse
from django.test import RequestFactory

from cases.refusals import Busy, Refusal
from tests import factories
from workflows.views.parts.pages import FormPage, Page, do_and_tell

pytestmark = pytest.mark.django_db


class Kept(BaseStorage):
    def _get(self, *args, **kwargs):
        return [], True

    def _store(self, *args, **kwargs):
        return []


def request_of(method, **typed):
    request = getattr(RequestFactory(), method)("/", typed)
    request.user = factories.member("caf-91")
    request.session = {}
    request._messages = Kept(request)
    return request


def said(request):
    return [(message.level, str(message)) for message in request._messages._queued_messages]


class WordForm(forms.Form):
    word = forms.CharField()


class WordPage(FormPage):
    form_class = WordForm

    def process_form(self, typed):
        if typed["word"] == "non":
            raise Refusal("Choisir un autre mot.", field="word")
        return self.lead_on("Mot gardé.", "/mots/")

    def render_form(self, form):
        return HttpResponse(str(form.errors.get_json_data()), status=200)


def test_a_refusal_stays_beside_its_field():
    answer: Any = WordPage.as_view()(request_of("post", word="non"))
    assert "Choisir un autre mot." in answer.content.decode()
    assert "'word'" in answer.content.decode()


def test_what_is_done_is_said_where_one_is_led():
    request = request_of("post", word="oui")
    answer = WordPage.as_view()(request)
    assert (answer.status_code, answer["Location"]) == (302, "/mots/")
    assert said(request) == [(constants.SUCCESS, "Mot gardé.")]


def test_a_button_tells_what_was_done():
    request = request_of("post")
    do_and_tell(request, lambda: "Fait.")
    assert said(request) == [(constants.SUCCESS, "Fait.")]


@pytest.mark.parametrize("level", [constants.ERROR, constants.INFO])
def test_a_button_tells_why_nothing_was_done(level):
    def refuse():
        raise Refusal("Déjà fait.")

    request = request_of("post")
    do_and_tell(request, refuse, refused=level)
    assert said(request) == [(level, "Déjà fait.")]


class BusyPage(Page):
    """Its act is written by hand: nothing of it shows a refusal."""

    def post(self, request):
        raise Busy


def test_a_refusal_that_a_page_does_not_expect_is_said_on_a_page_of_its_own():
    answer: Any = BusyPage.as_view()(request_of("post"))
    assert answer.status_code == 409
    assert "Une autre personne travaille sur ce dossier à l’instant" in answer.content.decode()
