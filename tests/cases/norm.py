"""BN, LN, GN, IN, RMSNORM, L2NORM, LRN. Expected values from torch.nn's modules, or what each row names."""

from . import Case

CASES = (
    Case(
        "INPUT 32x32x64 -> BN", (32, 32, 64), 128, 0,
        "Ioffe and Szegedy 2015: a scale and a shift a channel; PyTorch, BatchNorm2d(64)",
        "F.batch_norm(x, w['running_mean'], w['running_var'], w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 9x12x3 -> BN eps=0.001", (9, 12, 3), 6, 0, "torchvision's Inception v3: eps 0.001",
        "F.batch_norm(x, w['running_mean'], w['running_var'], w['weight'], w['bias'], eps=1e-3)",
    ),
    Case(
        "INPUT 20x5 -> BN noaffine", (20, 5), 0, 0, "PyTorch, BatchNorm1d(5, affine=False)",
        "F.batch_norm(x, w['running_mean'], w['running_var'])",
    ),
    Case(
        "INPUT 100 -> BN", (100,), 200, 0, "PyTorch's docs, BatchNorm1d(100)",
        "F.batch_norm(x, w['running_mean'], w['running_var'], w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 3x4x5x6 -> BN nobias", (3, 4, 5, 6), 6, 0, "Keras, BatchNormalization(center=False)",
        "F.batch_norm(x, w['running_mean'], w['running_var'], w['weight'])",
    ),
    Case(
        "INPUT 197x768 -> LN", (197, 768), 1536, 0, "Ba et al. 2016; PyTorch, LayerNorm(768)",
        "F.layer_norm(x.mT, (768,), w['weight'], w['bias']).mT",
    ),
    Case(
        "INPUT 56x56x96 -> LN eps=1e-6", (56, 56, 96), 192, 0, "Liu et al. 2022 (ConvNeXt): eps 1e-6",
        "F.layer_norm(x.movedim(1, -1), (96,), w['weight'], w['bias'], 1e-6).movedim(-1, 1)",
    ),
    Case(
        "INPUT 10 -> LN nobias", (10,), 10, 0, "PyTorch, LayerNorm(10, bias=False)",
        "F.layer_norm(x, (10,), w['weight'])",
    ),
    Case(
        "INPUT 3x4x5x6 -> LN noaffine", (3, 4, 5, 6), 0, 0, "PyTorch, LayerNorm(6, elementwise_affine=False)",
        "F.layer_norm(x.movedim(1, -1), (6,)).movedim(-1, 1)",
    ),
    Case(
        "INPUT 10x10x6 -> GN 3", (10, 10, 6), 12, 0, "PyTorch's docs, GroupNorm(3, 6)",
        "F.group_norm(x, 3, w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 10x10x6 -> GN 1 eps=0.01 noaffine", (10, 10, 6), 0, 0, "PyTorch, GroupNorm(1, 6, affine=False)",
        "F.group_norm(x, 1, eps=0.01)",
    ),
    Case(
        "INPUT 12x6 -> GN 6 nobias", (12, 6), 6, 0, "PyTorch, group_norm without bias",
        "F.group_norm(x, 6, w['weight'])",
    ),
    Case("INPUT 6 -> GN 2", (6,), 12, 0, "PyTorch, GroupNorm(2, 6)", "F.group_norm(x, 2, w['weight'], w['bias'])"),
    Case(
        "INPUT 3x4x5x6 -> GN 2", (3, 4, 5, 6), 12, 0, "PyTorch, GroupNorm(2, 6)",
        "F.group_norm(x, 2, w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 35x45x100 -> IN", (35, 45, 100), 200, 0, "PyTorch's docs, InstanceNorm2d(100, affine=True)",
        "F.instance_norm(x, weight=w['weight'], bias=w['bias'])",
    ),
    Case("INPUT 40x10 -> IN noaffine", (40, 10), 0, 0, "PyTorch's docs, InstanceNorm1d", "F.instance_norm(x)"),
    Case(
        "INPUT 3x4x5x6 -> IN eps=0.001 nobias", (3, 4, 5, 6), 6, 0, "PyTorch, instance_norm without bias",
        "F.instance_norm(x, weight=w['weight'], eps=1e-3)",
    ),
    Case(
        "INPUT 9x4096 -> RMSNORM eps=1e-6", (9, 4096), 4096, 0, "Touvron et al. 2023 (Llama), eps 1e-6",
        "F.rms_norm(x.mT, (4096,), w['weight'], 1e-6).mT",
    ),
    Case(
        "INPUT 3x8 -> RMSNORM", (3, 8), 8, 0, "Zhang and Sennrich 2019; PyTorch, RMSNorm(8)",
        "F.rms_norm(x.mT, (8,), w['weight']).mT",
    ),
    Case(
        "INPUT 5x6x8 -> RMSNORM noaffine", (5, 6, 8), 0, 0, "PyTorch, RMSNorm(8, elementwise_affine=False)",
        "F.rms_norm(x.movedim(1, -1), (8,)).movedim(-1, 1)",
    ),
    Case("INPUT 16 -> L2NORM", (16,), 0, 0, "PyTorch, normalize over the channels", "F.normalize(x)"),
    Case(
        "INPUT 38x38x512 -> L2NORM eps=0.001", (38, 38, 512), 0, 0,
        "Liu et al. 2016 (SSD): conv4_3 is normalised over its channels",
        "F.normalize(x, eps=1e-3)",
    ),
    Case("INPUT 9x5 -> L2NORM axis=0", (9, 5), 0, 0, "PyTorch, normalize(dim=2) of N,C,L", "F.normalize(x, dim=2)"),
    Case(
        "INPUT 27x27x96 -> LRN 5", (27, 27, 96), 0, 0, "Krizhevsky et al. 2012; PyTorch, LocalResponseNorm(5)",
        "F.local_response_norm(x, 5)",
    ),
    Case(
        "INPUT 6x5x12 -> LRN 3 alpha=0.01 beta=0.5 bias=2", (6, 5, 12), 0, 0,
        "PyTorch, LocalResponseNorm with all options",
        "F.local_response_norm(x, 3, 0.01, 0.5, 2.0)",
    ),
    Case("INPUT 20x8 -> LRN 5", (20, 8), 0, 0, "PyTorch, LocalResponseNorm(5)", "F.local_response_norm(x, 5)"),
    Case(
        "INPUT 3x4x5x8 -> LRN 5", (3, 4, 5, 8), 0, 0, "PyTorch, LocalResponseNorm(5)",
        "F.local_response_norm(x, 5)",
    ),
)  # fmt: skip
