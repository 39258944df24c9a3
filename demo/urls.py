"""Every address, with the accounts of the demonstration on the page where one signs in."""

from django.urls import path

from config import urls
from config.sign_in import SignIn
from demo.accounts import ACCOUNTS, PASSWORD

sign_in = SignIn.as_view(extra_context={"demo_accounts": ACCOUNTS, "demo_password": PASSWORD})
handler500 = urls.handler500
urlpatterns = [path("connexion/", sign_in, name="login"), *urls.urlpatterns]
