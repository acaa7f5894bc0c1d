"""Puts parser tables into the wheel, so that a command starts without building its parser."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ParserTables(BuildHookInterface[BuilderConfig]):
    """Makes the tables in a folder of their own and adds them beside the grammars."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the wheel is written; an editable install has no use for tables, its grammars change."""
        self.tables = tempfile.mkdtemp(prefix="archcalc-tables-")
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from archcalc.syntax.grammar import save_tables  # noqa: PLC0415 - importable only from here on

        for grammar in sorted(Path(self.root, "grammars").glob("*.lark")):
            tables = save_tables(grammar.stem, self.tables)
            build_data["force_include"][tables] = f"archcalc/grammars/{Path(tables).name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called when the wheel is written."""
        shutil.rmtree(self.tables)
