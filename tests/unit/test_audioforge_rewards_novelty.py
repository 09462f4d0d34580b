import pytest
import torch

from audioforge.clips import Clips
from audioforge.reference_clips import load_reference_clips
from audioforge.rewards.novelty import Novelty
from audioforge.status import ScoringError, Status
from reward_models.audio import AudioBatch
from tests.reference_stand_ins import RATE, SpectrumEmbedder, batch, built_references, hum


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("references")
    built_references(folder, SpectrumEmbedder())
    return folder


@pytest.fixture(scope="module")
def novelty(folder):
    return Novelty(SpectrumEmbedder(), references=folder / "sets")


def test_a_copy_of_a_reference_and_a_slight_edit_of_it_score_next_to_nothing(folder, novelty):
    path = load_reference_clips(folder / "clips", category="drums", split="reference")[0].path
    copy = AudioBatch.load([path]).clip(0)[0]
    edit = copy * 0.7 + 1e-4 * torch.randn(len(copy), generator=torch.Generator().manual_seed(0))
    fresh = [hum("drums", 9000 + i) for i in range(8)]
    result = novelty(batch([copy, edit, *fresh]), categories=["drums"] * 10)
    assert float(result.score[0]) < 0.01
    assert float(result.score[1]) < 0.1
    assert float(result.score[2:].mean()) > 0.3
    assert float(result.raw[0]) == pytest.approx(0, abs=1e-3)


def test_a_group_of_equal_clips_is_not_novel(novelty):
    clip = hum("drums", 9003)
    audio = batch([clip, clip, clip])
    alone = novelty.score(Clips(audio, categories=["drums"] * 3)).score
    group = novelty.score(Clips(audio, categories=["drums"] * 3, groups=["a"] * 3)).score
    assert float(alone.min()) > 0.05
    assert group.tolist() == [0, 0, 0]


def test_clips_of_other_groups_do_not_matter(novelty):
    clips = [hum("drums", 9000 + i) for i in range(4)]
    audio = batch([*clips, clips[0]])
    whole = Clips(audio, categories=["drums"] * 5, groups=["a", "a", "b", "b", "b"])
    part = whole.select([0, 1])
    torch.testing.assert_close(novelty.score(whole).score[:2], novelty.score(part).score, rtol=0, atol=1e-6)


def test_an_alien_clip_is_atypical_rather_than_novel(novelty):
    result = novelty(batch([hum("ambient", 1)]), categories=["drums"])
    typical = novelty(batch([hum("drums", 9000 + i) for i in range(8)]), categories=["drums"] * 8)
    assert float(result.raw[0]) > float(typical.raw.max())
    assert float(result.score[0]) < 0.5 * float(typical.score.mean())


def test_clips_without_a_set_are_unscored(novelty):
    result = novelty(batch([hum("drums", 1), torch.zeros(4000)]), categories=["polka", "drums"])
    assert [own.code for own in result.status] == [Status.NO_REFERENCE, Status.SILENT]
    assert bool(result.score.isnan().all())


def test_an_unscorable_clip_of_a_group_does_not_count_as_a_peer(novelty):
    good = [hum("drums", 9000), hum("drums", 9001)]
    loose = novelty.score(Clips(batch(good), categories=["drums"] * 2, groups=["a"] * 2)).score
    mixed = Clips(batch([*good, torch.zeros(RATE)]), categories=["drums"] * 3, groups=["a"] * 3)
    torch.testing.assert_close(novelty.score(mixed).score[:2], loose, rtol=0, atol=1e-6)


def test_a_typical_share_out_of_range_is_refused(folder):
    with pytest.raises(ScoringError, match=r"share in \(0, 1\], got 10"):
        Novelty(SpectrumEmbedder(), typical_share=10, references=folder / "sets")
