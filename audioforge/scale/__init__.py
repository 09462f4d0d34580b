"""Beyond one process: scoring of archives in shards, on this machine or on a Ray cluster, and a Ray Serve deployment.

An archive is cut into shards; a shard is scored as one batch by one worker and written as one Parquet part. A part is
written whole or not at all, so a run that was interrupted goes on where it was, and a worker that dies costs a shard's
time and nothing else.
"""

from audioforge.scale.archive import ArchiveClip, read_archive
from audioforge.scale.run import ArchiveRun, run_archive

__all__ = ["ArchiveClip", "ArchiveRun", "read_archive", "run_archive"]
