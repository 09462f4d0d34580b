"""Configuration of the environment: Atropos' own fields and ours.

Pydantic, since Atropos makes its command line from it.
"""

from atroposlib.envs.base import APIServerConfig, BaseEnvConfig
from pydantic import Field

from audioforge.env.charges import MOST_COMPUTE, MOST_LENGTH
from reward_models.checkpoints import checkpoint_path

POLICY_URL = "http://127.0.0.1:9010/v1"
TINY = "tiny"


class AudioForgeEnvConfig(BaseEnvConfig):  # type: ignore[misc]  # atroposlib ships no types
    """What an AudioForge run is made of."""

    preset: str = Field(default="embedded", description="Table of backends: embedded, laion, or a JSON file")
    device: str = Field(default="cpu", description="Torch device of generator and rewards, such as cuda")
    policy: str = Field(
        default="",
        description="'tiny' starts the shipped policy, 'server' uses --openai.base_url; empty: the preset's",
    )
    split: str = Field(default="train", description="Targets to ask for: train or held_out")
    category: str = Field(default="", description="Only targets of this category; empty for all four")
    curriculum_share: float = Field(
        default=0.5, ge=0, lt=1, description="Part of the groups drawn by difficulty and failures; the rest goes round"
    )
    curriculum_warm_up: int = Field(default=160, description="Groups until hard targets are drawn as readily as easy")
    few_shot: int = Field(default=0, description="Examples of the category shown before the request")
    environment_seed: int = Field(default=0, description="Decides target order, generation and evaluation seeds")
    temperature: float = Field(default=1.0, description="Of the policy's sampling while training")
    max_answer_tokens: int = Field(default=256, description="Most tokens of one answer")
    floor: float = Field(default=0.0, description="Reward of an answer that cannot be parsed, rendered or scored")
    unseen_word_charge: float = Field(
        default=0.01, ge=0, le=1, description="Share of the total charged for a word that the generator cannot see"
    )
    length_charge: float = Field(
        default=0.4, ge=0, le=MOST_LENGTH, description="Most that a clip far shorter or longer than asked is charged"
    )
    compute_charge: float = Field(
        default=0.0,
        ge=0,
        le=MOST_COMPUTE,
        description="Share of the total charged for the dearest legal clip; every doubling of compute costs alike",
    )
    min_score_spread: float = Field(
        default=1e-3,
        description="While serving, groups whose rewards differ by less carry no signal and are not sent",
    )
    rollouts_path: str = Field(default="", description="JSON-lines file of rollout records; empty writes none")
    save_audio: bool = Field(default=False, description="Keep each clip as FLAC beside the rollout records")
    track: str = Field(default="off", description="Log sounds, pictures, parameters and failures: wandb, files or off")
    track_folder: str = Field(default="artifacts/track", description="Where --env.track keeps its files")
    state_path: str = Field(default="", description="File to resume from and to keep up to date; empty: no resuming")
    resend_unread: bool = Field(
        default=False,
        description="Send again what a restarted API seems not to have handed out: perhaps twice instead of never",
    )
    max_failed_groups: int = Field(default=5, description="Consecutive failures after which process mode gives up")
    evaluation_targets: int = Field(default=16, description="Held-out targets of one evaluation")


def default_server() -> APIServerConfig:
    """Where the policy answers: Atropos' vLLM dialect, since it carries tokens and log-probabilities."""
    return APIServerConfig(
        model_name="tiny-policy",
        base_url=POLICY_URL,
        api_key="local",  # the client refuses an empty one
        server_type="vllm",
        tokenizer_name=str(checkpoint_path("tiny-policy")),
        health_check=False,  # a health check waits for ever when the server is down
        timeout=120,
    )


def default_config() -> AudioForgeEnvConfig:
    """Defaults that differ from Atropos'; W&B is off unless asked for."""
    return AudioForgeEnvConfig(
        tokenizer_name=str(checkpoint_path("tiny-policy")),
        group_size=4,
        use_wandb=False,
        wandb_name="audioforge",
        rollout_server_url="http://127.0.0.1:8000",
        max_token_length=1024,
        total_steps=8,
        include_messages=True,
        num_rollouts_per_group_for_logging=4,
    )
