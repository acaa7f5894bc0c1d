"""What goes into a run: numbers, arrays, images; and what is kept of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import archcalc
from archcalc.backends.feed import check_target, feed, save
from archcalc.errors import ArchcalcError, FileError, SpecError, UsageError

PLANE, COLOUR, VECTOR = "INPUT 2x3x1 -> ID", "INPUT 2x3x3 -> ID", "INPUT 4 -> ID"
TWO = "a: INPUT 2\nb: INPUT 2\nADD [@a, @b]"
NUMBERS = np.arange(6, dtype=np.float32).reshape(2, 3)
PIXELS = np.arange(18, dtype=np.uint8).reshape(2, 3, 3) * 10


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with files to feed."""
    monkeypatch.chdir(tmp_path)
    np.save("plane.npy", NUMBERS)
    np.save("batch.npy", np.stack([NUMBERS, NUMBERS + 1])[..., None])
    np.save("whole.npy", np.arange(4, dtype=np.int16))
    np.save("words.npy", np.array(["a", "b"]))
    np.save("objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    np.savez("two.npz", a=np.ones(2), b=np.ones(2) * 2)
    Path("cut.npy").write_bytes(Path("batch.npy").read_bytes()[:-4])
    Path("text.npy").write_text("1 2 3 4")
    Path("text.png").write_text("1 2 3 4")
    Image.fromarray(PIXELS).save("colour.png")
    Image.fromarray(PIXELS[..., 0]).save("grey.png")
    Image.fromarray(PIXELS).resize((6, 4)).save("large.png")
    Image.new("RGBA", (3, 2), (1, 2, 3, 255)).save("opaque.png")
    Image.new("RGBA", (3, 2), (1, 2, 3, 128)).save("clear.png")
    Image.fromarray(np.zeros((2, 3), np.uint16)).save("deep.png")


def fed(spec: str, *words: str) -> dict[str, Any]:
    return feed(words, archcalc.parse(spec).graph)


@pytest.mark.parametrize(
    ("spec", "words", "expected"),
    [
        (VECTOR, ["1", "-2.5", "3e1", ".5"], [[1, -2.5, 30, 0.5]]),
        (VECTOR, ["1,2,3,4"], [[1, 2, 3, 4]]),
        (VECTOR, ["1, 2", "3 4"], [[1, 2, 3, 4]]),
        (VECTOR, ["1,2,3,4,5,6,7,8"], [[1, 2, 3, 4], [5, 6, 7, 8]]),
        (VECTOR, ["whole.npy"], [0, 1, 2, 3]),
        (PLANE, ["plane.npy"], NUMBERS[..., None]),
        (PLANE, ["batch.npy"], np.stack([NUMBERS, NUMBERS + 1])[..., None]),
        (COLOUR, ["colour.png"], PIXELS / np.float32(255)),
        (PLANE, ["grey.png"], PIXELS[..., :1] / np.float32(255)),
        (COLOUR, ["grey.png"], np.repeat(PIXELS[..., :1], 3, -1) / np.float32(255)),
        (COLOUR, ["opaque.png"], np.full((2, 3, 3), [1, 2, 3], np.float32) / np.float32(255)),
    ],
)  # fmt: skip
def test_what_is_fed(spec: str, words: list[str], expected: Any) -> None:
    given = fed(spec, *words)
    assert list(given) == ["input"]
    np.testing.assert_array_equal(given["input"], np.asarray(expected))


@pytest.mark.parametrize("words", [["two.npz"], ["a=1,1", "b=2,2"], ["a=two.npz", "b=2", "b=2"], ["1,1", "b=2,2"]])
def test_several_inputs(words: list[str]) -> None:
    given = fed(TWO, *words)
    np.testing.assert_array_equal(given["a"].ravel(), [1, 1])
    np.testing.assert_array_equal(given["b"].ravel(), [2, 2])


@pytest.mark.parametrize(
    ("spec", "words", "error", "said"),
    [
        (VECTOR, ["1,2,3"], SpecError, "3 given, 4 = 4 needed"),
        (VECTOR, ["1", "x"], UsageError, "x is no number"),
        (VECTOR, ["nope.npy"], FileError, "there is no file nope.npy"),
        (VECTOR, ["cut.npy"], SpecError, "no file of arrays"),
        (VECTOR, ["text.npy"], SpecError, "no file of arrays"),
        (VECTOR, ["objects.npy"], SpecError, "no file of arrays"),
        (VECTOR, ["words.npy"], SpecError, "holds no real numbers"),
        (VECTOR, ["two.npz"], SpecError, "it has a, b"),
        (VECTOR, ["colour.png"], SpecError, "needs an INPUT of height, width and 1, 3 or 4 channels"),
        (COLOUR, ["large.png"], SpecError, "4 high and 6 wide, 2 high and 3 wide needed"),
        (COLOUR, ["clear.png"], SpecError, "transparent"),
        (PLANE, ["deep.png"], SpecError, "more than 8 bits"),
        (COLOUR, ["text.png"], SpecError, "is no image"),
        ("PARAM 4 -> ID", ["1,2,3,4"], UsageError, "no INPUT to feed"),
    ],
)  # fmt: skip
def test_what_is_refused(spec: str, words: list[str], error: type[ArchcalcError], said: str) -> None:
    with pytest.raises(error) as caught:
        fed(spec, *words)
    assert said in str(caught.value)


def test_outputs_are_kept() -> None:
    save("one.npy", {"y": NUMBERS})
    np.testing.assert_array_equal(np.load("one.npy"), NUMBERS)
    save("all.npz", {"y": NUMBERS, "z": NUMBERS + 1})
    kept = np.load("all.npz")
    assert kept.files == ["y", "z"]
    np.testing.assert_array_equal(kept["z"], NUMBERS + 1)


@pytest.mark.parametrize(("path", "outputs"), [("x.txt", 1), ("x", 1), ("x.npy", 2)])
def test_what_cannot_hold_the_outputs(path: str, outputs: int) -> None:
    with pytest.raises(UsageError, match="cannot hold what comes out"):
        check_target(path, outputs)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device")
def test_a_device_is_not_replaced() -> None:
    Path("device.npy").symlink_to("/dev/full")
    with pytest.raises(FileError, match="no regular file"):
        save("device.npy", {"y": NUMBERS})
    assert Path("/dev/full").is_char_device()
