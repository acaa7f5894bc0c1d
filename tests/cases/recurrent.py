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
    Case(
        "INPUT 10x16 -> RNN 8 biases=2 relu", (10, 8), 8 * (16 + 8 + 2), 10 * 8 * (16 + 8),
        "torch.nn.RNN(16, 8, nonlinearity='relu')",
        _RNN.replace("tanh", "relu").format(d=1, n=8, b=True, bi=False) + "[0].mT",
    ),
    Case(
        "INPUT 10x16 -> GRU 8 layers=2 biases=2", (10, 8), 3 * 8 * (16 + 8 + 2) + 3 * 8 * (8 + 8 + 2),
        10 * 3 * 8 * (16 + 8) + 10 * 3 * 8 * (8 + 8), "torch.nn.GRU(16, 8, 2)",
        "torch.gru(x.mT, x.new_zeros(2, len(x), 8), list(w.values()), True, 2, 0.0, False, False, True)[0].mT",
    ),
    Case(
        "INPUT 10x16 -> GRU 8 nobias after", (10, 8), 3 * 8 * (16 + 8), 10 * 3 * 8 * (16 + 8),
        "torch.nn.GRU(16, 8, bias=False)",
        "torch.gru(x.mT, x.new_zeros(1, len(x), 8), list(w.values()), False, 1, 0.0, False, False, True)[0].mT",
    ),
    Case(
        "x: INPUT 10x16\ns: INPUT 8\nc: INPUT 8\n@x -> LSTM 8 state=@s cell=@c", (10, 8), 4 * 8 * (16 + 8 + 1),
        10 * 4 * 8 * (16 + 8), "Keras LSTM(8) with an initial state: states cost nothing",
    ),
    Case(
        "x: INPUT 10x16\ns: INPUT 8\n@x -> GRU 8 state=@s last", (8,), 3 * 8 * (16 + 8 + 1), 10 * 3 * 8 * (16 + 8),
        "Keras GRU(8, reset_after=False) with an initial state",
    ),
    Case(
        "x: INPUT 10x16\ns: INPUT 8\n@x -> RNN 8 state=@s", (10, 8), 8 * (16 + 8 + 1), 10 * 8 * (16 + 8),
        "Keras SimpleRNN(8) with an initial state",
    ),
    Case(
        "INPUT 10x16 -> LSTM 8 layers=2 nobias", (10, 8), 4 * 8 * (16 + 8) + 4 * 8 * (8 + 8),
        10 * 4 * 8 * (16 + 8) + 10 * 4 * 8 * (8 + 8), "torch.nn.LSTM(16, 8, 2, bias=False)",
        "torch.lstm(x.mT, [x.new_zeros(2, len(x), 8)] * 2, list(w.values()), False, 2, 0.0, False, False, True)[0].mT",
    ),
    Case(
        "INPUT 10x16 -> RNN 8 layers=2 biases=2 bi", (10, 16), 2 * 8 * (16 + 8 + 2) + 2 * 8 * (16 + 8 + 2),
        2 * 10 * 8 * (16 + 8) + 2 * 10 * 8 * (16 + 8), "torch.nn.RNN(16, 8, 2, bidirectional=True)",
        "torch.rnn_tanh(x.mT, x.new_zeros(4, len(x), 8), list(w.values()), True, 2, 0.0, False, True, True)[0].mT",
    ),
)  # fmt: skip
