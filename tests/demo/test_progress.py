"""What one reads while the demonstration is made."""

import re
from datetime import date

from demo.life import _effort
from demo.progress import seconds_left, shown


def test_without_a_terminal_a_plain_line_comes_from_time_to_time(capsys):
    with shown("Données") as tell:
        for share, what in ((0.001, "12/02/2024"), (0.05, "13/02/2024"), (0.12, "14/02/2024"), (0.2, "15/02/2024")):
            tell(share, what)
        tell(1, "prêt")
    assert re.sub(r"encore \d+ s", "encore N s", capsys.readouterr().out) == (
        "Données : 0 % (12/02/2024)\nDonnées : 12 %, encore N s environ (14/02/2024)\nDonnées : 100 % (prêt)\n"
    )


def test_what_is_left_is_what_was_spent_in_proportion():
    assert seconds_left(0.75, spent=30.0) == 10.0


def test_a_day_with_many_new_stories_takes_more_than_a_quiet_one():
    begun = [date(2024, 1, 1), *[date(2026, 11, 2)] * 20]
    assert [_effort(begun, day) for day in (date(2024, 1, 2), date(2025, 1, 1), date(2026, 11, 3))] == [11, 1, 201]
