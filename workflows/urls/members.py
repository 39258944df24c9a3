"""Équipe: who works in a structure."""

from django.urls import URLPattern, URLResolver, path

from workflows.views import member, members

urlpatterns: list[URLPattern | URLResolver] = [
    path("equipe/", members.Members.as_view(), name="members"),
    path("equipe/invitations/<uuid:invitation>/renvoyer/", members.SendAgain.as_view(), name="send_invitation"),
    path("equipe/invitations/<uuid:invitation>/retirer/", members.Withdraw.as_view(), name="withdraw_invitation"),
    path("equipe/<slug:structure>/inviter/", members.Invite.as_view(), name="invite"),
    path("equipe/<slug:structure>/<uuid:member>/", member.MemberView.as_view(), name="member"),
    path("equipe/<slug:structure>/<uuid:member>/role/", member.ChangeRoles.as_view(), name="member_roles"),
    path("equipe/<slug:structure>/<uuid:member>/depart/", member.LastDay.as_view(), name="member_last_day"),
    path("equipe/<slug:structure>/<uuid:member>/rester/", member.Stay.as_view(), name="member_stay"),
]
