import struct

import pytest
import torch

from training.tensorflow_bundle import TABLE_MAGIC, read_bundle


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def block(entries):
    body = b"".join(
        varint(shared) + varint(len(key)) + varint(len(value)) + key + value for shared, key, value in entries
    )
    return body + struct.pack("<II", 0, 1)


def entry(shape, offset, size):
    dimensions = b"".join(b"\x12" + varint(len(d)) + d for d in (b"\x08" + varint(n) for n in shape))
    return b"\x08\x01\x12" + varint(len(dimensions)) + dimensions + b"\x20" + varint(offset) + b"\x28" + varint(size)


def bundle(compression=b"\0"):
    data_block = block(
        [(0, b"", b"\x08\x01"), (0, b"dense/bias", entry([3], 0, 12)), (6, b"kernel", entry([2, 3], 12, 24))]
    )
    handle = varint(0) + varint(len(data_block))
    index_block = block([(0, b"z", handle)])
    start = len(data_block) + 5
    footer = varint(0) + varint(0) + varint(start) + varint(len(index_block))
    table = data_block + compression + b"\0" * 4 + index_block + b"\0" * 5
    return table + footer.ljust(40, b"\0") + struct.pack("<Q", TABLE_MAGIC)


DATA = struct.pack("<9f", *range(9))


def test_names_shapes_and_values_come_back():
    tensors = read_bundle(bundle(), DATA)
    assert set(tensors) == {"dense/bias", "dense/kernel"}
    assert torch.equal(tensors["dense/bias"], torch.tensor([0.0, 1.0, 2.0]))
    assert torch.equal(tensors["dense/kernel"], torch.tensor([[3.0, 4.0, 5.0], [6.0, 7.0, 8.0]]))


def test_a_compressed_index_is_refused():
    with pytest.raises(ValueError, match="compressed"):
        read_bundle(bundle(compression=b"\1"), DATA)


@pytest.mark.parametrize("index", [b"", b"short", b"x" * 100])
def test_what_is_no_bundle_index_is_refused(index):
    with pytest.raises(ValueError, match="no TensorFlow bundle index"):
        read_bundle(index, DATA)
