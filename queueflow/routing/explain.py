"""Why a row matched, as a sentence for the people who write rules and those who ask about a ticket.

Lives here: sentences about rows.
May import: routing.columns, routing.unary.
Never: a patient's value: a sentence is made of the rule alone, before any patient comes.
"""

from collections.abc import Sequence

from queueflow.routing.columns import Column
from queueflow.routing.unary import AnyValue, Test, said


def reason(table: str, number: int, name: str, cells: Sequence[tuple[Column, Test]], when: str) -> str:
    """`clinic row 7 (child) matched because age_years < 16 and service is internal-medicine`."""
    conditions = [said(test, column) for column, test in cells if not isinstance(test, AnyValue)]
    if when:
        conditions.append(" ".join(when.split()))
    why = f"because {' and '.join(conditions)}" if conditions else "because it takes everyone"
    return f"{row_label(table, number, name)} matched {why}"


def row_label(table: str, number: int, name: str) -> str:
    """How a row is called in sentences: `clinic row 7 (child)`."""
    return f"{table} row {number} ({name})" if name else f"{table} row {number}"
