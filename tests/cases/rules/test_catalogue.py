import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cases.rules.catalogue import OTHER_THEME, Computed, UnknownRule, compute_deadline
from cases.rules.catalogue_reading import COLUMNS, FOLDER, load_catalogue, read_catalogue, read_reference
from cases.rules.conditions import BadValue
from cases.rules.counting import BACKWARDS
from cases.rules.deadline_context import read_context
from cases.rules.reading import FaultyRules

CATALOGUE = load_catalogue()


def computed(code: str, start: date, closures=(), **context: object) -> Computed:
    return compute_deadline(CATALOGUE.rule(code), start=start, context=read_context(context), closures=closures)


@pytest.mark.parametrize(
    ("lease_date", "expected"), [("2023-07-28", date(2027, 1, 3)), ("2023-07-29", date(2026, 12, 15))]
)
def test_the_six_weeks_begin_with_leases_of_29_july_2023(lease_date: str, expected: date):
    assert computed("C01", date(2026, 11, 3), lease_date=lease_date).legal_date == expected


def test_when_the_lease_date_is_unknown_the_earlier_day_is_kept_and_said():
    result = computed("C01", date(2026, 11, 3))
    assert result.applies is True
    assert result.legal_date == date(2026, 12, 15)
    assert result.steps[-1] == (
        "Inconnu : Dernière conclusion ou reconduction du bail ; la date la plus proche est retenue"
    )


def test_the_prefect_is_notified_six_weeks_before_the_eve_of_the_hearing():
    assert computed("C04", date(2027, 3, 2)).legal_date == date(2027, 1, 17)
    assert "43 jours avant serait encore à temps (à vérifier)" in CATALOGUE.rule("C04").consequence


@pytest.mark.parametrize(
    ("context", "applies", "legal_date"),
    [
        ({"report_date": "2026-12-31", "direct_payment": "oui"}, True, date(2027, 1, 30)),
        ({"report_date": "2026-12-31", "direct_payment": "non"}, False, None),
        ({"report_date": "2027-01-01", "direct_payment": "non"}, True, date(2027, 1, 30)),
        ({"report_date": "2026-12-31"}, None, date(2027, 1, 30)),
        ({}, None, date(2027, 1, 30)),
    ],
)
def test_who_must_report_an_impaye_changes_on_1_january_2027(
    context: dict[str, str], applies: bool | None, legal_date: date | None
):
    result = computed("I01", date(2026, 11, 30), **context)
    assert (result.applies, result.legal_date) == (applies, legal_date)


@pytest.mark.parametrize(
    ("constituted", "expected"),
    [
        (date(2026, 12, 15), date(2027, 2, 15)),
        (date(2026, 6, 10), date(2027, 1, 1)),  # two months end on 10 August 2026, before the text
        (date(2026, 11, 1), date(2027, 1, 1)),  # the very day
    ],
)
def test_a_debt_older_than_the_text_is_not_late_before_it_is_in_force(constituted: date, expected: date):
    found = computed("I01", constituted, report_date="2027-01-04")
    assert found.legal_date == expected
    assert ("aucun retard avant ce jour" in found.steps[-1]) is (constituted == date(2026, 6, 10))


def test_a_report_of_before_the_text_keeps_its_own_last_day():
    assert computed("I01", date(2026, 6, 10), report_date="2026-12-01", direct_payment="oui").legal_date == date(
        2026, 8, 10
    )


def test_nothing_is_said_to_be_executed_during_the_winter_truce():
    for code in ("C08", "C10"):
        said = CATALOGUE.rule(code).consequence
        assert "du 1er novembre au 31 mars (trêve hivernale), hors exceptions (CPCE L412-6)" in said
        assert "la procédure, elle, continue" in said
    assert "leave_delays_granted" in CATALOGUE.rule("C08").until


def test_what_nobody_has_read_of_the_referral_to_the_ccapex_is_said():
    rule = CATALOGUE.rule("C03")
    assert rule.confidence == "L"
    assert "Délai à vérifier" in rule.consequence


def test_a_rule_of_the_old_regime_does_not_apply_to_a_report_of_2027():
    old = computed("I04", date(2026, 11, 30), report_date="2026-12-01")
    new = computed("I04", date(2027, 2, 1), report_date="2027-01-15")
    assert (old.applies, old.legal_date) == (True, date(2027, 5, 30))
    assert (new.applies, new.legal_date, new.safe_date) == (False, None, None)
    assert new.steps == ("Cette règle ne s’applique pas à cette situation",)


def test_a_condition_that_is_not_known_is_shown_beside_the_date():
    result = computed("I04", date(2026, 11, 30))
    assert result.applies is None
    assert result.legal_date == date(2027, 5, 30)
    assert result.steps[-1] == (
        "À vérifier, la règle ne s’applique que si : Signalement de l’impayé : avant le 01/01/2027"
    )


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        ("interim", date(2027, 2, 1)),
        ("enforcement", date(2027, 2, 1)),
        ("judgment", date(2027, 2, 15)),
        ("", date(2027, 2, 1)),
    ],
)
def test_an_appeal_is_extended_to_the_next_working_day(decision: str, expected: date):
    # 15 January 2027 + 15 days is a Saturday; + 1 month is a Monday
    assert computed("C07", date(2027, 1, 15), decision=decision).legal_date == expected


@pytest.mark.parametrize(
    ("code", "start", "expected"),
    [
        ("I05", date(2026, 11, 30), date(2027, 2, 28)),
        ("I06", date(2026, 8, 31), date(2027, 2, 28)),
        ("I06b", date(2026, 11, 24), date(2027, 2, 24)),
        ("I07", date(2027, 1, 1), date(2030, 1, 1)),
        ("I08", date(2026, 11, 24), date(2027, 5, 24)),
        ("I08b", date(2027, 5, 24), date(2027, 11, 24)),
        ("I10", date(2026, 11, 24), date(2026, 12, 24)),
        ("I10b", date(2026, 11, 24), date(2026, 12, 24)),
        ("I10c", date(2026, 11, 24), date(2026, 12, 24)),
        ("I11", date(2026, 11, 24), date(2027, 1, 24)),
        # The day that is written on the act: 29 December, and 4 November.
        ("C01b", date(2026, 12, 29), date(2026, 12, 29)),
        ("C01b", date(2026, 11, 4), date(2026, 11, 4)),
        ("C02", date(2026, 11, 3), date(2026, 11, 18)),
        ("C03", date(2026, 11, 3), date(2027, 1, 3)),
        ("C05", date(2027, 3, 2), date(2027, 3, 1)),
        ("C06", date(2026, 11, 24), date(2029, 11, 24)),
        ("C08", date(2026, 12, 31), date(2027, 2, 28)),
        ("C10", date(2026, 11, 24), date(2027, 11, 24)),
        ("C11", date(2026, 11, 24), date(2027, 1, 24)),
        ("C13", date(2026, 11, 24), date(2028, 11, 24)),
        ("C13b", date(2028, 11, 24), date(2031, 11, 24)),
        ("C13c", date(2026, 11, 30), date(2027, 2, 28)),
        ("S01", date(2026, 11, 24), date(2028, 11, 24)),
        ("P-QUALIFY", date(2026, 11, 24), date(2026, 11, 26)),
        ("P-QUALIFY-END", date(2026, 11, 24), date(2026, 12, 1)),
        ("P-ARBITRATE", date(2026, 11, 24), date(2026, 12, 1)),
        ("P-INFORM-14", date(2026, 11, 24), date(2026, 12, 24)),
        ("P-SIAO", date(2026, 11, 24), date(2026, 11, 26)),
        ("P-SIAO", date(2026, 11, 27), date(2026, 12, 1)),  # a Friday
        ("P-SIAO", date(2026, 12, 24), date(2026, 12, 29)),  # Christmas, then a weekend
        ("P-CCAPEX", date(2026, 11, 24), date(2026, 11, 26)),
        ("P-CCAPEX", date(2026, 11, 27), date(2026, 12, 1)),
        ("P-CCAPEX", date(2026, 12, 24), date(2026, 12, 29)),
        ("P-DIAGNOSE", date(2026, 11, 24), date(2026, 12, 24)),
        ("P-DIAGNOSE-HEARING", date(2027, 3, 2), date(2027, 2, 20)),
        ("P-PLAN", date(2026, 11, 24), date(2026, 12, 9)),
        ("P-LANDLORD", date(2026, 12, 23), date(2026, 12, 31)),
        ("P-MONITOR", date(2027, 1, 5), date(2027, 1, 8)),
        ("P-REENTRY", date(2026, 11, 24), date(2027, 11, 24)),
    ],
)
def test_the_last_day_of_each_rule(code: str, start: date, expected: date):
    assert computed(code, start, report_date="2026-12-01").legal_date == expected


@pytest.mark.parametrize(
    ("code", "urgent", "expected"),
    [
        ("P-ANSWER", False, date(2026, 12, 1)),
        ("P-ANSWER", True, date(2026, 11, 25)),
        ("P-ANSWER-END", False, date(2026, 12, 8)),
        ("P-ANSWER-END", True, date(2026, 11, 26)),
    ],
)
def test_an_urgent_orientation_is_answered_sooner(code: str, urgent: bool, expected: date):
    assert computed(code, date(2026, 11, 24), urgent=urgent).legal_date == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("P-CONTACT-10", date(2026, 12, 8)),
        ("P-CONTACT-5", date(2026, 12, 1)),
        ("P-CONTACT-2", date(2026, 11, 26)),
    ],
)
def test_only_the_contact_delay_that_the_routing_chose_applies(code: str, expected: date):
    chosen = computed(code, date(2026, 11, 24), contact_rule=code)
    assert (chosen.applies, chosen.legal_date) == (True, expected)
    assert computed(code, date(2026, 11, 24), contact_rule="P-AUTRE").applies is False


def test_a_structures_closure_moves_its_own_delays_and_not_the_legal_ones():
    closed = ((date(2026, 12, 1), date(2026, 12, 1)), (date(2026, 12, 15), date(2026, 12, 15)))
    assert computed("P-ARBITRATE", date(2026, 11, 24), closed).legal_date == date(2026, 12, 2)
    legal = computed("C01", date(2026, 11, 3), closed, lease_date="2024-03-01")
    assert legal.legal_date == date(2026, 12, 15)
    assert legal.safe_date == date(2026, 12, 7)


def test_no_delay_aims_at_a_day_before_the_fact_that_opens_it():
    """Each rule that counts forward, on each day of a year, its structure open or closed for the three weeks around."""
    for rule in CATALOGUE.rules:
        for variant in rule.variants:
            if variant.mode in BACKWARDS or not variant.length:  # the day itself comes last: one aims before it
                continue
            alone = replace(rule, all=(), variants=(replace(variant, all=()),))
            for start in (date(2026, 1, 1) + timedelta(days=number) for number in range(0, 365, 3)):
                closed = [(start - timedelta(days=3), start + timedelta(days=18))]
                for closures in ([], closed):
                    found = compute_deadline(alone, start=start, context={}, closures=closures)
                    assert found.safe_date is not None
                    assert found.legal_date is not None
                    assert start <= found.safe_date <= found.legal_date, (rule.code, start, closures)
    long = replace(CATALOGUE.rule("P-CONTACT-5"), safe_margin=9, all=())
    assert compute_deadline(long, start=date(2026, 11, 24), context={}).safe_date == date(2026, 11, 24)


def test_the_acts_of_expired_deadlines_are_data():
    acts = {rule.code: rule.act for rule in CATALOGUE.rules if rule.act}
    assert acts == {
        "P-QUALIFY-END": "route_with_known",
        "P-ANSWER": "alert_manager",
        "P-ANSWER-END": "send_to_arbitration",
        "T-ANSWER": "alert_manager",
        "T-ANSWER-END": "send_to_arbitration",
        "REF-ANSWER": "alert_manager",
        "REF-HANDOVER": "alert_manager",
    }


def test_the_rules_of_a_milestone_are_found_and_say_what_meets_them():
    rules = CATALOGUE.starting_on("answer_asked")
    assert [(rule.code, rule.until) for rule in rules] == [
        ("P-ANSWER", ("answered",)),
        ("P-ANSWER-END", ("answered",)),
    ]
    assert CATALOGUE.starting_on("unheard_of") == ()


def test_the_regime_shown_agrees_with_the_condition_on_the_report_date():
    for rule in CATALOGUE.rules:
        of_regime_a = ["Signalement de l’impayé : avant le 01/01/2027"] if rule.regime == "A" else []
        assert [str(c) for c in rule.all if c.key.code == "report_date"] == of_regime_a, rule.code


def test_every_rule_fits_the_columns_of_the_database():
    widths = {"code": 40, "title": 160, "start": 40, "who": 40, "consequence": 300, "reference": 200, "act": 40}
    for rule in CATALOGUE.rules:
        for name, width in widths.items():
            assert len(getattr(rule, name)) <= width, (rule.code, name)


def test_an_unknown_rule_lists_the_known_ones():
    with pytest.raises(UnknownRule, match=r"La règle « C99 » n’existe pas\. Règles connues : P-QUALIFY, "):
        CATALOGUE.rule("C99")


def test_an_unknown_context_key_or_value_is_refused():
    with pytest.raises(BadValue, match=r"« shoe_size » : contexte inconnu\. Choisir parmi report_date, lease_date"):
        read_context({"shoe_size": "42"})
    with pytest.raises(BadValue, match="écrire une date"):
        read_context({"lease_date": "hier"})
    assert read_context({"lease_date": "", "court": None}) == {}


# Bad catalogues

MINIMAL: Mapping[str, Any] = {
    "code": "T1",
    "title": "Répondre",
    "start": "asked",
    "length": 2,
    "unit": "day",
    "who": "pilot",
    "confidence": "H",
}


def catalogue_of(*rows: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "milestones": {"asked": "Demandé", "done": "Fait", "paid": "Payé"},
        "actors": {"pilot": "Pilote"},
        "rules": list(rows),
    }


def test_a_row_of_the_database_is_read_like_one_of_the_file():
    stored = dict.fromkeys(COLUMNS, "") | {**MINIMAL, "extend": False, "safe_margin": 0, "condition": {}}
    stored["mode"] = "forward"
    assert read_catalogue(catalogue_of(stored)) == read_catalogue(catalogue_of(MINIMAL))


def test_the_catalogue_survives_its_json_form():
    assert read_catalogue(json.loads(json.dumps(read_reference(), default=str))) == CATALOGUE


def test_no_fact_and_no_actor_is_said_twice_in_the_files():
    data = [tomllib.loads((FOLDER / name).read_text(encoding="utf-8")) for name in FOLDER.glob("deadlines*.toml")]
    for part in ("milestones", "actors"):
        codes = [code for each in data for code in each.get(part, {})]
        assert sorted(codes) == sorted(set(codes)), part


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"length": -1}, "Règle T1 : la durée « -1 » n’est pas un nombre entier, zéro ou plus."),
        ({"length": True}, "Règle T1 : la durée « True » n’est pas un nombre entier, zéro ou plus."),
        ({"length": None}, "Règle T1 : le champ « length » manque."),
        ({"unit": "fortnight"}, "Règle T1 : « fortnight » est inconnu, choisir parmi day, week, month, working_day."),
        (
            {"mode": "sideways"},
            "Règle T1 : « sideways » est inconnu, choisir parmi forward, franc, before, back_from_eve.",
        ),
        (
            {"unit": "working_day", "mode": "franc"},
            "Règle T1 : le comptage « franc » ne vaut pas pour des jours ouvrés.",
        ),
        ({"extend": "oui"}, "Règle T1 : « extend » vaut true ou false."),
        ({"start": "unheard_of"}, "Règle T1 : le fait daté « unheard_of » n’est pas dans la liste des faits datés."),
        (
            {"condition": {"until": ["unheard_of"]}},
            "Règle T1 : le fait daté « unheard_of » n’est pas dans la liste des faits datés.",
        ),
        ({"who": "nobody"}, "Règle T1 : « nobody » n’est pas dans la liste des acteurs."),
        ({"confidence": "sure"}, "Règle T1 : la confiance « sure » n’est pas H, M ou L."),
        ({"safe_margin": -2}, "Règle T1 : la marge de sûreté est un nombre de jours ouvrés, zéro ou plus."),
        ({"colour": "red"}, "Règle T1 : champ inconnu « colour »."),
        (
            {"condition": "never"},
            (
                "Règle T1 : « condition » réunit ce que toutes les règles n’ont pas :"
                " afterwards, all, last_day, pause_has_term, paused_by, restarted_by, resumed_by, silence, until, variants."
            ),
        ),
        (
            {"condition": {"paused_by": ["done"]}},
            "Règle T1 : un délai suspendu par un fait reprend par un autre : donner « paused_by » et « resumed_by ».",
        ),
        (
            {"condition": {"paused_by": ["unheard_of"], "resumed_by": ["done"]}},
            "Règle T1 : le fait daté « unheard_of » n’est pas dans la liste des faits datés.",
        ),
        (
            {"condition": {"until": ["done"], "paused_by": ["done"], "resumed_by": ["paid"]}},
            "Règle T1 : « done » ne peut pas à la fois suspendre le délai et le commencer ou le finir.",
        ),
        (
            {"condition": {"paused_by": ["done"], "resumed_by": ["paid"]}, "mode": "before"},
            "Règle T1 : un délai compté à rebours ne se suspend pas, ni ne recommence.",
        ),
        (
            {"condition": {"until": ["done"], "restarted_by": ["done"]}},
            "Règle T1 : « done » ne peut pas à la fois recommencer le délai et le commencer ou le finir.",
        ),
        (
            {"condition": {"pause_has_term": True}},
            "Règle T1 : « pause_has_term » vaut true ou false, et suppose « paused_by ».",
        ),
        (
            {"condition": {"silence": "done"}},
            "Règle T1 : le silence suppose une réponse attendue : donner « until », et un autre fait que le départ.",
        ),
        (
            {"condition": {"until": ["done"], "silence": "unheard_of"}},
            "Règle T1 : le fait daté « unheard_of » n’est pas dans la liste des faits datés.",
        ),
        (
            {"condition": {"afterwards": ["rien"]}},
            "Règle T1 : « afterwards » est une phrase : ce qui reste possible après le dernier jour.",
        ),
        ({"condition": {"last_day": "oui"}}, "Règle T1 : « last_day » vaut true ou false."),
        ({"condition": {"unless": []}}, "Règle T1 : champ inconnu « unless »."),
    ],
)
def test_a_faulty_rule_is_named_with_its_fault(change: dict[str, Any], fault: str):
    with pytest.raises(FaultyRules) as refusal:
        read_catalogue(catalogue_of({**MINIMAL, **change}))
    assert refusal.value.faults == (fault,)


def test_a_last_day_is_of_a_right_or_of_the_law_never_of_the_partnership():
    said = {rule.code for rule in CATALOGUE.rules if rule.is_last_day}
    assert {"IND-01", "IND-05", "IND-08", "IND-12", "C05", "C07", "C08", "P-INFORM-14"} <= said
    assert not said & {"P-ANSWER", "P-CONTACT-10", "P-DIAGNOSE", "P-PLAN", "P-LANDLORD", "I11", "IND-06", "IND-19"}
    assert {
        rule.code for rule in CATALOGUE.rules if rule.reference.startswith(("Procédure", "Partenariat"))
    }.isdisjoint(said)


def test_all_faults_are_told_at_once():
    with pytest.raises(FaultyRules) as refusal:
        read_catalogue(catalogue_of({**MINIMAL, "length": -1}, {"title": "Sans code"}, MINIMAL, MINIMAL))
    assert refusal.value.faults == (
        "Règle T1 : la durée « -1 » n’est pas un nombre entier, zéro ou plus.",
        "Règle n° 2 : le champ « start » manque.",
        "Règle T1 : elle figure deux fois.",
    )


def test_an_empty_or_unreadable_catalogue_is_refused(tmp_path: Path):
    with pytest.raises(FaultyRules, match="aucune règle"):
        read_catalogue({})
    broken = tmp_path / "deadlines.toml"
    broken.write_text("[[rules", encoding="utf-8")
    with pytest.raises(FaultyRules, match=r"deadlines\.toml n’est pas un fichier TOML lisible"):
        load_catalogue(tmp_path)


def test_every_rule_of_the_reference_has_a_theme_and_no_fact_has_two():
    titles = [title for title, _ in CATALOGUE.by_theme()]
    assert titles == [
        "Délais du partenariat",
        "Impayé et aide au logement",
        "Procédure d’expulsion",
        "Surendettement",
        "Données personnelles",
        "Trop-perçu : contester",
        "Trop-perçu : remise de dette",
        "Trop-perçu : payer, ou être poursuivi",
        "Trop-perçu : délais du partenariat",
        "Trop-perçu : questions aux organismes",
        "Référents et coordination",
    ]
    starts = [start for theme in CATALOGUE.themes for start in theme.starts]
    assert len(starts) == len(set(starts))
    assert set(starts) <= set(CATALOGUE.milestones)


def test_a_rule_of_no_theme_comes_last():
    bare = read_catalogue({**read_reference(), "themes": []})
    [(title, rules)] = bare.by_theme()
    assert (title, len(rules)) == (OTHER_THEME, len(CATALOGUE.rules))


@pytest.mark.parametrize(
    ("code", "asked"), [("C03", []), ("C01", ["lease_date"]), ("I01", ["report_date", "direct_payment"])]
)
def test_a_rule_says_what_it_asks_about_the_case_each_thing_once(code: str, asked: list[str]):
    assert [key.code for key in CATALOGUE.rule(code).context_keys] == asked
