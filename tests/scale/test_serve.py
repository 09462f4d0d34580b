"""A real Ray Serve deployment answers as the service does."""

import warnings
from pathlib import Path

import pytest

from audioforge.clips import gather_clips
from audioforge.scoring.presets import build_reward

ray = pytest.importorskip("ray", reason="Ray isn't installed: pip install -e '.[scale]'")

with warnings.catch_warnings():  # Ray Serve's use of pydantic, while it is imported
    warnings.simplefilter("ignore")
    from ray import serve

from audioforge.scale.serve import deployment  # noqa: E402
from audioforge.service.client import AudioForgeClient  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.ray, pytest.mark.filterwarnings("ignore")]

REFERENCES = Path(__file__).parents[2] / "data" / "evaluation_references"


@pytest.fixture
def url():
    ray.init(num_cpus=2, log_to_driver=False, include_dashboard=False)
    serve.start(http_options={"host": "127.0.0.1", "port": 8742})
    serve.run(deployment("embedded", replicas=(1, 1)), route_prefix="/")
    yield "http://127.0.0.1:8742"
    serve.shutdown()
    ray.shutdown()


def test_a_deployment_gives_the_scores_of_the_reward_itself(url):
    paths = sorted((REFERENCES / "drums").glob("*.ogg"))[:2]
    requests, categories = ["a drum loop", "a kick drum"], ["drums", "drums"]
    with AudioForgeClient(url) as client:
        remote = client.score(paths, requests, categories=categories)
    local = build_reward("embedded").judge(gather_clips(paths, requests, categories=categories))
    assert [own.total for own in remote.clips] == pytest.approx(local.total.tolist(), abs=1e-5)
