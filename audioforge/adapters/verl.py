"""verl's ``custom_reward_function``: ``compute_score(data_source, solution_str, ground_truth, extra_info, **kwargs)``.

``reward_model.ground_truth`` of a row holds the request; ``extra_info`` may hold ``category`` and ``seed``. Every
result has the same keys, as verl stacks them over the batch. A failure to judge raises.
"""

import math
from collections.abc import Callable, Mapping

from audioforge.adapters.judging import AnswerJudge, Question, default_judge
from audioforge.status import ScoringError, Status

ComputeScore = Callable[..., dict[str, float]]


def score_function(judge: AnswerJudge) -> ComputeScore:
    """``compute_score`` on a judge of one's own."""

    def compute(
        data_source: str,
        solution_str: str,
        ground_truth: object,
        extra_info: Mapping[str, object] | None = None,
        **kwargs: object,
    ) -> dict[str, float]:
        [judgement] = judge.judge([_question(solution_str, ground_truth, extra_info or {})])
        rewards = {name: judge.reward(judgement, name) for name in judge.component_names}
        return {
            "score": judge.reward_or_raise(judgement),
            "malformed": float(judgement.status.code is Status.MALFORMED),
            **{name: math.nan if reward is None else reward for name, reward in rewards.items()},
        }

    return compute


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: object,
    extra_info: Mapping[str, object] | None = None,
    **kwargs: object,
) -> dict[str, float]:
    """Render and judge one answer with the shipped preset.

    Args:
        data_source: Name of the data set; not used.
        solution_str: The policy's whole answer.
        ground_truth: The request.
        extra_info: May hold ``category`` and ``seed``.
        **kwargs: ``reward_kwargs`` of verl's configuration; not used.

    Returns:
        ``score`` (the total, in [0, 1]), ``malformed`` (0 or 1), and every component; NaN for one that isn't counted
        in the total and couldn't be scored.

    Raises:
        ScoringError: If the answer could not be judged, or the request is missing.
    """
    return score_function(default_judge())(data_source, solution_str, ground_truth, extra_info, **kwargs)


def _question(answer: str, request: object, info: Mapping[str, object]) -> Question:
    if not isinstance(request, str):
        raise ScoringError(f"ground_truth must be the request as text, got {request!r:.200}: put it into reward_model.")
    category, seed = info.get("category"), info.get("seed")
    return Question(
        answer,
        request,
        category=None if category is None else str(category),
        seed=seed if isinstance(seed, int) else None,
    )
