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


def is_held_out(group: str) -> bool:
    """Whether recordings of the pack serve validation alone."""
    return group in HELD_OUT_GROUPS
