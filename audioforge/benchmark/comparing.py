"""Two reports compared: paired where both answered the same request, refused where other models judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from audioforge.benchmark.entries import BenchmarkError
from audioforge.benchmark.standings import compare_means, holm_adjusted, measures_of, request_means, swaps_for
from audioforge.data_files import DataError, read_json
from audioforge.reports.benchmark_report import ALL, FORMAT, ClipRow, PairedRow

JUDGES = ("fingerprint", "reward", "second_judge", "audioforge")
"""Entries of the manifest on which every score depends."""
REPORT = "report.json"
_WANTED = f"Expected the {REPORT} that `audioforge benchmark --out FOLDER` writes, or its FOLDER."


@dataclass(frozen=True)
class SavedReport:
    """What a comparison needs of a ``report.json``."""

    path: Path
    systems: tuple[str, ...]
    components: tuple[str, ...]
    clips: tuple[ClipRow, ...]
    manifest: Mapping[str, object]

    def of(self, system: str) -> list[ClipRow]:
        """A system's clips."""
        return [own for own in self.clips if own.system == system]


@dataclass(frozen=True)
class ReportComparison:
    """What came of it.

    Attributes:
        rows: Per pair of systems and measure; ``first`` is of the first report.
        means: Like ``rows``: each system's mean over all its own requests.
        differences: Entries of the manifests that differ, in words; empty where the same models judged.
        notes: What to know before reading the rows.
    """

    rows: tuple[PairedRow, ...]
    means: tuple[tuple[float | None, float | None], ...]
    differences: tuple[str, ...]
    notes: tuple[str, ...]


def read_report(source: Path) -> SavedReport:
    """Reads a report: its folder, or the ``report.json`` in it.

    Raises:
        BenchmarkError: If it is none, or of another format.
    """
    path = source / REPORT if source.is_dir() else source
    if not path.is_file():
        raise BenchmarkError(f"there is no report at {path}: give the folder of an `audioforge benchmark --out`.")
    try:
        fields = read_json(path)
    except DataError as error:
        raise BenchmarkError(f"{error} {_WANTED}") from error
    if not isinstance(fields, dict) or "format" not in fields:
        raise BenchmarkError(f"{path} is JSON, but not of a benchmark. {_WANTED}")
    if fields["format"] != FORMAT:
        raise BenchmarkError(f"{path} has format {fields['format']}, this version reads {FORMAT}: make it again.")
    try:
        clips = tuple(ClipRow(**own) for own in fields["clips"])
        return SavedReport(path, tuple(fields["systems"]), tuple(fields["components"]), clips, dict(fields["manifest"]))
    except (KeyError, TypeError, ValueError) as error:
        raise BenchmarkError(f"{path} is a damaged report ({error}): make it again.") from error


def compare_reports(first: SavedReport, second: SavedReport, *, allow_different: bool = False) -> ReportComparison:
    """Second minus first, measure by measure.

    Args:
        first: The earlier one, say.
        second: The later one.
        allow_different: Compare although other models judged; the differences are told.

    Raises:
        BenchmarkError: If other models judged and that isn't allowed.
    """
    differences = judge_differences(first.manifest, second.manifest)
    if differences and not allow_different:
        raise BenchmarkError(
            f"{first.path} and {second.path} were judged differently, so their scores don't compare "
            f"({'; '.join(differences)}). Judge both again with one version, or say --allow-different."
        )
    changed = _changed_requests(first, second)
    matched = system_pairs(first.systems, second.systems)
    rows: list[PairedRow] = []
    means: list[tuple[float | None, float | None]] = []
    for measure in measures_of([name for name in first.components if name in second.components]):
        for pair in matched:
            own = [request_means(report.of(name), measure) for report, name in zip((first, second), pair, strict=True)]
            means.append((_mean(own[0]), _mean(own[1])))
            shared = [{name: value for name, value in one.items() if name not in changed} for one in own]
            empty = PairedRow(*pair, ALL, measure, None, None, None, None, None, 0)
            rows.append(compare_means(shared[0], shared[1], empty, swaps_for(len(matched))))
    return ReportComparison(tuple(_adjusted(rows)), tuple(means), tuple(differences), tuple(_notes(changed)))


def judge_differences(first: Mapping[str, object], second: Mapping[str, object]) -> list[str]:
    """What differs between two manifests' judges, in words."""
    found = []
    for key in JUDGES:
        left, right = first.get(key), second.get(key)
        if isinstance(left, dict) and isinstance(right, dict):
            names = sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))
            found += [f"{name}: {left.get(name, 'none')} and {right.get(name, 'none')}" for name in names[:6]]
        elif left != right:
            found.append(f"{key}: {left} and {right}")
    return found


def system_pairs(first: Sequence[str], second: Sequence[str]) -> list[tuple[str, str]]:
    """Systems of one name; where there are none, each with each."""
    shared = [(name, name) for name in first if name in second]
    return shared or list(product(first, second))


def _changed_requests(first: SavedReport, second: SavedReport) -> set[str]:
    """Ids that stand for another request in the other report."""
    asked = [{own.id: (own.request, own.category) for own in report.clips} for report in (first, second)]
    return {name for name in asked[0].keys() & asked[1].keys() if asked[0][name] != asked[1][name]}


def _notes(changed: set[str]) -> list[str]:
    if not changed:
        return []
    return [f"{len(changed)} ids stand for other requests in the two reports and are left out, such as {min(changed)}."]


def _mean(values: Mapping[str, float]) -> float | None:
    return sum(values.values()) / len(values) if values else None


def _adjusted(rows: Sequence[PairedRow]) -> list[PairedRow]:
    """Holm over the pairs of one measure, in the order given."""
    measures = dict.fromkeys(own.measure for own in rows)
    return [row for name in measures for row in holm_adjusted([own for own in rows if own.measure == name])]
