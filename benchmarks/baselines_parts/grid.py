"""Grid search: the request as prompt; every cell rendered equally often on training targets while the budget lasts."""

from itertools import product

from audioforge.generators.base import ParameterSpace
from audioforge.optimise.settings import Settings
from audioforge.optimise.studio import Studio
from audioforge.optimise.subject import Casting, Subject

STEPS, CFG_SCALE = (4, 8, 16), (1.0, 3.0, 7.0)


def grid_cells(parameters: ParameterSpace, default: Settings, most_steps: int) -> list[Settings]:
    """Cells that the generator accepts: three steps, three guidance scales, the first two samplers."""
    cells = product(STEPS, CFG_SCALE, parameters.samplers[:2])
    legal = [
        Settings(default.form, default.negative_prompt, steps, cfg, sampler)
        for steps, cfg, sampler in cells
        if parameters.steps[0] <= steps <= min(parameters.steps[1], most_steps)
        and parameters.cfg_scale[0] <= cfg <= parameters.cfg_scale[1]
    ]
    return legal or [default]


def grid_search(
    subject: Subject, studio: Studio, cells: list[Settings], budget: int, seed: int
) -> tuple[Settings, int]:
    """The cell with the highest mean among those without a failure.

    Args:
        subject: Training targets.
        studio: Renders and judges.
        cells: What is tried.
        budget: Network evaluations.
        seed: Decides targets and generation seeds: the same for every cell.

    Returns:
        The cell, and what was spent: whole rounds over all cells, at least one even where the budget is smaller.
    """
    casting = Casting(subject, studio.generator.parameters, seed)
    rounds = max(1, budget // sum(cell.evaluations for cell in cells))
    totals: dict[Settings, float] = {}
    spent = 0
    for cell in cells:
        outcomes = studio.measure(casting.takes(cell, "search", rounds))
        spent += rounds * cell.evaluations
        scored = [own.total for own in outcomes if own.total is not None]
        if len(scored) == len(outcomes):
            totals[cell] = sum(scored) / len(scored)
    return max(totals, key=totals.__getitem__, default=cells[0]), spent
