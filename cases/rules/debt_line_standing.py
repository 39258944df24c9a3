"""What is said of one line of an overpayment on a day: its states, what one may do, whether recovery is suspended. Pure."""

from dataclasses import dataclass
from datetime import date

from cases.rules.debt_line_rows import DebtLineState, Option


@dataclass(frozen=True, kw_only=True)
class SuspensionReason:
    """Why recovery is suspended, and by which text."""

    words: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class ReachedDebtLineState:
    state: DebtLineState
    on: date
    is_late: bool = False
    """What reached it came after the last day for it: it may be of no effect."""


@dataclass(frozen=True, kw_only=True)
class Possible:
    """Something that one may do now."""

    option: Option
    letter: str
    """The code of its letter; empty when it has none."""
    until: date | None
    """The nearest last day that closes it."""


@dataclass(frozen=True, kw_only=True)
class RecoverySuspension:
    verdict: bool | None
    """None: the text isn’t known to say so; ask for it."""
    because: tuple[SuspensionReason, ...]
    until: date | None = None
    """The last day without withholding, when one is known."""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A withholding that was seen while recovery was suspended, or that nobody saw stop since."""

    seen_on: date
    because: tuple[SuspensionReason, ...]
    is_certain: bool
    letter: str


@dataclass(frozen=True, kw_only=True)
class Caution:
    text: str
    refused: bool


@dataclass(frozen=True, kw_only=True)
class DebtLineStanding:
    """Where a line stands on a day."""

    reached: tuple[ReachedDebtLineState, ...]
    """The state of each track that was entered, the most pressing first."""
    possible: tuple[Possible, ...]
    suspension: RecoverySuspension
    alarms: tuple[Alarm, ...]
    closes: tuple[str, ...]
    """Outcomes with which the line may be closed."""
    without_effect: tuple[str, ...] = ()
    """What was asked and prolongs no delay: why, and by which text."""

    @property
    def current_state(self) -> DebtLineState | None:
        return self.reached[0].state if self.reached else None

    @property
    def beside(self) -> tuple[ReachedDebtLineState, ...]:
        """What holds besides the state that presses most."""
        return self.reached[1:]

    @property
    def label(self) -> str:
        if not self.reached:
            return "Notification à recevoir"
        first = self.reached[0]
        return f"{first.state.title}, hors délai" if first.is_late else first.state.title

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(found.state.code for found in self.reached)

    @property
    def is_ended(self) -> bool:
        return self.current_state is not None and self.current_state.ends

    @property
    def options_with_deadline(self) -> tuple[Possible, ...]:
        """What one may still do before a last day: a line is not closed without having looked at them."""
        return tuple(each for each in self.possible if each.until)

    def find_possible(self, option: str) -> Possible | None:
        return next((each for each in self.possible if each.option.code == option), None)
