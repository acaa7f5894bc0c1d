"""LSTM, GRU, RNN.

Parameters as frameworks and forums publish them; multiply-adds are steps * gates * units * (inputs + units).
"""

from . import Case

_LSTM = "torch.lstm(x.mT, [x.new_zeros({d}, len(x), {n})] * 2, list(w.values()), True, 1, 0.0, False, {bi}, True)"
_GRU = "torch.gru(x.mT, x.new_zeros({d}, len(x), {n}), list(w.values()), True, 1, 0.0, False, {bi}, True)"
_RNN = "torch.rnn_tanh(x.mT, x.new_zeros({d}, len(x), {n}), list(w.values()), {b}, 1, 0.0, False, {bi}, True)"

CASES = (
    Case(
        "INPUT 10x4096 -> LSTM 256", (10, 256), 4457472, 10 * 4 * 256 * (4096 + 256),
        "Keras 4*(4096 + 256 + 1)*256; StackOverflow 38080035",
    ),
    Case(
        "INPUT 10x25 -> LSTM 100 last", (100,), 50400, 10 * 4 * 100 * (25 + 100),
        "Keras 4*(25 + 100 + 1)*100; Data Science Stack Exchange, number of parameters of an LSTM",
    ),
    Case(
        "INPUT 10x128 -> LSTM 32 biases=2", (10, 32), 20736, 10 * 4 * 32 * (128 + 32),
        "torch.nn.LSTM(128, 32), as torchinfo's pack_padded example prints it",
        _LSTM.format(d=1, n=32, bi=False) + "[0].mT",
    ),
    Case(
        "INPUT 10x128 -> LSTM 32 biases=2 bi", (10, 64), 2 * 20736, 2 * 10 * 4 * 32 * (128 + 32),
        "torch.nn.LSTM(128, 32, bidirectional=True): twice one direction",
        _LSTM.format(d=2, n=32, bi=True) + "[0].mT",
    ),
    Case(
        "INPUT 10x16 -> GRU 32 biases=2 bi", (10, 64), 9600, 2 * 10 * 3 * 32 * (16 + 32),
        "Keras, Bidirectional(GRU(32)) with reset_after; StackOverflow, calculating GRU parameters",
        _GRU.format(d=2, n=32, bi=True) + "[0].mT",
    ),
    Case(
        "INPUT 10x16 -> GRU 32", (10, 32), 3 * 32 * (16 + 32 + 1), 10 * 3 * 32 * (16 + 32),
        "Cho et al. 2014, arXiv:1406.1078, with a bias a gate: Keras GRU(32, reset_after=False)",
    ),
    Case(
        "INPUT 10x1 -> RNN 50 last", (50,), 2600, 10 * 50 * (1 + 50),
        "Keras SimpleRNN(50); Data Science Stack Exchange 88436",
    ),
    Case(
        "INPUT 28x28 -> RNN 128 last nobias", (128,), 128 * (28 + 128), 28 * 128 * (28 + 128),
        "Keras SimpleRNN(128), 20,096 parameters with its 128 biases; StackOverflow 63055498",
        _RNN.format(d=1, n=128, b=False, bi=False) + "[1][0]",
    ),
)  # fmt: skip
