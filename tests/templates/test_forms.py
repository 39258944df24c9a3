"""Every form of the project is drawn by templates/django/forms: what a reader sees, hears and can reach."""

import re

import pytest
from django import forms


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
    assert '<input type="hidden" name="token" value="jeton" id="id_token">' in str(ContactForm())


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
