import torch

from training.quality.passage_batches import PassageBatches


def test_copies_of_a_passage_lie_together_and_every_example_comes_once():
    torch.manual_seed(0)
    passage = torch.tensor([0, 1, -1, 2, 0, 1, -1, 2, 0, 1, -1, 2])
    batches = PassageBatches(passage, 5)
    orders = [[index for batch in batches for index in batch] for _ in range(2)]
    assert [len(batch) for batch in batches] == [5, 5, 2]
    assert len(batches) == 3
    for order in orders:
        assert sorted(order) == list(range(12))
        for number in range(3):
            places = [place for place, index in enumerate(order) if passage[index] == number]
            # Examples without a passage fall where they may, also between two passages, but never inside one.
            assert places[-1] - places[0] == 2
    assert orders[0] != orders[1]
