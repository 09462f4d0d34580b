"""Prometheus metrics of one service, in a registry of its own."""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from audioforge.scoring.statistics import COUNTS, ScorerStats
from audioforge.service.answers import ScoreAnswer

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class ServiceMetrics:
    """Counts requests by HTTP status and clips by status; shows the scorer's own counts beside them."""

    def __init__(self, scorer_stats: Callable[[], ScorerStats]) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "audioforge_requests", "Replies of POST /v1/score.", ["http_status"], registry=self.registry
        )
        self.seconds = Histogram(
            "audioforge_request_seconds",
            "From the first byte to the reply.",
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.clips = Counter("audioforge_clips", "Clips answered, by status.", ["status"], registry=self.registry)
        self.in_work = Gauge("audioforge_requests_in_work", "Requests taken, not answered.", registry=self.registry)
        self.registry.register(_ScorerCollector(scorer_stats))

    def count_answer(self, answer: ScoreAnswer) -> None:
        """Counts the clips of one answer."""
        for status in [own.status for own in answer.results] + [own.status for own in answer.errors]:
            self.clips.labels(status.code).inc()

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)


class _ScorerCollector(Collector):
    def __init__(self, stats: Callable[[], ScorerStats]) -> None:
        self._stats = stats

    def collect(self) -> Iterable[CounterMetricFamily | GaugeMetricFamily]:
        stats = self._stats()
        for name in ScorerStats.__dataclass_fields__:
            kind = CounterMetricFamily if name in COUNTS else GaugeMetricFamily
            yield kind(f"audioforge_scorer_{name}", f"The scorer's {name}.", value=getattr(stats, name))
