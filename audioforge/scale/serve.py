"""Ray Serve: the HTTP service with replicas that come and go with the load.

Every replica is one process with one ``Scorer``; a replica that is full makes callers wait in Serve's queue, which is
bounded too and then answers 503. The application inside is the one of ``audioforge service``.
"""

from typing import Any

from fastapi import FastAPI

from audioforge.scoring import Scorer
from audioforge.scoring.category_guess import category_guesser
from audioforge.scoring.presets import build_reward, find_preset
from audioforge.service.app import make_app
from audioforge.service.settings import ServiceSettings


def deployment(
    preset: str = "embedded",
    *,
    settings: ServiceSettings | None = None,
    replicas: tuple[int, int] = (1, 4),
    cpus: float = 1,
    gpus: float = 0,
) -> Any:  # noqa: ANN401 - Ray's own type, absent without Ray
    """A Ray Serve application for ``serve.run``.

    Args:
        preset: What judges.
        settings: Limits of each replica.
        replicas: Fewest and most replicas.
        cpus: Cores of a replica.
        gpus: GPUs of a replica; above 0 it judges on ``cuda``.

    Raises:
        ValueError: If the preset is unknown, or Ray Serve isn't installed.
    """
    try:
        from ray import serve
    except ImportError as error:
        raise ValueError("Ray Serve isn't installed: pip install 'audioforge[scale]'.") from error
    find_preset(preset)
    settings = settings or ServiceSettings()
    least, most = replicas
    device = "cuda" if gpus else "cpu"
    deployed = serve.deployment(
        serve.ingress(lambda: _application(preset, settings, device))(),  # built in the replica, where the models live
        name="audioforge",
        ray_actor_options={"num_cpus": cpus, "num_gpus": gpus},
        max_ongoing_requests=settings.max_requests,
        max_queued_requests=4 * settings.max_requests,
        autoscaling_config={
            "min_replicas": least,
            "max_replicas": most,
            "target_ongoing_requests": max(1, settings.max_requests // 2),
        },
    )
    return deployed.bind()


def _application(preset: str, settings: ServiceSettings, device: str) -> FastAPI:
    reward = build_reward(preset, device=device)
    scorer = Scorer(reward, queue_calls=settings.max_requests * settings.max_clips)
    return make_app(scorer, settings, guess_categories=category_guesser(reward))
