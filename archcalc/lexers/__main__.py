"""Write the TextMate grammar anew, after a layer, a flag or a terminal has changed."""

from pathlib import Path

from .textmate import FILE, grammar

if __name__ == "__main__":
    (Path(__file__).parent / FILE).write_text(grammar(), encoding="utf-8")
