"""Writes spatial.json.golden: what PyTorch gives for convolutions, pooling, resizing and padding, in float64.

    python3 make_spatial_cases.py > spatial.json.golden

The format is that of tooling/goldens/cases. Made with PyTorch 1.13.1.
"""

import json
import math
import sys

import torch
from torch import nn

torch.manual_seed(20240917)
torch.set_default_dtype(torch.float64)


def dump(value):
    data = [x if math.isfinite(x) else {math.inf: "Infinity", -math.inf: "-Infinity"}[x] for x in value.detach().double().flatten().tolist()]
    dtype = "int64" if value.dtype == torch.int64 else "float64"
    if dtype == "int64":
        data = [int(x) for x in data]
    return {"shape": list(value.shape), "dtype": dtype, "data": data}


def rounded(*shape):
    """Values that float32 holds exactly, few of them, so that maxima tie now and then."""
    return (torch.randn(*shape) * 8).round() / 8


cases = []


def case(name, shape, *args, input=None, called=(), **options):
    module = getattr(nn, name)(*args, **options)
    for parameter in module.parameters():
        parameter.data = rounded(*parameter.shape)
    x = (rounded(*shape) if input is None else input).requires_grad_()
    results = module(x, *called)
    results = results if isinstance(results, tuple) else (results,)
    cotangent = rounded(*results[0].shape)
    (results[0] * cotangent).sum().backward()
    params = {key: dump(value) for key, value in module.state_dict().items()}
    grads = {"input": dump(x.grad), **{key: dump(value.grad) for key, value in module.named_parameters()}}
    cases.append(
        {
            "name": f"{name} {list(args)} {options} {list(called)} of {list(x.shape)}",
            "op": f"nn.{name}",
            "call": "",
            "attrs": {"args": args, "called": called, **options},
            "inputs": {"input": {**dump(x), "requires_grad": True}},
            "params": params,
            "outputs": {name: dump(value) for name, value in zip(("output", "indices"), results)},
            "cotangent": {"output": dump(cotangent)},
            "grads": grads,
            "rtol": 1e-4,
            "atol": 2e-6,
        }
    )


for mode in ("zeros", "reflect", "replicate", "circular"):
    case("Conv1d", (2, 2, 6), 2, 2, 3, padding=2, padding_mode=mode)
    case("Conv2d", (1, 2, 4, 5), 2, 2, (3, 2), padding=(2, 1), stride=(2, 1), padding_mode=mode)
    case("Conv2d", (1, 1, 4, 5), 1, 2, (2, 3), padding="same", padding_mode=mode)
case("Conv3d", (1, 1, 3, 4, 3), 1, 1, 2, padding=1, padding_mode="circular")
case("Conv1d", (2, 4, 9), 4, 6, 4, stride=3, padding=1, dilation=2, groups=2)
case("Conv1d", (4, 9), 4, 2, 1, bias=False)
case("Conv1d", (2, 1, 8), 1, 1, 4, padding="same", dilation=3)
case("Conv2d", (0, 2, 4, 4), 2, 3, 3)
case("Conv2d", (2, 3, 7, 6), 3, 3, 3, stride=2, padding=2, dilation=2, groups=3)
case("Conv3d", (2, 2, 4, 4, 5), 2, 4, (2, 3, 1), stride=(1, 2, 2), padding=(1, 0, 2), groups=2)
case("ConvTranspose1d", (2, 2, 5), 2, 4, 4, stride=3, padding=2, dilation=2, groups=2, output_padding=2)
case("ConvTranspose1d", (2, 5), 2, 1, 2, padding=2, bias=False)
case("ConvTranspose1d", (1, 1, 3), 1, 1, 3, stride=2, padding=1, called=([6],))
case("ConvTranspose2d", (2, 3, 3, 2), 3, 2, (3, 2), stride=(2, 3), padding=(1, 0), output_padding=(0, 2), dilation=(2, 1))
case("ConvTranspose3d", (1, 2, 2, 3, 2), 2, 2, 2, stride=2, padding=1, groups=2)

case("MaxPool1d", (2, 2, 9), 3, stride=2, padding=1, dilation=2, return_indices=True)
case("MaxPool1d", (2, 7), 2, ceil_mode=True, return_indices=True)
case("MaxPool1d", (1, 1, 6), 3, stride=4, padding=1, ceil_mode=True)
case("MaxPool2d", (2, 2, 7, 6), (3, 2), stride=(2, 1), padding=(1, 1), return_indices=True)
case("MaxPool2d", (1, 2, 6, 7), 3, stride=2, ceil_mode=True, return_indices=True)
case("MaxPool2d", (2, 5, 5), 2, stride=1, return_indices=True)
case("MaxPool2d", (1, 1, 4, 4), 3, stride=1, padding=1, return_indices=True, input=torch.ones(1, 1, 4, 4))
case("MaxPool2d", (1, 1, 4, 4), 2, padding=1, return_indices=True, input=torch.full((1, 1, 4, 4), -math.inf))
case("MaxPool3d", (1, 2, 4, 5, 4), (2, 3, 2), stride=(2, 1, 2), padding=(0, 1, 1), return_indices=True)
for include in (True, False):
    case("AvgPool1d", (2, 2, 8), 3, stride=2, padding=1, ceil_mode=True, count_include_pad=include)
    case("AvgPool2d", (1, 2, 6, 7), (3, 2), stride=2, padding=(1, 1), ceil_mode=True, count_include_pad=include)
    case("AvgPool3d", (1, 1, 4, 4, 5), 3, stride=2, padding=1, count_include_pad=include)
case("AvgPool2d", (2, 5, 5), 2, stride=1, divisor_override=3)
case("LPPool1d", (1, 2, 7), 3, 2, stride=2, ceil_mode=True, input=rounded(1, 2, 7).abs() + 0.125)
case("LPPool2d", (1, 2, 4, 5), 2, (2, 3), stride=1)
for size in (1, 3, 4, 9):
    case("AdaptiveAvgPool1d", (2, 2, 7), size)
    case("AdaptiveMaxPool1d", (2, 2, 7), size, return_indices=True)
case("AdaptiveAvgPool2d", (2, 5, 6), [2, None])
case("AdaptiveMaxPool2d", (1, 2, 5, 6), [3, 2], return_indices=True)
case("AdaptiveMaxPool2d", (2, 7, 4), [None, 3], return_indices=True)
case("AdaptiveAvgPool3d", (1, 1, 4, 3, 5), [3, 1, 2])
case("AdaptiveMaxPool3d", (1, 1, 4, 3, 5), [3, 1, 2], return_indices=True)

modes = {1: ["nearest", "nearest-exact", "linear", "area"], 3: ["nearest", "trilinear", "area"]}
modes[2] = ["nearest", "nearest-exact", "bilinear", "bicubic", "area"]
shapes = {1: (1, 2, 5), 2: (1, 2, 4, 3), 3: (1, 1, 3, 2, 3)}
for spatial, names in modes.items():
    for mode in names:
        for target in ({"scale_factor": 2.0}, {"scale_factor": 1.7}, {"size": 7}, {"size": 2}):
            case("Upsample", shapes[spatial], mode=mode, **target)
            if mode.endswith(("linear", "cubic")):
                case("Upsample", shapes[spatial], mode=mode, align_corners=True, **target)
case("Upsample", (1, 1, 5), scale_factor=1.7, mode="linear", recompute_scale_factor=True)
case("Upsample", (1, 1, 3, 4), scale_factor=(3.0, 0.5), mode="bicubic")
case("Upsample", (1, 1, 4, 3), size=(1, 9))

case("PixelShuffle", (2, 18, 2, 1), 3)
case("PixelUnshuffle", (2, 2, 6, 3), 3)
for name, spatial in (("ConstantPad", 2), ("ReflectionPad", 3), ("ReplicationPad", 3)):
    for dims in range(1, spatial + 1):
        value = [0.5] if name == "ConstantPad" else []
        sides = [1, 2, 2, 0, 1, 1][: 2 * dims]
        case(f"{name}{dims}d", (1, 2, 3, 4, 3)[: dims + 2], sides, *value)
case("ConstantPad2d", (1, 2, 4, 5), [-1, 2, 1, -2], 1.5)
case("ZeroPad2d", (2, 3, 3), 1)
case("Unfold", (2, 2, 4, 5), (2, 3), dilation=1, padding=(1, 0), stride=(2, 1))
case("Fold", (1, 8, 12), (4, 5), 2)
case("Unflatten", (2, 6), 1, [2, 3])



def function_case(name, inputs, *args, **options):
    """A function of tensors, whose gradients are those of the floats among them."""
    for value in inputs:
        if value.is_floating_point():
            value.requires_grad_()
    output = getattr(nn.functional, name)(*inputs, *args, **options)
    cotangent = rounded(*output.shape)
    (output * cotangent).sum().backward()
    names = [f"input{index}" for index in range(len(inputs))]
    grads = {key: dump(value.grad) for key, value in zip(names, inputs) if value.requires_grad}
    if options.get("mode") == "nearest":
        # All zeros: ours is not asked for the gradient of something that the output does not depend on.
        grads.pop("input1")
    cases.append(
        {
            "name": f"{name} {list(args)} {options} of {[list(value.shape) for value in inputs]}",
            "op": f"nn.functional.{name}",
            "call": "",
            "attrs": {"args": args, "called": (), **options},
            "inputs": {key: {**dump(value), "requires_grad": value.requires_grad} for key, value in zip(names, inputs)},
            "params": {},
            "outputs": {"output": dump(output)},
            "cotangent": {"output": dump(cotangent)},
            "grads": grads,
            "rtol": 1e-4,
            "atol": 1e-5,
        }
    )


for mode in ("bilinear", "nearest", "bicubic"):
    for padding_mode in ("zeros", "border", "reflection"):
        for align_corners in (False, True):
            # In steps of a 31st of the plane, which hit neither edges nor the middle between two elements.
            places = torch.randint(-50, 50, (2, 3, 4, 2)) / 31 + 0.003
            options = dict(mode=mode, padding_mode=padding_mode, align_corners=align_corners)
            function_case("grid_sample", [rounded(2, 2, 4, 5), places.float().double()], **options)
places = (torch.randint(-50, 50, (1, 2, 2, 3, 3)) / 31 + 0.003).float().double()
function_case("grid_sample", [rounded(1, 2, 3, 4, 2), places], align_corners=False, padding_mode="reflection")
for align_corners in (False, True):
    function_case("affine_grid", [rounded(2, 2, 3)], [2, 1, 3, 4], align_corners=align_corners)
    function_case("affine_grid", [rounded(1, 3, 4)], [1, 1, 2, 1, 3], align_corners=align_corners)
pooled, indices = nn.functional.max_pool2d(rounded(2, 2, 5, 4), 2, return_indices=True)
function_case("max_unpool2d", [pooled.detach(), indices], 2)
function_case("max_unpool2d", [pooled.detach(), indices], 2, output_size=[5, 4])
pooled, indices = nn.functional.max_pool1d(rounded(2, 7), 3, stride=3, padding=1, return_indices=True)
function_case("max_unpool1d", [pooled.detach(), indices], 3, stride=3, padding=1)
pooled, indices = nn.functional.max_pool3d(rounded(1, 1, 4, 2, 4), 2, return_indices=True)
function_case("max_unpool3d", [pooled.detach(), indices], 2)

json.dump({"format": 1, "torch": "1.13.1", "category": "spatial", "cases": cases}, sys.stdout, separators=(",", ":"))
print()
