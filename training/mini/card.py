"""The checkpoint's model card: figures, data with licences and authors, calibration, limits."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from reward_models.calibration import MatchCalibration
from training.mini.align import AlignConfig
from training.mini.cache import Entry
from training.mini.evaluate import Figure
from training.mini.split import is_held_out

_HEAD = """---
license: apache-2.0
pipeline_tag: zero-shot-audio-classification
tags: [audio, text-audio-embedding, reward-model]
---

# mini

A text-audio embedder that ships with AudioForge: clips and requests become unit vectors of 256 numbers, and their
cosine says how well they match. It needs no hub and no network.

* **Hears** 32 kHz mono in windows of 5.12 s (a short clip is followed by silence); log-mel picture of 64 bands and 256
  frames relative to the window's peak, so level does not count. A residual network of 2.2 million parameters.
* **Reads** English, up to 48 word pieces: the sentence encoder is
  [all-MiniLM-L6-v2](https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2) (Apache-2.0) with fewer word pieces,
  word vectors of 3 bits and layers of 5 (cosine to the original's sentences 0.98), behind a projection of this
  project's own. All other matrices have 8 bits. It can't hear absolute pitch, so the name of a note ("electric bass
  A#1") is read as the word "note".
* **Made by** `training/fit_mini.py` from the data below: {minutes:g} minutes of training in {rounds} rounds with
  seed {seed}, the plain average of the last two.
* **Learned from another model:** besides captions, the audio tower learned to foretell the vectors of `aisfx`
  (CC-BY 4.0, Alison B. Ma and Alexander Lerch) for the recordings of the manifest. None of its weights are in here, but
  as a second judge `aisfx` is a little less independent of `mini` than before.

```python
from reward_models import AudioBatch, load_embedder

mini = load_embedder("mini")
clips = AudioBatch.load(["kick.wav", "rain.wav"])
cosine = mini.embed_audio(clips) @ mini.embed_text(["a punchy kick drum", "rain on a window"]).T
```
"""

_LIMITS = """
## Limits

* It ranks what it was taught (the packs below: everyday sounds, effects, instruments, drums, ambiences, synthesis).
  Of rare subjects, long scenes with several events, speech content, lyrics or musical mood it knows next to nothing.
  It is no substitute for LAION-CLAP.
* Labels come from file names and credits; nobody has listened to all of them.
* Attributes (bright, long, punchy, noisy) were taught from measurements of the log-mel picture, and the figures above
  are against those same measurements, not against listeners.
* Tempo figures come from sequenced loops played with unheard one-shots, not from recorded performances.
* It has heard the project's sketch generator perform the training half of the target styles. Figures on sketches of
  other requests say little about other generators.
* It was trained on all samples of Sonic Pi, also on those that `data/evaluation_references` sets aside as held out:
  those clips are unheard for the references, not for `mini`.
* The free sentences of the figures and those of training (`training/mini/everyday.txt`) were written by one author, who
  had read the former. None is the same, but the figure flatters.
* Level is discarded: it cannot tell a loud clip from a quiet one. Under half a second its judgement is unsure.
* Trained on by a policy, it will be fooled sooner or later: keep a judge beside it that is not optimised.
"""


def write_card(
    path: Path,
    figures: Sequence[Figure],
    entries: Sequence[Entry],
    calibration: MatchCalibration | None,
    config: AlignConfig,
    natural: int,
) -> None:
    """Writes ``README.md`` of the checkpoint: what is true of every run; what its errors show is added by hand.

    Args:
        path: The card.
        figures: On the held-out packs.
        entries: All recordings, trained on and held out.
        calibration: Of the checkpoint, if anything was held out.
        config: How it was trained.
        natural: Natural captions that the projection was trained on.
    """
    head = _HEAD.format(minutes=config.minutes, rounds=config.rounds, seed=config.seed)
    parts = [
        head,
        _figure_table(figures, entries),
        _calibration_text(calibration),
        _LIMITS,
        _data_table(entries, natural),
    ]
    path.write_text("\n".join(parts), encoding="utf-8")


def _figure_table(figures: Sequence[Figure], entries: Sequence[Entry]) -> str:
    packs = sorted({entry.group for entry in entries if is_held_out(entry.group) and entry.kind == "real"})
    rows = [f"| {f.name} | {f.value:.3f} | {f.chance:.3f} | {f.count} |" for f in figures]
    return "\n".join(
        [
            "## Figures",
            "",
            f"On packs that were held out whole: {', '.join(packs)}.",
            "One seed; differences under two points are noise. Choices such as training time and sampling were made on",
            "the same packs, so unheard data may come out a little lower. Left out: the saxophone notes of",
            "tonejs-instruments, which come from the sessions of a training pack.",
            "",
            "| figure | value | chance | clips, sentences or labels |",
            "|---|---|---|---|",
            *rows,
            "",
            "*Own caption beats another*: share of other labels' captions that lie further from the clip than its own.",
            "*Free sentences*: four a class, that avoid the class's name. *AUC*: highest against lowest quarter.",
        ]
    )


def _calibration_text(calibration: MatchCalibration | None) -> str:
    if calibration is None:
        return "\n## Calibration\n\nNone: cosines are raw.\n"
    return (
        "\n## Calibration\n\n"
        f"Probability of a match = sigmoid({calibration.slope:.2f} * cosine {calibration.intercept:+.2f}), fitted on "
        f"{calibration.pairs} pairs of the held-out packs, as many matched as mismatched, half of the mismatched "
        f"within a category. Expected calibration error across halves of the labels: {calibration.ece:.3f}. Belongs to "
        f"fingerprint `{calibration.fingerprint}`.\n"
    )


def _data_table(entries: Sequence[Entry], natural: int) -> str:
    clips: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        clips[entry.group].append(entry)
    rows = [_data_row(group, clips[group]) for group in sorted(clips, key=lambda group: -len(clips[group]))]
    read = [f"The projection was also trained on {natural} natural captions of AudioCaps (MIT).", ""] if natural else []
    return "\n".join(
        [
            "## Data",
            "",
            "Packs marked *measured* were held out of training. Renders and synthesis are this project's own.",
            "",
            "| pack | clips | used | licences | authors |",
            "|---|---|---|---|---|",
            *rows,
            "",
            *read,
        ]
    )


def _data_row(group: str, members: Sequence[Entry]) -> str:
    licences = ", ".join(sorted({entry.licence for entry in members}))
    # A pack's own list of authors may hold links of the page that it came from.
    names = {entry.author.replace("|", "/") for entry in members if "](" not in entry.author}
    authors = "; ".join(sorted(names, key=str.casefold))
    used = "measured" if is_held_out(group) else "trained"
    return f"| {group} | {len(members)} | {used} | {licences} | {authors} |"
