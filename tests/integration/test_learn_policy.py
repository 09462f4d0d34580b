"""Learning through real processes: Atropos' API, a policy server, the environment on stand-ins for sound, a trainer."""

import pytest

from audioforge.policies.weights import current_version
from reward_models.checkpoints import checkpoint_path
from training.policy_learning.processes import Neighbours, learn_together
from training.policy_learning.settings import LearnSettings
from training.policy_learning.step_log import read_steps
from training.policy_learning.training_loop import RunFolder, open_learner

POLICY = checkpoint_path("tiny-policy")
SETTINGS = LearnSettings(steps=3, batch_size=8, group_size=4, max_answer_tokens=60, learning_rate=3e-4, warm_up_steps=0)


@pytest.mark.slow
def test_groups_come_in_weights_go_out_and_the_answers_that_follow_are_of_them(tmp_path):
    run, said = RunFolder(tmp_path), []
    learner = open_learner(run, POLICY, SETTINGS)
    learn_together(learner, run, Neighbours(POLICY, "embedded", 2, "tests.serve_stand_ins"), said.append)
    steps = read_steps(run.log)
    assert [entry["step"] for entry in steps] == [1, 2, 3]
    assert current_version(run.weights) == 3
    assert len(said) == 3
    assert steps[0]["drift"] < 1e-3  # sampled by the weights that learn from them
    assert all("Traceback" not in (tmp_path / f"{name}.log").read_text() for name in ("env", "policy", "api"))
    assert (run.policy / "model.safetensors").is_file()
