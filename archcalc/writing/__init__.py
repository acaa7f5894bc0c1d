"""Graphs as text: what somebody would write for a network, repeated structure folded into blocks and repeats."""
