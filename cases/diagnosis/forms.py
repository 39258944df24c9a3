"""The blocks in the order in which people read them."""

from cases.diagnosis.blocks import BlockForm
from cases.diagnosis.housing import HousingForm, JudgeForm, MeansForm, RehousingForm
from cases.diagnosis.money import BreakdownForm, DebtsForm, ExpensesForm, ResourcesForm
from cases.diagnosis.situation import (
    CausesForm,
    EssentialsForm,
    HouseholdForm,
    InterviewForm,
    ObservationsForm,
)
from cases.models.diagnosis import Block

FORMS: dict[Block, type[BlockForm]] = {
    form.block: form
    for form in (
        EssentialsForm,
        InterviewForm,
        HouseholdForm,
        CausesForm,
        ResourcesForm,
        ExpensesForm,
        DebtsForm,
        HousingForm,
        MeansForm,
        RehousingForm,
        BreakdownForm,
        ObservationsForm,
        JudgeForm,
    )
}
