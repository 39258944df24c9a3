"""The tenant's letters: when each is offered, why it is refused, what it says, and that families can read it. Pure."""

import re
from datetime import date
from typing import Any

import pytest

from cases.reference_data import FOLDER
from cases.rules.reading import FaultyRules, read_toml
from cases.rules.tenant_letters import (
    CONDITIONS,
    TenantSituation,
    choose_number,
    letters_at_moment,
    read_tenant_letters,
    refusal_of,
)
from cases.rules.texts import MissingValue
from cases.rules.tracks import DatedFact, load_tracks

FIRST_EDITION = read_toml(FOLDER / "letters_tenant.toml")
CATALOGUE = read_tenant_letters(FIRST_EDITION)
TODAY = date(2026, 11, 24)
SUMMONS, HEARING = DatedFact("summons_served", date(2026, 11, 3)), DatedFact("hearing", date(2027, 1, 12))
ENDED, TO_LEAVE = DatedFact("lease_terminated", date(2026, 6, 2)), DatedFact("order_to_leave_served", date(2026, 7, 6))
POLICE, REFUSED = DatedFact("police_requested", date(2026, 10, 1)), DatedFact("police_refused", date(2026, 11, 2))
VALUES = {
    "tenants": "Mme FERREIRA Ana",
    "home": "4 rue de la Plaine, 91350 Grigny",
    "landlord": "Les Résidences",
    "structure": "CAF 91",
    "professional": "Claire Montel",
    "phone": "01 69 00 00 01",
    "hearing_day": "mardi 12 janvier 2027",
    "court": "Tribunal de proximité de Juvisy-sur-Orge",
}


def situation(*facts: DatedFact, holds: tuple[str, ...] = ()) -> TenantSituation:
    return TenantSituation(position=load_tracks().court.position(facts, on=TODAY), holds=frozenset(holds))


def said(code: str, *, signers: tuple[str, ...] = ("Mme FERREIRA Ana",), draft: bool = False, **more: str) -> str:
    filled = CATALOGUE.fill(CATALOGUE.letters[code], values=VALUES | more, signers=signers, draft=draft)
    parts = [filled.subject, *(text for block in filled.blocks for text in (block["text"], *block["items"]))]
    return "\n".join(parts).replace("\u00a0", " ").replace("\u202f", " ")


def offered(*facts: DatedFact, holds: tuple[str, ...] = ()) -> list[str]:
    found = letters_at_moment(CATALOGUE.letters.values(), situation(*facts, holds=holds))
    return [letter.code if not refusal else f"not {letter.code}" for letter, refusal in found]


@pytest.mark.parametrize(
    ("facts", "holds", "codes"),
    [
        ([], [], []),
        ([DatedFact("order_to_pay_served", date(2026, 10, 1))], [], ["ccapex"]),
        (
            [SUMMONS],
            [],
            ["ccapex", "not hearing_sheet", "not judge_delays", "not judge_postponement", "not legal_aid"],
        ),
        (
            [SUMMONS, HEARING],
            ["hearing_ahead"],
            ["hearing_sheet", "judge_postponement", "ccapex", "not judge_delays", "not legal_aid"],
        ),
        (
            [SUMMONS, HEARING],
            ["hearing_ahead", "rent_resumed", "no_legal_aid_yet"],
            ["hearing_sheet", "judge_delays", "judge_postponement", "legal_aid", "ccapex"],
        ),
        ([], ["rent_owed"], ["fsl"]),
        # A hearing whose summons nobody recorded is a hearing.
        (
            [HEARING],
            ["hearing_ahead"],
            ["hearing_sheet", "judge_postponement", "ccapex", "not judge_delays", "not legal_aid"],
        ),
        (
            [SUMMONS, ENDED],
            ["eviction_ordered", "no_dalo_yet", "no_legal_aid_yet"],
            ["legal_aid", "ccapex", "dalo", "not jex_delays"],
        ),
        (
            [ENDED, TO_LEAVE],
            ["eviction_ordered", "order_to_leave_served", "no_dalo_yet"],
            ["jex_delays", "ccapex", "dalo", "not legal_aid"],
        ),
        (
            [ENDED, TO_LEAVE, POLICE],
            ["eviction_ordered", "order_to_leave_served", "police_unanswered"],
            ["jex_delays", "ccapex", "prefect", "not legal_aid", "not dalo"],
        ),
        (
            [ENDED, TO_LEAVE, POLICE, REFUSED],
            ["eviction_ordered", "order_to_leave_served", "no_dalo_yet"],
            ["jex_delays", "ccapex", "dalo", "not legal_aid", "not prefect"],
        ),
        ([ENDED, TO_LEAVE, DatedFact("new_lease_signed", date(2026, 9, 1))], ["no_dalo_yet"], []),
        # A hearing after the judgment is that of another judge: of the appeal, or of enforcement.
        (
            [ENDED, HEARING],
            ["hearing_ahead", "eviction_ordered"],
            ["ccapex", "not legal_aid", "not jex_delays", "not dalo"],
        ),
        ([DatedFact("payment_delays_granted", date(2026, 6, 2)), HEARING], ["hearing_ahead"], ["ccapex"]),
        (
            [ENDED, TO_LEAVE, HEARING],
            ["hearing_ahead", "eviction_ordered", "order_to_leave_served", "no_dalo_yet"],
            ["jex_delays", "ccapex", "dalo", "not legal_aid"],
        ),
        ([TO_LEAVE, DatedFact("protocol_signed", date(2026, 9, 1)), HEARING], ["hearing_ahead"], []),
        # A judgment that a new lease undid says nothing of the next hearing.
        (
            [ENDED, DatedFact("new_lease_signed", date(2026, 9, 1)), HEARING],
            ["hearing_ahead", "rent_resumed"],
            ["hearing_sheet", "judge_delays", "judge_postponement", "ccapex", "not legal_aid"],
        ),
        # Once evicted, one is no longer under the threat of it, nor at that address.
        ([ENDED, TO_LEAVE, DatedFact("evicted", date(2026, 11, 2))], ["eviction_ordered", "no_dalo_yet"], []),
    ],
)
def test_each_moment_of_the_procedure_has_its_letters(facts: Any, holds: Any, codes: list[str]):
    assert offered(*facts, holds=tuple(holds)) == codes


@pytest.mark.parametrize(
    ("code", "facts", "reason", "article"),
    [
        (
            "judge_delays",
            [SUMMONS, HEARING],
            "loyer courant est repris en entier avant l’audience",
            "article 24, V et VII",
        ),
        ("hearing_sheet", [SUMMONS], "Aucune audience n’est à venir", "article 24, III"),
        ("jex_delays", [ENDED], "qu’après le commandement de quitter les lieux", "R412-4"),
        ("jex_delays", [SUMMONS], "quand une décision a ordonné l’expulsion", "L412-3"),
        ("prefect", [ENDED, TO_LEAVE, POLICE, REFUSED], "Le préfet a déjà répondu", "L153-1"),
        ("dalo", [SUMMONS], "quand une décision prononce l’expulsion", "R441-14-1"),
        ("dalo", [ENDED, DatedFact("evicted", date(2026, 11, 2))], "tant que le ménage est dans", "R441-14-1"),
        ("dalo", [ENDED], "un recours DALO est déjà déposé", "L441-2-3"),
        ("legal_aid", [], "quand un juge est saisi", "articles 37 et 43"),
        ("legal_aid", [SUMMONS], "déjà demandée, ou la personne ne l’a pas souhaitée", "loi n° 91-647, article 18"),
        ("fsl", [], "quand une dette de loyer est connue", "règlement intérieur du FSL"),
        ("ccapex", [], "quand une procédure d’expulsion est engagée", "article 7-2"),
    ],
)
def test_a_letter_is_refused_with_the_reason_and_the_article(code: str, facts: Any, reason: str, article: str):
    holds = {"judge_delays": ("hearing_ahead",), "dalo": ("eviction_ordered",)}.get(code, ())
    refusal = refusal_of(CATALOGUE.letters[code], situation(*facts, holds=holds))
    assert reason in refusal
    assert article in refusal


def test_every_letter_says_its_source_and_when_it_was_read():
    for letter in CATALOGUE.letters.values():
        assert letter.reference, letter.code
        assert all(each.reference for each in letter.conditions), letter.code
    # They cite texts of which a part was not read.
    read = {code: letter.read_on for code, letter in CATALOGUE.letters.items()}
    assert {code for code, day in read.items() if day is None} == {"legal_aid", "judge_solidarity", "fsl"}
    assert {day for day in read.values() if day} == {date(2026, 11, 29)}
    verified = [code for code, letter in CATALOGUE.letters.items() if not letter.is_to_be_verified]
    assert verified == ["judge_delays", "jex_delays"]


OPEN_TO_WHO_LEFT = [
    code for code, letter in CATALOGUE.letters.items() if letter.departed != "never" and code != "hearing_sheet"
]
OF_WHO_LEFT: dict[str, Any] = {
    "left_on": "1er novembre 2026",
    "released_on": "11 novembre 2026",
    "released_by": "loi n° 89-462, article 8-2",
    "monthly_offer": "90,00 €",
    "months": "24",
    "reason": "Un avocat.",
    "order_to_leave_on": "6 juillet 2026",
    "judged_on": "2 juin 2026",
    "debt": "2 340,00 €",
    "debt_on": "2 novembre 2026",
}


@pytest.mark.parametrize("code", OPEN_TO_WHO_LEFT)
def test_no_letter_open_to_who_left_speaks_as_if_one_lived_there(code: str):
    text = said(code, **OF_WHO_LEFT)
    for words in ("mon départ", "mon logement", "Payez le loyer", "en plus du loyer", "J’ai reçu"):
        assert words not in text, words
    assert "quitté ce logement le 1er novembre 2026" in text


def test_the_letters_open_to_who_left_are_those():
    assert OPEN_TO_WHO_LEFT == ["judge_postponement", "legal_aid", "solidarity_end", "judge_solidarity"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("legal_aid", ("Ma solidarité cesse pour les dettes nées à compter du 11 novembre 2026 (loi n° 89-462, article"
                       " 8-2).")),
        ("legal_aid", "Un commandement de quitter les lieux a été signifié le 6 juillet 2026."),
        ("judge_solidarity", "Pour ce que je dois, je peux payer 90,00 € chaque mois."),
    ],
)  # fmt: skip
def test_who_left_says_from_when_she_owes_nothing_more_and_what_she_offers(code: str, words: str):
    assert words in said(code, **OF_WHO_LEFT)


def test_no_amount_is_printed_that_nobody_knows():
    for code in ("hearing_sheet", "judge_delays", "ccapex"):
        assert "€" not in said(code, draft=True), code
    known = said("judge_delays", debt="2 340,00 €", debt_on="2 novembre 2026")
    assert "connus au 2 novembre 2026, la dette de loyer est comptée à 2 340,00 €." in known
    assert "La somme réclamée figure dans l’assignation." in said("judge_delays")


def test_nothing_unknown_leaves_a_hole_in_the_sheet():
    text = said("hearing_sheet")
    assert "Heure : elle est écrite sur votre convocation." in text
    assert "Salle : demandez-la à l’accueil du tribunal." in text
    assert "…" not in text
    known = said("hearing_sheet", hearing_time="9 h 30", hearing_room="B")
    assert "Heure : 9 h 30. Arrivez trente minutes avant." in known
    assert "Salle : B" in known


def test_one_asks_for_herself_and_two_for_both():
    alone = said("judge_delays", months="24", monthly_offer="90,00 €")
    assert "de m’accorder 24 mois pour payer la dette (loi n° 89-462, article 24, V) ;" in alone
    assert "Je peux payer 90,00 € chaque mois, en plus du loyer et des charges." in alone
    both = said("judge_delays", signers=("Mme FERREIRA Ana", "M. FERREIRA Luis"))
    assert "Nous demandons" not in alone
    assert "de nous accorder des délais de paiement, dans la limite de trois années" in both
    assert "Nous avons repris le paiement du loyer courant en entier." in both
    assert not re.search(r"\b(je|ma|mes|me|m’)\b", both, re.IGNORECASE), both
    assert both.endswith("Mme FERREIRA Ana\nM. FERREIRA Luis")


def test_legal_aid_is_asked_before_the_hearing_or_after_the_judgment_and_says_what_is_known():
    before = said("legal_aid", court="Tribunal de proximité de Juvisy-sur-Orge")
    assert "Je demande l’aide juridictionnelle, pour qu’un avocat m’assiste." in before
    assert "L’affaire concerne le logement situé 4 rue de la Plaine, 91350 Grigny, loué par Les Résidences." in before
    assert "L’audience est fixée au mardi 12 janvier 2027." in before
    assert "Juridiction : Tribunal de proximité de Juvisy-sur-Orge." in before
    assert "un récépissé qui porte la date de cette demande. Je le montrerai au juge." in before
    judged = said("legal_aid", judged_on="2 juin 2026", hearing_day="", court="")
    assert "La décision du 2 juin 2026 met fin au bail." in judged
    assert "audience" not in judged
    assert "Juridiction" not in judged
    assert CATALOGUE.letters["legal_aid"].alone


def test_only_the_pieces_that_are_there_are_listed():
    letter = CATALOGUE.letters["judge_delays"]
    filled = CATALOGUE.fill(letter, values=VALUES, signers=("Ana",), enclosures=("copie de l’assignation",))
    assert [block["kind"] for block in filled.blocks[-3:]] == ["attachments", "closing", "signature"]
    assert filled.blocks[-3]["items"] == ["Pièces jointes :", "– copie de l’assignation"]
    assert "Pièces" not in said("judge_delays")


def test_a_letter_without_what_it_must_say_is_refused():
    with pytest.raises(MissingValue, match="adresse ou siège du bailleur"):
        said("jex_delays", identity="sans profession, française, née à Évry le 2 mai 1988", story="Trois enfants.")


@pytest.mark.parametrize("several", [False, True])
def test_no_sentence_has_more_than_twenty_five_words(several: bool):
    texts = [text for letter in CATALOGUE.letters.values() for text in letter.texts]
    texts += [text for phrase in CATALOGUE.phrases.values() for text in (phrase.known, phrase.unknown)]
    for text in texts:
        for sentence in re.split(r"[.:?!](?:\s|$)", choose_number(re.sub(r"\([^()]*\)", "", text), several=several)):
            assert len(re.findall(r"[\w{}’'-]+", sentence)) <= 25, sentence


def fault_of(change: Any) -> str:
    data = {part: [dict(row) for row in FIRST_EDITION[part]] for part in ("letters", "phrases", "limits")}
    change(data)
    with pytest.raises(FaultyRules) as refused:
        read_tenant_letters(data)
    return "\n".join(refused.value.faults)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data["letters"][0].update(states=["ghost"]), "states = « ghost » n’est pas connu"),
        (lambda data: data["letters"][0].update(subject="{nir}"), "le champ « {nir} » n’existe pas"),
        (lambda data: data["letters"][0].update(confidence="X"), "la confiance « X » n’est pas H, M ou L"),
        (lambda data: data["letters"][0].update(read_on="hier"), "read_on = « hier » n’est pas une date"),
        (lambda data: data["letters"][0].pop("reference"), "il manque reference"),
        (lambda data: data["letters"][0].update(conditions=[{"holds": "sun"}]), "condition « sun » inconnue"),
        (lambda data: data["letters"][0].update(conditions=[{"holds": "rent_resumed"}]), "selon quel texte"),
        (lambda data: data["phrases"][0].update(needs=[]), "il manque needs"),
        (lambda data: data["phrases"][0].update(unknown="{court}"), "ce qui se dit sans rien savoir ne nomme aucun"),
        (lambda data: data["limits"][0].update(field="court_fee"), "field = « court_fee » n’est pas connu"),
        (lambda data: data["letters"].clear(), "ne contient aucun courrier"),
    ],
)
def test_a_faulty_catalogue_is_refused_with_the_reason(change: Any, words: str):
    assert words in fault_of(change)


def test_every_condition_that_the_product_knows_is_asked_by_a_letter():
    asked = {each.holds for letter in CATALOGUE.letters.values() for each in letter.conditions}
    asked |= {letter.whenever for letter in CATALOGUE.letters.values() if letter.whenever}
    assert asked == set(CONDITIONS)
