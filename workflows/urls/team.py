"""Équipe: who works in a structure, who is away, and who holds the roles that no manager gives."""

from django.urls import URLPattern, URLResolver, path

from workflows.views.team import (
    absences,
    access_requests,
    administration,
    closures,
    controllers,
    departures,
    establishments,
    family_page,
    installation,
    invitations,
    landlord_nature,
    member,
    members,
    opening_hours,
    organisations,
    sharing_bases,
    structures,
    territories,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("equipe/", members.MembersPage.as_view(), name="members"),
    path("equipe/invitations/<uuid:invitation>/renvoyer/", members.SendAgain.as_view(), name="send_invitation"),
    path(
        "equipe/invitations/<uuid:invitation>/retirer/",
        members.WithdrawInvitation.as_view(),
        name="withdraw_invitation",
    ),
    path("equipe/<slug:structure>/absences/declarer/", absences.Declare.as_view(), name="declare_absence"),
    path("equipe/<slug:structure>/fermetures/", closures.Closures.as_view(), name="closures"),
    path("equipe/<slug:structure>/horaires/", opening_hours.OpeningHours.as_view(), name="opening_hours"),
    path(
        "equipe/<slug:structure>/page-de-la-famille/",
        family_page.SwitchFamilyPage.as_view(),
        name="switch_family_page",
    ),
    path("equipe/<slug:structure>/inviter/", members.Invite.as_view(), name="invite"),
    path("equipe/<slug:structure>/<uuid:member>/", member.MemberView.as_view(), name="member"),
    path("equipe/<slug:structure>/<uuid:member>/role/", member.ChangeRoles.as_view(), name="member_roles"),
    path("equipe/<slug:structure>/<uuid:member>/depart/", member.SetLastDay.as_view(), name="member_last_day"),
    path("equipe/<slug:structure>/<uuid:member>/rester/", member.Stay.as_view(), name="member_stay"),
    path(
        "equipe/<slug:structure>/<uuid:member>/preparer-le-depart/",
        departures.PrepareDeparture.as_view(),
        name="departure",
    ),
    path(
        "equipe/<slug:structure>/<uuid:member>/notes-de-relais/",
        departures.DepartureNotes.as_view(),
        name="departure_notes",
    ),
    path("equipe/<slug:structure>/<uuid:member>/reessayer/", member.Retry.as_view(), name="member_retry"),
    path("invitations/", invitations.MyInvitations.as_view(), name="my_invitations"),
    path(
        "invitations/<uuid:invitation>/accepter/", invitations.AcceptMyInvitation.as_view(), name="accept_invitation"
    ),
    path(
        "invitations/<uuid:invitation>/decliner/", invitations.DeclineMyInvitation.as_view(), name="decline_invitation"
    ),
    path("administration/", administration.Administration.as_view(), name="administration"),
    path("administration/installation/", installation.DescribeInstallation.as_view(), name="installation"),
    path("administration/structures/", structures.Structures.as_view(), name="structures"),
    path("administration/structures/ajouter/", structures.AddStructure.as_view(), name="add_structure"),
    path("administration/structures/<slug:structure>/", structures.CorrectStructure.as_view(), name="structure"),
    path("administration/structures/<slug:structure>/fin/", structures.EndStructure.as_view(), name="end_structure"),
    path(
        "administration/structures/<slug:structure>/bailleur/",
        landlord_nature.LandlordNature.as_view(),
        name="landlord_nature",
    ),
    path(
        "administration/structures/<slug:structure>/responsable-de-traitement/",
        controllers.SayController.as_view(),
        name="controller",
    ),
    path(
        "administration/structures/<slug:structure>/fondement/",
        sharing_bases.SayBasis.as_view(),
        name="sharing_basis",
    ),
    path(
        "administration/structures/<slug:structure>/reprendre/",
        structures.TakeUpStructure.as_view(),
        name="take_up_structure",
    ),
    path(
        "administration/organisations/<slug:organisation>/",
        organisations.RenameOrganisation.as_view(),
        name="organisation",
    ),
    path(
        "administration/structures/<slug:structure>/etablissements/",
        establishments.Establishments.as_view(),
        name="establishments",
    ),
    path(
        "administration/structures/<slug:structure>/etablissements/<slug:siret>/retirer/",
        establishments.WithdrawEstablishment.as_view(),
        name="withdraw_establishment",
    ),
    path("administration/demandes/", access_requests.AccessRequests.as_view(), name="access_requests"),
    path(
        "administration/demandes/<uuid:asked>/", access_requests.AnswerAccessRequest.as_view(), name="access_request"
    ),
    path(
        "administration/demandes/<uuid:asked>/refuser/",
        access_requests.DeclineAccessRequest.as_view(),
        name="decline_access_request",
    ),
    path("administration/territoires/", territories.Territories.as_view(), name="territories"),
    path("administration/territoires/ajouter/", territories.AddTerritory.as_view(), name="add_territory"),
    path("administration/territoires/<slug:territory>/", territories.CorrectTerritory.as_view(), name="territory"),
    path("administration/territoires/<slug:territory>/fin/", territories.EndTerritory.as_view(), name="end_territory"),
    path("territoire/", territories.ChooseTerritory.as_view(), name="choose_territory"),
    path("administration/nommer/", administration.Nominate.as_view(), name="nominate"),
    path(
        "administration/nominations/<uuid:nomination>/confirmer/",
        administration.ConfirmNomination.as_view(),
        name="confirm_nomination",
    ),
    path(
        "administration/nominations/<uuid:nomination>/retirer/",
        administration.WithdrawNomination.as_view(),
        name="withdraw_nomination",
    ),
    path(
        "administration/<slug:structure>/<uuid:member>/<slug:role>/fin/",
        administration.EndRole.as_view(),
        name="end_role",
    ),
    path("mes-absences/", absences.MyAbsences.as_view(), name="my_absences"),
    path("mes-absences/declarer/", absences.DeclareMine.as_view(), name="declare_my_absence"),
    path("mon-depart/", departures.PrepareOwnDeparture.as_view(), name="my_departure"),
    path("mon-depart/notes/", departures.OwnDepartureNotes.as_view(), name="my_departure_notes"),
    path("situations/<uuid:case>/note-de-relais/", departures.HandoverNotePage.as_view(), name="handover_note"),
    path("absences/<uuid:absence>/", absences.AbsenceView.as_view(), name="absence"),
    path("absences/<uuid:absence>/repartition/", absences.SplitAgain.as_view(), name="absence_split"),
    path("absences/<uuid:absence>/dates/", absences.ChangeDays.as_view(), name="absence_dates"),
    path("absences/<uuid:absence>/fin/", absences.EndAbsence.as_view(), name="absence_end"),
]
