"""The five states that all measures shared become those of each kind, with a first line of history.

Of two of a kind in one case, the older one is over: what was obtained is then taken as received.
"""

from collections import defaultdict
from datetime import datetime, time
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import migrations

PARIS = ZoneInfo("Europe/Paris")
GRANTED = {
    "fsl": "granted", "over_indebtedness": "admitted", "rights": "opened", "dispute": "settled", "rehousing": "rehoused",
}  # fmt: skip
REFUSED = {"over_indebtedness": "inadmissible", "dispute": "rejected"}
ASKED = {"dispute": "raised"}
OVER = {"fsl": "paid", "over_indebtedness": "ended"}


def translated(measure, *, is_last):
    if measure.state == "granted":
        state = GRANTED[measure.kind]
        return state if is_last else OVER.get(measure.kind, state)
    return {
        "planned": "to_build",
        "asked": ASKED.get(measure.kind, "filed"),
        "refused": REFUSED.get(measure.kind, "refused"),
        "dropped": "dropped",
    }[measure.state]


def forwards(apps, schema_editor):
    move = apps.get_model("cases", "MeasureMove")
    measures = list(apps.get_model("cases", "Measure").objects.order_by("pk"))
    of_a_kind = defaultdict(list)
    for measure in measures:
        of_a_kind[measure.case_id, measure.kind].append(measure)
    moves = []
    for measure in measures:
        measure.public_id = uuid4()
        measure.state = translated(measure, is_last=measure is of_a_kind[measure.case_id, measure.kind][-1])
        moves.append((measure, "to_build", measure.decided_on))
        if measure.state != "to_build":
            moves.append((measure, measure.state, measure.updated_on))
    apps.get_model("cases", "Measure").objects.bulk_update(measures, ["public_id", "state"], batch_size=1000)
    move.objects.bulk_create(
        [
            move(
                measure=measure,
                state=state,
                happened_on=day,
                recorded_at=datetime.combine(day, time(12), tzinfo=PARIS),
            )
            for measure, state, day in moves
        ],
        batch_size=1000,
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_give_measures_states_of_their_own")]

    operations = [migrations.RunPython(forwards)]
