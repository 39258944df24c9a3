"""One member of one’s structure: his roles and their history, what is entrusted to him, and giving it to others."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases import permissions
from cases.acting import away_in
from cases.actions import addresses, members
from cases.models import AccessEntry, Membership, User
from cases.rules.rights import GRANTED
from workflows.actions import members as acts
from workflows.queries.members import (
    Entrusted,
    Member,
    cases_held,
    count_cases_by_user,
    find_entrusted_cases,
    find_takers,
    seen_by,
    without_followed,
)
from workflows.queries.presence import not_over
from workflows.views.parts.pages import FormPage
from workflows.views.team.member_forms import EndAccessForm, HandOverForm, RolesForm
from workflows.views.team.members import ManagerPage


class MemberPage(FormPage, ManagerPage):
    """Of somebody who works in the structure, or once worked there."""

    title = submit_label = lead = ""
    person: User
    history: list[Membership]
    """The newest first."""

    def find_objects(self, **kwargs: object) -> None:
        worked = Membership.objects.filter(structure=self.structure)
        people = User.objects.filter(pk__in=worked.values("user_id"))
        self.person = get_object_or_404(people, public_id=kwargs["member"])
        self.history = list(worked.filter(user=self.person).order_by("-since", "role"))

    @property
    def member(self) -> Member | None:
        """As what he works there; None once he has left."""
        current = [row for row in self.history if row.until is None or row.until >= self.today]
        return Member(user=self.person, memberships=current) if current and self.person.is_active else None

    @property
    def member_url(self) -> str:
        return reverse("member", args=[self.structure.code, self.person.public_id])

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        return self.lead_on(self.carry_out(typed), self.member_url)

    def granted_role_words(self) -> str:
        """The roles that only an administrator grants, for a page that leaves them as they are."""
        return ""

    def carry_out(self, typed: dict[str, Any]) -> str:
        """Do it, and say what was done."""
        raise NotImplementedError

    def render_form(self, form: forms.Form) -> HttpResponse:
        context = {
            "form": form,
            "person": self.person,
            "member": self.member,
            "member_url": self.member_url,
            "left": cases_held(self.person, self.structure).count(),
            "title": self.title,
            "lead": self.lead,
            "granted": self.granted_role_words(),
            "submit_label": self.submit_label,
        }
        return render(self.request, "members/act.html", context)


class MemberView(MemberPage):
    """What he is, what is entrusted to him, and to whom to give it."""

    shows = AccessEntry.Kind.LIST

    @cached_property
    def lines(self) -> list[Entrusted]:
        return find_entrusted_cases(self.person, self.structure, reader=self.user, on=self.today)

    @cached_property
    def takers(self) -> list[User]:
        return find_takers(self.lines, self.structure, but=self.person, on=self.today)

    def get_form(self, data: QueryDict | None = None) -> HandOverForm:
        return HandOverForm(
            data,
            colleagues=User.objects.filter(pk__in=[user.pk for user in self.takers]),
            load=count_cases_by_user(self.structure),
            away=away_in(self.structure, on=self.today),
            lines=self.lines,
        )

    def count_givable(self) -> int:
        """What « Tout confier » gives; nothing is counted where nothing is shown."""
        if not self.lines:
            return 0
        return without_followed(seen_by(self.user, self.person, self.structure, on=self.today)).count()

    def to_relay(self, total: int) -> str:
        """What must be done before he goes, if his last day is said."""
        if self.member is None or self.member.last_day is None:
            return ""
        what = f"{total} dossiers sont à confier" if total > 1 else "1 dossier est à confier"
        return f"Dernier jour le {self.member.last_day:%d/%m/%Y} : {what} d’ici là. Ensuite, la structure les reprend."

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        seen = seen_by(self.user, self.person, self.structure, on=self.today)
        chosen = without_followed(seen) if typed["everything"] else seen.filter(public_id__in=typed["cases"])
        handed = acts.hand_over(
            chosen=list(chosen), user=self.person, to=typed["to"], structure=self.structure, by=self.user, at=self.now
        )
        if count := len(handed.done):
            several = "s" if count > 1 else ""
            messages.success(
                self.request, f"{count} dossier{several} confié{several} à {typed['to']}, qui en est prévenu."
            )
        refused: dict[str, list[str]] = {}
        for case, refusal in handed.refused:
            refused.setdefault(refusal, []).append(case.reference)
        for refusal, references in refused.items():
            named = f"Dossiers {', '.join(references)}" if len(references) > 1 else f"Dossier {references[0]}"
            messages.error(self.request, f"{named} : {refusal}")
        return redirect(self.member_url)

    def render_form(self, form: forms.Form) -> HttpResponse:
        total = cases_held(self.person, self.structure).count()
        context = {
            "structure": self.structure,
            "members_url": self.members_url,
            "person": self.person,
            "member": self.member,
            "is_oneself": self.person == self.user,
            "history": self.history,
            "lines": self.lines,
            "takers": self.takers,
            "total": total,
            "givable": self.count_givable(),
            "answered": count_cases_by_user(self.structure)[self.person.pk],
            "to_relay": self.to_relay(total),
            "others": total - len(self.lines),
            "absences": not_over(self.structure, on=self.today).filter(user=self.person),
            "may_give": permissions.has_right(self.user, "view_backlog", self.structure.pk, at=self.today),
            "form": form,
        }
        return render(self.request, "members/member.html", context)


class ChangeRoles(MemberPage):
    title = "Changer de rôle"
    submit_label = "Enregistrer"
    lead = "Les droits suivent aussitôt : ce que le nouveau rôle ne permet plus n’est plus visible à la page suivante."

    def get_form(self, data: QueryDict | None = None) -> RolesForm:
        held = [row.role for row in self.member.memberships] if self.member else []
        return RolesForm(data, structure=self.structure, initial={"roles": held})

    def granted_role_words(self) -> str:
        held = self.member.memberships if self.member else []
        return ", ".join(row.get_role_display() for row in held if row.role in GRANTED)

    def carry_out(self, typed: dict[str, Any]) -> str:
        acts.change_roles(user=self.person, structure=self.structure, roles=typed["roles"], by=self.user, at=self.now)
        return f"{self.person} : rôle enregistré, les droits sont à jour."


class SetLastDay(MemberPage):
    title = "Indiquer le dernier jour"
    submit_label = "Enregistrer"
    lead = "Ensuite, plus rien n’est visible pour cette personne dans la structure. Son historique est conservé."

    def get_form(self, data: QueryDict | None = None) -> EndAccessForm:
        return EndAccessForm(data, initial={"last_day": self.member.last_day if self.member else None})

    def carry_out(self, typed: dict[str, Any]) -> str:
        last_day = typed["last_day"] if typed["when"] == "day" else None
        acts.end_all_memberships(
            user=self.person, structure=self.structure, last_day=last_day, by=self.user, at=self.now
        )
        if last_day is None:
            return f"{self.person} n’a plus accès à la structure."
        return f"{self.person} : dernier jour le {last_day:%d/%m/%Y}."


class Stay(MemberPage):
    title = "Annuler le départ"
    submit_label = "Annuler le départ"
    lead = "Le dernier jour est effacé : la personne reste dans la structure, avec les mêmes droits."

    def carry_out(self, typed: Mapping[str, object]) -> str:
        members.cancel_last_day(user=self.person, structure=self.structure, by=self.user, at=self.now)
        return f"{self.person} reste dans la structure."


class Retry(MemberPage):
    """Write again to an address that refused: a button of his page."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return redirect(self.member_url)

    def carry_out(self, typed: Mapping[str, object]) -> str:
        addresses.retry_address(user=self.person, structure=self.structure, by=self.user, at=self.now)
        return f"{self.person} : l’envoi reprend. Si l’adresse refuse encore, vous en serez prévenu."

    def render_form(self, form: forms.Form) -> HttpResponse:
        """Nothing is typed: a refusal is told on his page."""
        for refusal in form.non_field_errors():
            messages.error(self.request, str(refusal))
        return redirect(self.member_url)
