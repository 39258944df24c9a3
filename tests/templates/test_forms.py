"""Every form of the project is drawn by templates/django/forms: what a reader sees, hears and can reach."""

import re

import pytest
from django import forms

from cases.forms import UnfoldingCheckboxes, UnfoldingForm, UnfoldingRadio, UnfoldingSelect


class ContactForm(forms.Form):
    made_on = forms.DateField(label="Date", help_text="Le jour de l’appel.")
    channel = forms.ChoiceField(label="Moyen", choices=[("phone", "appel"), ("visit", "passage")])
    result = forms.ChoiceField(
        label="Résultat", widget=forms.RadioSelect, choices=[("reached", "contact établi"), ("none", "sans réponse")]
    )
    informed = forms.BooleanField(label="Le ménage est informé", required=False)
    note = forms.CharField(label="Observation", required=False, widget=forms.Textarea)
    token = forms.CharField(widget=forms.HiddenInput, initial="jeton")


def test_help_and_error_come_before_the_control_that_they_describe():
    html = str(ContactForm({"made_on": "31/02/2026"})["made_on"].as_field_group())
    order = ["Date", "(obligatoire)", "Le jour de l’appel.", "Saisissez une date valide.", "<input"]
    assert sorted(order, key=html.index) == order
    assert 'aria-describedby="id_made_on_helptext id_made_on_error"' in html
    assert 'id="id_made_on_helptext"' in html
    assert 'id="id_made_on_error"' in html
    assert 'aria-invalid="true"' in html


def test_an_optional_field_is_not_said_to_be_required():
    assert "(obligatoire)" not in str(ContactForm()["note"].as_field_group())


def test_choices_stand_in_a_fieldset_with_a_legend():
    html = str(ContactForm()["result"].as_field_group())
    assert re.search(r"<fieldset.*<legend>Résultat", html, re.DOTALL)
    assert html.count('class="form-check-input"') == 2
    assert '<label class="form-check-label" for="id_result_1">sans réponse</label>' in html


@pytest.mark.parametrize(
    ("field", "markup"),
    [
        ("made_on", 'class="form-control"'),
        ("channel", 'class="form-select"'),
        ("informed", 'class="form-check-input"'),
        ("note", '<textarea name="note" class="form-control"'),
    ],
)
def test_each_control_wears_the_look_without_its_form_knowing(field, markup):
    assert markup in str(ContactForm()[field])


def test_a_class_given_by_a_form_is_kept_once():
    field = forms.CharField(widget=forms.TextInput(attrs={"class": "amount"}))
    html = field.widget.render("debt", "12")
    assert html.count("class=") == 1
    assert 'class="form-control amount"' in html


def test_a_hidden_field_is_sent_and_wears_nothing():
    assert '<input type="hidden" name="token" value="jeton" id="id_token">' in " ".join(str(ContactForm()).split())


def test_errors_are_summed_up_first_with_links_to_their_fields():
    form = ContactForm({"made_on": "31/02/2026", "channel": "phone", "result": "reached", "token": "x"})
    form.add_error(None, "Ce contact précède l’ouverture du dossier.")
    html = str(form)
    assert "2 points sont à corriger" in html
    assert '<a href="#id_made_on">Date : Saisissez une date valide.</a>' in html
    assert html.index("Ce contact précède l’ouverture du dossier.") < html.index("<label")
    assert html.count("Ce contact précède") == 1


def test_a_form_without_error_has_no_summary():
    assert "error-summary" not in str(ContactForm())


class AnswerForm(UnfoldingForm):
    unfolds = {
        "answer": {"no": ("reason",)},
        "kinds": {"plan": ("amount", "months")},
        "fact": {"order": ("guarantor",), "planned": ("guarantor",)},
    }

    answer = forms.ChoiceField(widget=UnfoldingRadio, choices=[("yes", "Accepter"), ("no", "Décliner")])
    reason = forms.CharField(label="Motif", required=False)
    kinds = forms.MultipleChoiceField(widget=UnfoldingCheckboxes, choices=[("plan", "Plan"), ("fsl", "FSL")])
    amount = forms.IntegerField(label="Dette", required=False)
    months = forms.IntegerField(label="Mensualités", required=False)
    fact = forms.ChoiceField(
        widget=UnfoldingSelect, choices=[("order", "Commandement"), ("hearing", "Audience"), ("planned", "Envisagé")]
    )
    guarantor = forms.BooleanField(label="Caution", required=False)
    note = forms.CharField(label="Observation", required=False)


def test_what_a_choice_calls_for_stands_under_it_once():
    html = str(AnswerForm())
    for name in ("reason", "amount", "months", "guarantor", "note"):
        assert html.count(f'name="{name}"') == 1, name
    order = ["Accepter", "Décliner", '<div class="unfolded">', "Motif", "Plan", "Dette", "Mensualités", "FSL"]
    places = [html.index(words) for words in order]
    assert places == sorted(places)
    assert html.index("Caution") < html.index("Observation")
    assert html.count('<div class="unfolded">') == 3


def test_each_choice_of_a_list_that_unfolds_something_says_so_to_the_style_sheet():
    options = re.findall(r'<option value="(\w+)"( data-unfolds)?', str(AnswerForm()))
    assert options == [("order", " data-unfolds"), ("hearing", ""), ("planned", " data-unfolds")]


def test_what_is_wrong_in_a_folded_field_is_summed_up_too():
    form = AnswerForm({"answer": "no", "kinds": ["plan"], "fact": "order", "amount": "beaucoup"})
    html = str(form)
    assert '<a href="#id_amount">Dette : Saisissez un nombre entier.</a>' in html
    assert "field-wrong" in html


def test_a_field_that_a_form_leaves_out_unfolds_nothing():
    form = AnswerForm()
    del form.fields["reason"]
    assert str(form).count('<div class="unfolded">') == 2
