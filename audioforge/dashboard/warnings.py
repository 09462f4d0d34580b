"""What should make somebody listen: judges that part, answers that fail, a policy that says one thing only."""

from collections.abc import Sequence

from audioforge.dashboard.runs import EvaluationEntry, Run
from audioforge.dashboard.trends import Window
from audioforge.env.evaluation import disagreement, parting

FAILING_SHARE = 0.5
REPEATED_SHARE = 0.25
"""Of prompts that differ, in a window of at least ``LEAST_ANSWERS``."""
LEAST_ANSWERS = 8


def warnings_of(run: Run, windows: Sequence[Window]) -> list[str]:
    """Warnings about a run as it stands, the gravest first."""
    found = [*_of_evaluations(run.evaluations), *_of_last_window(windows)]
    if run.skipped:
        found.append(f"{run.skipped} lines of its files are no records and were passed over.")
    return found


def _of_evaluations(evaluations: Sequence[EvaluationEntry]) -> list[str]:
    if not evaluations:
        return []
    last = evaluations[-1]
    alike = [own for own in evaluations if own.settings == last.settings]
    found = [parting(alike[0].metrics, last.metrics) if len(alike) > 1 else None, disagreement(last.metrics)]
    return [text for text in found if text is not None]


def _of_last_window(windows: Sequence[Window]) -> list[str]:
    if not windows or windows[-1].rollouts < LEAST_ANSWERS:
        return []
    last, found = windows[-1], []
    if last.metrics.get("valid", 1.0) < FAILING_SHARE:
        found.append(f"only {last.metrics['valid']:.0%} of the latest {last.rollouts} answers could be parsed.")
    if last.metrics.get("distinct_prompts", 1.0) < REPEATED_SHARE:
        found.append(f"only {last.metrics['distinct_prompts']:.0%} of the latest prompts differ from one another.")
    return found
