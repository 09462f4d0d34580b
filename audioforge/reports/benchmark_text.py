"""A benchmark's report as Markdown, for pull requests and mails."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from audioforge.reports.benchmark_report import ALL, SECOND, TOTAL, BenchmarkReport, PairedRow, SetRow, Standing
from audioforge.reports.page_shell import DASH, number, signed

MOST_LISTED = 50


def render_markdown(report: BenchmarkReport, title: str) -> str:
    """The report's tables; a list of failures is cut after ``MOST_LISTED``."""
    parts = [_heading(report, title), *_leaderboard(report), *_pairs(report), *_categories(report), *_sets(report)]
    return "\n".join([*parts, *_failures(report), *_made_by(report)]) + "\n"


def verdict(row: PairedRow, labels: tuple[str, str] | None = None, *, asked: int = 0) -> str:
    """What a comparison says in words, at 5 % after adjustment.

    Args:
        row: The comparison.
        labels: Stand for the systems' names.
        asked: How many requests there are; where fewer were compared, the words say so.
    """
    if row.difference is None:
        return row.reason
    part = f", on the {row.requests} of {asked} requests that both have a score for" if row.requests < asked else ""
    if row.p_adjusted is None or row.p_adjusted > 0.05:
        return f"no difference shown{part}"
    first, second = labels or (row.first, row.second)
    above, below = (second, first) if row.difference > 0 else (first, second)
    return f"{above} above {below}{part}"


def headline(report: BenchmarkReport) -> list[str]:
    """One line for each pair of systems: which is better in total, by how much, how sure, and the second judge."""
    seconds = {(own.first, own.second): own for own in report.pairs if own.measure == SECOND and own.category == ALL}
    totals = [own for own in report.pairs if own.measure == TOTAL and own.category == ALL]
    return [_sentence(report, own, seconds.get((own.first, own.second))) for own in totals]


def _sentence(report: BenchmarkReport, row: PairedRow, second: PairedRow | None) -> str:
    if row.difference is None:
        return f"{row.first} and {row.second}: {row.reason}"
    figures = f"{_margin(row)}, p = {number(row.p_adjusted, 3)}, {row.requests} requests"
    other = "" if second is None else f"; the second judge: {verdict(second)}"
    return f"total: {verdict(row, asked=report.asked(row.category))} ({figures}){other}"


def _margin(row: PairedRow) -> str:
    """The difference, the better one first."""
    if row.difference is None or row.low is None or row.high is None or row.difference >= 0:
        return f"{row.second} minus {row.first}: {_difference(row)}"
    turned = replace(row, difference=-row.difference, low=-row.high, high=-row.low)
    return f"{row.first} minus {row.second}: {_difference(turned)}"


def _heading(report: BenchmarkReport, title: str) -> str:
    requests = len({own.id for own in report.clips})
    counts = f"{len(report.systems)} systems, {requests} requests, {len(report.clips)} clips"
    judged = f"preset {report.manifest['preset']}: {report.manifest['preset_summary']}"
    scale = "Scores lie between 0 and 1, higher is better; brackets are 95 % intervals over requests."
    return f"# {_cell(title)}\n\n{counts}; {judged}. {scale}\n"


def _leaderboard(report: BenchmarkReport) -> Iterator[str]:
    yield "## Leaderboard\n"
    measures = (TOTAL, *report.components, SECOND)
    rows = [
        [name, *(_mean(report.standing(name, own), own == TOTAL) for own in measures), _scored(report.standing(name))]
        for name in report.systems
    ]
    yield from _table(["system", *measures, "scored"], rows)


def _pairs(report: BenchmarkReport) -> Iterator[str]:
    chosen = [own for own in report.pairs if own.measure in (TOTAL, SECOND) and own.category == ALL]
    if not chosen:
        return
    yield "## Differences on shared requests\n"
    yield "Second minus first; p-values by random swaps, adjusted after Holm.\n"
    rows = [
        [
            own.first,
            own.second,
            own.measure,
            _difference(own),
            number(own.p_adjusted, 3),
            str(own.requests),
            verdict(own, asked=report.asked(own.category)),
        ]
        for own in chosen
    ]
    yield from _table(["first", "second", "measure", "difference", "p", "requests", "reads"], rows)


def _categories(report: BenchmarkReport) -> Iterator[str]:
    yield "## Total by category\n"
    rows = [
        [name, *(_mean(report.standing(name, TOTAL, own), True) for own in report.categories)]
        for name in report.systems
    ]
    yield from _table(["system", *report.categories], rows)


def _sets(report: BenchmarkReport) -> Iterator[str]:
    chosen = [own for own in report.sets if own.category == ALL]
    metrics = list(dict.fromkeys(own.metric for own in chosen))
    cells = {(own.system, own.embedder, own.metric): own for own in chosen}
    yield "## Set metrics, all categories\n"
    yield "KAD and FAD: lower is closer to the references. FAD depends on n; compare equal n only.\n"
    rows = [
        [system, embedder, _sizes(cells[system, embedder, metrics[0]])]
        + [_measured(cells[system, embedder, metric]) for metric in metrics]
        for embedder in dict.fromkeys(own.embedder for own in chosen)
        for system in report.systems
    ]
    yield from _table(["system", "embedder", "n (references)", *metrics], rows)


def _failures(report: BenchmarkReport) -> Iterator[str]:
    failed = [own for own in report.clips if own.total is None]
    yield "## Without a score\n"
    if not failed and not report.mismatches:
        yield "None: every request of every system has a scored clip.\n"
        return
    counts = Counter((own.system, own.status) for own in failed)
    yield from _table(["system", "status", "clips"], [[*key, str(count)] for key, count in sorted(counts.items())])
    rows = [[own.system, own.id, own.reason or own.status] for own in failed]
    rows += [[own.system, own.name, own.problem] for own in report.mismatches]
    yield from _table(["system", "clip", "why"], rows[:MOST_LISTED])
    if len(rows) > MOST_LISTED:
        yield f"… and {len(rows) - MOST_LISTED} more, in the JSON.\n"


def _made_by(report: BenchmarkReport) -> Iterator[str]:
    yield "## Made by\n"
    for key in ("audioforge", "preset", "fingerprint", "second_judge"):
        yield f"* {key}: {_cell(str(report.manifest[key]))}"
    for system, digest in sorted(report.manifest["clips"].items()):
        yield f"* clips of {_cell(system)}: {digest}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        return
    yield f"| {' | '.join(map(_cell, head))} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"
    yield ""


def _cell(text: str) -> str:
    """Text that stays text in a Markdown table."""
    line = " ".join(text.split())
    for character in "\\`*_[]<>|":
        line = line.replace(character, f"\\{character}")
    return line


def _mean(own: Standing, interval: bool) -> str:
    if own.mean is None or not interval or own.low is None:
        return number(own.mean, 3)
    return f"{own.mean:.3f} [{number(own.low, 3)}, {number(own.high, 3)}]"


def _scored(own: Standing) -> str:
    return f"{own.clips} of {own.clips_given}"


def _difference(own: PairedRow) -> str:
    if own.difference is None:
        return DASH
    return f"{signed(own.difference)} [{signed(own.low)}, {signed(own.high)}]"


def _sizes(own: SetRow) -> str:
    return f"{own.n_candidate} ({own.n_reference})"


def _measured(own: SetRow) -> str:
    if own.value is None:
        return DASH
    return f"{own.value:.3g}" if own.low is None else f"{own.value:.3g} [{own.low:.3g}, {own.high or 0:.3g}]"
