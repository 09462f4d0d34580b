"""The figures of the validity page as Markdown tables."""

from collections.abc import Sequence

from benchmarks.validity_parts.alignment import AlignmentFigures
from benchmarks.validity_parts.distances import DistanceFigures
from benchmarks.validity_parts.exploits import ExploitFigures
from benchmarks.validity_parts.judges import JudgeFigures
from benchmarks.validity_parts.ladders import LadderFigures
from training.degradations import LADDER


def alignment_table(figures: AlignmentFigures) -> str:
    """Markdown of the alignment section."""
    rows = [
        ("own request beats one of another label", figures.beats_any, 0.5),
        ("the same within the category", figures.beats_same_category, 0.5),
    ]
    lines = [
        f"{figures.clips} clips, {figures.pairs} mismatched pairs.",
        "",
        "| figure | value | chance |",
        "|---|---|---|",
    ]
    lines += [f"| {name} | {value:.3f} | {chance:.2f} |" for name, value, chance in rows]
    lines.append(
        f"| mean score, own request / another clip's | {figures.matched:.2f} / {figures.shuffled:.2f} | equal |"
    )
    lines.append(f"| calibration error at even odds | {figures.calibration_error:.3f} | – |")
    lines += ["", "| stated probability | found frequency | 95 % interval | clips | pairs |", "|---|---|---|---|---|"]
    lines += [
        f"| {own.stated:.2f} | {own.found:.2f} | {own.low:.2f}–{own.high:.2f} | {own.clips} | {own.pairs} |"
        for own in figures.curve
    ]
    return "\n".join(lines)


def exploit_table(rows: Sequence[ExploitFigures]) -> str:
    """Markdown of the exploit section."""
    names = list(dict.fromkeys(name for row in rows for name in row.components))
    head = f"| clip | unscored | median total | above the median honest clip | {' | '.join(names)} |"
    lines = [head, "|" + "---|" * (4 + len(names))]
    for row in rows:
        cells = [f"{row.components[name]:.2f}" if name in row.components else "–" for name in names]
        total = "–" if row.median_total is None else f"{row.median_total:.2f}"
        lines.append(f"| {row.name} | {row.unscored:.0%} | {total} | {row.above_median:.0%} | {' | '.join(cells)} |")
    return "\n".join(lines)


def ladder_table(rows: Sequence[LadderFigures]) -> str:
    """Markdown of the degradation section; kinds that no head was trained on in bold."""
    lines = ["| kind | rank correlation | clean wins | clean wins, severity ≥ 0.5 |", "|---|---|---|---|"]
    for row in sorted(rows, key=lambda own: (own.unseen, own.kind)):
        name = f"**{row.kind}**" if row.unseen else row.kind
        lines.append(f"| {name} | {row.rank_correlation:.2f} | {row.clean_beats:.2f} | {row.clean_beats_strong:.2f} |")
    for label, unseen in (("trained kinds", False), ("**unseen kinds**", True)):
        part = [row for row in rows if row.unseen is unseen]
        means = [
            sum(getattr(row, name) for row in part) / len(part)
            for name in ("rank_correlation", "clean_beats", "clean_beats_strong")
        ]
        lines.append(f"| {label}, mean | {' | '.join(f'{mean:.2f}' for mean in means)} |")
    return "\n".join(lines)


def distance_table(rows: Sequence[DistanceFigures]) -> str:
    """Markdown of the section on set distances."""
    names = [row.category for row in rows]
    lines = [
        f"| clips of | n | {' | '.join(f'FAD / KAD to {name}' for name in names)} |",
        "|" + "---|" * (2 + len(names)),
    ]
    for row in rows:
        cells = [_cell(row, name) for name in names]
        lines.append(f"| {row.category} | {row.clips} | {' | '.join(cells)} |")
    steps = ["clean", *(f"severity {step:g}" for step in LADDER)]
    lines += ["", f"| under white noise | {' | '.join(steps)} |", "|" + "---|" * (1 + len(steps))]
    for row in rows:
        pairs = zip(row.fad_in_noise, row.kad_in_noise, strict=True)
        lines.append(f"| {row.category} | {' | '.join(f'{a:.2f} / {b:.1f}' for a, b in pairs)} |")
    return "\n".join(lines)


def _cell(row: DistanceFigures, name: str) -> str:
    """Both distances, the least of each in bold."""
    values = ((row.fad, f"{row.fad[name]:.2f}"), (row.kad, f"{row.kad[name]:.1f}"))
    return " / ".join(f"**{text}**" if min(all_of.values()) == all_of[name] else text for all_of, text in values)


def judge_table(rows: Sequence[JudgeFigures]) -> str:
    """Markdown of the section."""
    lines = [
        "| judge | its accuracy by category | alignment in the order of likeness "
        "| alignment, accepted over rejected | total, accepted over rejected | total in the order of votes |",
        "|---|---|---|---|---|---|",
        "| *chance* | 0.25 | 0 | 0.5 | 0.5 | 0 |",
    ]
    lines += [
        f"| `{row.judge}` | {row.accuracy:.2f} | {row.alignment_order:.2f} | {row.alignment_auc:.2f} "
        f"| {row.total_auc:.2f} | {row.total_order:.2f} |"
        for row in rows
    ]
    return "\n".join(lines)
