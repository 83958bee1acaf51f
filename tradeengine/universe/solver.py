"""Mixed-integer linear programs, solved by HiGHS to a proven gap."""

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from tradeengine.errors import SelectionFailed
from tradeengine.universe.beta import Floats

Limit = tuple[Floats, Floats | float, Floats | float]
"""Rows of coefficients (rows, columns), and the least and the most that each sum may be."""


@dataclass(frozen=True, slots=True)
class Solution:
    """The values of all columns at the least cost, and the proven distance to it (0: none)."""

    values: Floats
    gap: float


def solve(cost: Floats, upper: Floats, integers: int, limits: Sequence[Limit]) -> Solution | None:
    """
    Find values from 0 to `upper` whose cost is least; the first `integers` of them are whole.

    None when no values meet the limits. Raises SelectionFailed when the solver gives up for
    another reason.
    """
    solver = highspy.Highs()  # type: ignore[no-untyped-call] # its own types lack it
    solver.silent()
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.passModel(_program(cost, upper, integers, limits))
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        raise SelectionFailed(f"the solver gave up: {solver.modelStatusToString(status)}")
    return Solution(np.array(solver.getSolution().col_value), float(solver.getInfo().mip_gap))


def _program(
    cost: Floats, upper: Floats, integers: int, limits: Sequence[Limit]
) -> highspy.HighsLp:
    rows = np.concatenate([coefficients for coefficients, _, _ in limits])
    present = rows != 0.0
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(cost), len(rows)
    program.col_cost_, program.col_lower_, program.col_upper_ = cost, np.zeros(len(cost)), upper
    program.row_lower_ = np.concatenate([_each(limit[1], limit[0]) for limit in limits])
    program.row_upper_ = np.concatenate([_each(limit[2], limit[0]) for limit in limits])
    program.integrality_ = [highspy.HighsVarType.kInteger] * integers + [
        highspy.HighsVarType.kContinuous
    ] * (len(cost) - integers)
    matrix = program.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.concatenate(([0], present.sum(axis=1).cumsum()))
    matrix.index_ = present.nonzero()[1]
    matrix.value_ = rows[present]
    return program


def _each(bound: Floats | float, rows: Floats) -> Floats:
    """Give a bound for each of the rows."""
    return np.full(len(rows), bound, dtype=float)
