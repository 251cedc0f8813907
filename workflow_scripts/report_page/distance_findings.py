"""Findings on distances as sentences, composed from the tables by the rules of the files that are called here."""

from typing import Any

from workflow_scripts.report_page import distance_driving as driving
from workflow_scripts.report_page import distance_order as order
from workflow_scripts.report_page import distance_rows as select
from workflow_scripts.report_page import distance_stability as stability
from workflow_scripts.report_page.distance_rows import Pair
from workflow_scripts.report_page.study import Study


def of_pair(study: Study, pair: Pair, others: list[Any]) -> list[str]:
    """Sentences on one drawn pair: order, what is told apart, controls, conditions, agreement, carriers, drivers.

    Args:
        study: facts and tables.
        pair: the drawn pair.
        others: [[pair, words], ...] of the same recordings prepared in another way.
    """
    if select.rows_of(study, "ranking", pair).empty:
        return []
    found = [
        order.differ(study, pair),
        order.order(study, pair),
        order.told_apart(study, pair),
        order.controls(study, pair),
        stability.published(study, pair),
        *stability.conditions(study, pair, others),
        stability.agreement(study, pair),
        stability.paper(study, pair),
        stability.measures(study, pair),
        driving.shifted(study, pair),
        driving.accounted(study, pair),
    ]
    return [sentence for sentence in found if sentence]
