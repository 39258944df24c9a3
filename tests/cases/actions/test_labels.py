"""Labels of a structure: worded by its managers, put by whoever works on a case for it, read by no other structure."""

from datetime import timedelta

import pytest

from cases import permissions
from cases.actions import labels, partners
from cases.actions.labels import CannotLabel
from cases.actions.sharing import end_sharing
from cases.invariants import INVARIANTS
from cases.models import Case, CaseLabel, JournalEntry, Label, User
from cases.queries import label_words
from notifications import fanout
from notifications.models import Notice
from tests.factories import NOON, member, structure
from tests.journeys import scene
from workflows.queries.timeline import threads_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
TODAY = NOON.date()


@pytest.fixture
def manager() -> User:
    return member("caf-91", "manager")


@pytest.fixture
def worker() -> User:
    return member("caf-91")


@pytest.fixture
def case(worker: User) -> Case:
    return scene.case_at("contact", worker=worker).case


def create(words: str, *, by: User, code: str = "caf-91") -> Label:
    return labels.create(structure=structure(code), words=words, by=by, at=NOON)


def put(label: Label, case: Case, *, by: User) -> JournalEntry:
    return labels.put(case=case, label=label, by=by, at=NOON)


def on(case: Case) -> list[str]:
    return sorted(row.label.words for row in CaseLabel.objects.filter(case=case).select_related("label"))


def test_a_manager_words_a_label_and_a_professional_puts_it_and_takes_it_off(manager, worker, case):
    label = create("  atelier   budget ", by=manager)
    assert label.words == "atelier budget"
    entry = put(label, case, by=worker)
    assert on(case) == ["atelier budget"]
    assert (entry.kind, entry.case, entry.structure) == ("label.put", case, structure("caf-91"))
    assert entry.data == {"label": label.pk}
    labels.take_off(case=case, label=label, by=worker, at=NOON)
    assert on(case) == []
    assert list(JournalEntry.objects.filter(kind__startswith="label.").order_by("pk").values_list("kind", flat=True)) == [
        "label.created", "label.put", "label.taken_off",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("   ", "Écrire l’étiquette"),
        ("Atelier BUDGET", "La structure a déjà l’étiquette"),
        ("x" * 31, "30 caractères au plus"),
        ("06 12 34 56 78", "ne porte pas de numéro"),
        ("dossier 4518207", "ne porte pas de numéro"),
    ],
)
def test_words_that_are_no_label_are_refused(manager, words, said):
    create("atelier budget", by=manager)
    with pytest.raises(CannotLabel, match=said):
        create(words, by=manager)
    assert Label.objects.count() == 1


def test_only_the_managers_of_a_structure_word_its_labels(manager, worker):
    label = create("atelier budget", by=manager)
    for person in (worker, member("mds-grigny", "manager"), member("caf-91", "administrator")):
        with pytest.raises(CannotLabel, match="Seul un responsable"):
            create("réunion de mars", by=person)
        with pytest.raises(CannotLabel, match="Seul un responsable"):
            labels.rename(label=label, words="réunion", by=person, at=NOON)
        with pytest.raises(CannotLabel, match="Seul un responsable"):
            labels.retire(label=label, by=person, at=NOON)


def test_a_structure_has_a_number_of_labels_at_most(manager, monkeypatch):
    monkeypatch.setattr(labels, "MOST", 1)
    create("atelier budget", by=manager)
    with pytest.raises(CannotLabel, match="en retirer une d’abord"):
        create("réunion de mars", by=manager)


def test_a_label_is_renamed_everywhere_at_once_and_keeps_a_word_of_its_own(manager, worker, case):
    label, other = create("atelier budget", by=manager), create("réunion", by=manager)
    put(label, case, by=worker)
    labels.rename(label=label, words="atelier énergie", by=manager, at=NOON)
    assert on(case) == ["atelier énergie"]
    with pytest.raises(CannotLabel, match="La structure a déjà l’étiquette « Réunion »"):
        labels.rename(label=label, words="Réunion", by=manager, at=NOON)
    labels.rename(label=other, words="RÉUNION", by=manager, at=NOON)
    other.refresh_from_db()
    assert other.words == "RÉUNION"


def test_a_label_that_is_retired_leaves_its_cases_and_its_words_are_free_again(manager, worker, case):
    label = create("atelier budget", by=manager)
    put(label, case, by=worker)
    assert labels.retire(label=label, by=manager, at=NOON) == 1
    assert on(case) == []
    with pytest.raises(CannotLabel, match="n’est plus en usage"):
        put(label, case, by=worker)
    with pytest.raises(CannotLabel, match="n’est plus en usage"):
        labels.retire(label=label, by=manager, at=NOON)
    assert create("atelier budget", by=manager) != label


def test_the_labels_of_a_case_change_in_one_act(manager, worker, case):
    one, other, third = (create(words, by=manager) for words in ("un", "deux", "trois"))
    told = {"case": case, "structure": structure("caf-91"), "at": NOON}
    assert labels.set_case_labels(chosen=[one, other], by=worker, **told)
    assert not labels.set_case_labels(chosen=[one, other], by=worker, **told)
    assert labels.set_case_labels(chosen=[other, third], by=worker, **told)
    assert on(case) == ["deux", "trois"]
    assert labels.set_case_labels(chosen=[third], words="quatre", by=manager, **told)
    assert on(case) == ["quatre", "trois"]
    assert not labels.set_case_labels(chosen=[third], words="QUATRE", by=worker, **told)
    with pytest.raises(CannotLabel, match="Seul un responsable"):
        labels.set_case_labels(chosen=[], words="cinq", by=worker, **told)
    assert on(case) == ["quatre", "trois"]


def test_nobody_puts_the_label_of_a_structure_for_which_he_does_not_work_on_the_case(manager, case):
    label = create("atelier budget", by=manager)
    elsewhere = member("mds-grigny", "manager")
    of_mds = create("à voir", by=elsewhere, code="mds-grigny")
    for person in (elsewhere, member("caf-91"), member("caf-91", "dpo")):
        with pytest.raises(CannotLabel, match="n’est pas, ou plus"):
            put(label, case, by=person)
    for person in (manager, elsewhere):
        with pytest.raises(CannotLabel, match="n’est pas, ou plus"):
            put(of_mds, case, by=person)


def test_each_structure_reads_its_own_labels_alone_though_both_see_the_case(manager, worker, case):
    helper = member("mds-grigny", "manager")
    partners.add(case=case, structure=structure("mds-grigny"), level="card", basis="SH-1", by=worker, at=NOON)
    ours = create("atelier budget", by=manager)
    theirs = create("visite à domicile", by=helper, code="mds-grigny")
    before = len(threads_of(case))
    put(ours, case, by=worker)
    put(theirs, case, by=helper)
    for person, expected in ((worker, [ours.words]), (helper, [theirs.words]), (member("caf-91", "dpo"), [])):
        own = label_words("pk", structures=permissions.labelling_structure_ids(permissions.rights(person, at=TODAY)))
        assert Case.objects.annotate(own=own).get(pk=case.pk).own == expected
    assert len(threads_of(case)) == before  # the timeline, that both read, says nothing of it


def test_labels_go_away_with_the_access_of_their_structure(manager, worker, case):
    helper = member("mds-grigny", "manager")
    grigny = structure("mds-grigny")
    partners.add(case=case, structure=grigny, level="card", basis="SH-1", by=worker, at=NOON)
    ours = create("atelier budget", by=manager)
    put(ours, case, by=worker)
    put(create("à voir", by=helper, code="mds-grigny"), case, by=helper)
    end_sharing(case=case, structure=grigny, by=worker, at=NOON + timedelta(hours=1))
    assert on(case) == ["atelier budget"]


def test_nobody_is_told_of_a_label(manager, worker, case):
    fanout.drain_outbox(at=NOON)
    before = Notice.objects.count()
    put(create("atelier budget", by=manager), case, by=manager)
    fanout.drain_outbox(at=NOON)
    assert Notice.objects.count() == before


def test_the_acts_keep_what_must_hold(manager, worker, case):
    put(create("atelier budget", by=manager), case, by=worker)
    assert [each.code for each in INVARIANTS if list(each.broken(TODAY))] == []
