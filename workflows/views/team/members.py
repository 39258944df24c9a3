"""Équipe: the members of one’s structure, those who are invited, and inviting somebody."""

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases import permissions
from cases.actions import invitations
from cases.models import Invitation, Membership
from workflows.queries.members import members_of
from workflows.views.parts.pages import FormPage, Page, StructurePage, do_and_tell
from workflows.views.team.member_forms import InviteForm


class ManagerPage(StructurePage):
    right = "manage_members"

    @property
    def members_url(self) -> str:
        return f"{reverse('members')}?structure={self.structure.code}"


class MembersPage(ManagerPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        found = members_of(self.structure, on=self.today)
        context = {
            "structure": self.structure,
            "structure_tabs": self.structure_tabs,
            "present": found.present,
            "gone": found.gone,
            "absence_url": self.absence_url,
            "capacity_url": self.capacity_url,
            "family_page_url": self.family_page_url,
            "invited": [(each, until, until < self.now) for each, until in self.with_expiry(found.invited)],
        }
        return render(request, "members/list.html", context)

    @property
    def absence_url(self) -> str:
        """For whoever gives work; an administrator of accounts does not."""
        gives = permissions.has_right(self.user, "view_backlog", self.structure.pk, at=self.today)
        return reverse("declare_absence", args=[self.structure.code]) if gives else ""

    @property
    def capacity_url(self) -> str:
        return reverse("capacity", args=[self.structure.code]) if self.absence_url and self.structure.may_help else ""

    @property
    def family_page_url(self) -> str:
        return self.capacity_url and reverse("switch_family_page", args=[self.structure.code])

    def with_expiry(self, invited: list[Invitation]) -> list[tuple[Invitation, datetime]]:
        """Each with the moment until which its link is good."""
        return [(each, each.sent_at + invitations.VALID_FOR) for each in invited]


class Invite(FormPage, ManagerPage):
    def get_form(self, data: QueryDict | None = None) -> InviteForm:
        return InviteForm(data, structure=self.structure)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        done = invitations.invite(structure=self.structure, by=self.user, at=self.now, **typed)
        if isinstance(done, Membership):
            messages.success(
                self.request,
                f"{done.user} avait déjà un compte : son rattachement vaut dès maintenant, un courriel le lui annonce.",
            )
        else:
            messages.success(self.request, f"Invitation envoyée à {done.user.email}.")
        return redirect(self.members_url)

    def render_form(self, form: InviteForm) -> HttpResponse:
        context = {"form": form, "structure": self.structure, "members_url": self.members_url}
        return render(self.request, "members/invite.html", context)


class WaitingInvitation(Page):
    """Sent again, or withdrawn: a button of the list of members, or of what administrators grant."""

    def post(self, request: HttpRequest, invitation: str) -> HttpResponse:
        mine = invitations.changeable_invitations(self.user, on=self.today)
        found = get_object_or_404(mine, public_id=invitation)
        do_and_tell(request, partial(self.carry_out, found))
        if not permissions.has_right(self.user, "manage_members", found.structure_id, at=self.today):
            return redirect("administration")
        return redirect(f"{reverse('members')}?structure={found.structure.code}")

    def carry_out(self, invitation: Invitation) -> str:
        raise NotImplementedError


class SendAgain(WaitingInvitation):
    def carry_out(self, invitation: Invitation) -> str:
        invitations.send_again(invitation=invitation, by=self.user, at=self.now)
        return f"Invitation renvoyée à {invitation.user.email}."


class WithdrawInvitation(WaitingInvitation):
    def carry_out(self, invitation: Invitation) -> str:
        invitations.withdraw(invitation=invitation, by=self.user, at=self.now)
        return "Invitation retirée : son lien n’ouvre plus rien."
