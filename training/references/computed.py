"""Which computed sounds are in the set, with their captions."""

from collections.abc import Callable, Iterator
from functools import partial

from training.references import effects, places, weather
from training.references.renders import rng_of
from training.references.signals import Rng
from training.references.sounds import Credit, Samples, Sound

OWN = Credit("CC0-1.0", "AudioForge contributors", "computed by training/references")

Recipe = Callable[[Rng, float], Samples]


def _of(recipe: Callable[..., Samples], **settings: object) -> Recipe:
    return partial(recipe, **settings)


AMBIENT: tuple[tuple[str, str, float, Recipe], ...] = (
    ("light rain", "Light rain falling on leaves", 6.0, _of(weather.rain, heaviness=0.15)),
    ("steady rain", "Steady rain on a street", 6.0, _of(weather.rain, heaviness=0.5)),
    ("heavy rain", "A heavy downpour", 6.0, _of(weather.rain, heaviness=1.0)),
    ("rain on a roof", "Rain drumming on a tin roof", 6.0, weather.rain_on_roof),
    ("thunderstorm", "Rain and rolling thunder", 8.0, weather.thunderstorm),
    ("soft wind", "A soft breeze over open fields", 6.0, _of(weather.wind, howl=0.0)),
    ("howling wind", "A howling winter wind", 7.0, _of(weather.wind, howl=1.0)),
    ("wind in trees", "Wind rustling through trees", 6.0, weather.leaves),
    ("ocean waves", "Big ocean waves breaking on the shore", 8.0, _of(weather.waves, period=4.0, size=1.0)),
    ("gentle shore", "Small waves lapping at a lake shore", 7.0, _of(weather.waves, period=2.4, size=0.3)),
    ("stream", "A brook bubbling over stones", 6.0, weather.stream),
    ("waterfall", "A waterfall roaring steadily", 5.0, weather.waterfall),
    ("campfire", "A campfire crackling", 6.0, weather.fire),
    ("crickets", "Crickets singing on a summer night", 6.0, weather.crickets),
    ("frogs", "Frogs croaking at a pond at dusk", 6.0, weather.frogs),
    ("forest birds", "Birds singing in a forest at dawn", 7.0, _of(weather.birdsong, birds=5)),
    ("garden birds", "A few birds chirping in a quiet garden", 6.0, _of(weather.birdsong, birds=2)),
    ("cave", "Water dripping in a large echoing cave", 7.0, weather.cave),
    ("underwater", "A muffled underwater ambience with bubbles", 6.0, weather.underwater),
    ("room tone", "The quiet tone of an empty room", 5.0, places.room_tone),
    ("air conditioner", "An air conditioner humming in an office", 5.0, places.ventilation),
    ("server room", "The whirring fans of a server room", 5.0, places.server_room),
    ("spaceship hum", "The deep hum of a spaceship interior", 6.0, _of(places.engine_room, base=48.0)),
    ("ship engine room", "The throbbing of a ship's engine room", 6.0, _of(places.engine_room, base=31.0)),
    ("city traffic", "City street traffic with cars passing", 8.0, places.traffic),
    ("train interior", "The inside of a train rolling over rail joints", 6.0, places.train),
    ("vinyl crackle", "The crackle of an old vinyl record", 5.0, places.vinyl),
    ("dark drone", "A dark menacing drone", 8.0, _of(places.drone, root=33, intervals=(0, 7, 12, 13), brightness=0.2)),
    (
        "bright drone",
        "A bright evolving drone on open fifths",
        7.0,
        _of(places.drone, root=45, intervals=(0, 7, 12, 19), brightness=0.9),
    ),
    ("sub drone", "A deep sub-bass drone", 6.0, _of(places.drone, root=24, intervals=(0, 12), brightness=0.1)),
    (
        "warm pad",
        "A warm slow synthesiser pad",
        7.0,
        _of(places.pad, chords=((48, 55, 64), (45, 52, 60)), brightness=0.3),
    ),
    (
        "airy pad",
        "An airy shimmering pad",
        7.0,
        _of(places.pad, chords=((60, 67, 71, 74), (57, 64, 69, 72)), brightness=0.9),
    ),
    (
        "melancholic pad",
        "A melancholic minor pad",
        7.0,
        _of(places.pad, chords=((50, 57, 65), (46, 53, 62)), brightness=0.4),
    ),
    ("glass texture", "Singing glass tones that swell and fade", 7.0, _of(places.glass, root=69)),
    ("singing bowl", "A singing bowl struck and left to ring", 7.0, _of(places.bells, notes=(55,), gap=4.0, ring=3.0)),
    (
        "wind chimes",
        "Wind chimes moving in a light breeze",
        6.0,
        _of(places.bells, notes=(84, 86, 89, 91, 93, 96), gap=0.35, ring=0.7),
    ),
    ("distant voices", "A ghostly choir-like texture", 7.0, _of(places.voices, chord=(48, 55, 60, 63))),
    ("tension drone", "A dissonant rising suspense texture", 7.0, places.tension),
    ("tape texture", "A wobbling lo-fi tape texture", 6.0, places.tape_texture),
)

SFX: tuple[tuple[str, str, float, Recipe], ...] = (
    ("whoosh", "A fast whoosh passing from left to right", 1.2, effects.whoosh),
    ("slow whoosh", "A slow heavy whoosh", 2.5, effects.whoosh),
    ("riser", "A tension riser that builds up", 4.0, effects.riser),
    ("downlifter", "A synthesiser tone falling into the bass", 3.0, effects.downer),
    ("impact", "A deep cinematic impact", 4.0, effects.boom),
    ("metal impact", "A sheet of metal struck hard", 2.5, effects.metal_hit),
    ("door knock", "Three knocks on a wooden door", 1.5, effects.wood_knock),
    ("footsteps on gravel", "Footsteps walking on gravel", 4.0, _of(effects.footsteps, gravel=True)),
    ("footsteps on a hard floor", "Footsteps on a hard floor in a hallway", 4.0, _of(effects.footsteps, gravel=False)),
    ("glass break", "A window pane shattering", 1.8, effects.glass_break),
    ("water drop", "Single water drops falling into a basin", 2.5, effects.water_drop),
    ("siren", "A police siren wailing", 5.0, effects.siren),
    ("alarm clock", "An alarm clock beeping", 3.0, effects.alarm),
    ("busy tone", "A telephone busy tone", 3.0, effects.dial_tone),
    ("clock tick", "A wall clock ticking", 4.0, effects.clock_tick),
    ("engine idle", "A car engine idling", 4.0, _of(effects.engine, accelerates=False)),
    ("engine rev", "A motor revving up", 4.0, _of(effects.engine, accelerates=True)),
    ("notification", "A soft two-tone notification chime", 1.5, _of(effects.notification, notes=(880.0, 1174.7))),
    (
        "success chime",
        "A cheerful three-note success chime",
        1.6,
        _of(effects.notification, notes=(659.3, 830.6, 987.8)),
    ),
    ("wrong answer buzzer", "A harsh wrong-answer buzzer", 1.0, effects.buzzer),
    ("laser zap", "A falling laser zap", 1.0, effects.zap),
    ("electric spark", "Electric sparks sputtering", 3.0, effects.electric_spark),
    ("clapping crowd", "A crowd clapping in a hall", 5.0, effects.applause),
    ("thunder clap", "A close clap of thunder with a long rumble", 6.0, _of(weather.thunder, near=True)),
)


def computed() -> Iterator[Sound]:
    """Every computed sound; each is its own group."""
    for category, table in (("ambient", AMBIENT), ("sfx", SFX)):
        for label, caption, seconds, recipe in table:
            samples = partial(recipe, rng_of(label), seconds)
            yield Sound(category, label, caption, "synthesis", f"computed-{label.replace(' ', '-')}", OWN, samples)
