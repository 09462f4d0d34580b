"""Reads the tensors of a TensorFlow checkpoint bundle (``.index`` + ``.data-00000-of-00001``) without TensorFlow.

The index is a LevelDB-style table: blocks of prefix-compressed (key, value) entries, a footer that points at the index
block, whose values point at the data blocks. A key is a tensor's name, its value a ``BundleEntryProto`` with data type,
shape, offset and size. Only what such bundles hold in practice is read: uncompressed blocks, one shard, float32.
Source of the formats: tensorflow/core/lib/io/format.cc and tensorflow/core/protobuf/tensor_bundle.proto.
"""

import struct
from collections.abc import Iterator

import torch
from torch import Tensor

TABLE_MAGIC = 0xDB4775248B80FB57
FOOTER_BYTES = 48
FLOAT32 = 1

# Field numbers of BundleEntryProto.
DTYPE, SHAPE, OFFSET, SIZE = 1, 2, 4, 5


def read_bundle(index: bytes, data: bytes) -> dict[str, Tensor]:
    """All float32 tensors by name.

    Args:
        index: Content of the ``.index`` file.
        data: Content of the only data shard.

    Raises:
        ValueError: If the index is no such table, or is compressed.
    """
    tensors = {}
    for key, value in _table_entries(index):
        entry = _message(value)
        if key and entry.get(DTYPE) == FLOAT32:
            tensors[key.decode()] = _tensor(entry, data)
    return tensors


def _tensor(entry: dict[int, int | bytes], data: bytes) -> Tensor:
    offset, size, shape = entry.get(OFFSET, 0), entry[SIZE], entry.get(SHAPE, b"")
    assert isinstance(offset, int)
    assert isinstance(size, int)
    assert isinstance(shape, bytes)
    values = torch.frombuffer(bytearray(data[offset : offset + size]), dtype=torch.float32)
    return values.reshape(_shape(shape))


def _shape(message: bytes) -> list[int]:
    """Sizes of a ``TensorShapeProto``: repeated field 2 of messages whose field 1 is the size."""
    sizes = []
    for number, value in _fields(message):
        if number == 2 and isinstance(value, bytes):
            size = _message(value).get(1, 0)
            assert isinstance(size, int)
            sizes.append(size)
    return sizes


def _table_entries(index: bytes) -> Iterator[tuple[bytes, bytes]]:
    footer = index[-FOOTER_BYTES:]
    if len(footer) < FOOTER_BYTES or struct.unpack("<Q", footer[-8:])[0] != TABLE_MAGIC:
        raise ValueError("no TensorFlow bundle index: the table's magic number is missing.")
    _, position = _handle(footer, 0)  # the meta-index, unused
    (offset, size), _ = _handle(footer, position)
    for _, handle in _block_entries(index, offset, size):
        (offset, size), _ = _handle(handle, 0)
        yield from _block_entries(index, offset, size)


def _block_entries(index: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    if index[offset + size] != 0:
        raise ValueError("the bundle's index is compressed: only uncompressed tables are read.")
    block = index[offset : offset + size]
    restarts = struct.unpack("<I", block[-4:])[0]
    end, position, key = len(block) - 4 * (restarts + 1), 0, b""
    while position < end:
        shared, position = _varint(block, position)
        unshared, position = _varint(block, position)
        length, position = _varint(block, position)
        key = key[:shared] + block[position : position + unshared]
        position += unshared + length
        yield key, block[position - length : position]


def _handle(data: bytes, position: int) -> tuple[tuple[int, int], int]:
    offset, position = _varint(data, position)
    size, position = _varint(data, position)
    return (offset, size), position


def _message(data: bytes) -> dict[int, int | bytes]:
    return dict(_fields(data))


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Protocol-buffer fields: number and varint, fixed32 or length-delimited value."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        wire = tag & 7
        if wire == 0:
            value, position = _varint(data, position)
            yield tag >> 3, value
        elif wire == 2:
            length, position = _varint(data, position)
            position += length
            yield tag >> 3, data[position - length : position]
        elif wire == 5:
            position += 4
            yield tag >> 3, struct.unpack("<I", data[position - 4 : position])[0]
        else:
            raise ValueError(f"unexpected wire type {wire} in a bundle entry.")


def _varint(data: bytes, position: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return result, position
