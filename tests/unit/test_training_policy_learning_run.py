"""Behaviour of training/policy_learning around the learner: settings, log, loop, comparison; no processes."""

import json

import pytest

from audioforge.policies.sampling import PolicyModel
from audioforge.policies.weights import WeightsFolder, current_version
from reward_models.checkpoints import checkpoint_path
from tests.rollout_makers import malformed, scored
from training.policy_learning.comparing import split_gain
from training.policy_learning.groups import GroupError
from training.policy_learning.settings import LearnSettings, SettingsError, settle_settings
from training.policy_learning.step_log import read_steps, reward_numbers
from training.policy_learning.training_loop import RunFolder, open_learner, train

POLICY = checkpoint_path("tiny-policy")
SETTINGS = LearnSettings(steps=3, batch_size=2, group_size=2, passes=1, checkpoint_every=2)
PROPOSAL = {"prompt": "rain", "steps": 8, "cfg_scale": 1.0, "seconds": 4.0}


def group():
    details = {"proposal": PROPOSAL, "components": {"quality_head": {"score": 0.5}}}
    return {
        "tokens": [[1, 20, 30, 3], [1, 20, 40, 3]],
        "masks": [[-100, -100, 30, 3], [-100, -100, 40, 3]],
        "inference_logprobs": [[1.0, 1.0, -6.0, -6.0]] * 2,
        "scores": [0.6, 0.0],
        "overrides": [details, {"proposal": None, "components": {}}],
    }


class Api:
    """In the API's place; dies after so many batches."""

    def __init__(self, batches=99):
        self.left = batches
        self.asked_at = []

    def next_batch(self, step, alive):
        alive()
        self.asked_at.append(step)
        self.left -= 1
        if self.left < 0:
            raise ConnectionError("gone")
        return [group()]


def run_until(folder, api):
    run = RunFolder(folder)
    train(open_learner(run, POLICY, SETTINGS), api, run, lambda: None, lambda _: None)


def test_a_killed_run_goes_on_from_its_checkpoint_and_logs_each_step_once(tmp_path):
    with pytest.raises(ConnectionError):
        run_until(tmp_path / "cut", Api(batches=2))
    rest = Api()
    run_until(tmp_path / "cut", rest)
    assert rest.asked_at == [2]
    run_until(tmp_path / "whole", Api())
    cut, whole = (read_steps(tmp_path / name / "steps.jsonl") for name in ("cut", "whole"))
    assert [entry["step"] for entry in cut] == [1, 2, 3]
    assert [entry["loss"] for entry in cut] == [entry["loss"] for entry in whole]


def test_a_server_that_follows_the_run_gets_each_step_s_weights(tmp_path):
    served = PolicyModel.load(POLICY)
    follower = WeightsFolder(served.model, tmp_path / "weights")
    run_until(tmp_path, Api())
    assert follower.refresh() == SETTINGS.steps
    learned = PolicyModel.load(tmp_path / "policy").model.model.norm.weight
    assert served.model.model.norm.weight.tolist() == learned.tolist()


def test_a_resumed_run_publishes_its_weights_before_anything_else(tmp_path):
    run_until(tmp_path, Api())
    (tmp_path / "weights" / "current.json").unlink()
    open_learner(RunFolder(tmp_path), POLICY, SETTINGS)
    assert json.loads((tmp_path / "weights" / "current.json").read_text()) == {"version": 3}


def test_a_run_killed_before_its_first_checkpoint_begins_anew_with_nothing_published(tmp_path):
    with pytest.raises(ConnectionError):
        run_until(tmp_path, Api(batches=1))
    assert current_version(tmp_path / "weights") == 1
    assert open_learner(RunFolder(tmp_path), POLICY, SETTINGS).step == 0
    assert current_version(tmp_path / "weights") == 0


def test_log_probabilities_of_another_policy_do_not_spoil_the_weights(tmp_path):
    learner = open_learner(RunFolder(tmp_path), POLICY, SETTINGS)
    with pytest.raises(GroupError, match="gradient of step 1 is not finite"):
        learner.learn([group() | {"inference_logprobs": [[1.0, 1.0, -200.0, -6.0]] * 2}])
    assert all(bool(weight.isfinite().all()) for weight in learner.weights().values())


def test_rewards_are_told_apart_from_parsing():
    numbers = reward_numbers([group()])
    assert (numbers["reward"], numbers["parsed"], numbers["reward_if_parsed"]) == (0.3, 0.5, 0.6)
    assert numbers["component/quality_head"] == 0.5
    assert numbers["flat_groups"] == 0


def test_half_a_line_and_steps_done_twice_do_not_spoil_the_log(tmp_path):
    path = tmp_path / "steps.jsonl"
    path.write_text('{"step": 1, "loss": 0.5}\n{"step": 2, "loss": 0.4}\n{"step": 2, "loss": 0.3}\n{"step": 3, "lo')
    assert read_steps(path) == [{"step": 1, "loss": 0.5}, {"step": 2, "loss": 0.3}]


def test_a_gain_falls_into_parsing_and_better_answers_that_add_up_to_it(tmp_path):
    before = [scored(tmp_path, "0-0", 0.4), malformed(tmp_path, "0-1")]
    after = [scored(tmp_path, "0-0", 0.6), scored(tmp_path, "0-1", 0.6)]
    gain = split_gain(before, after)
    assert (gain.before, gain.after) == pytest.approx((0.2, 0.6))
    assert (gain.by_parsing, gain.by_answers) == pytest.approx((0.2, 0.2))


def test_a_run_is_gone_on_with_as_it_was_begun(tmp_path):
    path = tmp_path / "settings.json"
    settle_settings(path, LearnSettings())
    settle_settings(path, LearnSettings(steps=200))
    with pytest.raises(SettingsError, match="begun with kl_weight"):
        settle_settings(path, LearnSettings(kl_weight=0.5))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"batch_size": 12}, "whole groups"),
        ({"group_size": 1}, "whole groups"),
        ({"steps": 0}, "steps lies above 0"),
        ({"learning_rate": float("nan")}, "learning_rate lies above 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(wrong, message):
    with pytest.raises(SettingsError, match=message):
        LearnSettings(**wrong)
