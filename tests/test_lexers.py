"""Colours: both grammars know every word of the language, and agree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pygments import lex
from pygments.lexers import get_lexer_by_name
from pygments.token import Error, Token, string_to_tokentype

import archcalc
from archcalc.lexers.highlight import ArchLexer
from archcalc.lexers.rules import flags, keywords, layers, options, rules
from archcalc.lexers.textmate import FILE, grammar
from archcalc.ops import WORDS, find
from archcalc.ops.fields import SHORT, signature
from archcalc.resources import folder

STORED = Path(archcalc.__file__).parent / "lexers" / FILE
SPECS = sorted(Path(folder("specs")).rglob("*.arch"))


def colours(text: str) -> list[tuple[str, str]]:
    """What Pygments calls each piece of a text, blanks left out."""
    return [(str(kind).removeprefix("Token."), piece) for kind, piece in lex(text, ArchLexer()) if piece.strip()]


def scopes(text: str) -> Iterator[tuple[str, str]]:
    """What the stored TextMate grammar calls each piece: at every place the first pattern that matches there."""
    patterns = [(item["name"], re.compile(item["match"])) for item in json.loads(STORED.read_text("utf-8"))["patterns"]]
    for line in text.splitlines():
        position = 0
        while position < len(line):
            found = next(((name, match) for name, one in patterns if (match := one.match(line, position))), None)
            if found is None:
                assert line[position].isspace(), line[position:]
            else:
                yield found[0], found[1][0]
            position = found[1].end() if found else position + 1


def test_the_stored_grammar_is_up_to_date() -> None:
    assert STORED.read_text("utf-8") == grammar(), "run python -m archcalc.lexers"


@pytest.mark.parametrize("word", WORDS)
def test_every_layer_is_known_with_its_words(word: str) -> None:
    """A layer, its options and its flags, as the registry has them."""
    op = find(word)
    assert op is not None
    assert colours(f"{word} 3")[0] == ("Name.Builtin", word)
    for flag in signature(op).flags:
        assert colours(f"{word} 3 {flag}")[-1] == ("Keyword.Constant", flag)
    for key in signature(op).options:
        assert ("Name.Attribute", f"{key}=") in colours(f"{word} {key}=n")
        if key in SHORT:
            assert ("Name.Attribute", key) in colours(f"{word} {key}2")


def test_the_vocabulary_is_the_registry() -> None:
    assert set(layers()) == set(WORDS)
    assert {"nobias", "same", "floor", "ceil", "max", "avg", "causal", "train"} <= flags()
    assert {"eps", "kv", "w", "like", "axis"} <= options()
    assert keywords() == {"set", "check", "import", "let", "def", "as"}


PIECES = [
    # a text, and the kinds of its pieces in Pygments
    ("c1: CONV 96 11x11 s4", "Name.Label Name.Builtin Literal.Number Literal.Number Operator Literal.Number "
     "Name.Attribute Literal.Number"),
    ("RELU => 55x?", "Name.Builtin Operator.Word Literal.Number Operator Keyword.Pseudo"),
    ("def f n { LN } # x", "Keyword.Declaration Name.Function Name Punctuation Name.Builtin Punctuation "
     "Comment.Single"),
    ('import "a" as b', "Keyword.Declaration Literal.String.Double Keyword.Declaration Name"),
    ("let d=(cin//h)", "Keyword.Declaration Name.Attribute Punctuation Name Operator Name Punctuation"),
    ("INPUT HxWxC", "Name.Builtin Name.Constant Operator Name.Constant Operator Name.Constant"),
    ("ADD @in -> f act=RELU6", "Name.Builtin Name.Variable Operator.Word Name Name.Attribute Name.Builtin"),
    ("FC (min(2,n))", "Name.Builtin Punctuation Name.Builtin.Pseudo Punctuation Literal.Number Punctuation Name "
     "Punctuation Punctuation"),
    ("PAD p0:1 eps=1e-5", "Name.Builtin Name.Attribute Literal.Number Operator Literal.Number Name.Attribute "
     "Literal.Number"),
    ("SLICE -1 -> sums", "Name.Builtin Literal.Number Operator.Word Name"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kinds"), PIECES, ids=[row[0] for row in PIECES])
def test_pieces(text: str, kinds: str) -> None:
    assert " ".join(kind for kind, _ in colours(text)) == kinds


def test_pygments_finds_it() -> None:
    """By its entry point, wherever the package is installed."""
    import importlib.metadata  # noqa: PLC0415 - for this test only

    points = importlib.metadata.entry_points(group="pygments.lexers")
    if not any(point.value.startswith("archcalc.") for point in points):
        pytest.skip("archcalc is not installed")
    assert isinstance(get_lexer_by_name("arch"), ArchLexer)


@pytest.mark.parametrize("path", SPECS, ids=[str(path.relative_to(folder("specs"))) for path in SPECS])
def test_shipped_specs(path: Path) -> None:
    """No piece is an error, and both grammars call every piece the same."""
    text = path.read_text("utf-8")
    names = {rule.scope: rule.token for rule in rules()}
    assert colours(text) == [(names[scope], piece) for scope, piece in scopes(text)]
    assert not any(kind in Error for kind, _ in lex(text, ArchLexer()))


def test_names_of_tokens_are_those_of_pygments() -> None:
    assert all(string_to_tokentype(rule.token) in Token for rule in rules())
