"""Protobuf by hand, for models that no library would write."""

from __future__ import annotations

from collections.abc import Sequence


def varint(number: int) -> bytes:
    number &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def whole(number: int, value: int) -> bytes:
    """A field with a number."""
    return varint(number << 3) + varint(value)


def part(number: int, data: bytes | str) -> bytes:
    """A field with a text or a message."""
    data = data.encode() if isinstance(data, str) else data
    return varint(number << 3 | 2) + varint(len(data)) + data


def attribute(name: str, value: int | str | float | Sequence[int] | bytes, kind: int | None = None) -> bytes:
    """An attribute: a whole number, a text, whole numbers, or (kind 4: tensor, 5: graph) a message."""
    if isinstance(value, bytes):
        assert kind is not None
        return part(5, part(1, name) + part(5 if kind == 4 else 6, value) + whole(20, kind))
    if isinstance(value, int):
        return part(5, part(1, name) + whole(3, value) + whole(20, 2))
    if isinstance(value, str):
        return part(5, part(1, name) + part(4, value) + whole(20, 3))
    assert not isinstance(value, float)
    return part(5, part(1, name) + b"".join(whole(8, item) for item in value) + whole(20, 7))


def node(
    op: str, inputs: Sequence[str], outputs: Sequence[str], attributes: bytes = b"", domain: str = "", name: str = ""
) -> bytes:
    """A NodeProto."""
    ends = b"".join(part(1, one) for one in inputs) + b"".join(part(2, one) for one in outputs)
    return ends + part(3, name) + part(4, op) + attributes + (part(7, domain) if domain else b"")


def value(name: str, shape: Sequence[int | str] | None, dtype: int = 1) -> bytes:
    """A ValueInfoProto."""
    if shape is None:
        return part(1, name)
    sizes = b"".join(part(1, part(2, size) if isinstance(size, str) else whole(1, size)) for size in shape)
    return part(1, name) + part(2, part(1, whole(1, dtype) + part(2, sizes)))


def tensor(name: str, shape: Sequence[int], dtype: int = 1, rest: bytes = b"") -> bytes:
    """A TensorProto; `rest` are its numbers, or where they are."""
    return b"".join(whole(1, size) for size in shape) + whole(2, dtype) + part(8, name) + rest


def integers(name: str, values: Sequence[int], shape: Sequence[int] | None = None) -> bytes:
    """A tensor of int64."""
    data = b"".join(item.to_bytes(8, "little", signed=True) for item in values)
    return tensor(name, [len(values)] if shape is None else shape, 7, part(9, data))


def outside(name: str, shape: Sequence[int], location: str, offset: int = 0) -> bytes:
    """A tensor whose numbers are in another file."""
    entry = part(13, part(1, "location") + part(2, location)) + part(13, part(1, "offset") + part(2, str(offset)))
    return tensor(name, shape, 1, entry + whole(14, 1))


def graph(
    nodes: Sequence[bytes], inputs: Sequence[bytes] = (), outputs: Sequence[bytes] = (), tensors: Sequence[bytes] = ()
) -> bytes:
    """A GraphProto."""
    fields = ((1, nodes), (5, tensors), (11, inputs), (12, outputs))
    return b"".join(part(number, item) for number, items in fields for item in items)


def function(
    name: str, nodes: Sequence[bytes], inputs: Sequence[str] = ("x",), outputs: Sequence[str] = ("y",),
    domain: str = "f",
) -> bytes:  # fmt: skip
    """A FunctionProto."""
    ends = b"".join(part(4, one) for one in inputs) + b"".join(part(5, one) for one in outputs)
    return part(1, name) + ends + b"".join(part(7, one) for one in nodes) + part(10, domain) + part(9, opset(17))


def opset(version: int, domain: str = "") -> bytes:
    """An OperatorSetIdProto."""
    return (part(1, domain) if domain else b"") + whole(2, version)


def model(graph: bytes, functions: Sequence[bytes] = (), version: int = 17) -> bytes:
    """A ModelProto."""
    own = part(8, opset(1, "f")) if functions else b""
    return whole(1, 8) + part(8, opset(version)) + own + part(7, graph) + b"".join(part(25, one) for one in functions)


X = value("x", ["N", 3, 8, 8])
Y = value("y", None)


def chain(*nodes: bytes, tensors: Sequence[bytes] = (), shape: Sequence[int | str] = ("N", 3, 8, 8)) -> bytes:
    """A model from x to y."""
    return model(graph(nodes, [value("x", shape)], [Y], tensors))
