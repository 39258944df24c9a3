"""Invitations: whoever has an account accepts or declines what a structure offers him."""

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from cases.actions import invitations
from cases.models import Invitation
from workflows.views.parts.pages import Page, do_and_tell


class MyInvitations(Page):
    def get(self, request: HttpRequest) -> HttpResponse:
        waiting = invitations.acceptable_invitations(self.user, at=self.now).select_related("structure__organisation")
        rows = [(each, each.sent_at + invitations.VALID_FOR) for each in waiting]
        return render(request, "members/invitations.html", {"rows": rows})


class AnswerInvitation(Page):
    """A button of the list; of nobody else’s invitation."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, invitation: UUID) -> HttpResponse:
        found = get_object_or_404(Invitation.objects.filter(user=self.user), public_id=invitation)
        do_and_tell(request, partial(self.carry_out, found))
        return redirect("my_invitations")

    def carry_out(self, invitation: Invitation) -> str:
        raise NotImplementedError


class AcceptMyInvitation(AnswerInvitation):
    def carry_out(self, invitation: Invitation) -> str:
        joined = invitations.accept_one(invitation=invitation, by=self.user, at=self.now)
        return f"Bienvenue : vous êtes membre de {joined.structure}, {joined.get_role_display()}."


class DeclineMyInvitation(AnswerInvitation):
    def carry_out(self, invitation: Invitation) -> str:
        invitations.decline(invitation=invitation, by=self.user, at=self.now)
        return "Invitation déclinée."
