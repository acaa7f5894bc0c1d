"""Recurrent networks from plain modules, named as the specs name their layers."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class LstmTagger(nn.Module):
    """Huang, Xu, Yu 2015: tags for the words of a sentence."""

    def __init__(self, words: int = 130_000, width: int = 50, units: int = 300, tags: int = 45) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(words, width)
        self.lstm = nn.LSTM(width, units, batch_first=True, bidirectional=True)
        self.hidden2tag = nn.Linear(2 * units, tags)

    def forward(self, sentence: Tensor) -> Tensor:
        return self.hidden2tag(self.lstm(self.word_embeddings(sentence))[0])


class GruSeq2Seq(nn.Module):
    """Luong, Pham, Manning 2015: a decoder that looks at the encoder's states, each by its general score."""

    def __init__(self, words: int = 30_000, width: int = 620, units: int = 1000) -> None:
        super().__init__()
        self.source_words = nn.Embedding(words, width)
        self.target_words = nn.Embedding(words, width)
        self.encoder = nn.GRU(width, units, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(width, units, batch_first=True)
        self.bridge = nn.Linear(units, units)
        self.keys = nn.Linear(2 * units, units, bias=False)
        self.combine = nn.Linear(3 * units, units, bias=False)
        self.output = nn.Linear(units, words)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        seen, ends = self.encoder(self.source_words(source))
        start = torch.tanh(self.bridge(ends[1]))  # of the backward direction, at the first word
        states, _ = self.decoder(self.target_words(target), start[None])
        scores = states @ self.keys(seen).transpose(1, 2)
        context = scores.softmax(dim=-1) @ seen
        return self.output(torch.tanh(self.combine(torch.cat([context, states], dim=-1))))
