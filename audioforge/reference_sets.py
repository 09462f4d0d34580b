"""Which reference set judges a clip: found by embedder and category, and refused if it is another embedder's.

Sets are looked for in the folder that the caller names, else in the user's own (``audioforge reference build``), else
among those that ship. A set made by another version of the embedder is never used.
"""

from pathlib import Path

from audioforge.choices import wrong_choice
from audioforge.targets import CATEGORIES
from reward_models.checkpoints import CheckpointError, checkpoint_path
from reward_models.embedders.base import Embedder
from reward_models.reference import ReferenceSet
from reward_models.user_cache import user_cache


def folder_name(embedder: str) -> str:
    """An embedder's name as that of a folder: ``laion/clap-htsat-unfused`` → ``laion--clap-htsat-unfused``."""
    return embedder.strip("/").replace("/", "--")


def own_references_folder(embedder: str) -> Path:
    """Where ``audioforge reference build`` puts an embedder's sets unless told otherwise."""
    return user_cache() / "references" / folder_name(embedder)


def find_reference_set(embedder: Embedder, category: str, folder: Path | None = None) -> ReferenceSet | None:
    """The set of a category under an embedder, or None where nobody has made one.

    Args:
        embedder: The embedder that will judge.
        category: Such as ``drums``.
        folder: Where to look, instead of the user's own sets and those that ship.

    Raises:
        CheckpointError: If there are sets, but all were made with other weights or preprocessing than this
            embedder's; or a set is damaged. The message names the rebuild command.
    """
    places = [folder] if folder is not None else reference_folders(embedder.name)
    found = [ReferenceSet.load(place, category) for place in places if (place / f"{category}.json").is_file()]
    for one in found:
        if one.fingerprint == embedder.fingerprint:
            return one
    if found:
        raise CheckpointError(
            f"the reference set of {category!r} was made with {found[0].embedder} {found[0].fingerprint}, "
            f"this embedder is {embedder.name} {embedder.fingerprint}: scores of the two don't compare. "
            f"Rebuild it with `audioforge reference build --embedder {embedder.name}`."
        )
    return None


def reference_folders(name: str) -> list[Path]:
    """Where an embedder's sets are looked for: the user's own, then those that ship."""
    try:
        shipped = [checkpoint_path("references") / folder_name(name)]
    except CheckpointError:
        shipped = []
    return [own_references_folder(name), *shipped]


class ReferenceLibrary:
    """An embedder's reference sets, each loaded when it is first asked for.

    Args:
        embedder: The embedder that will judge.
        folder: Where the sets are, instead of the user's own and those that ship.
    """

    def __init__(self, embedder: Embedder, folder: Path | None = None) -> None:
        self.embedder = embedder
        self.folder = folder
        self._sets: dict[str, ReferenceSet | None] = {}

    def __getitem__(self, category: str | None) -> ReferenceSet | None:
        """The category's set; None where there is no category, or no set of it."""
        if category is None or not category.isidentifier():
            return None
        if category not in self._sets:
            self._sets[category] = find_reference_set(self.embedder, category, self.folder)
        return self._sets[category]

    def missing(self, clip: str, category: str | None) -> str:
        """Why the clip of that name has no reference set, and the mend."""
        if category is None:
            return f"{clip} has no category to compare it with: give one of {', '.join(CATEGORIES)}"
        if category not in CATEGORIES:
            return f"{clip}: {wrong_choice('category', category, CATEGORIES)}"
        return (
            f"{clip}: there is no reference set of {category!r} for {self.embedder.name}: "
            f"build it with `audioforge reference build --embedder {self.embedder.name}`"
        )
