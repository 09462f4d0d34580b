"""Set metrics of each system's clips, every value with its sizes; what can't be had says why."""

from collections.abc import Callable, Sequence

from jaxtyping import Float
from torch import Tensor

from audioforge.benchmark.references import References
from audioforge.metrics.bootstrap import Bootstrap
from audioforge.metrics.embeddings import MetricError
from audioforge.metrics.fad_inf import fad_infinite
from audioforge.metrics.frechet import fad
from audioforge.metrics.kad import kad
from audioforge.metrics.measurement import Measurement
from audioforge.metrics.prdc import prdc
from audioforge.metrics.vendi import vendi
from audioforge.reports.benchmark_report import FadFit, SetRow

SPREAD = Bootstrap(resamples=100, level=0.95, seed=0)
MIN_CLIPS = 8
LARGEST_RESAMPLED = 2048
"""Intervals of larger sets would take minutes; their values hardly vary."""
METRICS = ("kad", "fad", "precision", "recall", "density", "coverage", "vendi")


def set_rows(
    system: str, category: str, candidate: Float[Tensor, "n dim"], reference: Tensor | None, embedder: str
) -> list[SetRow]:
    """Every metric of one system's clips in one category."""
    if reference is None:
        return [_absent(system, category, embedder, name, candidate, None, "no references") for name in METRICS]
    if len(candidate) < MIN_CLIPS:
        reason = f"fewer than {MIN_CLIPS} clips"
        return [_absent(system, category, embedder, name, candidate, reference, reason) for name in METRICS]
    spread = SPREAD if len(candidate) <= LARGEST_RESAMPLED else None
    return [
        row
        for names, measure in _questions(reference, candidate, spread)
        for row in _asked(system, category, embedder, names, measure, candidate, reference)
    ]


def fad_fit(
    system: str, candidate: Float[Tensor, "n dim"], references: References, categories: Sequence[str]
) -> FadFit:
    """FAD-inf of all the system's clips, where they and the references are enough."""
    reference = references.of("all", categories)
    sizes = (0 if reference is None else len(reference), len(candidate))
    if reference is None:
        return FadFit(system, references.embedder, None, None, None, *sizes, reason="no references")
    try:
        found = fad_infinite(reference, candidate)
    except MetricError as error:
        return FadFit(system, references.embedder, None, None, None, *sizes, reason=str(error))
    return FadFit(
        system,
        references.embedder,
        value=_rounded(found.value),
        standard_error=_rounded(found.standard_error),
        r_squared=_rounded(found.r_squared),
        n_reference=len(reference),
        n_candidate=len(candidate),
        sizes=found.sizes,
        distances=tuple(_rounded(own) for own in found.distances),
    )


_Question = tuple[tuple[str, ...], Callable[[], Sequence[Measurement]]]


def _questions(reference: Tensor, candidate: Tensor, spread: Bootstrap | None) -> list[_Question]:
    def nearest() -> list[Measurement]:
        found = prdc(reference, candidate)
        return [found.precision, found.recall, found.density, found.coverage]

    return [
        (("kad",), lambda: [kad(reference, candidate, bootstrap=spread)]),
        (("fad",), lambda: [fad(reference, candidate, bootstrap=spread)]),
        (("precision", "recall", "density", "coverage"), nearest),
        (("vendi",), lambda: [vendi(candidate, bootstrap=spread)]),
    ]


def _asked(  # noqa: PLR0913 - a question with all that places its answer
    system: str,
    category: str,
    embedder: str,
    names: Sequence[str],
    measure: Callable[[], Sequence[Measurement]],
    candidate: Tensor,
    reference: Tensor,
) -> list[SetRow]:
    try:
        return [_row(system, category, embedder, own) for own in measure()]
    except MetricError as error:
        return [_absent(system, category, embedder, name, candidate, reference, str(error)) for name in names]


def _row(system: str, category: str, embedder: str, own: Measurement) -> SetRow:
    low, high = (None, None) if own.interval is None else (_rounded(own.interval.low), _rounded(own.interval.high))
    sizes = (own.n_reference, own.n_candidate)
    return SetRow(system, category, embedder, own.name, _rounded(own.value), low, high, *sizes)


def _absent(  # noqa: PLR0913 - as _asked
    system: str, category: str, embedder: str, name: str, candidate: Tensor, reference: Tensor | None, reason: str
) -> SetRow:
    sizes = (0 if reference is None else len(reference), len(candidate))
    return SetRow(system, category, embedder, name, None, None, None, *sizes, reason)


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
