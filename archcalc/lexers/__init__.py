"""Colours for specs in editors and on pages: a lexer for Pygments, a grammar for TextMate and what reads its grammars.

Both are made of the registry of layers and of the terminals of the language's own grammar.
"""
