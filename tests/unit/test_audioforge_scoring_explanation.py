from audioforge.component_score import ComponentScore
from audioforge.rewards.weights import RewardWeights
from audioforge.scoring.explanation import explain
from audioforge.status import OK, ClipStatus, Status

WEIGHTS = RewardWeights("t", {"clap_alignment": 1, "quality_head": 1}, gates={"clap_alignment": 0.3})


def components(alignment: float | None, quality: float) -> dict[str, ComponentScore]:
    return {"clap_alignment": ComponentScore(alignment, alignment), "quality_head": ComponentScore(quality, quality)}


def test_what_held_a_clip_down_is_named_after_what_carried_it():
    text = explain(components(0.35, 0.9), OK, WEIGHTS)
    assert text == (
        "sounds clean (quality_head 0.90), but does not sound like what was asked for (clap_alignment 0.35)"
    )


def test_a_good_clip_has_no_but():
    assert explain(components(0.8, 0.9), OK, WEIGHTS) == (
        "sounds clean (quality_head 0.90), and sounds like what was asked for (clap_alignment 0.80)"
    )


def test_a_low_component_is_never_praised():
    assert explain(components(0.05, 0.2), OK, WEIGHTS).startswith("does not sound like what was asked for")


def test_a_closed_gate_is_named():
    assert "the clap_alignment gate took part of the total" in explain(components(0.1, 0.9), OK, WEIGHTS)
    both = RewardWeights("t", {"clap_alignment": 1}, gates={"clap_alignment": 0.3, "quality_head": 0.3})
    assert "the clap_alignment and quality_head gates took part" in explain(components(0.1, 0.2), OK, both)


def test_an_unscored_clip_gives_its_reason():
    assert explain({}, ClipStatus(Status.SILENT, "clip 0 is silent"), WEIGHTS) == "not scored: clip 0 is silent"
    assert explain({}, OK, WEIGHTS) == "no component counts for this clip"


def test_components_without_weight_are_not_blamed():
    assert "quality_head" not in explain(components(0.9, 0.1), OK, RewardWeights("t", {"clap_alignment": 1}))


def test_a_score_about_a_half_is_neither_good_nor_bad_on_either_side_of_it():
    for alignment in (0.49, 0.51):
        assert explain(components(alignment, 0.9), OK, WEIGHTS) == (
            "sounds clean (quality_head 0.90), but sounds only somewhat like what was asked for "
            f"(clap_alignment {alignment:.2f})"
        )


def test_two_middling_components_are_joined_without_a_but():
    text = explain(components(0.45, 0.55), OK, WEIGHTS)
    assert text == (
        "may be damaged (quality_head 0.55), and sounds only somewhat like what was asked for (clap_alignment 0.45)"
    )
