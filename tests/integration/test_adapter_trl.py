"""TRL's own GRPO trainer on the shipped policy: two steps on a CPU, rewarded by the total and by each component."""

from dataclasses import replace

import pytest
import torch

pytest.importorskip("trl", reason="trl isn't installed: pip install trl accelerate datasets")

from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer

from audioforge.adapters.trl import async_reward_function, component_functions
from audioforge.env.chat import chat_for
from audioforge.targets import load_targets
from audioforge.templates import load_templates
from reward_models.checkpoints import checkpoint_path
from tests.adapter_stand_ins import make_judge

FLOOR = 0.01
"""Above 0, so that answers at fault can be told from answers that were left out."""


@pytest.mark.filterwarnings("ignore")
def test_grpo_learns_from_our_rewards(tmp_path):
    judge = make_judge(floor=FLOOR)
    judge.generator.parameters = replace(judge.generator.parameters, prompt_tokens=None)
    templates = load_templates()
    targets = sorted(load_targets(split="train"), key=lambda target: len(target.target_description.split()))[:2]
    rows = [
        {
            "prompt": list(chat_for(target, templates, judge.generator.parameters)),
            "request": target.target_description,
            "category": target.category,
        }
        for target in targets
    ]
    trainer = GRPOTrainer(
        model=str(checkpoint_path("tiny-policy")),
        reward_funcs=[async_reward_function(judge), *component_functions(judge)],
        train_dataset=Dataset.from_list(rows),
        args=GRPOConfig(
            output_dir=str(tmp_path),
            max_steps=2,
            per_device_train_batch_size=8,
            num_generations=8,
            max_completion_length=120,
            multi_objective_aggregation="normalize_then_sum",
            logging_steps=1,
            learning_rate=1e-3,
            use_cpu=True,
            report_to="none",
            save_strategy="no",
            disable_tqdm=True,
            seed=0,
        ),
    )
    before = [parameter.detach().clone() for parameter in trainer.model.parameters()]
    trainer.train()
    steps = [entry for entry in trainer.state.log_history if "reward" in entry]
    assert len(steps) == 2
    for entry in steps:
        assert 0.0 <= entry["audioforge/at_fault"] < 1
        assert entry["audioforge/failed"] == 0
        assert FLOOR < entry["rewards/audioforge_total/mean"] <= 1
        assert entry["rewards/audioforge_peak/mean"] == pytest.approx(entry["rewards/audioforge_total/mean"])
    assert any(entry["grad_norm"] > 0 for entry in steps)
    moved = zip(before, trainer.model.parameters(), strict=True)
    assert any(not torch.equal(old, new.detach()) for old, new in moved)
