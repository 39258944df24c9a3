"""Étiquettes: worded by managers, put on a case or on many, lists narrowed to one, and read by no other structure."""

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from cases.actions import labels, members, partners
from cases.models import Case, CaseLabel, JournalEntry, Label, User
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows.models import CaseTask

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LABELS = "/encours/caf-91/etiquettes/"
GROUP = "/encours/caf-91/agir/"


@pytest.fixture
def worker() -> User:
    return factories.member("caf-91", first_name="Nadia", last_name="A")


def create(words: str, *, by: User, code: str = "caf-91") -> Label:
    return labels.create(structure=factories.structure(code), words=words, by=by, at=NOON)


def put(label: Label, case: Case, *, by: User) -> None:
    labels.put(case=case, label=label, by=by, at=NOON)


def on(walk: Walk) -> list[str]:
    return sorted(row.label.words for row in CaseLabel.objects.filter(case=walk.case).select_related("label"))


def test_a_manager_creates_renames_and_retires_a_label(client, manager, worker):
    assert LABELS in html_of(client.get(reverse("backlog")))
    page = html_of(client.get(LABELS))
    assert "Aucune étiquette" in page
    assert "Jamais de santé" in page
    assert "Étiquette « atelier budget » créée." in html_of(
        client.post(LABELS, {"words": "atelier budget"}, follow=True)
    )
    label = Label.objects.get()
    put(label, scene.case_at("contact", worker=worker).case, by=worker)
    put(label, scene.closed(worker=worker), by=worker)
    shown = client.get(LABELS).context["labels"]
    assert [(each.words, each.open_cases) for each, _ in shown] == [("atelier budget", 1)]
    address = f"{LABELS}{label.public_id}/"
    assert "2 dossiers la portent" in html_of(client.get(address))
    client.post(address, {"words": "atelier énergie"})
    label.refresh_from_db()
    assert label.words == "atelier énergie"
    gone = html_of(client.post(f"{address}retirer/", follow=True))
    assert "retirée, et ôtée de 2 dossiers." in gone
    assert client.get(address).status_code == 404
    assert "déjà l’étiquette" not in html_of(client.post(LABELS, {"words": "atelier énergie"}, follow=True))


def test_what_is_refused_is_said_beside_the_form(client, manager):
    create("atelier budget", by=manager)
    assert "La structure a déjà l’étiquette" in html_of(client.post(LABELS, {"words": "Atelier budget"}))
    assert "ne porte pas de numéro" in html_of(client.post(LABELS, {"words": "06 12 34 56 78"}))


def test_only_managers_word_the_labels_of_their_structure(client, worker):
    label = create("à voir", by=factories.member("caf-91", "manager"))
    for person in (worker, factories.member("mds-grigny", "manager"), factories.member("caf-91", "dpo")):
        client.force_login(person)
        for address in (LABELS, f"{LABELS}{label.public_id}/"):
            assert client.get(address).status_code == client.post(address, {"words": "autre"}).status_code == 404
        assert client.post(f"{LABELS}{label.public_id}/retirer/").status_code == 404
    client.force_login(factories.member("mds-grigny", "manager"))
    assert client.get(f"/encours/mds-grigny/etiquettes/{label.public_id}/").status_code == 404


def test_a_professional_ticks_the_labels_of_his_case_in_one_act(client, manager, worker):
    walk = scene.case_at("contact", worker=worker)
    one, other = create("atelier budget", by=manager), create("réunion de mars", by=manager)
    client.force_login(worker)
    page = reverse("case_labels", args=[walk.case.public_id])
    assert page in html_of(client.get(reverse("case", args=[walk.case.public_id])))
    form = html_of(client.get(page))
    assert "aucune autre structure ne les voit" in form
    assert "Une nouvelle étiquette" not in form
    saved = html_of(client.post(page, {"chosen": [one.pk, other.pk]}, follow=True))
    assert "Étiquettes enregistrées." in saved
    assert "atelier budget" in saved
    client.post(page, {"chosen": [other.pk], "words": "à moi"})
    assert on(walk) == ["réunion de mars"]
    assert "Rien n’a changé." in html_of(client.post(page, {"chosen": [other.pk]}, follow=True))


def test_a_manager_types_a_new_label_on_a_case(client, manager, worker):
    walk = scene.case_at("contact", worker=worker)
    page = reverse("case_labels", args=[walk.case.public_id])
    assert "Jamais de santé" in html_of(client.get(page))
    client.post(page, {"words": "atelier budget"})
    assert on(walk) == ["atelier budget"]
    assert "ne porte pas de numéro" in html_of(client.post(page, {"words": "06 12 34 56 78"}))


def test_a_professional_without_labels_reads_who_creates_them(client, worker):
    walk = scene.case_at("contact", worker=worker)
    client.force_login(worker)
    page = html_of(client.get(reverse("case_labels", args=[walk.case.public_id])))
    assert "un responsable en crée depuis Encours" in page


def test_another_structure_sees_the_case_and_none_of_its_labels(client, manager, worker):
    walk = scene.case_at("contact", worker=worker)
    helper = factories.member("mds-grigny", "manager")
    partners.add(
        case=walk.case, structure=factories.structure("mds-grigny"), level="card", basis="SH-1", by=worker, at=NOON
    )
    ours = create("atelier budget", by=manager)
    put(ours, walk.case, by=worker)
    client.force_login(helper)
    for address in (
        reverse("case", args=[walk.case.public_id]),
        reverse("case_labels", args=[walk.case.public_id]),
        reverse("cases"),
        reverse("cases") + f"?etiquette={ours.pk}",
        reverse("backlog_list"),
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert "atelier" not in html_of(page).lower()
        assert "étiquette de sa structure" not in html_of(page)
    client.post(reverse("case_labels", args=[walk.case.public_id]), {"chosen": [ours.pk]})
    assert on(walk) == ["atelier budget"]
    rows = exported(client, "situations", etat="toutes")
    assert "atelier budget" not in str(rows)


def test_nobody_labels_a_case_that_he_does_not_see(client, worker):
    walk = scene.case_at("contact", worker=worker)
    page = reverse("case_labels", args=[walk.case.public_id])
    for person in (factories.member("caf-91"), factories.member("ccas-grigny", "manager")):
        client.force_login(person)
        assert client.get(page).status_code == client.post(page, {"words": "x"}).status_code == 404


def test_the_coordination_of_a_person_has_labels_too(client, manager, worker):
    followed = scene.followed(by=worker, code="caf-91").case
    client.force_login(worker)
    page = reverse("case_labels", args=[followed.public_id])
    assert page in html_of(client.get(reverse("beneficiary", args=[followed.public_id])))
    label = create("à revoir en mars", by=manager)
    assert client.get(page).status_code == 200
    assert "à revoir en mars" in html_of(client.post(page, {"chosen": [label.pk]}, follow=True))


def ticked(act: str, *walks: Walk, **more: Any) -> dict[str, Any]:
    return {"acte": act, "etape": [walk.task("contact").public_id for walk in walks], **more}


def test_a_label_is_put_on_several_cases_after_a_trial_and_taken_back(client, manager, worker):
    walks = [scene.case_at("contact", worker=worker) for _ in range(3)]
    label = create("atelier budget", by=manager)
    put(label, walks[0].case, by=worker)
    assert "Poser une étiquette" in html_of(client.get(reverse("backlog_list")))
    tried = client.post(GROUP, ticked("poser-etiquette", *walks, etiquette=label.pk))
    assert (tried.context["count"], tried.context["left"]) == (2, 1)
    assert "Ce dossier la porte déjà." in html_of(tried)
    assert not JournalEntry.objects.filter(kind="tasks.labelled").exists()
    sent = ticked("poser-etiquette", *walks, etiquette=label.pk, motif="campaign", faire="oui")
    done = client.post(GROUP, sent, follow=True)
    assert "Étiquette posée sur 2 dossiers." in html_of(done)
    assert "étiquette « atelier budget »" in html_of(done)
    assert [on(walk) for walk in walks] == [["atelier budget"]] * 3
    entry = JournalEntry.objects.get(kind="tasks.labelled")
    assert entry.data == {"reason": "campaign", "asked": 2, "label": label.pk}
    assert [line.kind for line in entry.consequences.all()] == ["label.put"] * 2
    assert "a posé une étiquette sur plusieurs dossiers" in html_of(client.get(reverse("backlog")))
    undone = client.post(done.redirect_chain[0][0], follow=True)
    assert "Acte défait pour 2 étapes" in html_of(undone)
    assert [on(walk) for walk in walks] == [["atelier budget"], [], []]


def test_a_label_is_taken_off_several_cases_and_comes_back(client, manager, worker):
    walks = [scene.case_at("contact", worker=worker) for _ in range(2)]
    label = create("atelier budget", by=manager)
    put(label, walks[0].case, by=worker)
    sent = ticked("oter-etiquette", *walks, etiquette=label.pk, motif="over", faire="oui")
    done = client.post(GROUP, sent, follow=True)
    assert "Étiquette ôtée de 1 dossier." in html_of(done)
    assert "Ce dossier ne la porte pas." in html_of(done)
    assert on(walks[0]) == []
    client.post(done.redirect_chain[0][0])
    assert on(walks[0]) == ["atelier budget"]


def test_what_changed_since_is_left_when_an_act_is_taken_back(client, manager, worker):
    walks = [scene.case_at("contact", worker=worker) for _ in range(2)]
    label = create("atelier budget", by=manager)
    sent = ticked("poser-etiquette", *walks, etiquette=label.pk, motif="sort", faire="oui")
    done = client.post(GROUP, sent, follow=True)
    labels.take_off(case=walks[0].case, label=label, by=worker, at=NOON)
    walks[1].take("contact", by=worker, **scene.REACHED)
    undone = html_of(client.post(done.redirect_chain[0][0], follow=True))
    assert "Ce dossier ne la porte pas." in undone
    assert "Acte défait pour 1 étape." in undone  # the step is over, the case had the label still
    assert on(walks[1]) == []


def test_a_new_label_is_typed_while_it_is_put(client, manager, worker):
    walk = scene.case_at("contact", worker=worker)
    typed = {"nouvelle": "atelier budget", "motif": "sort"}
    form = html_of(client.get(GROUP, ticked("poser-etiquette", walk)))
    assert "Jamais de santé" in form
    client.post(GROUP, ticked("poser-etiquette", walk, **typed))
    assert not Label.objects.exists()
    client.post(GROUP, ticked("poser-etiquette", walk, **typed, faire="oui"))
    assert on(walk) == ["atelier budget"]
    again = client.post(GROUP, ticked("poser-etiquette", walk, **typed | {"nouvelle": "ATELIER budget"}))
    assert again.context["count"] == 0
    assert Label.objects.count() == 1


@pytest.mark.parametrize(
    ("act", "typed", "said"),
    [
        ("poser-etiquette", {}, "Choisir une étiquette, ou en écrire une nouvelle"),
        ("poser-etiquette", {"nouvelle": "06 12 34 56 78"}, "ne porte pas de numéro"),
        ("poser-etiquette", {"nouvelle": "à voir", "motif": ""}, "Choisir un motif."),
        ("oter-etiquette", {"etiquette": "123456"}, "Sélectionnez un choix valide"),
    ],
)
def test_what_is_badly_asked_is_said_and_does_nothing(client, manager, worker, act, typed, said):
    walk = scene.case_at("contact", worker=worker)
    of_mds = create("à nous", by=factories.member("mds-grigny", "manager"), code="mds-grigny")
    sent = ticked(act, walk, **{"motif": "other", "faire": "oui", **typed})
    assert said in html_of(client.post(GROUP, sent))
    foreign = client.post(GROUP, ticked(act, walk, motif="other", faire="oui", etiquette=of_mds.pk))
    assert foreign.status_code == 200
    assert not CaseLabel.objects.exists()


def test_two_steps_of_one_case_label_it_once(client, manager, worker):
    walk = scene.case_at("contact", worker=worker)
    beside = CaseTask.objects.get(pk=walk.task("contact").pk)
    beside.pk, beside.public_id, beside.node = None, "9f3c1f0e-6f0a-4a57-9a53-3b5f7b9a0a11", "send_dsf"
    beside.save()
    both = {"acte": "poser-etiquette", "etape": [walk.task("contact").public_id, beside.public_id]}
    tried = client.post(GROUP, both | {"nouvelle": "atelier budget"})
    assert "Le dossier est déjà dans cette liste" in html_of(tried)
    assert tried.context["count"] == 1


def exported(client: Client, code: str, **asked: str) -> list[list[Any]]:
    answer: Any = client.post(reverse("export_ask", args=[code]), {"format": "xlsx", **asked})
    content = b"".join(answer.streaming_content)
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.fixture
def sorted_out(manager: User, worker: User) -> tuple[Walk, Label]:
    """Of three cases, one has two labels."""
    walks = [scene.case_at("contact", worker=worker, usual_name=name) for name in ("Delaunay", "Karaman", "Okoye")]
    label = create("atelier budget", by=manager)
    for each in (label, create("=réunion()", by=manager)):
        put(each, walks[1].case, by=worker)
    return walks[1], label


def test_the_lists_show_labels_and_are_narrowed_to_one(client, manager, sorted_out):
    walk, label = sorted_out
    for name in ("cases", "backlog_list"):
        whole = html_of(client.get(reverse(name)))
        assert whole.count("atelier budget") == 2  # the filter, and the line
        page = client.get(f"{reverse(name)}?etiquette={label.pk}")
        assert [(line.case if name == "cases" else line["task"].case) for line in page.context["lines"]] == [walk.case]
        assert "Étiquette « atelier budget »" in html_of(page)
    posted = client.post(reverse("cases"), {"etiquette": label.pk})
    assert posted.headers["Location"] == f"/situations/?etiquette={label.pk}"


def test_the_exports_have_the_column_and_its_words_run_nowhere(client, manager, sorted_out):
    _, label = sorted_out
    for code in ("situations", "encours"):
        asked = {"etiquette": str(label.pk), "structure": "caf-91"}
        first, titles, line = exported(client, code, **asked)
        assert "Étiquette « atelier budget »" in first[0]
        assert dict(zip(titles, line, strict=True))["Étiquettes"] == "=réunion(), atelier budget"
        answer: Any = client.post(reverse("export_ask", args=[code]), {"format": "csv", **asked})
        assert "'=réunion(), atelier budget" in b"".join(answer.streaming_content).decode()


def test_a_saved_view_keeps_the_label_until_it_is_retired(client, manager, sorted_out):
    _, label = sorted_out
    for code, more in (("situations", {}), ("encours", {"structure": "caf-91"})):
        asked = {"etiquette": str(label.pk), **more}
        shared = {"share_in": factories.structure("caf-91").pk}
        client.post(reverse("views", args=[code], query=asked), {"name": "Atelier", **shared})
        bar = client.get(reverse("views_bar", args=[code]), asked).context["bar"]
        assert [(tab["label"], tab["count"]) for tab in bar["tabs"][1:]] == [("Atelier", "1")]
    labels.retire(label=label, by=manager, at=NOON)
    for code, more in (("situations", {}), ("encours", {"structure": "caf-91"})):
        bar = client.get(reverse("views_bar", args=[code]), more).context["bar"]
        assert [tab["label"] for tab in bar["tabs"][1:]] == ["Atelier (à revoir)"]


def test_a_label_of_nobody_or_of_another_structure_narrows_to_nothing_or_says_it_is_unknown(
    client, manager, sorted_out
):
    theirs = create("à nous", by=factories.member("mds-grigny", "manager"), code="mds-grigny")
    for asked in (str(theirs.pk), "99999999"):
        assert client.get(f"{reverse('backlog_list')}?etiquette={asked}").context["total"] == 0
        assert client.get(f"{reverse('cases')}?etiquette={asked}").context["form"].errors
    assert client.get(f"{reverse('backlog_list')}?etiquette=bonjour").status_code == 200


def test_who_works_in_two_structures_reads_which_one_a_label_is_of(client, manager, worker):
    create("atelier", by=manager)
    create("atelier", by=factories.member("mds-grigny", "manager"), code="mds-grigny")
    members.join(user=worker, structure=factories.structure("mds-grigny"), role="agent", since=NOON.date(), at=NOON)
    client.force_login(worker)
    choices = dict(client.get(reverse("cases")).context["form"].fields["etiquette"].choices)
    assert sorted(choices.values()) == [
        "Toutes les étiquettes", "atelier (CAF 91 – travail social)", "atelier (MDS de Grigny)",
    ]  # fmt: skip


def test_lists_with_labels_keep_to_ten_queries(client, manager, sorted_out, django_assert_max_num_queries: Any):
    _, label = sorted_out
    for address in (
        f"{reverse('cases')}?etiquette={label.pk}&etat=toutes&structure=caf-91&retard=on",
        f"{reverse('backlog_list')}?etiquette={label.pk}&etape=contact&qui={manager.pk}",
        LABELS,
    ):
        with django_assert_max_num_queries(10):
            client.get(address)
    typed = ticked("poser-etiquette", sorted_out[0])
    with django_assert_max_num_queries(12):
        client.get(GROUP, typed)


def test_a_label_of_health_is_taken_and_its_author_told(client, manager):
    html = html_of(client.post(LABELS, {"words": "Dépression"}, follow=True))
    assert "À relire : « Dépression » (santé)." in html
    assert Label.objects.get().words == "Dépression"
