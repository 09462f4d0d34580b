import pytest

from audioforge.reference_sets import ReferenceLibrary, find_reference_set, folder_name, own_references_folder
from reward_models.checkpoints import CheckpointError
from tests.reference_stand_ins import SpectrumEmbedder, built_references


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    return built_references(tmp_path_factory.mktemp("references"), SpectrumEmbedder())


def test_a_hub_name_becomes_one_folder():
    assert folder_name("laion/clap-htsat-unfused") == "laion--clap-htsat-unfused"


def test_a_set_of_other_weights_is_refused_with_the_command_that_rebuilds_it(sets):
    with pytest.raises(CheckpointError, match=r"spectrum-2.*audioforge reference build --embedder spectrum"):
        find_reference_set(SpectrumEmbedder("spectrum-2"), "drums", sets)


def test_the_users_own_sets_are_found(sets, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    embedder = SpectrumEmbedder()
    assert find_reference_set(embedder, "drums") is None
    own = own_references_folder("spectrum")
    own.mkdir(parents=True)
    for path in sets.iterdir():
        (own / path.name).write_bytes(path.read_bytes())
    assert find_reference_set(embedder, "drums").category == "drums"


def test_a_library_loads_each_set_once(sets, monkeypatch):
    library = ReferenceLibrary(SpectrumEmbedder(), sets)
    assert library["drums"] is library["drums"]
    assert library["polka"] is None
    assert library[None] is None
    assert library["../drums"] is None


def test_a_missing_set_is_explained(sets):
    library = ReferenceLibrary(SpectrumEmbedder(), sets)
    assert "no reference set of 'sfx' for spectrum" in library.missing("clip 3", "sfx")
    one_of = "category must be one of drums, instruments, sfx, ambient"
    assert library.missing("clip 3", "polka") == f"clip 3: {one_of}, got 'polka'"
    assert library.missing("clip 3", None).startswith("clip 3 has no category")
