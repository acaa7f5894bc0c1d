"""RELU and its relatives, CLIP, SCALE, SOFTMAX: the volume stays. Functions from PyTorch."""

from . import Case

CASES = (
    Case("INPUT 7x9x6 -> RELU", (7, 9, 6), 0, 0, "cs231n 2016, lecture 5: max(0, x)", "F.relu(x)"),
    Case("INPUT 7x9x6 -> RELU6", (7, 9, 6), 0, 0, "Howard et al. 2017: min(max(x, 0), 6)", "F.relu6(x)"),
    Case("INPUT 7x9x6 -> LRELU", (7, 9, 6), 0, 0, "PyTorch, LeakyReLU()", "F.leaky_relu(x)"),
    Case(
        "INPUT 20x6 -> LRELU slope=0.2", (20, 6), 0, 0, "Radford et al. 2015 (DCGAN): slope 0.2",
        "F.leaky_relu(x, 0.2)",
    ),
    Case(
        "INPUT 7x9x6 -> PRELU", (7, 9, 6), 1, 0, "He et al. 2015, channel-shared; PyTorch, PReLU()",
        "F.prelu(x, w['weight'])",
    ),
    Case(
        "INPUT 7x9x6 -> PRELU channelwise", (7, 9, 6), 6, 0, "He et al. 2015, channel-wise; PyTorch, PReLU(6)",
        "F.prelu(x, w['weight'])",
    ),
    Case("INPUT 20x6 -> PRELU channelwise", (20, 6), 6, 0, "PyTorch, PReLU(6)", "F.prelu(x, w['weight'])"),
    Case("INPUT 6 -> PRELU channelwise", (6,), 6, 0, "PyTorch, PReLU(6)", "F.prelu(x, w['weight'])"),
    Case("INPUT 3x4x5x6 -> PRELU channelwise", (3, 4, 5, 6), 6, 0, "PyTorch, PReLU(6)", "F.prelu(x, w['weight'])"),
    Case("INPUT 7x9x6 -> ELU", (7, 9, 6), 0, 0, "Clevert et al. 2015", "F.elu(x)"),
    Case("INPUT 6 -> ELU alpha=0.5", (6,), 0, 0, "PyTorch, ELU(0.5)", "F.elu(x, 0.5)"),
    Case("INPUT 7x9x6 -> GELU", (7, 9, 6), 0, 0, "Hendrycks and Gimpel 2016", "F.gelu(x)"),
    Case("INPUT 20x6 -> GELU tanh", (20, 6), 0, 0, "Radford et al. 2019 (GPT-2)", "F.gelu(x, approximate='tanh')"),
    Case("INPUT 7x9x6 -> SILU", (7, 9, 6), 0, 0, "Ramachandran et al. 2017", "F.silu(x)"),
    Case("INPUT 3x4x5x6 -> SIGMOID", (3, 4, 5, 6), 0, 0, "PyTorch, Sigmoid()", "torch.sigmoid(x)"),
    Case("INPUT 6 -> TANH", (6,), 0, 0, "PyTorch, Tanh()", "torch.tanh(x)"),
    Case("INPUT 7x9x6 -> HSWISH", (7, 9, 6), 0, 0, "Howard et al. 2019 (MobileNet v3)", "F.hardswish(x)"),
    Case("INPUT 7x9x6 -> HSIGMOID", (7, 9, 6), 0, 0, "Howard et al. 2019 (MobileNet v3)", "F.hardsigmoid(x)"),
    Case("INPUT 7x9x6 -> SOFTPLUS", (7, 9, 6), 0, 0, "PyTorch, Softplus()", "F.softplus(x)"),
    Case("INPUT 7x9x6 -> MISH", (7, 9, 6), 0, 0, "Misra 2019", "F.mish(x)"),
    Case("INPUT 7x9x6 -> EXP", (7, 9, 6), 0, 0, "PyTorch, exp", "torch.exp(x)"),
    Case("INPUT 7x9x6 -> CLIP min=-0.5 max=0.25", (7, 9, 6), 0, 0, "PyTorch, clamp", "x.clamp(-0.5, 0.25)"),
    Case("INPUT 20x6 -> CLIP max=0", (20, 6), 0, 0, "PyTorch, clamp", "x.clamp(max=0)"),
    Case("INPUT 6 -> CLIP min=1e-6", (6,), 0, 0, "PyTorch, clamp", "x.clamp(1e-6)"),
    Case("INPUT 7x9x6 -> SCALE 0.125", (7, 9, 6), 0, 0, "PyTorch, a product with a number", "x * 0.125"),
    Case("INPUT 20x6 -> SCALE (-1/3)", (20, 6), 0, 0, "PyTorch, a product with a number", "x / -3"),
    Case("INPUT 7x9x6 -> SOFTMAX", (7, 9, 6), 0, 0, "PyTorch, softmax over the channels", "F.softmax(x, 1)"),
    Case("INPUT 1000 -> SOFTMAX", (1000,), 0, 0, "PyTorch, softmax over the channels", "F.softmax(x, 1)"),
    Case(
        "INPUT 7x9x6 -> SOFTMAX axis=0", (7, 9, 6), 0, 0, "PyTorch, softmax over the height of N,C,H,W",
        "F.softmax(x, 2)",
    ),
    Case(
        "INPUT 3x4x5x6 -> SOFTMAX axis=-2", (3, 4, 5, 6), 0, 0, "PyTorch, softmax over the width of N,C,D,H,W",
        "F.softmax(x, 4)",
    ),
)  # fmt: skip
