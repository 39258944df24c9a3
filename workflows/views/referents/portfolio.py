"""A portfolio handed over: choose the people and the colleagues, try, do it in one act, undo it within a day."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property

from cases import permissions
from cases.actions import handover
from cases.actions.handover import Move
from cases.models import AccessEntry, Coordination, JournalEntry, Referent, User
from cases.refusals import Refusal
from cases.rules.parameters import read_number
from workflows import tasks
from workflows.actions import handovers, referents
from workflows.models import Handover
from workflows.views.parts.pages import StructurePage

TO = "vers-"
"""Prefix of what was chosen by hand for one person."""
AUTO = "auto"


class Transfer(StructurePage):
    """The page is its own trial: nothing is written before « Transférer »."""

    shows = AccessEntry.Kind.LIST
    right = "view_backlog"
    member: User

    def find_objects(self, **kwargs: object) -> None:
        self.member = get_object_or_404(User, public_id=kwargs["member"])
        if not self.portfolio:
            raise Http404

    @cached_property
    def portfolio(self) -> list[Referent]:
        held = Referent.objects.current().filter(user=self.member, structure=self.structure)
        held = held.annotate(coordinates=Exists(Coordination.objects.current().filter(referent=OuterRef("pk"))))
        return list(held.select_related("beneficiary", "case", "structure").order_by("beneficiary__name_key", "pk"))

    @cached_property
    def colleagues(self) -> list[User]:
        found = permissions.colleagues_with_right(self.structure, "be_referent", at=self.today).exclude(
            pk=self.member.pk
        )
        return list(found.order_by("last_name", "first_name", "pk"))

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.render_form(chosen={row.pk for row in self.portfolio}, to=set())

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.plan_transfer(transfers="transferer" in request.POST)

    def show_typed(self) -> HttpResponse:
        return self.plan_transfer(transfers=False)

    def plan_transfer(self, *, transfers: bool) -> HttpResponse:
        """Show who would take whom, with the refusals; then do it, where it is asked."""
        request = self.request
        ticked, takers = set(request.POST.getlist("personne")), set(request.POST.getlist("collegue"))
        chosen = [row for row in self.portfolio if str(row.pk) in ticked]
        to = [user for user in self.colleagues if str(user.pk) in takers]
        picked = {user.pk: user for user in self.colleagues}
        asked = {row.pk: request.POST.get(f"{TO}{row.pk}", AUTO) for row in chosen}
        numbers = {pk: read_number(code) for pk, code in asked.items()}
        by_hand = {pk: picked[number] for pk, number in numbers.items() if number is not None and number in picked}
        kept: dict[str, Any] = {"chosen": {row.pk for row in chosen}, "to": {user.pk for user in to}}
        try:
            moves = handover.plan(
                portfolio=chosen,
                colleagues=to,
                exceptions=by_hand,
                structure=self.structure,
                by=self.user,
                on=self.today,
            )
            if not transfers:
                return self.render_form(**kept, moves=moves, by_hand=by_hand)
            if len(moves) > handovers.AT_ONCE:
                long = handovers.ask_transfer(moves=moves, structure=self.structure, by=self.user, at=self.now)
                return start_handover(long)
            entry = referents.transfer(moves=moves, structure=self.structure, by=self.user, at=self.now)
        except Refusal as refusal:
            return self.render_form(**kept, by_hand=by_hand, refusal=str(refusal))
        people = f"{len(moves)} personnes transférées" if len(moves) > 1 else "1 personne transférée"
        messages.success(request, f"{people}. Chaque nouveau référent est prévenu, et informe la personne.")
        return redirect("portfolio_done", self.structure.code, entry.pk)

    def render_form(
        self,
        *,
        chosen: set[int],
        to: set[int],
        moves: list[Move] | None = None,
        by_hand: dict[int, User] | None = None,
        refusal: str = "",
    ) -> HttpResponse:
        loads = handover.loads_by_professional(self.structure, on=self.today)
        planned = {move.referent.pk: move.to for move in moves or []}
        added: dict[int, int] = {}
        for user in planned.values():
            added[user.pk] = added.get(user.pk, 0) + 1
        context = {
            "structure": self.structure,
            "member": self.member,
            "rows": [
                {
                    "row": row,
                    "name": f"{TO}{row.pk}",
                    "chosen": row.pk in chosen,
                    "to": planned.get(row.pk),
                    "coordinates": row.coordinates,  # type: ignore[attr-defined]  # annotated
                    "by_hand": by_hand[row.pk].pk if by_hand and row.pk in by_hand else None,
                }
                for row in self.portfolio
            ],
            "colleagues": [
                {
                    "user": user,
                    "chosen": user.pk in to,
                    "people": loads[user.pk].people if user.pk in loads else 0,
                    "after": (loads[user.pk].people if user.pk in loads else 0) + added.get(user.pk, 0),
                }
                for user in self.colleagues
            ],
            "is_tried": bool(moves),
            "count": len(moves or []),
            "ended": sum(row.coordinates for row in self.portfolio if row.pk in planned),  # type: ignore[attr-defined]
            "refusal": refusal,
        }
        return render(self.request, "referents/portfolio.html", context)


class Transferred(StructurePage):
    """What a transfer did, and how to undo it."""

    shows = AccessEntry.Kind.LIST
    right = "view_backlog"
    entry: JournalEntry

    def find_objects(self, **kwargs: object) -> None:
        found = JournalEntry.objects.filter(kind="referents.handed_over", structure=self.structure)
        self.entry = get_object_or_404(found.select_related("actor", "structure"), pk=kwargs["entry"])

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        context = {
            "structure": self.structure,
            "entry": self.entry,
            "rows": list(handover.moved_by(self.entry)),
            "may_undo": self.now - self.entry.happened_at <= handover.DAY
            and not handover.is_undone(self.entry)
            and handovers.running_handover(self.structure) is None,
            "is_undone": handover.is_undone(self.entry),
        }
        return render(request, "referents/transferred.html", context)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        try:
            if handover.moved_by(self.entry).count() > handovers.AT_ONCE or handovers.running_handover(self.structure):
                asked = handovers.ask_undo(transfer=self.entry, structure=self.structure, by=self.user, at=self.now)
                return start_handover(asked)
            referents.undo_transfer(transfer=self.entry, by=self.user, at=self.now)
            messages.success(request, "Transfert défait : chaque personne retrouve son référent.")
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("portfolio_done", self.structure.code, self.entry.pk)


class HandoverPage(StructurePage):
    """How far the worker is with a long transfer, until what it did can be read."""

    right = "view_backlog"
    asked: Handover

    def find_objects(self, **kwargs: object) -> None:
        found = Handover.objects.filter(structure=self.structure).select_related("entry", "undoes")
        self.asked = get_object_or_404(found, public_id=kwargs["handover"])

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        is_part = request.headers.get("HX-Request")
        if self.asked.is_running:
            template = "referents/handover_part.html" if is_part else "referents/handover.html"
            return render(request, template, {"handover": self.asked, "structure": self.structure})
        if is_part:
            return HttpResponse(headers={"HX-Refresh": "true"})
        entry = self.asked.undoes or self.asked.entry
        if self.asked.state == Handover.State.REFUSED:
            messages.error(request, f"Rien n’est transféré. {self.asked.message}")
        elif self.asked.left_out:
            messages.warning(request, f"{self.asked.left_out} personnes avaient changé de référent : elles restent.")
        if entry is None:
            return redirect("referents")
        return redirect("portfolio_done", self.structure.code, entry.pk)


def start_handover(asked: Handover) -> HttpResponse:
    """The worker begins, and its progress is shown."""
    transaction.on_commit(partial(tasks.wake_worker, tasks.run_handovers))
    return redirect("handover", asked.structure.code, asked.public_id)
