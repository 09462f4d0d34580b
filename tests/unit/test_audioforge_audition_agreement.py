import math

import numpy as np
import pytest

from audioforge.audition.agreement import choice_agreement, rater_agreement, reward_agreement, spearman


def noisy(clips, noise, raters=3, seed=0):
    rng = np.random.default_rng(seed)
    heard = 1 + 4 * np.arange(clips)[:, None] / clips + noise * rng.normal(size=(clips, raters))
    scores = np.clip(np.round(heard), 1, 5).tolist()
    return {f"{n}.wav": {f"r{r}": score for r, score in enumerate(own)} for n, own in enumerate(scores)}


def test_alpha_is_krippendorffs_published_example():
    """The ordinal value of the data in Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, section D."""
    table = {
        "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        "C": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    }
    scores = {
        str(unit): {rater: float(row[unit]) for rater, row in table.items() if row[unit] is not None}
        for unit in range(12)
    }
    assert rater_agreement(scores).alpha.value == pytest.approx(0.815, abs=5e-4)


def test_raters_who_hear_the_same_agree_and_dice_do_not():
    alike, dice = rater_agreement(noisy(40, 0.2)), rater_agreement(noisy(40, 50.0))
    assert alike.alpha.low > 0.8
    assert alike.spearman > 0.8
    assert alike.pairs == 3
    assert dice.alpha.low < 0 < dice.alpha.high


def test_one_rater_or_one_value_tells_nothing():
    assert math.isnan(rater_agreement(noisy(40, 0.2, raters=1)).alpha.value)
    assert math.isnan(rater_agreement({str(n): {"a": 3.0, "b": 3.0} for n in range(9)}).alpha.value)


def test_a_reward_is_compared_over_the_clips_it_scored():
    opinion = {str(n): float(n) for n in range(20)}
    score = {str(n): float(n**2) for n in range(15)} | {"15": math.nan}
    told = reward_agreement(score, opinion)
    assert (told.value, told.n) == (1.0, 15)
    flipped = reward_agreement({name: -value for name, value in score.items()}, opinion)
    assert flipped.value == -1.0
    assert math.isnan(reward_agreement(dict(list(score.items())[:4]), opinion).value)


def test_the_interval_narrows_with_clips_and_repeats_with_its_seed():
    rng = np.random.default_rng(0)
    width = []
    for n in (20, 200):
        opinion = {str(i): float(i) for i in range(n)}
        score = {str(i): i / n + rng.normal() * 0.3 for i in range(n)}
        told = reward_agreement(score, opinion, seed=3)
        assert told == reward_agreement(score, opinion, seed=3)
        assert told.low < told.value < told.high
        width.append(told.high - told.low)
    assert width[1] < width[0] / 2


def test_choices_shared_count_one_and_draws_half():
    margins = {("a", str(n)): [own] for n, own in enumerate([0.2, 0.1, -0.3, 0.0, math.nan, 0.4])}
    told = choice_agreement(margins)
    assert (told.value, told.n) == (pytest.approx(0.7), 5)


def test_no_spread_has_no_correlation():
    assert math.isnan(spearman(np.ones(5), np.arange(5.0)))
