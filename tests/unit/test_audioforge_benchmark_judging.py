import json
from pathlib import Path

import pytest
import torch

from audioforge.benchmark.clip_cache import ClipCache
from audioforge.benchmark.entries import BenchmarkError, Pairing
from audioforge.benchmark.judges import Judges
from audioforge.benchmark.judging import judge_clips
from audioforge.benchmark.manifests import read_benchmark
from audioforge.benchmark.references import folder_references, shipped_references
from audioforge.benchmark.run import report_of
from reward_models.audio import AudioBatch
from tests.benchmark_makers import small_judges, write_system
from tests.reference_stand_ins import CENTRES, SpectrumEmbedder
from tests.stand_ins import tone


@pytest.fixture(scope="module")
def judges(tmp_path_factory) -> Judges:
    return small_judges(tmp_path_factory.mktemp("judges"))


@pytest.fixture
def pairing(tmp_path: Path) -> Pairing:
    rows = [
        {"id": f"kick-{i}", "request": "loud" if i % 2 else "quiet", "category": list(CENTRES)[i % 4]}
        for i in range(11)
    ]
    (tmp_path / "requests.json").write_text(json.dumps(rows), encoding="utf-8")
    systems = [f"soft={write_system(tmp_path / 'soft', 0.4)}", f"hard={write_system(tmp_path / 'hard', 2.0)}"]
    (tmp_path / "soft" / "kick-3.wav").write_bytes(b"no audio")
    AudioBatch.from_arrays([tone(0.0)], 16_000).save([tmp_path / "hard" / "kick-4.wav"])
    return read_benchmark(systems, tmp_path / "requests.json")


def json_of(pairing: Pairing, judges: Judges, cache: Path) -> str:
    with ClipCache(cache) as own:
        clips = judge_clips(pairing.clips, judges, own)
    return report_of(clips, pairing, judges, [shipped_references(one) for one in judges.embedders]).to_json()


def test_the_same_input_gives_the_same_bytes_whether_cached_or_not(tmp_path: Path, pairing: Pairing, judges: Judges):
    first = json_of(pairing, judges, tmp_path / "one.sqlite")
    assert json_of(pairing, judges, tmp_path / "two.sqlite") == first
    assert json_of(pairing, judges, tmp_path / "one.sqlite") == first


def test_a_run_that_was_cut_off_judges_only_the_rest_and_ends_the_same(
    tmp_path: Path, pairing: Pairing, judges: Judges, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("audioforge.benchmark.judging.BATCH", 4)
    whole = json_of(pairing, judges, tmp_path / "whole.sqlite")
    done: list[int] = []

    def stop_in_the_middle(count: int) -> None:
        done.append(count)
        if sum(done) >= 8:
            raise KeyboardInterrupt

    with ClipCache(tmp_path / "cut.sqlite") as cache, pytest.raises(KeyboardInterrupt):
        judge_clips(pairing.clips, judges, cache, on_judged=stop_in_the_middle)
    rest: list[int] = []
    with ClipCache(tmp_path / "cut.sqlite") as cache:
        judge_clips(pairing.clips, judges, cache, on_judged=rest.append)
    assert rest[0] == sum(done)
    assert json_of(pairing, judges, tmp_path / "cut.sqlite") == whole


def test_a_clip_that_can_not_be_judged_has_a_status_and_no_score(tmp_path: Path, pairing: Pairing, judges: Judges):
    with ClipCache(tmp_path / "cache.sqlite") as cache:
        clips = {own.row.key: own for own in judge_clips(pairing.clips, judges, cache)}
    unreadable, silent = clips["soft/kick-3"], clips["hard/kick-4"]
    assert (unreadable.row.status, unreadable.row.total, unreadable.embeddings) == ("unreadable", None, ())
    assert str(tmp_path) not in unreadable.row.reason
    assert silent.row.status == "silent"
    assert clips["hard/kick-1"].row.total > clips["soft/kick-1"].row.total


def test_another_request_or_other_audio_is_judged_anew(tmp_path: Path, pairing: Pairing, judges: Judges):
    seen: list[int] = []
    with ClipCache(tmp_path / "cache.sqlite") as cache:
        judge_clips(pairing.clips, judges, cache)
        write_system(tmp_path / "other", 1.5, 1)
        (tmp_path / "other" / "kick-0.wav").replace(tmp_path / "soft" / "kick-0.wav")
        judge_clips(pairing.clips, judges, cache, on_judged=seen.append)
    assert seen == [19, 1]


def test_a_cache_that_is_none_says_so_and_a_damaged_entry_is_judged_again(tmp_path: Path):
    (tmp_path / "cache.sqlite").write_bytes(b"something else, long enough to be no database" * 20)
    with pytest.raises(BenchmarkError, match="delete it"):
        ClipCache(tmp_path / "cache.sqlite")
    with ClipCache(tmp_path / "new.sqlite") as cache:
        cache._file.execute("INSERT INTO judged VALUES ('key', '{}')")
        assert cache.get("key") is None


def test_a_folder_of_references_is_told_apart_by_category(tmp_path: Path, judges: Judges):
    write_system(tmp_path / "references" / "drums", 1.0, 9)
    write_system(tmp_path / "references" / "misc", 1.0, 3)
    own = folder_references(tmp_path / "references", judges.embedders)[1]
    assert {name: len(vectors) for name, vectors in own.by_category.items()} == {"drums": 9, "all": 3}
    assert len(own.of("all", ["drums"])) == 12
    assert own.of("sfx", ["drums"]) is None
    (tmp_path / "references" / "misc" / "bad.wav").write_bytes(b"no audio")
    with pytest.raises(BenchmarkError, match=r"a reference can't be used.*bad\.wav"):
        folder_references(tmp_path / "references", judges.embedders)


def test_the_manifest_names_all_that_the_numbers_depend_on(tmp_path: Path, pairing: Pairing, judges: Judges):
    manifest = json.loads(json_of(pairing, judges, tmp_path / "cache.sqlite"))["manifest"]
    assert manifest["embedders"] == {"loudness": "loudness-1", "spectrum": "spectrum-1"}
    assert set(manifest["clips"]) == {"soft", "hard"}
    assert manifest["reward"]["clap_alignment.calibration"] == "test"
    assert manifest["resampling"]["swaps"]["resamples"] == 1000


def test_a_failed_second_judge_costs_its_own_number_and_is_tried_again(
    tmp_path: Path, pairing: Pairing, judges: Judges, monkeypatch: pytest.MonkeyPatch
):
    embed, broken = SpectrumEmbedder.embed_windows, [True]

    def fails_on_loud(self: SpectrumEmbedder, windows: torch.Tensor) -> torch.Tensor:
        if broken[0] and windows.abs().max() > 0.7:
            raise RuntimeError("the device hiccupped")
        return embed(self, windows)

    monkeypatch.setattr(SpectrumEmbedder, "embed_windows", fails_on_loud)
    with ClipCache(tmp_path / "cache.sqlite") as cache:
        first = {own.row.key: own for own in judge_clips(pairing.clips, judges, cache)}
        broken[0] = False
        again = {own.row.key: own for own in judge_clips(pairing.clips, judges, cache)}
    hit = [key for key, own in first.items() if own.failed]
    assert hit
    for key in hit:
        assert (first[key].row.status, first[key].row.second_judge, first[key].embeddings) == ("ok", None, ())
        assert again[key].row.second_judge is not None
        assert len(again[key].embeddings) == 2
