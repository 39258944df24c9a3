"""Who follows whom: one’s own people, a person, the référents of a structure."""

from django.urls import URLPattern, URLResolver, path

from workflows.views.referents import beneficiary, portfolio, referents

urlpatterns: list[URLPattern | URLResolver] = [
    path("beneficiaires/", referents.MyPeople.as_view(), name="my_people"),
    path("beneficiaires/<uuid:case>/", beneficiary.BeneficiaryView.as_view(), name="beneficiary"),
    path(
        "beneficiaires/<uuid:case>/coordonnees/<uuid:referent>/",
        beneficiary.ContactCard.as_view(),
        name="contact_card",
    ),
    path("beneficiaires/<uuid:case>/referent/", beneficiary.Propose.as_view(), name="beneficiary_propose"),
    path("beneficiaires/<uuid:case>/fin/", beneficiary.EndFollowing.as_view(), name="beneficiary_end"),
    path(
        "beneficiaires/<uuid:case>/coordinateur/",
        beneficiary.ProposeCoordinatorPage.as_view(),
        name="coordinator_propose",
    ),
    path(
        "beneficiaires/<uuid:case>/referent-unique/", beneficiary.RecordLegalReferent.as_view(), name="legal_referent"
    ),
    path("beneficiaires/<uuid:case>/opposition/", beneficiary.Objection.as_view(), name="coordination_object"),
    path("beneficiaires/<uuid:case>/fiche/<slug:kind>/", beneficiary.PersonSheet.as_view(), name="beneficiary_sheet"),
    path("referents/", referents.Referents.as_view(), name="referents"),
    path("referents/<uuid:referent>/repondre/", referents.AnswerReferentProposal.as_view(), name="referent_answer"),
    path("referents/<uuid:referent>/retirer/", referents.WithdrawReferentProposal.as_view(), name="referent_withdraw"),
    path("referents/<slug:structure>/<uuid:member>/transferer/", portfolio.Transfer.as_view(), name="portfolio"),
    path("referents/<slug:structure>/transferts/<int:entry>/", portfolio.Transferred.as_view(), name="portfolio_done"),
    path("referents/<slug:structure>/en-cours/<uuid:handover>/", portfolio.HandoverPage.as_view(), name="handover"),
    path("situations/<uuid:case>/referent/", referents.ProposeForCase.as_view(), name="case_referent"),
]
