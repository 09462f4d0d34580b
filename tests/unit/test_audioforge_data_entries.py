import pytest

from audioforge.data_entries import Entry, list_entries, refuse_duplicates
from audioforge.data_files import DataError


def entry(**fields):
    return Entry("some.json", "entry 3", fields)


def test_missing_and_unknown_keys_are_named():
    with pytest.raises(DataError, match=r'some\.json, entry 3: missing "b": add it'):
        entry(a=1).expect_keys(("a", "b"))
    with pytest.raises(DataError, match=r'unknown key "c": known are "a", "b"'):
        entry(a=1, c=2).expect_keys(("a",), optional=("b",))


@pytest.mark.parametrize(
    ("read", "value", "message"),
    [
        (lambda e: e.text("x"), 3, "must be a string, got 3"),
        (lambda e: e.text("x"), "  ", "is empty"),
        (lambda e: e.choice("x", ("a", "b")), "c", 'must be one of "a", "b", got "c"'),
        (lambda e: e.number("x", 0, 1), True, "a finite number, got True"),
        (lambda e: e.number("x", 0, 1), float("nan"), "a finite number, got nan"),
        (lambda e: e.number("x", 0, 1), 1.5, "must lie in 0 to 1, got 1.5"),
        (lambda e: e.whole("x", 0, 9), 1.0, "a whole number, got 1.0"),
        (lambda e: e.whole("x", 0, 9), 10, "must lie in 0 to 9"),
        (lambda e: e.texts("x"), [], "at least one non-empty string"),
        (lambda e: e.texts("x"), ["a", ""], "at least one non-empty string"),
        (lambda e: e.entry("x"), [1], "must be an object"),
    ],
)
def test_a_wrong_value_is_refused(read, value, message):
    with pytest.raises(DataError, match=message):
        read(entry(x=value))


def test_right_values_are_returned():
    good = entry(text="a", number=2, whole=3, texts=["a", "b"], entry={"k": "v"}, blank="")
    assert good.text("text") == "a"
    assert good.text("blank", empty=True) == ""
    assert good.number("number", 0, 5) == 2.0
    assert good.whole("whole", 0, 5) == 3
    assert good.texts("texts") == ("a", "b")
    assert good.entry("entry").text("k") == "v"


def test_a_nested_entry_knows_its_place():
    with pytest.raises(DataError, match=r'some\.json, entry 3, "inner": missing "k"'):
        entry(inner={}).entry("inner").expect_keys(("k",))
    with pytest.raises(DataError, match=r'entry 3, "rows", entry 1: missing "k"'):
        list(entry(rows=[{"k": 1}, {}]).entries("rows"))[1].expect_keys(("k",))


def test_only_arrays_of_objects_are_lists_of_entries():
    with pytest.raises(DataError, match="must hold a JSON array of objects, got dict"):
        list_entries({}, "some.json")
    with pytest.raises(DataError, match="entry 1: expected an object, got 5"):
        list_entries([{}, 5], "some.json")


def test_a_duplicate_names_both_entries():
    entries = list_entries([{"id": "a"}, {"id": "b"}, {"id": "a"}], "some.json", key="id")
    with pytest.raises(DataError, match=r'entry 2 \("a"\): "id" is that of entry 0 \("a"\) too'):
        refuse_duplicates(entries, "id")
