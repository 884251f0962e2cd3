"""Writes sequences.json.golden: what PyTorch gives for recurrent layers on packed sequences, attention, bags of embeddings and losses, in float64.

    python3 make_sequence_cases.py > sequences.json.golden

The format is that of tooling/goldens/cases, but for `attrs`, which says how our class or function is called:
`args` and `options` make the module, `given` are its inputs by name (a list is a tuple of tensors), `named` and `called` the
tensors and numbers among the options of the call. Made with PyTorch 1.13.1.
"""

import json
import math
import sys

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.manual_seed(20240918)
torch.set_default_dtype(torch.float64)
cases = []


def dump(value):
    kind = {torch.int64: "int64", torch.bool: "bool"}.get(value.dtype, "float64")
    data = value.detach().flatten().tolist()
    if kind == "float64":
        words = {math.inf: "Infinity", -math.inf: "-Infinity"}
        data = [float(f"{x:.12g}") if math.isfinite(x) else words[x] for x in data]
    return {"shape": list(value.shape), "dtype": kind, "data": [int(x) if kind == "bool" else x for x in data]}


def rounded(*shape):
    """Values that float32 holds exactly."""
    return (torch.randn(shape) * 64).round() / 64


def positive(*shape):
    return rounded(*shape).abs() + 0.25


def integers(high, *shape):
    return torch.randint(0, high, shape)


def case(op, label, inputs, run, given, args=(), options=None, named=(), called=None, module=None, frozen=()):
    """`inputs` by name, floats with a gradient unless frozen; `run` computes outputs by name."""
    for parameter in module.parameters() if module else ():
        # Small ones, for scores that leave no softmax at its ends, where gradients cancel.
        parameter.data = rounded(*parameter.shape) / 4
    params = {key: dump(value) for key, value in module.state_dict().items()} if module else {}
    leaves = {name: x for name, x in inputs.items() if x.dtype == torch.float64 and name not in frozen}
    dumped = {name: {**dump(x), "requires_grad": name in leaves} for name, x in inputs.items()}
    for leaf in leaves.values():
        leaf.requires_grad_()
    outputs = run(**inputs)
    cotangent = {name: rounded(*x.shape) for name, x in outputs.items() if x.requires_grad}
    sum((outputs[name] * c).sum() for name, c in cotangent.items()).backward()
    if module:
        leaves = {**leaves, **dict(module.named_parameters())}
    cases.append(
        {
            "name": f"{op} {label}",
            "op": op,
            "call": "",
            "attrs": {"args": args, "options": options or {}, "given": given, "named": named, "called": called or {}},
            "inputs": dumped,
            "params": params,
            "outputs": {name: dump(x) for name, x in outputs.items()},
            "cotangent": {name: dump(x) for name, x in cotangent.items()},
            "grads": {name: dump(x.grad) for name, x in leaves.items() if x.grad is not None},
            "rtol": 1e-4,
            "atol": 5e-6,
        }
    )


def recurrent(name, lengths, with_state, **options):
    module = getattr(nn, name)(3, 4, **options)
    batch_first = options.get("batch_first", False)
    steps, size = 5, len(lengths)
    count = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    inputs = {"input": rounded(size, steps, 3) if batch_first else rounded(steps, size, 3)}
    if with_state:
        inputs["h_0"] = rounded(count, size, options.get("proj_size") or 4)
        if name == "LSTM":
            inputs["c_0"] = rounded(count, size, 4)

    def run(input, h_0=None, c_0=None):
        packed = pack_padded_sequence(input, torch.tensor(lengths), batch_first, enforce_sorted=False)
        output, state = module(packed, h_0 if c_0 is None else (h_0, c_0))
        output, _ = pad_packed_sequence(output, batch_first, total_length=steps)
        h_n, c_n = state if name == "LSTM" else (state, None)
        return {"output": output, "h_n": h_n, **({} if c_n is None else {"c_n": c_n})}

    state = None if not with_state else ["h_0", "c_0"] if name == "LSTM" else "h_0"
    case(f"nn.{name}", f"{options} of lengths {lengths}{' with states' if with_state else ''}", inputs, run,
         ["input", state], (3, 4), options, called={"lengths": lengths}, module=module)


for name in ("RNN", "LSTM", "GRU"):
    recurrent(name, [5, 3, 1], True)
    recurrent(name, [2, 5, 4, 3], False, num_layers=2, bidirectional=True, batch_first=True)
    recurrent(name, [3, 5], True, num_layers=3, bidirectional=True, bias=False)
recurrent("LSTM", [2, 5, 1], True, proj_size=2, num_layers=2, bidirectional=True)
recurrent("RNN", [2, 5, 1], True, nonlinearity="relu", bidirectional=True, batch_first=True)


def bags(label, input, offsets=None, weights=False, **options):
    module = nn.EmbeddingBag(6, 3, **options)
    inputs = {"input": input}
    if offsets is not None:
        inputs["offsets"] = offsets
    if weights:
        inputs["per_sample_weights"] = rounded(*input.shape)

    def run(input, offsets=None, per_sample_weights=None):
        return {"output": module(input, offsets, per_sample_weights)}

    case("nn.EmbeddingBag", f"{label} {options}", inputs, run, ["input", None if offsets is None else "offsets"], (6, 3),
         options, named=["per_sample_weights"] if weights else [], module=module)


for mode in ("sum", "mean", "max"):
    bags("square", integers(6, 4, 3), mode=mode)
    bags("loose", integers(6, 9), torch.tensor([0, 2, 2, 6]), mode=mode)
    bags("square, padded", torch.tensor([[1, 0, 4], [4, 4, 4], [2, 4, 2]]), mode=mode, padding_idx=4)
    bags("loose, padded", torch.tensor([5, 0, 5, 5, 3]), torch.tensor([0, 2, 4, 5]), mode=mode, padding_idx=-1, include_last_offset=True)
bags("weighted square", integers(6, 4, 3), None, True, mode="sum")
bags("weighted loose", integers(6, 9), torch.tensor([0, 4, 4]), True, mode="sum", padding_idx=2)


def ctc(label, log_probs, targets, inputs, lengths, softmax=True, **options):
    given = {"input": log_probs, "targets": targets, "input_lengths": torch.tensor(inputs), "target_lengths": torch.tensor(lengths)}

    def run(input, targets, input_lengths, target_lengths):
        logs = F.log_softmax(input, -1) if softmax else input
        return {"output": F.ctc_loss(logs, targets, input_lengths, target_lengths, **options)}

    case("nn.functional.ctc_loss", f"{label} {options}", given, run, list(given), called=options, options={"log_softmax": softmax})


ragged = torch.tensor([[1, 2, 2], [3, 3, 0], [1, 0, 0], [0, 0, 0]])
for reduction in ("mean", "sum", "none"):
    ctc("ragged", rounded(7, 4, 4), ragged, [7, 6, 5, 4], [3, 2, 1, 0], reduction=reduction)
ctc("in one row", rounded(7, 3, 4), torch.tensor([1, 2, 2, 3, 3, 1]), [7, 6, 5], [3, 2, 1], reduction="none")
ctc("last class blank", rounded(6, 2, 4), torch.tensor([[1, 0], [2, 2]]), [6, 5], [2, 2], blank=3)
ctc("too short", rounded(6, 2, 4), torch.tensor([[1, 2], [2, 2]]), [6, 2], [2, 2], zero_infinity=True)
ctc("no batch", rounded(6, 4), torch.tensor([1, 2, 1]), 6, 3, reduction="sum")
ctc("of raw scores", rounded(5, 2, 3), torch.tensor([[1, 2], [1, 1]]), [5, 4], [2, 2], softmax=False, reduction="none")


def attention(label, shapes, masks=None, average=True, **options):
    module = nn.MultiheadAttention(8, 2, **options)
    inputs = {name: rounded(*shape) for name, shape in zip(("query", "key", "value"), shapes)}
    inputs.update(masks or {})

    def run(query, key, value, **masks):
        output, weights = module(query, key, value, average_attn_weights=average, **masks)
        return {"output": output, "weights": weights}

    case("nn.MultiheadAttention", f"{label} {options}", inputs, run, ["query", "key", "value"], (8, 2), options,
         named=list(masks or {}), called={"average_attn_weights": average}, module=module, frozen=list(masks or {}))


here, there = (3, 2, 8), (4, 2, 8)
causal = torch.ones(3, 4).triu(1).bool()
padding = torch.tensor([[False, False, True, False], [False, False, False, True]])
attention("causal", (here, there, there), {"attn_mask": causal})
attention("causal for each head", (here, there, there), {"attn_mask": torch.rand(4, 3, 4) > 0.7}, average=False)
# With a float attn_mask, 1.13 does not take a float key_padding_mask to heart; 2.x adds the two.
attention("biased", (here, there, there), {"attn_mask": rounded(3, 4), "key_padding_mask": padding})
attention("padded by a float", (here, there, there), {"key_padding_mask": torch.where(padding, -math.inf, 0.0)})
attention("padded and causal", ((2, 3, 8), (2, 4, 8), (2, 4, 8)), {"attn_mask": causal, "key_padding_mask": padding}, batch_first=True)
attention("no batch", ((3, 8), (4, 8), (4, 8)), {"attn_mask": causal}, average=False)
attention("added keys", (here, there, there), {"attn_mask": causal, "key_padding_mask": padding}, add_bias_kv=True, add_zero_attn=True)
attention("of other sizes", (here, (4, 2, 5), (4, 2, 6)), {"key_padding_mask": padding}, kdim=5, vdim=6, bias=False)


def loss(name, inputs, named=(), frozen=(), **options):
    for reduction in options.pop("reductions", ("mean", "sum", "none")):
        copies = {key: x.detach().clone() for key, x in inputs.items()}
        chosen = {"reduction": reduction, **options} if reduction else options
        run = lambda **given: {"output": getattr(F, name)(*[x for key, x in given.items() if key not in named], **{key: given[key] for key in named}, **chosen)}
        case(f"nn.functional.{name}", f"{options} {list(named)} {list(copies['input' if 'input' in copies else next(iter(copies))].shape)} {reduction}", copies, run,
             [key for key in inputs if key not in named], named=list(named), called=chosen, frozen=(*named, *frozen))


x, y = rounded(4, 3), rounded(4, 3)
signs = torch.where(rounded(4, 3) > 0, 1.0, -1.0)
bits = (rounded(4, 3) > 0).double()
classes = torch.tensor([2, 0, 1, 1])
loss("soft_margin_loss", {"input": x, "target": signs}, frozen=["target"])
loss("hinge_embedding_loss", {"input": x, "target": signs}, margin=0.5, frozen=["target"])
loss("multi_margin_loss", {"input": x, "target": classes})
loss("multi_margin_loss", {"input": x, "target": classes, "weight": positive(3)}, ["weight"], p=2, margin=0.5)
loss("multilabel_margin_loss", {"input": x, "target": torch.tensor([[1, -1, 0], [2, 0, -1], [0, 1, 2], [-1, 0, 0]])})
loss("multilabel_soft_margin_loss", {"input": x, "target": bits, "weight": positive(3)}, ["weight"], frozen=["target"])
loss("margin_ranking_loss", {"input1": x, "input2": y, "target": signs}, margin=0.25, frozen=["target"])
loss("cosine_embedding_loss", {"input1": x, "input2": y, "target": torch.tensor([1.0, -1.0, -1.0, 1.0])}, margin=0.1, frozen=["target"])
triple = {"anchor": x, "positive": y, "negative": rounded(4, 3)}
loss("triplet_margin_loss", triple, margin=2.0, p=1, swap=True)
loss("triplet_margin_loss", triple, p=3.0)
loss("triplet_margin_with_distance_loss", triple, margin=1.5, swap=True)
loss("gaussian_nll_loss", {"input": x, "target": y, "var": positive(4, 3)}, full=True)
loss("gaussian_nll_loss", {"input": x, "target": y, "var": positive(4, 1)}, eps=0.5)
loss("poisson_nll_loss", {"input": positive(4, 3), "target": integers(5, 4, 3).double()}, log_input=False, full=True, frozen=["target"])
loss("poisson_nll_loss", {"input": x, "target": integers(5, 4, 3).double()}, full=True, frozen=["target"])
loss("huber_loss", {"input": x, "target": y}, delta=0.5)
loss("smooth_l1_loss", {"input": x, "target": y}, beta=0.5)
loss("kl_div", {"input": x, "target": y}, reductions=("mean", "sum", "none", "batchmean"), log_target=True)
loss("binary_cross_entropy", {"input": torch.sigmoid(x).float().double(), "target": bits, "weight": positive(3)}, ["weight"], frozen=["target"])
loss("binary_cross_entropy_with_logits", {"input": x, "target": bits, "weight": positive(3), "pos_weight": positive(3)}, ["weight", "pos_weight"], frozen=["target"])
image, labels = rounded(2, 3, 2, 2), torch.tensor([[[0, 2], [-1, 1]], [[1, 1], [0, -1]]])
loss("cross_entropy", {"input": image, "target": labels, "weight": positive(3)}, ["weight"], ignore_index=-1, label_smoothing=0.2)
loss("cross_entropy", {"input": image, "target": torch.softmax(rounded(2, 3, 2, 2), 1).float().double(), "weight": positive(3)}, ["weight"], label_smoothing=0.1, frozen=["target"])
loss("cross_entropy", {"input": rounded(3), "target": torch.tensor(1)}, label_smoothing=0.3)
loss("nll_loss", {"input": image, "target": labels, "weight": positive(3)}, ["weight"], ignore_index=-1)
loss("pdist", {"input": x}, reductions=(None,))
loss("rrelu", {"input": x}, reductions=(None,), lower=0.2, upper=0.5)

adaptive = nn.AdaptiveLogSoftmaxWithLoss(16, 10, [3, 6], div_value=2.0, head_bias=True)
case("nn.AdaptiveLogSoftmaxWithLoss", "", {"input": rounded(6, 16), "target": torch.tensor([0, 2, 4, 5, 9, 6])},
     lambda input, target: dict(zip(("output", "loss"), adaptive(input, target))), ["input", "target"], (16, 10, [3, 6]),
     {"div_value": 2.0, "head_bias": True}, module=adaptive)

json.dump({"cases": cases}, sys.stdout, separators=(",", ":"))
