"""Which source packs are held out of training: whole packs, in all four categories.

Packs that share recordings stay on one side: ``fluidr3`` with the FluidR3 renders (training), ``keyboardia`` with
``tonejs-instruments`` and ``ambience-redo`` with ``dynamic-surroundings`` (held out), the three ``esc10`` folds
(training).
"""

HELD_OUT_LOOPS = "held-out-loops"
"""Drum loops played with the one-shots of a held-out pack: tempo and genre on unheard sounds."""

HELD_OUT_GROUPS = frozenset(
    {
        "tonejs-instruments",
        "keyboardia",
        "sampled",
        "dynamic-surroundings",
        "ambience-redo",
        "minetest-game",
        "opensoundeffects",
        "opengameart-loops",
        "kenney-starter-kits",
        "freesoundslibrary",
        HELD_OUT_LOOPS,
    }
)


SHARED_RECORDINGS = frozenset({("tonejs-instruments", "saxophone note")})
"""Held-out clips that are neither trained on nor measured: the same sessions as the training pack ``weresax``."""


def is_held_out(group: str) -> bool:
    """Whether recordings of the pack serve validation alone."""
    return group in HELD_OUT_GROUPS


def is_measured(group: str, label: str) -> bool:
    """Whether a recording counts in the figures: held out, and no recording of a training pack."""
    return is_held_out(group) and (group, label) not in SHARED_RECORDINGS
