"""A slide's listing to the syntax tree of our language. Its places are those of the slide."""

from __future__ import annotations

from ..errors import Diagnostic
from ..source import Source
from ..syntax import MAX_DEPTH, MAX_TEXT, Parsed, tree
from ..syntax.scan import check_limits
from .meaning import Above, Meaning, meaning
from .reading import Listing, read
from .stated import statements


def parse_slide(source: Source, max_text: int = MAX_TEXT, max_depth: int = MAX_DEPTH) -> Parsed:
    """The tree of a listing, in which volumes are claims, and the mistakes in it. LimitError if it is too long."""
    check_limits(source, max_text, max_depth)
    listing = read(source.text)
    rows = meanings(listing, source)
    stages = [stage for row in rows for stage in row.stages]
    mistakes = [mistake for row in rows for mistake in row.mistakes]
    spans = [(min(part.start for part in row), max(part.end for part in row)) for row in listing.rows]
    said = list(statements(list(listing.clauses), spans, source, listing.biases))
    mistakes += [one for one in said if isinstance(one, Diagnostic)]
    counts = [one for one in said if isinstance(one, tree.Stated)]
    return Parsed((*_settings(listing), *stages, *counts), tuple(mistakes))


def meanings(listing: Listing, source: Source) -> tuple[Meaning, ...]:
    """What each row means."""
    rows: list[Meaning] = []
    above = Above()
    for row in listing.rows:
        rows.append(meaning(row, source, above))
        sizes = [len(part.amount.axes) for part in row if part.role == "VOLUME" and part.amount]
        flat = above.flat or any(_is_flat(stage) for stage in rows[-1].stages)
        above = Above(sizes[0] if sizes and sizes[0] > 1 else above.axes, flat)
    return tuple(rows)


def _is_flat(stage: tree.Stage) -> bool:
    return isinstance(stage.head, tree.Layer) and stage.head.word == "FC"


def _settings(listing: Listing) -> tuple[tree.Declaration, ...]:
    """The lines above the listing as its title and its source."""
    settings = tuple(tree.Setting(key, text, text.start, text.end) for key, text in listing.headings().items())
    return (tree.Declaration("set", settings, settings[0].start, settings[-1].end),) if settings else ()
