"""What a deadline rule may ask about a case, and how it is typed."""

from collections.abc import Mapping

from cases.rules.conditions import BadValue, Key, KeyKind, Value

CONTEXT: Mapping[str, Key] = {
    key.code: key
    for key in (
        Key(code="report_date", label="Signalement de l’impayé", kind=KeyKind.DATE),
        Key(code="lease_date", label="Dernière conclusion ou reconduction du bail", kind=KeyKind.DATE),
        Key(code="direct_payment", label="Aide versée au bailleur", kind=KeyKind.YES_NO),
        Key(code="guarantor", label="Caution (garant) au bail", kind=KeyKind.YES_NO),
        Key(
            code="benefit",
            label="Prestation",
            kind=KeyKind.CHOICE,
            choices={
                "prestations_familiales": "prestations familiales",
                "aah": "allocation aux adultes handicapés",
                "prime_activite": "prime d’activité",
                "rsa": "RSA",
                "apl": "APL",
                "alf": "ALF",
                "als": "ALS",
                "are": "allocation chômage (ARE)",
                "ass": "allocation de solidarité spécifique",
                "ij": "indemnités journalières",
                "c2s": "complémentaire santé solidaire (C2S)",
                "retraite": "retraite",
                "aspa": "ASPA (minimum vieillesse)",
                "prime_noel": "prime de Noël",
            },
        ),
        Key(
            code="operator",
            label="Organisme",
            kind=KeyKind.CHOICE,
            choices={
                "caf": "CAF",
                "msa": "MSA",
                "cpam": "CPAM",
                "cnav": "CNAV",
                "france_travail": "France Travail",
                "department": "département",
            },
        ),
        Key(
            code="court",
            label="Juridiction",
            kind=KeyKind.CHOICE,
            choices={"tj": "tribunal judiciaire", "ta": "tribunal administratif"},
        ),
        Key(
            code="decision",
            label="Décision rendue",
            kind=KeyKind.CHOICE,
            choices={
                "interim": "ordonnance de référé",
                "judgment": "jugement",
                "enforcement": "décision du juge de l’exécution",
            },
        ),
        Key(code="urgent", label="Urgence", kind=KeyKind.YES_NO),
        Key(code="contact_rule", label="Délai de contact choisi par l’orientation", kind=KeyKind.TEXT),
    )
}
"""What a rule's condition may ask about the case."""

OF_A_LINE = frozenset({"benefit", "operator", "court"})
"""What is of a debt rather than of its case: a deadline keeps it, for those that follow from it."""


def read_context(raw: Mapping[str, object]) -> dict[str, Value]:
    """The context as a command line or a form gives it. An empty value is an unknown."""
    unknown = [code for code in raw if code not in CONTEXT]
    if unknown:
        raise BadValue(f"« {', '.join(unknown)} » : contexte inconnu. Choisir parmi {', '.join(CONTEXT)}.")
    return {code: CONTEXT[code].read(value) for code, value in raw.items() if value not in (None, "")}
