"""The nearest right word, for mistyped ones and for those of other tools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

_LONGEST = 40
"""Longer words are no slips of the pen, and comparing them takes long."""
_MOST = 2000
"""Words that are compared."""


def nearest(word: str, words: Iterable[str], count: int = 2, alike: float = 0.55) -> list[str]:
    """Up to `count` words that look like the one given, best first."""
    from difflib import get_close_matches  # noqa: PLC0415 - only when something went wrong

    return get_close_matches(word, list(islice(words, _MOST)), count, alike) if len(word) <= _LONGEST else []


def did_you_mean(words: Sequence[str], otherwise: str) -> str:
    """The question, or what to say where nothing is near."""
    return f"did you mean {' or '.join(words)}?" if words else otherwise


def layers_like(word: str, layers: Sequence[str], guess: bool = True) -> list[str]:
    """The layers that a word may stand for: spelt otherwise, named as other tools name them, or (a guess) mistyped.

    >>> layers_like("Relu", ["RELU", "ELU"]), layers_like("MaxPooling2D", ["POOL"]), layers_like("CNV", ["CONV", "FC"])
    (['RELU'], ['POOL'], ['CONV'])
    """
    upper = word.upper()
    if upper in layers:
        return [upper]
    plain = re.sub(r"LAYER$|[123]D$", "", upper.replace("_", ""))
    named = [plain, *(ours for ours, theirs in _OTHER_NAMES.items() if plain in theirs.split())]
    known = [name for name in named if name in layers]
    return nearest(upper, layers) if guess and not known else known


_OTHER_NAMES = {
    "INPUT": "INPUTS IMAGE DATA PLACEHOLDER",
    "CONV": "CONVOLUTION CONVOLUTIONAL CONVOLVE CNN",
    "DWCONV": "DEPTHWISE DEPTHWISECONV CONVDW SEPARABLECONV DEPTHWISECONVOLUTION",
    "TCONV": "CONVTRANSPOSE TRANSPOSECONV TRANSPOSEDCONV DECONV DECONVOLUTION UPCONV FULLCONV",
    "POOL": "POOLING SUBSAMPLE SUBSAMPLING MAXPOOL MAXPOOLING MAX AVGPOOL AVERAGEPOOL AVERAGEPOOLING AVG MEANPOOL",
    "GAP": "GLOBALAVGPOOL GLOBALAVERAGEPOOL GLOBALAVERAGEPOOLING GLOBALPOOL ADAPTIVEAVGPOOL ADAPTIVEAVERAGEPOOL",
    "GMP": "GLOBALMAXPOOL GLOBALMAXPOOLING ADAPTIVEMAXPOOL",
    "FC": "DENSE FULLYCONNECTED FULLCONNECTED INNERPRODUCT AFFINE GEMM MATMUL FULL IP",
    "BN": "BATCHNORM BATCHNORMALIZATION BNORM",
    "LN": "LAYERNORM LAYERNORMALIZATION LNORM",
    "GN": "GROUPNORM GROUPNORMALIZATION",
    "IN": "INSTANCENORM INSTANCENORMALIZATION",
    "LRN": "LOCALRESPONSENORM LOCALRESPONSENORMALIZATION LRNORM RESPONSENORM CROSSMAPNORM",
    "DROP": "DROPOUT ALPHADROPOUT SPATIALDROPOUT",
    "DROPPATH": "STOCHASTICDEPTH",
    "LRELU": "LEAKYRELU LEAKY",
    "SILU": "SWISH",
    "SIGMOID": "LOGISTIC SIGM",
    "HSWISH": "HARDSWISH",
    "HSIGMOID": "HARDSIGMOID",
    "RELU": "RECTIFIER RECTIFY",
    "SOFTMAX": "LOGSOFTMAX PROB SOFTMAXLOSS SOFTMAXWITHLOSS",
    "ADD": "PLUS SUM ELTWISE RESIDUAL SHORTCUT",
    "MUL": "MULTIPLY TIMES PRODUCT",
    "SUB": "SUBTRACT MINUS",
    "CONCAT": "CONCATENATE CAT JOIN DEPTHCONCAT MERGE",
    "ID": "IDENTITY SKIP NOOP PASS PASSTHROUGH",
    "FLATTEN": "FLAT RAVEL",
    "REARRANGE": "RESHAPE VIEW PERMUTE TRANSPOSE",
    "PAD": "ZEROPAD ZEROPADDING PADDING CONSTANTPAD",
    "CROP": "CROPPING CENTERCROP",
    "UP": "UPSAMPLE UPSAMPLING RESIZE INTERPOLATE UNPOOL UNPOOLING",
    "EMBED": "EMBEDDING",
    "ATTN": "ATTENTION MULTIHEADATTENTION SELFATTENTION MHA",
    "L2NORM": "NORMALIZE L2NORMALIZE",
}
"""What Caffe, Darknet, Keras, Lasagne, PyTorch and papers call our layers."""
