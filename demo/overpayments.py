"""Overpayments of the demonstration: households 8 and 9 of the story, then one for each state in which a line may stand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from cases.actions import letters, people
from cases.actions.lines import LawOfTheDay
from cases.actions.notices import NoticeReception
from cases.letters.line_letter_writer import LineLetterWriter, as_text
from cases.letters.typeset import typeset
from cases.models import Beneficiary, Case, DebtLine, FactSource, Household, Question
from cases.rules.notices import TypedLine
from cases.rules.questions import PRESET
from cases.rules.withholding import FraudLevel, WithholdingInputs
from demo.attempts import NothingWaits
from demo.cast import Cast
from demo.life import Story, office, take, working_days
from workflows import engine
from workflows.actions import lines, milestones, questions
from workflows.actions.overpayment import open_with_notice
from workflows.models import CaseTask


def notice(
    cast: Cast,
    home: Household,
    *,
    operator: str,
    received: date,
    claimed: list[TypedLine],
    by: str,
    code: str,
    at: datetime,
    **more: Any,
) -> Case:
    """The letter is dated three days before it came."""
    return open_with_notice(
        household=home,
        operator=operator,
        letter_date=received - timedelta(days=3),
        informed_by="interview",
        received=NoticeReception(on=received, how=more.pop("how", "post"), is_proved=more.pop("is_proved", False)),
        lines=claimed,
        structure=cast.structures[code],
        by=cast.people[by],
        at=at,
        **more,
    )


def home_of(holder: Beneficiary, *, at: datetime, **facts: Any) -> Household:
    household = people.create_household(territory="grigny", holder=holder, others=[], at=at)
    if facts:
        people.record_facts(
            household=household, facts=facts, source=FactSource.PROFESSIONAL, known_on=at.date(), at=at
        )
    return household


def line_of(case: Case, benefit: str) -> DebtLine:
    return DebtLine.objects.select_related("debt", "notice").get(notice__case=case, benefit=benefit)


def step(case: Case, benefit: str, node: str, *, by: str, cast: Cast, at: datetime, **data: Any) -> None:
    task = CaseTask.objects.open().filter(process__debt=line_of(case, benefit).debt_id, node=node).first()
    if task is None:
        raise NothingWaits(f"Cette ligne n’attend pas « {node} ».")
    engine.complete(task, by=cast.people[by], at=at, data=data)


def letter(cast: Cast, case: Case, benefit: str, code: str, *, by: str, at: datetime, **typed: str) -> None:
    """Make a letter of a line, as its page does."""
    line, holder = line_of(case, benefit), case.household.memberships.get(position="holder").beneficiary
    structure, person = case.responsible_structure, cast.people[by]
    writer = LineLetterWriter(case=case, line=line, holder=holder, structure=structure, by=person, on=at.date())
    text = writer.letters.letters[code]
    filled, envelope = writer.compose(text, typed=typed)
    letters.keep_letter(
        case=case,
        line=line,
        addressee=", ".join(writer.letter_recipient(text))[:80],
        structure=structure,
        edition=writer.edition_and_letters[0],
        kind=code,
        title=text.title,
        typed=typed,
        pdf=typeset(filled, envelope=envelope),
        text=as_text(filled, envelope),
        by=person,
        at=at,
    )


def write(
    cast: Cast, case: Case, benefit: str, ways: list[str], *, by: str, at: datetime, story: str = "", **sent: Any
) -> None:
    """Choose, have signed and send, the same day; with its letter when the person has something to say."""
    step(case, benefit, "choose_way", by=by, cast=cast, at=at, ways=ways)
    if story:
        task = CaseTask.objects.open().get(process__debt=line_of(case, benefit).debt_id, node="prepare")
        for code in task.process.answer("letters").values():
            letter(cast, case, benefit, code, by=by, at=at, story=story)
    step(case, benefit, "prepare", by=by, cast=cast, at=at, signed="signed")
    posted = {"sent_on": at.date(), "proof": "registered", "received_on": at.date()} | sent
    step(case, benefit, "send", by=by, cast=cast, at=at, **posted)


def fact(case: Case, benefit: str, kind: str, *, by: str, cast: Cast, at: datetime) -> None:
    line = line_of(case, benefit)
    milestones.record(
        case=case,
        debt=line.debt,
        context=LawOfTheDay(on=at.date(), territory=case.territory).context_of(line),
        kind=kind,
        happened_on=at.date(),
        known="proved",
        by=cast.people[by],
        at=at,
    )


def moved(case: Case, benefit: str, kind: str, amount: str, *, by: str, cast: Cast, at: datetime) -> None:
    lines.record_movement(
        case=case,
        line=line_of(case, benefit),
        kind=kind,
        amount=Decimal(amount),
        on=at.date(),
        by=cast.people[by],
        at=at,
    )


CORRESPONDENTS = {
    "caf-91-recouvrement": "Zeller", "france-travail-91": "Aubrac", "cpam-91": "Thibaud", "cnav": "Périer",
    "cd91-rsa": "Costa",
}  # fmt: skip
"""Who answers for each operator."""


def ask(
    cast: Cast, case: Case, benefit: str, kind: str, *, by: str, at: datetime, text: str = "", **more: Any
) -> None:
    """A question to the service that claims."""
    line = line_of(case, benefit)
    questions.ask(
        line=line,
        structure=line.notice.creditor,
        kind=kind,
        shared=PRESET,
        text=text,
        basis="SH-3",
        follows=more.get("follows"),
        by=cast.people[by],
        at=at,
    )


def reply(
    cast: Cast, case: Case, benefit: str, *, by: str, at: datetime, answer: str, amount: str = "", text: str = ""
) -> None:
    """The correspondent answers what waits. (`by` is who asked: stories pass it to every act.)"""
    waiting = Question.objects.filter(line=line_of(case, benefit), state=Question.State.ASKED)
    asked = waiting.select_related("structure").first()
    if asked is None:
        raise NothingWaits("Aucune question n’attend de réponse.")
    questions.answer(
        question=asked,
        answer=answer,
        amount=Decimal(amount) if amount else None,
        decided_on=at.date(),
        text=text,
        by=cast.people[CORRESPONDENTS[asked.structure.code]],
        at=at,
    )


def wondered(kind: str, text: str = "") -> tuple[Callable[..., None], dict[str, Any]]:
    return _wondered, {"kind": kind, "text": text}


def _wondered(cast: Cast, case: Case, benefit: str, *, by: str, at: datetime, kind: str, text: str) -> None:
    ask(cast, case, benefit, kind, by=by, at=at, text=text)


def replied(answer: str, amount: str = "", text: str = "") -> tuple[Callable[..., None], dict[str, Any]]:
    return reply, {"answer": answer, "amount": amount, "text": text}


def delaunay_traore(cast: Cast, today: date) -> Story:
    """8. Three benefits on one letter, three authorities; withheld the day after the operator had the demand."""
    at = yield working_days(today, -18)
    home = home_of(
        Beneficiary(
            title="mme", usual_name="Delaunay-Traoré", first_names="Mélissa", birth_date="1990-02-11",
            phone="+33611223308", caf_number="4417033",
        ),
        at=at, rsa=True, dependent_children=1, followed_by="mds-grigny",
    )  # fmt: skip
    months: dict[str, Any] = {"since": date(at.year - 1, 6, 1), "until": date(at.year - 1, 9, 1)}
    case = notice(
        cast, home, operator="caf", received=at.date(), by="Delmas", code="mds-grigny", at=at, is_proved=True,
        how="registered", file_number="4417033 C",
        claimed=[
            TypedLine(benefit="rsa", amount=Decimal("1214.31"), cause="resumed_work", **months),
            TypedLine(benefit="prime_activite", amount=Decimal("187.40"), cause="resumed_work", **months),
            TypedLine(
                benefit="apl", amount=Decimal("412.00"), cause="resumed_work", fraud="alleged", **months
            ),
        ],
    )  # fmt: skip
    at = yield working_days(today, -16)
    take(case, "check_notice", by=cast.people["Delmas"], at=at, routes_stated="partly", lacks=["reason"])
    at = yield working_days(today, -13, hour=11)
    for benefit in ("rsa", "prime_activite", "apl"):
        story = "J’ai déclaré ma reprise d’emploi dès le mois où elle a commencé, comme le montre mon contrat."
        write(cast, case, benefit, ["rectification"], by="Delmas", at=at, story=story)
    at = yield working_days(today, -12, hour=9)
    moved(case, "prime_activite", "withheld", "62.00", by="Delmas", cast=cast, at=at)
    told: dict[str, Any] = {
        "case": case,
        "line": line_of(case, "prime_activite"),
        "by": cast.people["Delmas"],
        "at": at,
    }
    lines.check_withholding(
        means=WithholdingInputs(resources=Decimal(640), benefits=Decimal(210), rent=Decimal(520), children=1),
        observed=Decimal(62), on=at.date(), debt=Decimal("125.40"), fraud=FraudLevel.NONE, **told,
    )  # fmt: skip
    lines.note_spoken(
        kind="oral_promise", on=at.date(), channel="phone", speaker="both", agent="conseiller du 3230",
        about="suspension", words="La retenue du mois prochain ne sera pas faite.", **told,
    )  # fmt: skip
    at = yield working_days(today, -6, hour=15)
    ask(
        cast, case, "prime_activite", "suspension", by="Delmas", at=at,
        text="La rectification est reçue : la retenue devait s’arrêter.",
    )  # fmt: skip


def petrescu(cast: Cast, today: date) -> Story:
    """9. A constraint served eight days ago: to oppose it comes before everything."""
    at = yield office(today - timedelta(days=6), hour=15)
    home = home_of(
        Beneficiary(
            title="m", usual_name="Petrescu", first_names="Andrei", birth_date="1986-07-08", phone="+33611223309",
            language="roumain", needs_interpreter=True,
        ),
        at=at, dependent_children=0, followed_by="ccas-grigny",
    )  # fmt: skip
    by = cast.professionals("ccas-grigny")[0].last_name
    case = notice(
        cast, home, operator="france_travail", received=today - timedelta(days=8), by=by, code="ccas-grigny", at=at,
        act="constraint_served", is_proved=True, how="hand", file_number="FT 0932",
        claimed=[TypedLine(benefit="are", amount=Decimal("932.18"), cause="declaration_error")],
    )  # fmt: skip
    at = yield working_days(today, -1, hour=9)
    take(case, "check_notice", by=cast.people[by], at=at, routes_stated="yes", lacks=[])


@dataclass(frozen=True, kw_only=True)
class Told:
    """An ordinary overpayment, brought to a state by what happened so many days ago."""

    name: tuple[str, str]
    benefit: str
    operator: str
    amount: str
    received: int
    """How many days ago the notice was received."""
    then: tuple[tuple[int, Callable[..., None], dict[str, Any]], ...] = ()
    act: str = "notice_received"


def asked(*ways: str) -> tuple[Callable[..., None], dict[str, Any]]:
    return write, {"ways": list(ways)}


def answered(way: str, answer: str, amount: str = "") -> tuple[Callable[..., None], dict[str, Any]]:
    return _answered, {"way": way, "answer": answer, "amount": Decimal(amount) if amount else None}


def _answered(cast: Cast, case: Case, benefit: str, *, by: str, at: datetime, **said: Any) -> None:
    step(case, benefit, "await_answer", by=by, cast=cast, at=at, received_on=at.date(), **said)


def came(kind: str) -> tuple[Callable[..., None], dict[str, Any]]:
    return _came, {"kind": kind}


def _came(cast: Cast, case: Case, benefit: str, *, by: str, at: datetime, kind: str) -> None:
    fact(case, benefit, kind, by=by, cast=cast, at=at)


def sum_of(kind: str, amount: str) -> tuple[Callable[..., None], dict[str, Any]]:
    return _sum, {"kind": kind, "amount": amount}


def _sum(cast: Cast, case: Case, benefit: str, *, by: str, at: datetime, kind: str, amount: str) -> None:
    moved(case, benefit, kind, amount, by=by, cast=cast, at=at)


def went_on() -> tuple[Callable[..., None], dict[str, Any]]:
    return _went_on, {}


def _went_on(cast: Cast, case: Case, benefit: str, *, by: str, at: datetime) -> None:
    step(case, benefit, "decide_next", by=by, cast=cast, at=at, next="go_on", note="")


def ended(outcome: str) -> tuple[Callable[..., None], dict[str, Any]]:
    return _ended, {"outcome": outcome}


def _ended(cast: Cast, case: Case, benefit: str, *, by: str, at: datetime, outcome: str) -> None:
    step(case, benefit, "close_line", by=by, cast=cast, at=at, outcome=outcome, note="")


def opposed() -> tuple[Callable[..., None], dict[str, Any]]:
    return _opposed, {}


def _opposed(cast: Cast, case: Case, benefit: str, *, by: str, at: datetime) -> None:
    step(
        case, benefit, "oppose", by=by, cast=cast, at=at, result="opposed", sent_on=at.date(), is_proved=True, note=""
    )


TOLD = (
    Told(
        name=("Arnoux", "Célestine"), benefit="rsa", operator="caf", amount="640.20", received=4,
        then=((1, *wondered("breakdown", "Le courrier ne dit pas quels mois sont réclamés.")),),
    ),
    Told(
        name=("Bakayoko", "Issa"), benefit="aah", operator="caf", amount="2306.15", received=30,
        then=(
            (18, *wondered("reason")), (9, *replied("reduced", "412.15", "Un trimestre avait été compté deux fois.")),
        ),
    ),
    Told(
        name=("Chevallier", "Nadège"), benefit="prime_activite", operator="caf", amount="298.00", received=24,
        then=((14, *asked("rectification")), (12, *wondered("reason"))),
    ),
    Told(
        name=("Dupuy-Mendes", "Rosa"), benefit="apl", operator="caf", amount="520.00", received=60,
        then=((50, *asked("rectification")), (30, *answered("rectification", "granted")), (28, *ended("cancelled"))),
    ),
    Told(
        name=("Essomba", "Prisca"), benefit="rsa", operator="caf", amount="1821.60", received=50,
        then=((38, *asked("rectification")), (22, *answered("rectification", "refused"))),
    ),
    Told(
        name=("Fofana", "Mory"), benefit="prestations_familiales", operator="caf", amount="1359.54", received=70,
        then=((58, *asked("rectification")),),
    ),
    Told(
        name=("Garnier", "Lucette"), benefit="als", operator="caf", amount="388.10", received=100,
        then=(
            (40, *wondered("breakdown")),
            (33, *replied("breakdown_given", text="Décompte envoyé par courrier ce jour.")),
        ),
    ),
    Told(
        name=("Haïdara", "Fanta"), benefit="rsa", operator="caf", amount="905.00", received=45,
        then=(
            (20, *asked("recourse")), (15, *wondered("document")),
            (8, *replied("documents_asked", text="Attestation d’hébergement à joindre.")),
        ),
    ),
    Told(
        name=("Ilunga", "Patrice"), benefit="ass", operator="france_travail", amount="743.00", received=40,
        then=((25, *asked("recourse")), (20, *wondered("breakdown"))),
    ),
    Told(
        name=("Jacquot", "Mireille"), benefit="are", operator="france_travail", amount="1486.20", received=80,
        then=((70, *asked("recourse")), (20, *answered("recourse", "partly", "500.00")), (18, *went_on())),
    ),
    Told(
        name=("Kouyaté", "Salimata"), benefit="ij", operator="cpam", amount="318.96", received=120,
        then=((100, *asked("recourse")),),
    ),
    Told(
        name=("Lemoine", "Yvon"), benefit="retraite", operator="cnav", amount="1120.00", received=170,
        then=((150, *asked("recourse")), (100, *answered("recourse", "refused")), (95, *went_on()), (70, *asked("court"))),
    ),
    Told(
        name=("Marques", "Vitor"), benefit="prime_activite", operator="caf", amount="410.00", received=55,
        then=((25, *sum_of("withheld", "48.00")), (6, *came("withholding_stopped"))),
    ),
    Told(
        name=("Nlend", "Georgette"), benefit="apl", operator="caf", amount="612.00", received=48,
        then=((36, *asked("schedule")), (12, *answered("schedule", "granted"))),
    ),
    Told(
        name=("Ouedraogo", "Awa"), benefit="rsa", operator="caf", amount="1034.00", received=35,
        then=((24, *asked("waiver", "recourse")),),
    ),
    Told(
        name=("Pinson", "Hervé"), benefit="prestations_familiales", operator="caf", amount="260.00", received=90,
        then=((75, *asked("waiver", "recourse")), (20, *answered("waiver", "granted")), (18, *ended("waived"))),
    ),
    Told(
        name=("Quéré", "Soizic"), benefit="aah", operator="caf", amount="877.30", received=95,
        then=((30, *wondered("appointment")), (12, *came("formal_notice_received"))),
    ),
    Told(
        name=("Rahmani", "Leïla"), benefit="rsa", operator="caf", amount="1290.00", received=140,
        then=((10, *came("revenue_order_received")),),
    ),
    Told(
        name=("Simonet", "Roger"), benefit="are", operator="france_travail", amount="556.40", received=200,
        then=((9, *came("penalty_notice_received")),),
    ),
    Told(
        name=("Tavares", "Inês"), benefit="prime_activite", operator="caf", amount="154.00", received=65,
        then=((21, *sum_of("payment", "154.00")),),
    ),
    Told(
        name=("Vasseur", "Odile"), benefit="are", operator="france_travail", amount="690.00", received=16,
        act="constraint_served", then=((9, *opposed()),),
    ),
    Told(
        name=("Wagner", "Théo"), benefit="prime_activite", operator="caf", amount="222.50", received=75,
        then=((60, *asked("recourse")), (15, *answered("recourse", "granted"))),
    ),
    Told(
        name=("Ximenes", "Paulo"), benefit="apl", operator="caf", amount="760.00", received=85,
        then=(
            (70, *asked("schedule")), (40, *answered("schedule", "granted")), (38, *went_on()),
            (30, *asked("conclude_schedule")),
        ),
    ),
    Told(
        name=("Yildiz", "Emine"), benefit="rsa", operator="caf", amount="845.00", received=66,
        then=((52, *asked("waiver", "recourse")), (16, *answered("waiver", "refused"))),
    ),
    Told(
        name=("Ung", "Sophat"), benefit="als", operator="caf", amount="930.00", received=150,
        then=((8, *came("seizure_notified")),),
    ),
    # Legal aid: asked in the two months of the court, it makes them begin again at its decision.
    Told(
        name=("Zinsou", "Clarisse"), benefit="rsa", operator="caf", amount="1510.00", received=150,
        then=(
            (130, *asked("recourse")), (80, *answered("recourse", "refused")), (76, *went_on()), (60, *asked("legal_aid")),
            (18, *came("legal_aid_decided")),
        ),
    ),
)  # fmt: skip


def ordinary(told: Told, number: int) -> Callable[[Cast, date], Story]:
    def story(cast: Cast, today: date) -> Story:
        code = ("ccas-grigny", "mds-grigny")[number % 2]
        team = cast.professionals(code)
        by = team[number % len(team)].last_name
        last_name, first_name = told.name
        received = today - timedelta(days=told.received)
        at = yield office(received + timedelta(days=2), hour=14)
        home = home_of(
            Beneficiary(
                usual_name=last_name, first_names=first_name, birth_date=f"{1958 + 2 * number % 46}-0{1 + number % 9}-14",
                phone=f"+336112242{number:02}",
            ),
            at=at, followed_by=code,
        )  # fmt: skip
        case = notice(
            cast, home, operator=told.operator, received=received, by=by, code=code, at=at, act=told.act,
            claimed=[TypedLine(benefit=told.benefit, amount=Decimal(told.amount), cause="late_change")],
        )  # fmt: skip
        at = yield office(received + timedelta(days=3))
        take(case, "check_notice", by=cast.people[by], at=at, routes_stated="yes", lacks=[])
        for days, act, said in told.then:
            at = yield office(today - timedelta(days=days), hour=10 + number % 6)
            doing = partial(act, cast, case, told.benefit, by=by, at=at, **said)
            if not cast.attempts.do(f"overpayment {act.__name__.strip('_')}", doing):
                return

    return story


STORIES = (
    delaunay_traore,
    petrescu,
    *(ordinary(told, number) for number, told in enumerate(TOLD)),
)
