"""``audioforge calibrate``: makes an embedder's cosines into probabilities, on clips that the user names."""

from pathlib import Path

import typer

from audioforge.scoring.calibrating import calibrate, read_captioned_clips, shipped_clips
from reward_models.calibration_files import user_calibration_path
from reward_models.embedders.registry import load_text_audio_embedder


def calibrate_embedder(name: str, manifest: Path | None, *, device: str, out: Path | None) -> None:
    """Fits, stores and prints a calibration.

    Raises:
        ValueError: If the embedder or the clips can't be had, or don't suffice.
    """
    embedder = load_text_audio_embedder(name, device=device)
    clips = shipped_clips() if manifest is None else read_captioned_clips(manifest)
    data = f"{len(clips)} clips of {'the shipped references' if manifest is None else manifest.name}"
    calibration = calibrate(embedder, clips, data=data)
    path = out or user_calibration_path(embedder.fingerprint)
    path.parent.mkdir(parents=True, exist_ok=True)
    calibration.save(path)
    typer.echo(
        f"{name} ({embedder.fingerprint}): probability of a match = sigmoid({calibration.slope:.2f} × cosine "
        f"{calibration.intercept:+.2f}), calibration error {calibration.ece:.3f} on {calibration.pairs} pairs; "
        f"stored in {path}"
    )
