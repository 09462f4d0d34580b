import pytest
import torch

from audioforge.clips import Clips, gather_clips
from audioforge.rewards import CLAPAlignment, CombinedReward
from audioforge.rewards.base import RewardResult
from audioforge.rewards.weights import RewardWeights
from audioforge.status import ClipStatus, Status
from tests.stand_ins import LoudnessEmbedder, PeakReward, tone

CLIPS = [tone(0.4), tone(0.9)]


class Fixed(PeakReward):
    """Scores every clip the same, with an uncertainty."""

    def __init__(self, name: str, score: float, uncertainty: float | None = None) -> None:
        super().__init__(name)
        self.value, self.spread = score, uncertainty

    def score(self, clips: Clips) -> RewardResult:
        value = torch.full((len(clips),), self.value)
        spread = None if self.spread is None else torch.full((len(clips),), self.spread)
        return RewardResult(self.name, value, value, clips.status, {}, spread)


def judged(components, weights: RewardWeights, **options):
    reward = CombinedReward(components, weights=weights, mean=options.pop("mean", "geometric"))
    return reward.judge(gather_clips(CLIPS, sample_rate=16_000, **options))


def test_the_geometric_mean_lets_no_component_be_bought():
    weights = RewardWeights("t", {"a": 1, "b": 1})
    parts = [Fixed("a", 1.0), Fixed("b", 0.04)]
    assert judged(parts, weights).total.tolist() == pytest.approx([0.2, 0.2])
    assert judged(parts, weights, mean="arithmetic").total.tolist() == pytest.approx([0.52, 0.52])


def test_weights_follow_the_category():
    weights = RewardWeights("t", {"a": 1}, {"drums": {"b": 1}})
    scores = judged([Fixed("a", 0.3), Fixed("b", 0.8)], weights, categories=["drums", None])
    assert scores.total.tolist() == pytest.approx([0.8, 0.3])


def test_an_unknown_category_is_a_status_and_never_a_higher_total():
    weights = RewardWeights("t", {"a": 1}, {"drums": {"b": 1}})
    scores = judged([Fixed("a", 0.9), Fixed("b", 0.2)], weights, categories=["kazoo", "drums"])
    assert torch.isnan(scores.total).tolist() == [True, False]
    assert scores.status[0].reason == "clip 0: category must be one of drums, instruments, sfx, ambient, got 'kazoo'"


def test_a_category_that_the_table_does_not_list_takes_the_default():
    weights = RewardWeights("t", {"a": 1}, {"drums": {"b": 1}})
    scores = judged([Fixed("a", 0.9), Fixed("b", 0.2)], weights, categories=["sfx", "drums"])
    assert scores.total.tolist() == pytest.approx([0.9, 0.2])


def test_a_gate_shrinks_the_total_in_proportion():
    scores = judged([Fixed("a", 0.9), Fixed("b", 0.1)], RewardWeights("t", {"a": 1}, gates={"b": 0.4}))
    assert scores.gates.tolist() == pytest.approx([0.25, 0.25])
    assert scores.total.tolist() == pytest.approx([0.225, 0.225])


class Unscored(PeakReward):
    """Scores no clip, for one reason."""

    def __init__(self, name: str, code: Status) -> None:
        super().__init__(name)
        self.code = code

    def score(self, clips: Clips) -> RewardResult:
        nothing = torch.full((len(clips),), float("nan"))
        return RewardResult(self.name, nothing, nothing, (ClipStatus(self.code, "why"),) * len(clips))


class AskedOfTheSecond(Fixed):
    """Asked nothing by the first clip's request."""

    def score(self, clips: Clips) -> RewardResult:
        value = torch.tensor([float("nan"), self.value])
        return RewardResult(self.name, value, value, (ClipStatus(Status.NO_REQUEST, "why"), clips.status[1]))


@pytest.mark.parametrize("code", [Status.OK, Status.FAILED, Status.TOO_SHORT])
def test_a_gate_that_could_not_look_leaves_no_total(code):
    scores = judged([Fixed("a", 0.9), Unscored("b", code)], RewardWeights("t", {"a": 1}, gates={"b": 0.4}))
    assert bool(scores.total.isnan().all())
    assert scores.status[0].code is (Status.FAILED if code is Status.OK else code)


@pytest.mark.parametrize("code", [Status.NO_REQUEST, Status.NO_REFERENCE])
def test_a_gate_with_nothing_to_compare_with_is_open(code):
    scores = judged([Fixed("a", 0.9), Unscored("b", code)], RewardWeights("t", {"a": 1}, gates={"b": 0.4}))
    assert scores.total.tolist() == pytest.approx([0.9, 0.9])
    assert scores.gates.tolist() == [1, 1]


def test_a_component_of_which_the_request_asks_nothing_drops_out_of_the_mean():
    weights = RewardWeights("t", {"a": 1, "b": 1, "c": 2})
    parts = [Fixed("a", 0.9), Fixed("b", 0.1), Unscored("c", Status.NO_REQUEST)]
    scores = judged(parts, weights, requests="a sound")
    assert torch.equal(scores.total, judged(parts[:2], RewardWeights("t", {"a": 1, "b": 1}), requests="a sound").total)
    assert scores.status[0].ok
    assert scores.components["c"].status[0].code is Status.NO_REQUEST


def test_it_drops_out_of_the_clips_that_ask_nothing_of_it_alone():
    weights = RewardWeights("t", {"a": 1, "c": 1})
    scores = judged([Fixed("a", 0.9), AskedOfTheSecond("c", 0.4)], weights, requests=["a sound", "120 BPM"])
    assert scores.total.tolist() == pytest.approx([0.9, 0.6])


def test_a_request_that_is_not_there_still_takes_the_total_away():
    weights = RewardWeights("t", {"a": 1, "c": 1})
    for requests in (None, "", "x" * 5_000):
        scores = judged([Fixed("a", 0.9), Unscored("c", Status.NO_REQUEST)], weights, requests=requests)
        assert [own.code for own in scores.status] == [Status.NO_REQUEST] * 2
        assert bool(scores.total.isnan().all())


def test_nothing_left_to_count_is_a_status():
    weights = RewardWeights("t", {"a": 1}, {"drums": {"c": 1}})
    parts = [Fixed("a", 0.9), Unscored("c", Status.NO_REQUEST)]
    scores = judged(parts, weights, requests="a sound", categories=["drums", None])
    assert [str(own) for own in scores.status] == ["no_request: why", "ok"]
    assert scores.total.isnan().tolist() == [True, False]


@pytest.mark.parametrize("code", [Status.FAILED, Status.TOO_SHORT, Status.NO_REFERENCE])
def test_a_counted_component_that_could_not_judge_does_not_drop_out(code):
    scores = judged([Fixed("a", 0.9), Unscored("c", code)], RewardWeights("t", {"a": 1, "c": 1}), requests="a sound")
    assert [own.code for own in scores.status] == [code] * 2


def test_advantages_leave_out_what_was_not_asked():
    clips = gather_clips(CLIPS, "a sound", sample_rate=16_000, groups=["g", "g"])
    with_it = CombinedReward(
        [PeakReward(), Unscored("c", Status.NO_REQUEST)], weights=RewardWeights("t", {"peak": 1, "c": 3})
    )
    without = CombinedReward([PeakReward()], weights=RewardWeights("t", {"peak": 1}))
    expected = without.advantages(clips, without.judge(clips))
    torch.testing.assert_close(with_it.advantages(clips, with_it.judge(clips)), expected)
    assert expected.isfinite().all()


def test_an_unknown_uncertainty_under_risk_is_a_status():
    scores = judged([Fixed("a", 0.8, float("nan"))], RewardWeights("t", {"a": 1}, risk=1))
    assert [status.code for status in scores.status] == [Status.FAILED] * 2


def test_two_tables_of_one_version_have_different_provenance():
    tables = [RewardWeights("t", {"a": 1}), RewardWeights("t", {"a": 1}, gates={"a": 0.5})]
    first, second = (judged([Fixed("a", 0.8)], table).provenance["combination"] for table in tables)
    assert first != second


def test_risk_takes_the_lower_confidence_bound():
    scores = judged([Fixed("a", 0.8, 0.1)], RewardWeights("t", {"a": 1}, risk=2))
    assert scores.total.tolist() == pytest.approx([0.6, 0.6])
    assert scores.components["a"].score.tolist() == pytest.approx([0.8, 0.8])


def test_a_missing_component_makes_the_total_missing_with_its_reason():
    scores = judged(
        [CLAPAlignment(LoudnessEmbedder()), PeakReward()],
        RewardWeights("t", {"clap_alignment": 1, "peak": 1}),
        requests=["loud", None],
    )
    assert torch.isfinite(scores.total).tolist() == [True, False]
    assert scores.status[1].code is Status.NO_REQUEST
    assert scores.components["peak"].status[1].ok


def test_a_component_that_does_not_count_may_be_missing():
    weights = RewardWeights("t", {"peak": 1}, {"drums": {"clap_alignment": 1}})
    scores = judged([CLAPAlignment(LoudnessEmbedder()), PeakReward()], weights)
    assert scores.total.tolist() == pytest.approx([0.4, 0.9], abs=1e-3)


def test_a_clip_that_breaks_a_reward_fails_alone():
    breaks = PeakReward(fails=lambda clip: float(clip.abs().max()) > 0.8)
    reward = CombinedReward([breaks], weights=RewardWeights("t", {"peak": 1}))
    scores = reward.judge(gather_clips([tone(g) for g in (0.1, 0.9, 0.2, 0.3)], sample_rate=16_000))
    assert [status.code for status in scores.status] == [Status.OK, Status.FAILED, Status.OK, Status.OK]
    assert "peak failed: RuntimeError: the network broke" in scores.status[1].reason
    assert scores.total[[0, 2, 3]].tolist() == pytest.approx([0.1, 0.2, 0.3], abs=1e-3)


def test_groups_stay_together_when_a_batch_is_halved():
    breaks = PeakReward(fails=lambda clip: float(clip.abs().max()) > 0.8)
    reward = CombinedReward([breaks], weights=RewardWeights("t", {"peak": 1}))
    clips = gather_clips([tone(g) for g in (0.1, 0.9, 0.2, 0.3)], groups=["a", "b", "a", "b"], sample_rate=16_000)
    scores = reward.judge(clips)
    assert [status.code for status in scores.status] == [Status.OK, Status.FAILED, Status.OK, Status.FAILED]
    assert breaks.batches == [4, 2, 2]


def test_permuting_clips_permutes_scores():
    reward = CombinedReward([PeakReward()], weights=RewardWeights("t", {"peak": 1}))
    forward = reward.judge(gather_clips(CLIPS, sample_rate=16_000)).total
    backward = reward.judge(gather_clips(CLIPS[::-1], sample_rate=16_000)).total
    assert torch.equal(forward, backward.flip(0))


def test_a_weighted_component_that_is_absent_is_named():
    with pytest.raises(ValueError, match="\\['novelty'\\], which are not among the components \\['peak'\\]"):
        CombinedReward([PeakReward()], weights=RewardWeights("t", {"novelty": 1}))


def test_two_components_of_one_name_are_refused():
    with pytest.raises(ValueError, match="different names"):
        CombinedReward([PeakReward(), PeakReward()], weights=RewardWeights("t", {"peak": 1}))
