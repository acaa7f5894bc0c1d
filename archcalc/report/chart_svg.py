"""A chart as an SVG picture: complete in one file, the same bytes for the same chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from ..screen import printable, width
from .chart import Axis, Chart, Line, value_text

WIDTH, LEAST_HEIGHT = 760, 440
_TOP, _LEFT, _BOTTOM = 58, 84, 64
_CHARACTER = 7.2
"""How wide a character of a label is, about."""
_APART = 17
"""Labels stand at least so far apart."""

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6a4fa3")
"""Colours that colour-blind people tell apart (Okabe and Ito 2008), with a violet instead of black."""
_SCALE = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (200, 190, 30))
"""For more lines than that: dark to light, as in viridis."""

_STYLE = """\
text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #444 }
.title { font-size: 17px; font-weight: 600; fill: #111 }
.axis { font-weight: 600; fill: #222 }
.label { font-weight: 600 }
.grid { stroke: #e4e4e4 }
.rule { stroke: #888 }
.line { fill: none; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round }
.point { stroke: #fff; stroke-width: 1.2 }"""


class _Frame(NamedTuple):
    """Where the axes stand on the picture."""

    left: float
    top: float
    right: float
    bottom: float

    def across(self, axis: Axis, value: float) -> float:
        return self.left + axis.place(value) * (self.right - self.left)

    def down(self, axis: Axis, value: float) -> float:
        return self.bottom - axis.place(value) * (self.bottom - self.top)


def draw(chart: Chart) -> str:
    """The picture."""
    labels = max((width(line.label) for line in chart.lines), default=0) if len(chart.lines) > 1 else 0
    high = max(LEAST_HEIGHT, _TOP + _BOTTOM + _APART * len(chart.lines))
    frame = _Frame(_LEFT, _TOP, WIDTH - 28 - _CHARACTER * labels, high - _BOTTOM)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{high}" viewBox="0 0 {WIDTH} {high}"'
        ' role="img">',
        f"<title>{_text(chart.title or chart.y.title)}</title>",
        f"<style>\n{_STYLE}\n</style>",
        f'<rect width="{WIDTH}" height="{high}" fill="#fff"/>',
        *_axes(chart, frame, high),
        *[part for place, line in enumerate(chart.lines) for part in _line(chart, frame, line, place)],
        *_labels(chart, frame),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axes(chart: Chart, frame: _Frame, high: float) -> Iterator[str]:
    for tick in chart.y.ticks:
        y = frame.down(chart.y, tick.at)
        yield f'<path class="grid" d="M{_at(frame.left)} {_at(y)}H{_at(frame.right)}"/>'
        yield _words(frame.left - 10, y + 4.5, tick.text, "end")
    for x, text in _clear(chart.x, frame):
        yield f'<path class="rule" d="M{_at(x)} {_at(frame.bottom)}v5"/>'
        yield _words(x, frame.bottom + 20, text, "middle")
    yield f'<path class="rule" d="M{_at(frame.left)} {_at(frame.bottom)}H{_at(frame.right)}"/>'
    if chart.title:
        yield _words(frame.left, 26, chart.title, "start", "title")
    yield _words(frame.left, _TOP - 14, chart.y.title + _scale(chart.y), "start", "axis")
    middle = (frame.left + frame.right) / 2
    yield _words(middle, high - 20, chart.x.title + _scale(chart.x), "middle", "axis")


def _scale(axis: Axis) -> str:
    return ", log scale" if axis.log else ""


def _clear(axis: Axis, frame: _Frame) -> Iterator[tuple[float, str]]:
    """The ticks of the axis below whose texts do not touch the one before."""
    end = -1e9
    for tick in axis.ticks:
        x, half = frame.across(axis, tick.at), _CHARACTER * width(tick.text) / 2
        if x - half > end + 8:
            end = x + half
            yield x, tick.text


def _line(chart: Chart, frame: _Frame, line: Line, place: int) -> Iterator[str]:
    colour = _colour(place, len(chart.lines))
    spots = [(frame.across(chart.x, x), frame.down(chart.y, y)) for x, y in line.points]
    path = "L".join(f"{_at(x)} {_at(y)}" for x, y in spots)
    yield f'<path class="line" stroke="{colour}" d="M{path}"/>'
    radius = 4 if len(spots) <= 40 else 2.5
    for (x, y), (value, height) in zip(spots, line.points, strict=True):
        said = ", ".join(filter(None, (line.label, f"{chart.x.title} = {_named(chart.x, value)}")))
        told = f"<title>{_text(said)}: {_text(value_text(height, chart.size))}</title>"
        yield f'<circle class="point" fill="{colour}" cx="{_at(x)}" cy="{_at(y)}" r="{radius}">{told}</circle>'


def _named(axis: Axis, value: float) -> str:
    return next((tick.text for tick in axis.ticks if tick.at == value), f"{value:g}")


def _labels(chart: Chart, frame: _Frame) -> Iterator[str]:
    """The names of lines at their ends, pushed apart where they would lie over each other."""
    if len(chart.lines) < 2:
        return
    ends = sorted((frame.down(chart.y, line.points[-1][1]), place) for place, line in enumerate(chart.lines))
    heights = _spread([height for height, _ in ends], frame.top, frame.bottom)
    for height, (_, place) in zip(heights, ends, strict=True):
        line, colour = chart.lines[place], _colour(place, len(chart.lines))
        x = frame.across(chart.x, line.points[-1][0]) + 12
        said = f'class="label" style="fill: {colour}"'
        yield f'<text x="{_at(x)}" y="{_at(height + 4.5)}" {said}>{_text(line.label)}</text>'


def _spread(heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Sorted heights, moved as far as needed to be apart."""
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + _APART) if moved else max(height, top))
    over = max(moved[-1] - bottom, 0) if moved else 0
    limit = bottom + _APART
    for place in range(len(moved) - 1, -1, -1):
        if over:
            moved[place] = min(moved[place], limit - _APART)
            limit = moved[place]
    return moved


def _colour(place: int, many: int) -> str:
    if many <= len(PALETTE):
        return PALETTE[place]
    where = place / (many - 1) * (len(_SCALE) - 1)
    left = min(int(where), len(_SCALE) - 2)
    mixed = [round(a + (b - a) * (where - left)) for a, b in zip(_SCALE[left], _SCALE[left + 1], strict=True)]
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _words(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{_at(x)}" y="{_at(y)}" text-anchor="{anchor}"{named}>{_text(text)}</text>'


def _text(text: str) -> str:
    return escape(printable(text))


def _at(number: float) -> str:
    """A length to a tenth of a pixel."""
    return f"{number:.1f}".removesuffix(".0")
