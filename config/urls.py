"""Every address. They are French and stable."""

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import TemplateView

from cases.models import Installation
from config import family_page, health, legal_pages, news, service_pages, sign_in, views
from config.accounts import own_events, proof, review_pages, second_step, security
from config.opening import pages as opening
from config.proconnect import views as proconnect
from config.proconnect.client import is_set_up

open_to_all = login_not_required

password_reset = sign_in.AskNewPassword.as_view()
# Read by each page that is asked for: a template calls what can be called.
of_installation = {"installation": Installation.current}
accessibility = TemplateView.as_view(template_name="pages/accessibility.html", extra_context=of_installation)
legal_notices = TemplateView.as_view(template_name="pages/legal_notices.html", extra_context=of_installation)

handler500 = views.server_error
urlpatterns = [
    # Asked by machines, as they are documented: without a slash at the end.
    path("sante/vivant", health.live, name="live"),
    path("sante/pret", health.ready, name="ready"),
    path("connexion/", sign_in.SignIn.as_view(extra_context={"proconnect": is_set_up}), name="login"),
    path("deconnexion/", sign_in.SignOut.as_view(), name="logout"),
    path("connexion/code/", second_step.SecondStep.as_view(), name="second_step"),
    path("connexion/confirmer/", proof.Prove.as_view(), name="prove"),
    path("connexion/proconnect/", proconnect.start, name="proconnect"),
    path("connexion/proconnect/retour/", proconnect.come_back, name="proconnect_return"),
    path("deconnexion/proconnect/retour/", proconnect.signed_out, name="proconnect_out"),
    path("mot-de-passe/", sign_in.ChangePassword.as_view(), name="password_change"),
    path("mot-de-passe/modifie/", auth_views.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("mot-de-passe/oublie/", open_to_all(password_reset), name="password_reset"),
    path(
        "mot-de-passe/oublie/envoye/",
        open_to_all(auth_views.PasswordResetDoneView.as_view()),
        name="password_reset_done",
    ),
    path(
        "mot-de-passe/nouveau/<uidb64>/<token>/",
        open_to_all(sign_in.NewPassword.as_view()),
        name="password_reset_confirm",
    ),
    path(
        "mot-de-passe/nouveau/enregistre/",
        open_to_all(auth_views.PasswordResetCompleteView.as_view()),
        name="password_reset_complete",
    ),
    path("invitation/<uidb64>/<token>/", open_to_all(sign_in.AcceptInvitation.as_view()), name="invitation"),
    path("accessibilite/", open_to_all(accessibility), name="accessibility"),
    path("mentions-legales/", open_to_all(legal_notices), name="legal_notices"),
    path("compte/securite/", security.Security.as_view(), name="security"),
    path("compte/securite/application/", security.AddGenerator.as_view(), name="add_generator"),
    path("compte/securite/application/retirer/", security.RemoveGenerator.as_view(), name="remove_generator"),
    path("compte/securite/cle/", security.AddPasskey.as_view(), name="add_passkey"),
    path("compte/securite/cle/retirer/", security.RemovePasskey.as_view(), name="remove_passkey"),
    path("compte/securite/codes-de-secours/", security.DrawCodes.as_view(), name="draw_codes"),
    path("compte/securite/session/fermer/", security.EndSession.as_view(), name="end_session"),
    path("compte/connexions/", own_events.OwnEvents.as_view(), name="own_sign_ins"),
    path("donnees-personnelles/", legal_pages.privacy, name="privacy"),
    path("donnees-personnelles/<slug:territory>/", legal_pages.privacy_of_city, name="privacy_of_city"),
    path("plan-du-site/", legal_pages.site_map, name="site_map"),
    path("ma-fiche/", family_page.FamilyPage.as_view(), name="family_page"),
    path("aide/", legal_pages.help_page, name="help"),
    path("equipe/<slug:structure>/revue/", review_pages.ReviewMembers.as_view(), name="review_members"),
    path("administration/services/", service_pages.Services.as_view(), name="services"),
    path("administration/services/courriel-essai/", service_pages.TryMail.as_view(), name="try_mail"),
    path("administration/ouverture/", opening.OpeningConditions.as_view(), name="opening"),
    path("administration/ouverture/retirer/", opening.OpenToRealData.as_view(), name="opening_open"),
    path("administration/ouverture/remettre/", opening.CloseToRealData.as_view(), name="opening_close"),
    path("administration/ouverture/<slug:condition>/", opening.AttestCondition.as_view(), name="opening_attest"),
    path(
        "administration/ouverture/<slug:condition>/retirer/",
        opening.WithdrawAttestation.as_view(),
        name="opening_withdraw",
    ),
    path("nouveautes/", news.news, name="news"),
    path("admin/login/", sign_in.lead_from_administration, name="admin_login"),
    path("admin/", admin.site.urls),
    *([path("", include("notifications.urls"))] if apps.is_installed("notifications") else []),
    path("", include("workflows.urls")),
]
