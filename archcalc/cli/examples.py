"""What every command is about, with examples: the first lines of its help."""

from __future__ import annotations

EXAMPLES = {
    "show": (
        "Volumes, parameters, multiply-adds, memory and receptive fields: a row a layer.",
        """\
  archcalc show alexnet
  archcalc "INPUT 32x32x3 -> CONV 10 5x5 s1 p2 => ?"
  archcalc show "CONV 64 3x3 p1 -> RELU" --input 224x224x3
  archcalc show "let n=3; INPUT 8x8x(n) -> [CONV (4*n) 3x3]*n" --set n=2
  archcalc show vgg16 --columns name,output,params,flops
  archcalc show "INPUT 32x32x3; stem: [CONV 8 3x3 -> RELU]" --depth 1
  archcalc show resnet50 --where op=CONV --top 10 --units si
  archcalc show alexnet --csv
  archcalc show vgg16 -o vgg16.html
  archcalc show torchvision/resnet50 --as fvcore""",
    ),
    "check": (
        "Does it parse, fit, and hold what it claims with => and check? Silent if all does.",
        """\
  archcalc check alexnet lenet5
  archcalc check "INPUT 32x32x3 -> CONV 10 5x5 p2 => 32x32x10; check params=760"
  archcalc check alexnet --json
  archcalc check lenet5 --lint
  archcalc check torchvision/mobilenet_v2 --max-params 5M --max-macs 310M --max-peak 64MiB""",
    ),
    "diff": (
        "SPEC SPEC: what changed from one network to another, layer by layer, and what it costs.",
        """\
  archcalc diff torchvision/resnet18 torchvision/resnet34
  archcalc diff "INPUT 8x8x3 -> CONV 4 3x3" "INPUT 8x8x3 -> CONV 4 3x3 -> RELU"
  archcalc diff transformers/gpt2 transformers/gpt2-medium --depth 1
  archcalc diff vgg16 vgg16 --input-b 256x256x3 --md
  archcalc diff vgg16 vgg19 --max-params +5% --max-macs +30%
  archcalc diff alexnet alexnet --json""",
    ),
    "sweep": (
        "A family of networks: a spec with several values for its names, a line for each.",
        """\
  archcalc sweep "let n=16; INPUT 32x32x3 -> CONV n 3x3 p1 -> GAP -> FC 10" --set n=16,32,64
  archcalc sweep "INPUT HxHx3 -> CONV 64 7x7 s2 p3 floor" --set H=128..512:64
  archcalc sweep transformers/gpt2 --set T=128..1024:*2 width=768,1536 --plot
  archcalc sweep torchvision/resnet50 --input 224x224x3,256x256x3 --csv
  archcalc sweep "let n=8 d=2; INPUT 8x8x3 -> [CONV n 3x3 p1]*d" --set n=8..64:8 d=2..16:2 --zip
  archcalc sweep mlp-9x9 --set k=3..15:2 --plot k.svg""",
    ),
    "compare-tools": (
        "What other tools print for a network, and the steps from the multiply-adds to each figure.",
        """\
  archcalc compare-tools torchvision/resnet50
  archcalc compare-tools torchvision/mobilenet_v2 --json""",
    ),
    "memory": (
        "The bytes that inference and training take, part by part, and the largest batch that fits.",
        """\
  archcalc memory torchvision/resnet50
  archcalc memory torchvision/resnet50 --batch 32 --optimizer momentum
  archcalc memory transformers/gpt2 --dtype bfloat16 --mixed --fits 24GiB
  archcalc memory torchvision/resnet152 --fits 8GiB --recompute blocks
  archcalc memory torchvision/vgg16 --freeze features --json""",
    ),
    "training": (
        "The multiply-adds of a training step: forward, backward to inputs and to weights, computed again.",
        """\
  archcalc training vgg16
  archcalc training torchvision/resnet50 --batch 32 --depth 1
  archcalc training torchvision/resnet50 --recompute blocks
  archcalc training torchvision/resnet50 --freeze conv1 --freeze layer1 --json""",
    ),
    "roofline": (
        "The bytes that layers move, their arithmetic intensity, and what bounds them on a device, for how long.",
        """\
  archcalc roofline vgg16
  archcalc roofline torchvision/resnet50 --device-spec a100-fp16 --batch 32 --depth 2
  archcalc roofline transformers/gpt2 --device-spec flops=19.5T,bandwidth=1.5T
  archcalc roofline alexnet --device-spec h100 --dtype int8 --json""",
    ),
    "explain": (
        "SPEC [LAYER]: the arithmetic of every layer, or of one by its path, with the numbers put in.",
        """\
  archcalc explain "INPUT 227x227x3 -> CONV 96 11x11 s4"
  archcalc explain alexnet conv1
  archcalc explain "CONV K FxF s=S p=P"
  archcalc explain transformers/gpt2 h.0.attn
  archcalc explain lenet5 --tex""",
    ),
    "export": (
        "Write an ONNX file that runs. The same spec and seed give the same bytes.",
        """\
  archcalc export lenet5 -o lenet5.onnx
  archcalc export lenet5 -o lenet5.onnx --batch 1 --weights zeros
  archcalc export vgg16 -o vgg16.onnx --dtype float16 --external
  archcalc export transformers/llama-3-70b -o llama.onnx --weights virtual""",
    ),
    "run": (
        "Execute on onnxruntime. Without --input seeded random numbers go in.",
        """\
  archcalc run "INPUT 8x1 -> CONV 1 3 w=[1,1,1]/3 nobias" --input 1 5 3 7 5 9 7 14
  archcalc run lenet5
  archcalc run "CONV 1 3x3 -> GAP" --input 8x8x3
  archcalc run lenet5 --seed 1 -o scores.npy""",
    ),
    "bench": (
        "Time every layer on onnxruntime: GFLOP/s and bandwidth beside the predicted work.",
        """\
  archcalc bench lenet5
  archcalc bench lenet5 --batch 8 --threads 1 --repeat 20
  archcalc bench lenet5 --json""",
    ),
    "verify": (
        "Run with every volume exposed, and compare each with the predicted one.",
        """\
  archcalc verify lenet5
  archcalc verify "INPUT 32x32x3 -> CONV 10 5x5 s2 floor" --batch 4""",
    ),
    "solve": (
        "Every value of the question marks that makes the claims true.",
        """\
  archcalc solve "INPUT 63x63x16 -> CONV 32 7x7 p? => 63x63x32"
  archcalc solve "INPUT ?x?x3 -> CONV 96 11x11 s4 => 55x55x96"
  archcalc solve "INPUT 32x32x3 -> CONV 8 k=? p? => 32x32x8"
  archcalc solve "INPUT 224x224x3 -> CONV 64 5x5 s2 p? => 112x112x64" --asymmetric""",
    ),
    "convert": (
        "The same network in another notation: a slide's listing as a spec, a spec as a slide lists it, or as code.",
        """\
  archcalc convert "[227x227x3] INPUT; [?] CONV1: 96 11x11 filters at stride 4, pad 0"
  archcalc convert slide.txt
  archcalc convert alexnet --to slide
  archcalc convert torchvision/resnet50 --to torch -o resnet50.py
  archcalc convert model.onnx -o model.arch
  archcalc convert torchvision/resnet50 --to spec""",
    ),
    "fmt": (
        "Lay out specs in the one way there is: files in place, standard input to standard output.",
        """\
  archcalc fmt net.arch
  archcalc fmt --check net.arch""",
    ),
    "grade": (
        "An answer sheet: every volume and total that the spec claims, right or wrong.",
        """\
  archcalc grade alexnet
  archcalc grade "INPUT 32x32x3 -> CONV 10 5x5 => 28x28x10 -> POOL 2 s2 => 14x14x10"
  archcalc grade alexnet --json""",
    ),
    "match": (
        "Does a network follow a pattern, and with which counts? Or the pattern written out.",
        """\
  archcalc match vgg16 "INPUT -> [[CONV -> RELU]*N -> POOL?]*M -> [FC -> RELU]*K -> FC"
  archcalc match "INPUT -> [[CONV -> RELU]*N -> POOL?]*M -> FC" --set N=2 M=3""",
    ),
    "list": (
        "The shipped specs with their titles, parameters and multiply-adds.",
        """\
  archcalc list
  archcalc list --layers
  archcalc list --devices""",
    ),
    "schema": (
        "The JSON Schema of what a command prints with --json, or what there are schemas of.",
        """\
  archcalc schema show
  archcalc schema errors -o errors.schema.json""",
    ),
}
