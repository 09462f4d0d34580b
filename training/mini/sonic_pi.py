"""Sonic Pi's samples (CC0): label, category, phrases and tempo of each, by file name."""

from collections.abc import Iterator
from pathlib import Path

from training.mini.audio_files import read_waveform
from training.mini.records import Recording

_PREFIXES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "bd": (
        "kick drum",
        "drums",
        ("kick drum", "bass drum", "electronic kick drum", "punchy kick", "kick drum one shot"),
    ),
    "sn": ("snare drum", "drums", ("snare drum", "snare", "electronic snare", "snare one shot")),
    "bass": ("synth bass", "instruments", ("synth bass", "bass synthesizer note", "electronic bass")),
    "ambi": ("ambient texture", "ambient", ("ambient texture", "atmospheric sound")),
    "tabla": ("tabla", "drums", ("tabla", "tabla hit", "indian hand drum", "tabla drum stroke")),
    "elec": (
        "electronic percussion",
        "drums",
        ("electronic percussion", "electronic blip", "synthetic percussion hit"),
    ),
    "glitch": ("glitch", "sfx", ("glitch", "digital glitch", "glitchy electronic sound")),
    "loop": ("percussion loop", "drums", ("percussion loop", "drum loop", "beat loop")),
    "mehackit": ("robot", "sfx", ("robot", "robotic electronic sound", "sci-fi machine sound")),
    "perc": ("percussion hit", "drums", ("percussion hit", "percussive sound")),
    "guit": ("electric guitar note", "instruments", ("electric guitar", "guitar")),
    "misc": ("sound effect", "sfx", ("sound effect",)),
    "vinyl": (
        "record scratch",
        "sfx",
        ("record scratch", "vinyl scratch", "dj scratching a record", "turntable scratch"),
    ),
    "drum": ("drum hit", "drums", ("drum hit", "acoustic drum hit")),
}

_SPECIAL: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "ambi_choir": ("choir aah note", "ambient", ("choir", "an ethereal choir", "voices singing aah", "choir pad")),
    "ambi_dark_woosh": ("whoosh", "ambient", ("dark whoosh", "a deep dark woosh", "ominous swoosh")),
    "ambi_drone": ("synth drone", "ambient", ("drone", "an ambient drone", "a droning synthesizer", "sustained drone")),
    "ambi_glass_hum": (
        "glass hum",
        "ambient",
        ("glass hum", "humming glass", "a resonant glass tone", "singing wine glass"),
    ),
    "ambi_glass_rub": ("wine glass tone", "ambient", ("rubbing a glass", "glass rubbing", "a wet finger on a glass")),
    "ambi_haunted_hum": (
        "haunted hum",
        "ambient",
        ("haunted hum", "an eerie hum", "ghostly humming drone", "spooky ambience"),
    ),
    "ambi_lunar_land": (
        "space ambience",
        "ambient",
        ("space ambience", "sci-fi atmosphere", "a lunar landscape", "cosmic pad"),
    ),
    "ambi_piano": ("piano chord", "ambient", ("ambient piano", "a piano chord", "reverberant piano")),
    "ambi_sauna": ("hydraulic hiss", "ambient", ("sauna steam", "water hissing on hot stones", "steam hiss")),
    "ambi_soft_buzz": ("electric hum", "ambient", ("soft buzz", "a soft electric buzz", "gentle humming buzz")),
    "ambi_swoosh": ("whoosh", "ambient", ("swoosh", "an airy swoosh", "wind-like whoosh")),
    "bass_drop_c": ("bass drop", "instruments", ("bass drop", "a falling bass", "dubstep bass drop")),
    "drum_bass_hard": ("kick drum", "drums", ("bass drum", "acoustic kick drum", "hard bass drum hit")),
    "drum_bass_soft": ("kick drum", "drums", ("bass drum", "soft acoustic kick drum")),
    "drum_heavy_kick": ("kick drum", "drums", ("heavy kick drum", "a big heavy kick", "bass drum")),
    "drum_cowbell": ("cowbell", "drums", ("cowbell", "a cowbell hit")),
    "drum_cymbal_closed": ("closed hi-hat", "drums", ("closed hi-hat", "closed cymbal", "tight hi-hat")),
    "drum_cymbal_pedal": ("pedal hi-hat", "drums", ("pedal hi-hat", "foot hi-hat")),
    "drum_cymbal_open": ("open hi-hat", "drums", ("open hi-hat", "open cymbal")),
    "drum_cymbal_hard": ("crash cymbal", "drums", ("crash cymbal", "hard cymbal hit", "cymbal crash")),
    "drum_cymbal_soft": ("crash cymbal", "drums", ("cymbal", "soft cymbal hit")),
    "drum_splash_hard": ("splash cymbal", "drums", ("splash cymbal",)),
    "drum_splash_soft": ("splash cymbal", "drums", ("soft splash cymbal", "splash cymbal")),
    "drum_roll": ("drum roll", "drums", ("drum roll", "a snare drum roll")),
    "drum_snare_hard": ("snare drum", "drums", ("snare drum", "hard acoustic snare hit")),
    "drum_snare_soft": ("snare drum", "drums", ("snare drum", "soft acoustic snare hit")),
    "elec_beep": ("beep", "sfx", ("beep", "electronic beep")),
    "elec_bell": ("bell", "sfx", ("electronic bell", "synthetic bell")),
    "elec_bong": ("bell", "sfx", ("bong", "a low electronic bell", "synthetic bong")),
    "elec_chime": ("chimes", "sfx", ("chime", "electronic chime")),
    "elec_cymbal": ("cymbal", "drums", ("electronic cymbal", "synthetic cymbal")),
    "elec_filt_snare": ("snare drum", "drums", ("electronic snare", "filtered snare")),
    "elec_hi_snare": ("snare drum", "drums", ("electronic snare", "high snare")),
    "elec_lo_snare": ("snare drum", "drums", ("electronic snare", "low snare")),
    "elec_mid_snare": ("snare drum", "drums", ("electronic snare", "snare drum machine hit")),
    "elec_snare": ("snare drum", "drums", ("electronic snare", "drum machine snare")),
    "elec_fuzz_tom": ("tom drum", "drums", ("distorted tom", "electronic fuzz tom")),
    "elec_hollow_kick": ("kick drum", "drums", ("hollow kick drum", "electronic kick")),
    "elec_soft_kick": ("kick drum", "drums", ("soft kick drum", "electronic kick")),
    "elec_pop": ("pop", "sfx", ("pop", "electronic pop")),
    "elec_triangle": ("triangle", "drums", ("triangle", "a triangle ding")),
    "elec_twang": ("twang", "sfx", ("twang", "electronic twang", "plucked string twang")),
    "elec_wood": ("woodblock", "drums", ("woodblock", "electronic wood block")),
    "glitch_bass_g": ("synth bass", "instruments", ("glitchy bass", "distorted digital bass")),
    "glitch_robot1": ("robot", "sfx", ("robot", "robotic glitch")),
    "glitch_robot2": ("robot", "sfx", ("robot", "robotic glitch")),
    "guit_e_fifths": ("guitar chord", "instruments", ("electric guitar power chord", "guitar fifths", "guitar chord")),
    "guit_e_slide": ("electric guitar note", "instruments", ("slide guitar", "electric guitar slide")),
    "guit_em9": ("guitar chord", "instruments", ("guitar chord", "minor ninth guitar chord", "strummed guitar")),
    "guit_harmonics": ("guitar harmonic note", "instruments", ("guitar harmonics", "flageolet guitar notes")),
    "loop_3d_printer": ("printer", "sfx", ("3d printer", "a printer working", "machine motor noises")),
    "loop_amen": ("breakbeat loop", "drums", ("amen break", "breakbeat loop", "funky drum break", "jungle breakbeat")),
    "loop_amen_full": (
        "breakbeat loop",
        "drums",
        ("amen break", "breakbeat loop", "funky drum break", "acoustic drum solo"),
    ),
    "loop_breakbeat": ("breakbeat loop", "drums", ("breakbeat loop", "breakbeat drums", "drum break")),
    "loop_compus": ("breakbeat loop", "drums", ("electronic breakbeat", "drum and bass style loop", "drum loop")),
    "loop_drone_g_97": (
        "synth drone",
        "ambient",
        ("drone loop", "a synthesizer drone", "sustained pulsing drone in g"),
    ),
    "loop_electric": (
        "electronic drum loop",
        "drums",
        ("electronic drum loop", "electric beat", "electronic percussion loop"),
    ),
    "loop_garzul": ("synth arpeggio", "instruments", ("synth bass loop", "electronic sequence", "synth riff")),
    "loop_industrial": (
        "industrial drum loop",
        "drums",
        ("industrial drum loop", "distorted industrial beat", "hard mechanical beat"),
    ),
    "loop_mika": ("synth arpeggio", "instruments", ("electronic loop", "synth sequence", "techno synth loop")),
    "loop_safari": (
        "percussion loop",
        "drums",
        ("african percussion loop", "tribal drum loop", "hand percussion groove"),
    ),
    "loop_tabla": ("tabla loop", "drums", ("tabla loop", "indian tabla rhythm", "tabla groove", "hand drum loop")),
    "loop_weirdo": ("glitch", "sfx", ("weird electronic loop", "strange glitchy loop")),
    "mehackit_phone1": ("telephone tone", "sfx", ("phone tone", "telephone sound", "ringing phone")),
    "mehackit_phone2": ("telephone tone", "sfx", ("phone tone", "telephone sound")),
    "mehackit_phone3": ("telephone tone", "sfx", ("phone tone", "telephone sound")),
    "mehackit_phone4": ("telephone tone", "sfx", ("phone tone", "telephone sound")),
    "misc_burp": ("burp", "sfx", ("burp", "a person burping", "a belch")),
    "misc_cineboom": ("impact", "sfx", ("cinematic boom", "a deep movie boom", "cinematic impact", "trailer boom")),
    "misc_crow": ("crow caw", "sfx", ("crow", "a crow cawing", "crow call")),
    "perc_bell": ("bell", "drums", ("bell", "a small bell ringing", "percussion bell")),
    "perc_bell2": ("bell", "drums", ("bell", "a bell ringing", "percussion bell")),
    "perc_door": ("door slam", "sfx", ("door", "a door banging", "door percussion")),
    "perc_impact1": ("impact", "sfx", ("impact", "a hard impact", "a hit")),
    "perc_impact2": ("impact", "sfx", ("impact", "a hard impact", "a hit")),
    "perc_snap": ("finger snap", "drums", ("finger snap", "a snap")),
    "perc_snap2": ("finger snap", "drums", ("finger snap", "a snap")),
    "perc_swash": ("whoosh", "sfx", ("swash", "a swish of noise", "noise sweep")),
    "perc_swoosh": ("whoosh", "sfx", ("swoosh", "a whoosh")),
    "perc_till": ("cash register", "sfx", ("cash register", "a shop till opening", "ka-ching")),
    "vinyl_backspin": ("record scratch", "sfx", ("vinyl backspin", "spinning a record backwards", "record rewind")),
    "vinyl_hiss": (
        "vinyl crackle",
        "ambient",
        ("vinyl hiss", "record surface noise", "crackling vinyl", "old record noise"),
    ),
    "vinyl_rewind": ("record scratch", "sfx", ("vinyl rewind", "dj rewinding a record")),
}

# Tempo where the loop's length is a whole number of beats at a plausible tempo.
_BPM: dict[str, float] = {
    "loop_amen": 136.9,
    "loop_amen_full": 140.0,
    "loop_breakbeat": 126.0,
    "loop_compus": 148.0,
    "loop_electric": 97.0,
    "loop_garzul": 120.0,
    "loop_industrial": 135.7,
    "loop_mehackit1": 97.0,
    "loop_mehackit2": 97.0,
    "loop_mika": 120.0,
    "loop_perc1": 97.0,
    "loop_perc2": 97.0,
    "loop_safari": 119.9,
    "loop_tabla": 90.0,
    "loop_drone_g_97": 97.0,
}


def described(stem: str) -> tuple[str, str, tuple[str, ...]]:
    """Label, category and phrases of a sample by its name without suffix."""
    if stem in _SPECIAL:
        return _SPECIAL[stem]
    if stem.startswith("drum_tom"):
        return ("tom drum", "drums", ("tom drum", "tom tom", "low tom" if "_lo_" in stem else "tom hit"))
    return _PREFIXES[stem.split("_")[0]]


def sonic_pi_recordings(folder: Path) -> Iterator[Recording]:
    """Every sample of the folder, in name order."""
    for path in sorted(folder.glob("*.flac")):
        label, category, phrases = described(path.stem)
        yield Recording(
            read_waveform(path),
            label,
            category,
            phrases,
            "sonic-pi-samples",
            "real",
            _BPM.get(path.stem),
            "CC0-1.0",
            "Sonic Pi and freesound.org contributors",
        )
