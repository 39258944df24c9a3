"""Pages that belong to no procedure: signing in, passwords, errors, legal pages."""

import re

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from cases.models import User
from config.accounts import new_passwords


@pytest.fixture
def nadia(db):
    return User.objects.create_user("nadia@mds.invalid", "un long secret", first_name="Nadia", last_name="Belkacem")


@pytest.mark.parametrize(
    "name", ["login", "password_reset", "password_reset_done", "accessibility", "privacy", "news"]
)
def test_a_page_open_to_all_names_itself_and_warns(client, db, name):
    html = client.get(reverse(name)).content.decode()
    assert '<html lang="fr">' in html
    assert html.count("<h1>") == 1
    assert "n’y saisissez aucune donnée sur des personnes réelles" in html
    assert "Aller au contenu" in html


def test_a_wrong_password_is_told_beside_the_form(client, nadia):
    html = client.post(reverse("login"), {"username": nadia.email, "password": "faux"}).content.decode()
    assert "Un point est à corriger" in html
    assert "Courriel ou mot de passe incorrect" in html


def test_signing_in_leads_where_one_was_going(client, nadia):
    html = client.get(reverse("password_change"), follow=True).content.decode()
    assert "Connectez-vous pour ouvrir cette page." in html
    answer = client.post(
        reverse("login"), {"username": nadia.email, "password": "un long secret", "next": reverse("password_change")}
    )
    assert answer["Location"] == reverse("password_change")


def test_the_header_says_who_is_signed_in_and_signs_out_by_post(client, nadia):
    client.force_login(nadia)
    html = client.get(reverse("password_change")).content.decode()
    assert "Nadia Belkacem" in html
    assert re.search(r'<form method="post" action="/deconnexion/">', html)
    assert "Déconnexion effectuée" in client.post(reverse("logout")).content.decode()


def test_a_forgotten_password_is_chosen_anew_from_the_mail(client, nadia):
    client.post(reverse("password_reset"), {"email": nadia.email})
    new_passwords.send_asked(at=now())
    [message] = mail.outbox
    assert message.subject == "Relais : choisir un nouveau mot de passe"
    assert isinstance(message, EmailMultiAlternatives)
    assert "Choisir un nouveau mot de passe</a>" in str(message.alternatives[0][0])
    [address] = re.findall(rf"{settings.BASE_URL}(\S+)", str(message.body))
    form = client.get(address, follow=True)
    assert "Choisir un nouveau mot de passe" in form.content.decode()
    secret = "une phrase bien longue"
    done = client.post(form.request["PATH_INFO"], {"new_password1": secret, "new_password2": secret}, follow=True)
    assert "Mot de passe enregistré" in done.content.decode()
    assert client.login(username=nadia.email, password=secret)
    assert "Ce lien n’est plus valable" in client.get(address, follow=True).content.decode()


def test_an_unknown_address_is_a_french_404(client, nadia):
    client.force_login(nadia)
    answer = client.get("/nulle-part/")
    assert answer.status_code == 404
    assert "Page introuvable" in answer.content.decode()


def test_a_refusal_counts_nothing_for_a_menu_and_leads_back(client, nadia, django_assert_num_queries):
    """Its session and its user: the menu of a page costs more than all the rest of a refusal."""
    client.force_login(nadia)
    with django_assert_num_queries(2):
        html = client.get("/nulle-part/").content.decode()
    assert "Menu principal" not in html
    assert '<a class="btn btn-primary" href="/">Revenir à ma liste</a>' in html


def test_a_stale_page_is_refused_with_what_to_do(nadia):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(reverse("login"), {"username": nadia.email, "password": "x"})
    assert answer.status_code == 403
    assert "Copiez-le avant de recharger la page" in answer.content.decode()


def test_the_error_page_needs_nothing_at_all():
    assert "Le service a rencontré une erreur" in render_to_string("500.html")


def test_a_conflict_says_who_acted(rf):
    html = render_to_string(
        "409.html", {"message": "Paul Lemoine a accepté à 10 h 12.", "back_url": "/x"}, rf.get("/")
    )
    assert "Paul Lemoine a accepté à 10 h 12." in html


def test_a_refusal_says_whom_to_ask(rf):
    assert "la personne qui gère les membres" in render_to_string("403.html", request=rf.get("/"))
