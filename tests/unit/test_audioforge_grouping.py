from audioforge.grouping import rows_by


def test_rows_of_one_key_are_found_in_the_order_in_which_they_come():
    assert list(rows_by(["b", "a", "b", None]).items()) == [("b", [0, 2]), ("a", [1]), (None, [3])]


def test_only_the_rows_that_are_asked_for_are_looked_at():
    assert rows_by(["b", "a", "b"], [2, 1]) == {"b": [2], "a": [1]}
