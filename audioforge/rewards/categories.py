"""Sorting a batch by category for the rewards that compare clips with a reference set."""

from collections.abc import Mapping, Sequence

from audioforge.clips import Clips
from audioforge.grouping import rows_by
from audioforge.reference_sets import ReferenceLibrary
from audioforge.status import ClipStatus, Status


def rows_by_category(clips: Clips, library: ReferenceLibrary) -> dict[str, list[int]]:
    """Indices of the clips that can be judged, for each category that has a reference set."""
    found = rows_by(clips.categories, [index for index, status in enumerate(clips.status) if status.ok])
    return {
        category: rows for category, rows in found.items() if category is not None and library[category] is not None
    }


def reference_status(clips: Clips, library: ReferenceLibrary) -> tuple[ClipStatus, ...]:
    """Each clip's own status, or ``no_reference`` where its category has no set."""
    return tuple(
        ClipStatus(Status.NO_REFERENCE, library.missing(name, category))
        if own.ok and library[category] is None
        else own
        for own, category, name in zip(clips.status, clips.categories, clips.names, strict=True)
    )


def rows_by_group(clips: Clips, rows: Sequence[int]) -> dict[str, list[int]]:
    """Indices of ``rows`` that answer one request together; clips on their own are left out."""
    return {group: own for group, own in rows_by(clips.groups, rows).items() if group is not None}


def reference_provenance(library: ReferenceLibrary, categories: Mapping[str, object]) -> dict[str, str]:
    """Embedder, fingerprint, and the hash of each reference set that was used."""
    hashes = []
    for category in sorted(categories):
        reference = library[category]
        assert reference is not None, "only categories with a set are used"
        hashes.append(f"{category}:{reference.data_hash}")
    embedder = library.embedder
    return {"embedder": embedder.name, "fingerprint": embedder.fingerprint, "references": " ".join(hashes) or "none"}
