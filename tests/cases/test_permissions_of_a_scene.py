"""The door, asked function by function in one scene with two of everything: each answer is typed by hand.

A condition left out of a filter of `cases/permissions/` changes one of these answers.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from cases import permissions
from cases.models import Appointment, Case, Edition, Participation, Structure, User
from tests.cases.permission_scene import TODAY, Scene

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()

SEEN = {
    "claire": {"rent", "asked-caf", "supported", "overpaid", "coord"},
    "paul": {"rent", "handed-on", "asked-caf"},
    "hugo": {"rent", "handed-on", "old-role", "asked-caf", "supported", "closed", "overpaid", "coord"},
    "colin": {"old-role"},
    "lea": {"rent", "asked-mds", "supported"},
    "omar": {"asked-mds", "two-services", "twice"},
    "nina": {"rent", "asked-mds", "supported", "two-services", "twice", "overpaid-2", "coord", "coord-2"},
    "mona": {"rent", "asked-mds", "supported", "two-services", "twice", "overpaid-2", "coord", "coord-2"},
    "carl": {"two-services"},
    "sylvie": {"to-qualify", "to-arbitrate"},
    "solene": {"to-qualify", "to-arbitrate"},
    "eva": {"evry"},
    **{name: set() for name in ("gilles", "ines", "pierre", "roland", "rene", "sam", "bruno", "diane", "anna")},
}
"""Gilles has left, the account of Ines is closed, the others hold no right that opens a case."""
WHOLE = {
    **SEEN,
    "lea": {"supported"},
    "omar": {"twice"},
    "nina": {"supported", "twice", "overpaid-2", "coord", "coord-2"},
    "mona": {"supported", "two-services", "twice", "overpaid-2", "coord", "coord-2"},
}
"""Of these, the cases seen whole: the card of a case is all that a support at that level opens."""
FOLLOWED = {
    **WHOLE,
    "claire": {"rent", "supported", "overpaid", "coord"},
    "paul": {"rent", "handed-on"},
    **{name: set() for name in ("colin", "sylvie", "solene", "eva")},
}
"""Of these, those of a structure in which the person follows cases: not what is only asked of him, nor a pilot’s."""
TOLD = {
    "rent": {"claire", "paul", "hugo", "lea", "nina", "mona"},
    "handed-on": {"paul", "hugo"},
    "old-role": {"colin", "hugo"},
    "asked-caf": {"claire", "paul", "hugo"},
    "asked-mds": {"lea", "omar", "nina", "mona"},
    "to-qualify": {"sylvie", "solene"},
    "to-arbitrate": {"sylvie", "solene"},
    "two-services": {"carl", "omar", "nina", "mona"},
    "closed": {"hugo"},
    "voided": set(),
    "overpaid": {"claire", "hugo"},
    "overpaid-2": {"nina", "mona"},
    "evry": {"eva"},
}


@pytest.fixture(scope="module")
def scene(django_db_setup: Any, django_db_blocker: Any):
    """Made once for the module, whose tests all find it; each takes back what it writes."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Scene()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _nobody_was_read_before() -> None:
    """Whatever a test that failed within `people_read_once` left."""
    permissions.people._read_once.set(None)


def of(expected: dict[str, Any]) -> pytest.MarkDecorator:
    """Asked of each of these people."""
    return pytest.mark.parametrize(("who", "answer"), expected.items(), ids=map(str, expected))


def held_by(scene: Scene, who: str) -> permissions.Rights:
    return permissions.rights(scene[who], at=TODAY)


# Rights


HELD = {
    "pierre": {"pilot_action": {"caf-91"}, "change_rules": {"caf-91"}, "report_arrears": {"caf-91"}},
    "colin": {"answer_question": {"caf-91"}},
    "gus": {"answer_question": {"bailleur-a", "gestionnaire-b"}, "report_arrears": {"bailleur-a", "gestionnaire-b"}},
    "ines": {},
}


@of(HELD)
def test_a_right_is_held_in_the_structures_of_which_one_is_a_member(scene, who, answer):
    expected = {right: {scene[code].pk for code in codes} for right, codes in answer.items()}
    assert permissions.rights(scene[who], at=TODAY) == expected


@of(HELD)
def test_structures_and_rights_say_the_same(scene, who, answer):
    for right in ("answer_question", "handle_case"):
        codes = answer.get(right, set())
        assert scene.names(permissions.structures_where(scene[who], right, at=TODAY)) == codes
        for code in ("caf-91", "bailleur-a"):
            assert permissions.has_right(scene[who], right, scene[code].pk, at=TODAY) == (code in codes)


def test_whoever_is_not_signed_in_holds_nothing():
    assert permissions.rights(NOBODY, at=TODAY) == {}


def test_rights_that_are_kept_are_read_once_for_each_day(scene, django_assert_num_queries):
    gilles, yesterday = User.objects.get(pk=scene["gilles"].pk), TODAY - timedelta(days=1)
    permissions.keep_rights(gilles)
    with django_assert_num_queries(2):
        for _ in range(2):
            assert permissions.rights(gilles, at=TODAY)["handle_case"] == {scene["adil-91"].pk}
            both = {scene["adil-91"].pk, scene["caf-91"].pk}
            assert permissions.rights(gilles, at=yesterday)["handle_case"] == both


@of({
    "omar": ({"mds-grigny", "ccas-grigny"}, {"mds-grigny", "ccas-grigny"}),
    "gilles": ({"adil-91"}, {"adil-91"}),
    "pierre": ({"caf-91"}, {"caf-91"}),
    "colin": ({"caf-91"}, set()),
    "ines": (set(), set()),
})  # fmt: skip
def test_one_works_in_a_structure_and_covers_it_where_one_has_cases_or_steps(scene, who, answer):
    works, covers = answer
    assert scene.names(permissions.structures_of(scene[who], at=TODAY)) == works
    assert scene.names(permissions.structures_covered(scene[who], at=TODAY)) == covers
    assert permissions.labelling_structure_ids(held_by(scene, who)) == {scene[code].pk for code in covers}


def test_whoever_has_cases_or_steps_in_a_structure_covers_his_colleagues(scene):
    covering = permissions.possible_substitutes(scene["caf-91"], at=TODAY)
    assert [person.last_name for person in covering] == ["claire", "hugo", "paul", "pierre"]
    assert scene.names(permissions.possible_substitutes(scene["mds-grigny"], at=TODAY)) == {
        "lea",
        "omar",
        "nina",
        "mona",
    }


COLLEAGUES = {
    "caf-91": {
        "handle_case": {"claire", "paul", "hugo"}, "view_structure_cases": {"hugo"}, "pilot_action": {"pierre"},
        "answer_question": {"colin"}, "answer_routing": {"claire", "paul", "hugo"}, "no_such_right": set(),
    },
    "mds-grigny": {"handle_case": {"lea", "omar", "nina", "mona"}, "answer_question": set()},
    "ccas-grigny": {"handle_case": {"omar", "mona", "carl"}, "answer_question": set()},
}  # fmt: skip


@pytest.mark.parametrize("code", COLLEAGUES)
def test_colleagues_are_the_members_who_hold_the_right_in_that_structure(scene, code, django_assert_num_queries):
    found = {right: permissions.colleagues_with_right(scene[code], right, at=TODAY) for right in COLLEAGUES[code]}
    assert {right: scene.names(people) for right, people in found.items()} == COLLEAGUES[code]
    with permissions.people_read_once(), django_assert_num_queries(2):
        found = {right: permissions.colleagues_with_right(scene[code], right, at=TODAY) for right in COLLEAGUES[code]}
    assert {right: scene.names(people) for right, people in found.items()} == COLLEAGUES[code]


# Who sees a case, and how much of it


@of(SEEN)
def test_a_person_sees_these_cases_and_no_other(scene, who, answer):
    person, held = scene[who], held_by(scene, who)
    assert scene.names(permissions.visible_cases(person, at=TODAY)) == answer
    assert {name for name in TOLD if permissions.can_view(person, scene[name], at=TODAY)} == answer & TOLD.keys()
    rows = Participation.objects.filter(permissions.sees_case(person, "case", at=TODAY, held=held))
    assert {scene.name_of[row.case] for row in rows} == answer


@of(WHOLE)
def test_of_these_a_person_sees_some_whole_and_the_card_of_the_others(scene, who, answer):
    person = scene[who]
    assert scene.names(Case.objects.filter(permissions.shown_in_full(person, at=TODAY))) == answer
    rows = Participation.objects.filter(permissions.sees_in_full(person, "case", at=TODAY))
    assert {scene.name_of[row.case] for row in rows} == answer
    levels = {name: permissions.access_level(person, scene[name], at=TODAY) for name in TOLD}
    expected = {name: "full" if name in answer else "card" if name in SEEN[who] else "none" for name in TOLD}
    assert levels == expected


def test_whoever_is_not_signed_in_sees_no_case(scene):
    assert permissions.access_level(NOBODY, scene["rent"], at=TODAY) == "none"
    assert not permissions.visible_cases(NOBODY, at=TODAY)
    assert not permissions.can_view(NOBODY, scene["rent"], at=TODAY)


def test_the_rights_that_are_given_are_those_that_count(scene):
    held = held_by(scene, "sylvie")
    found = permissions.visible_cases(scene["carl"], at=TODAY, held=held)
    assert scene.names(found) == {"two-services", "to-qualify", "to-arbitrate"}


@of(TOLD)
def test_these_people_see_a_case_and_may_be_told_of_it(scene, who, answer):
    assert scene.names(permissions.who_sees(scene[who], at=TODAY)) == answer


def test_they_are_the_same_when_people_are_read_once(scene, django_assert_num_queries):
    with permissions.people_read_once():
        for name, people in TOLD.items():
            assert scene.names(permissions.who_sees(scene[name], at=TODAY)) == people
        with django_assert_num_queries(1):
            assert scene.names(permissions.who_sees(scene["rent"], at=TODAY)) == TOLD["rent"]
        yesterday = TODAY - timedelta(days=1)
        assert scene.names(permissions.who_sees(scene["handed-on"], at=yesterday)) == {"gilles", "paul", "hugo"}
        assert scene.names(permissions.who_sees(scene["handed-on"], at=TODAY)) == {"paul", "hugo"}
        assert scene.names(permissions.colleagues_with_right(scene["caf-91"], "handle_case", at=yesterday)) == {
            "claire", "paul", "hugo", "gilles",
        }  # fmt: skip


def test_people_are_read_again_once_that_is_over(scene):
    with permissions.people_read_once():
        assert scene.names(permissions.who_sees(scene["closed"], at=TODAY)) == {"hugo"}
        User.objects.filter(pk=scene["hugo"].pk).update(is_active=False)
        assert scene.names(permissions.who_sees(scene["closed"], at=TODAY)) == {"hugo"}
    assert scene.names(permissions.who_sees(scene["closed"], at=TODAY)) == set()


@of({"hugo": (8, 7, 1), "nina": (8, 8, 0), "sylvie": (2, 2, 0)})
def test_as_many_as_that_are_many_cases(scene, who, answer, monkeypatch):
    held = held_by(scene, who)
    for is_open, number in zip((None, True, False), answer, strict=True):
        monkeypatch.setattr(permissions.seeing, "MANY", number)
        assert permissions.sees_many(held, at=TODAY, is_open=is_open) is True
        monkeypatch.setattr(permissions.seeing, "MANY", number + 1)
        assert permissions.sees_many(held, at=TODAY, is_open=is_open) is False


def test_an_agent_who_sees_what_is_asked_never_sees_many(scene, monkeypatch):
    monkeypatch.setattr(permissions.seeing, "MANY", 1)
    assert permissions.sees_many(held_by(scene, "claire"), at=TODAY) is False


@of({
    "omar": {"asked-mds": ("mds-grigny", False), "two-services": ("mds-grigny", True), "twice": ("ccas-grigny", True)},
    "paul": {"rent": ("caf-91", True), "handed-on": ("caf-91", True), "asked-caf": ("caf-91", False)},
    "mona": {
        "rent": ("mds-grigny", False), "asked-mds": ("mds-grigny", False), "supported": ("mds-grigny", False),
        "two-services": ("ccas-grigny", False), "twice": ("ccas-grigny", True), "overpaid-2": ("mds-grigny", False),
        "coord": ("mds-grigny", False), "coord-2": ("mds-grigny", False),
    },
})  # fmt: skip
def test_each_case_is_read_for_the_structure_of_the_assignment_or_else_of_the_sight(scene, who, answer):
    read = permissions.read_for(scene[who], at=TODAY, held=held_by(scene, who))
    seen: Any = permissions.visible_cases(scene[who], at=TODAY).annotate(**read)
    found = {scene.name_of[case]: (case.read_for, case.is_assigned) for case in seen}
    assert found == {name: (scene[code].pk, assigned) for name, (code, assigned) in answer.items()}
    for name, (code, _) in answer.items():
        assert permissions.acting_structure(scene[who], scene[name], at=TODAY) == scene[code]


# What is given to a person


@of({
    "claire": {
        "rent claire caf-91 responsible", "supported claire caf-91 responsible", "overpaid claire caf-91 responsible",
        "coord claire caf-91 responsible",
    },
    "paul": {"rent paul caf-91 substitute"},
    "mona": set(),
    "gilles": set(),
})  # fmt: skip
def test_a_person_looks_after_what_is_given_to_him_where_he_works(scene, who, answer):
    assert scene.names(permissions.looked_after(scene[who], at=TODAY)) == answer


def test_a_person_replaces_another_on_the_case_that_is_named_only(scene):
    claire, hugo, rent, supported = (scene[name].pk for name in ("claire", "hugo", "rent", "supported"))
    caf, mds = scene["caf-91"].pk, scene["mds-grigny"].pk

    def replaces(other: int, *, case: int = rent, structure: int = caf, by: str = "paul") -> bool:
        return permissions.is_replacing(scene[by], other, case=case, structure=structure, at=TODAY)

    assert scene.names(permissions.substitute_assignments(scene["paul"], at=TODAY)) == {"rent paul caf-91 substitute"}
    assert not permissions.substitute_assignments(scene["claire"], at=TODAY)
    assert replaces(claire) is True
    assert not replaces(hugo)
    assert not replaces(claire, case=supported)
    assert not replaces(claire, structure=mds)
    assert not replaces(claire, by="hugo")


ACTS = {
    # who, case: acts for, follows for, has accepted for, labels for
    ("claire", "rent"): ("caf-91", "caf-91", "caf-91", "caf-91"),
    ("claire", "supported"): ("caf-91", "caf-91", "caf-91", "caf-91"),
    ("claire", "asked-caf"): ("caf-91", "caf-91", None, "caf-91"),
    ("claire", "coord"): ("caf-91", "caf-91", "caf-91", "caf-91"),
    ("claire", "handed-on"): (None, None, None, None),
    ("lea", "rent"): ("mds-grigny", "mds-grigny", None, "mds-grigny"),
    ("nina", "coord"): ("mds-grigny", "mds-grigny", None, "mds-grigny"),
    ("nina", "coord-2"): ("mds-grigny", "mds-grigny", "mds-grigny", "mds-grigny"),
    ("omar", "two-services"): ("mds-grigny", "mds-grigny", None, "mds-grigny"),
    ("omar", "twice"): ("ccas-grigny", "ccas-grigny", "ccas-grigny", "ccas-grigny"),
    ("colin", "old-role"): ("caf-91", None, None, None),
    ("sylvie", "to-qualify"): ("caf-91-pilotage", None, None, "caf-91-pilotage"),
    ("sam", "rent"): (None, None, None, None),
}


@pytest.mark.parametrize(("who", "case"), ACTS)
def test_a_person_acts_on_a_case_for_one_structure(scene, who, case):
    asked = (
        permissions.acting_structure, permissions.following_structure, permissions.accepted_structure,
        permissions.labels_for,
    )  # fmt: skip
    found = [ask(scene[who], scene[case], at=TODAY) for ask in asked]
    assert [structure and structure.code for structure in found] == list(ACTS[who, case])


@of(FOLLOWED)
def test_a_person_follows_these_cases_and_sees_them_whole(scene, who, answer):
    assert scene.names(permissions.followed_in_full(scene[who], at=TODAY)) == answer


@of({
    "claire": {"follows-claire"}, "nina": {"follows-nina"}, "gilles": set(), "hugo": set(), "lea": set(),
})  # fmt: skip
def test_a_person_follows_those_whose_referent_he_is(scene, who, answer):
    assert scene.names(permissions.followed_by(scene[who], at=TODAY)) == answer


@of({"lea": {"proposed-lea"}, "omar": {"proposed-omar"}, "gilles": set(), "claire": set(), "hugo": set()})
def test_a_person_is_asked_to_follow_those_who_are_proposed_to_him(scene, who, answer):
    assert scene.names(permissions.proposals_to(scene[who], at=TODAY)) == answer


# Roles of the partnership


def test_an_administrator_administers_what_is_in_service_in_his_territory(scene):
    elsewhere = {"mds-evry", "caf-evry-pilotage", "cpam-evry"}
    everything = scene.names(Structure.objects.all())
    assert scene.names(permissions.administered_structures(scene["anna"], at=TODAY)) == everything - elsewhere - {
        "cpam-closed"
    }
    assert scene.names(permissions.administered_structures(scene["adele"], at=TODAY)) == elsewhere
    assert not permissions.administered_structures(scene["hugo"], at=TODAY)


@pytest.mark.parametrize(
    ("who", "catalogue", "territory", "answer"),
    [
        ("sylvie", "routing_arrears", "grigny", True), ("sylvie", "deadlines", "grigny", True),
        ("sylvie", "remedies", "grigny", False), ("sylvie", "routing_arrears", "evry", False),
        ("victor", "remedies", "grigny", True), ("victor", "withholding", "grigny", True),
        ("victor", "deadlines", "grigny", False), ("victor", "remedies", "evry", False),
        ("eva", "deadlines", "evry", True), ("pierre", "deadlines", "grigny", False),
        ("solene", "deadlines", "grigny", False),
    ],
)  # fmt: skip
def test_rules_are_changed_by_the_pilot_of_their_desk(scene, who, catalogue, territory, answer):
    assert permissions.changes_rules(scene[who], catalogue, territory=territory, at=TODAY) is answer


def test_the_rules_of_overpayments_are_of_the_desk_of_the_city():
    desks = {catalogue: permissions.desk_of_rules(catalogue) for catalogue in Edition.Catalogue.values}
    city = {"routing_overpayment", "remedies", "overpayments", "overpayment_letters", "withholding"}
    pilot = {
        "routing_arrears",
        "deadlines",
        "letters",
        "tenant_letters",
        "rent_checks",
        "sheets",
        "plans",
        "reminders",
    }
    assert desks == {**dict.fromkeys(city, "city"), **dict.fromkeys(pilot, "caf_pilot")}


@of({"sylvie": {"caf-91-pilotage"}, "eva": {"caf-evry-pilotage"}, "victor": set(), "pierre": set(), "hugo": set()})
def test_a_desk_is_a_pilots_own_and_not_the_service_from_which_one_pilots(scene, who, answer):
    assert scene.names(permissions.pilot_desks(scene[who], at=TODAY)) == answer


@pytest.mark.parametrize(
    ("who", "code", "answer"),
    [
        ("sylvie", "caf-91-pilotage", True), ("claire", "caf-91", True), ("pierre", "caf-91", False),
        ("sylvie", "caf-91", False), ("claire", "caf-91-pilotage", False), ("claire", "mds-grigny", False),
    ],
)  # fmt: skip
def test_whoever_follows_answers_for_a_service_and_whoever_pilots_for_a_desk(scene, who, code, answer):
    assert permissions.answers_for(scene[who], scene[code], at=TODAY) is answer


@of({
    "claire": {"rent", "supported", "overpaid", "coord", "spouse"},
    "paul": {"rent", "handed-on", "spouse"},
    "lea": {"supported"},
    "colin": set(),
    "sylvie": {
        "rent", "child", "spouse", "handed-on", "old-role", "asked-caf", "asked-mds", "to-qualify", "to-arbitrate",
        "supported", "two-services", "twice", "closed", "overpaid", "overpaid-2", "coord", "coord-2",
    },
    "eva": {"evry"},
})  # fmt: skip
def test_people_are_compared_where_all_of_their_open_cases_are_followed_or_at_a_desk(scene, who, answer):
    assert scene.names(permissions.comparable_people(scene[who], at=TODAY)) == answer


# Landlords


@of({
    "bruno": {"report-rent", "report-handed-on", "report-supported"},
    "gaelle": {"report-rent", "report-two", "report-twice"},
    "gus": {"report-rent", "report-handed-on", "report-supported", "report-two", "report-twice"},
    "claire": {"report-old-role", "report-supported-caf", "report-two"},
    "elsa": {"report-closed"},
    "carla": set(),
})  # fmt: skip
def test_a_landlord_sees_his_reports_and_those_of_others_once_a_plan_is_proposed_to_him(scene, who, answer):
    assert scene.names(permissions.visible_reports(scene[who], at=TODAY)) == answer


@of({
    "rent": {"bruno", "gaelle", "gus"}, "handed-on": {"bruno", "gus"}, "two-services": {"gaelle", "gus"},
    "twice": {"gaelle", "gus"}, "old-role": set(), "closed": set(), "overpaid": set(), "coord": set(),
})  # fmt: skip
def test_these_correspondents_may_be_told_of_their_part_in_a_case(scene, who, answer):
    assert scene.names(permissions.landlords_of(scene[who], at=TODAY)) == answer


@pytest.mark.parametrize(
    ("who", "report", "answer"),
    [
        ("bruno", "report-rent", "bailleur-a"), ("gaelle", "report-rent", "gestionnaire-b"),
        ("gus", "report-rent", "gestionnaire-b"), ("gus", "report-handed-on", "bailleur-a"),
        ("gaelle", "report-handed-on", None), ("claire", "report-two", None), ("elsa", "report-closed", None),
        ("carla", "report-rent", None),
    ],
)  # fmt: skip
def test_a_landlord_speaks_for_who_manages_a_dwelling_or_owns_it(scene, who, report, answer):
    found = permissions.claimant_of(scene[who], scene[report], at=TODAY)
    assert (found and found.code) == answer


@of({"bruno": {"watch-a"}, "gaelle": {"watch-b"}, "gus": {"watch-a", "watch-b"}, "rene": set(), "sylvie": set()})
def test_a_watch_list_is_its_landlords_alone(scene, who, answer):
    assert scene.names(permissions.visible_watches(scene[who], at=TODAY)) == answer


# What is in a case


@of({
    "claire": {"note", "note-caf", "mine-claire"}, "paul": {"note", "note-caf"}, "hugo": {"note", "note-caf"},
    "lea": {"note-mds", "mine-lea"}, "nina": set(), "omar": set(), "gilles": set(), "sylvie": set(),
})  # fmt: skip
def test_notes_are_read_by_those_for_whom_they_are_written(scene, who, answer):
    assert scene.names(permissions.visible_notes(scene[who], scene["rent"], at=TODAY)) == answer


@of({
    "claire": {"letter-caf", "letter-mds", "sheet-mds", "debt-mds"},
    "hugo": {"letter-caf", "letter-mds", "sheet-mds", "debt-mds"},
    "lea": {"letter-mds"}, "nina": {"letter-mds"}, "omar": set(), "gilles": set(), "sylvie": set(),
})  # fmt: skip
def test_letters_are_read_by_those_who_see_the_whole_case_and_by_the_service_that_wrote(scene, who, answer):
    assert scene.names(permissions.visible_letters(scene[who], scene["rent"], at=TODAY)) == answer


@of({
    "claire": {"piece-caf", "own-piece-caf", "piece-mds"}, "hugo": {"piece-caf", "own-piece-caf", "piece-mds"},
    "lea": {"piece-mds", "own-piece-mds"}, "nina": {"piece-mds", "own-piece-mds"},
    "omar": set(), "gilles": set(), "colin": set(),
})  # fmt: skip
def test_pieces_that_are_shared_go_with_the_whole_case_and_the_others_stay_in_their_service(scene, who, answer):
    assert scene.names(permissions.visible_documents(scene[who], scene["rent"], at=TODAY)) == answer


@of({
    "claire": {"meet-caf", "meet-mds", "meet-supported"}, "paul": {"meet-caf", "meet-mds", "meet-handed-on"},
    "hugo": {"meet-caf", "meet-mds", "meet-supported", "meet-handed-on"}, "lea": {"meet-mds", "meet-supported"},
    "nina": {"meet-mds", "meet-supported"}, "omar": set(), "gilles": set(), "sylvie": set(),
})  # fmt: skip
def test_appointments_are_those_of_whole_cases_and_of_ones_own_service(scene, who, answer):
    assert scene.names(permissions.visible_appointments(scene[who], at=TODAY)) == answer
    assert scene.names(Appointment.objects.all()) == {"meet-caf", "meet-mds", "meet-supported", "meet-handed-on"}


# Officers and operators


@of({
    "diane": (
        {"caf-91", "caf-91-recouvrement", "caf-91-pilotage"}, {"register-caf-91"},
        {
            "rent", "handed-on", "old-role", "asked-caf", "to-qualify", "to-arbitrate", "supported", "closed", "voided",
            "overpaid", "overpaid-2", "coord",
        },
    ),
    "denis": (
        {"mds-grigny", "cd91-rsa"}, {"register-cd-91"},
        {"rent", "asked-mds", "supported", "two-services", "twice", "overpaid-2", "coord", "coord-2"},
    ),
    "hugo": (set(), set(), set()),
})  # fmt: skip
def test_an_officer_reviews_the_services_of_his_body(scene, who, answer):
    services, register, cases = answer
    assert scene.names(permissions.reviewed_structures(scene[who], at=TODAY)) == services
    assert scene.names(permissions.visible_subject_requests(scene[who], at=TODAY)) == register
    assert scene.names(permissions.reviewed_cases(scene[who], at=TODAY)) == cases
    given = permissions.visible_subject_requests(scene["claire"], at=TODAY, held=held_by(scene, who))
    assert scene.names(given) == register


@of({
    "rene": ({"caf-91-recouvrement"}, {"q-open", "q-answered", "q-over"}, {"q-open"}),
    "carla": ({"cpam-91"}, {"q-cpam"}, {"q-cpam"}),
    "colin": (set(), set(), set()),
    "bruno": (set(), set(), set()),
    "nina": (set(), set(), set()),
})  # fmt: skip
def test_an_operator_answers_the_questions_of_cases_in_which_it_takes_part(scene, who, answer):
    held = held_by(scene, who)
    asked = (permissions.questioned_structures, permissions.visible_questions, permissions.questions_to_answer)
    assert tuple(scene.names(ask(scene[who], at=TODAY)) for ask in asked) == answer
    assert tuple(scene.names(ask(scene["claire"], at=TODAY, held=held)) for ask in asked) == answer


@of({
    "rene": {"caf-91-recouvrement"},
    "victor": {"caf-91-recouvrement", "cd91-rsa", "france-travail-91", "cpam-91", "cnav", "msa-idf"},
    "sylvie": set(),
    "eva": set(),
    "claire": set(),
})  # fmt: skip
def test_causes_are_read_by_their_operator_and_by_who_pilots_overpayments_on_its_territory(scene, who, answer):
    assert scene.names(permissions.reported_operators(scene[who], at=TODAY)) == answer


# Requests to share


@of({
    "claire": {"of-rent"}, "paul": {"of-rent", "of-handed-on"}, "hugo": {"of-rent", "of-handed-on"},
    "lea": {"of-supported"}, "nina": {"of-supported"}, "omar": {"of-two"}, "mona": {"of-supported", "of-two"},
    "sylvie": {"of-qualify"}, "sam": set(), "colin": set(),
})  # fmt: skip
def test_a_request_to_share_is_answered_by_who_answers_for_the_case_and_sees_it(scene, who, answer):
    assert scene.names(permissions.requests_to_answer(scene[who], at=TODAY)) == answer


def test_requests_are_answered_with_the_rights_that_are_given(scene):
    found = permissions.requests_to_answer(scene["sam"], at=TODAY, held=held_by(scene, "hugo"))
    assert scene.names(found) == {"of-rent", "of-handed-on"}


@of({
    "sam": {"of-rent", "of-closed", "of-supported", "of-qualify"}, "hugo": {"of-two"}, "lea": {"of-handed-on"},
    "nina": {"of-handed-on"}, "carl": {"of-rent-done"}, "mona": {"of-handed-on", "of-rent-done"},
    "gilles": set(), "claire": set(),
})  # fmt: skip
def test_a_request_to_share_is_seen_by_who_made_it_and_by_his_manager(scene, who, answer):
    assert scene.names(permissions.visible_requests(scene[who], at=TODAY)) == answer
