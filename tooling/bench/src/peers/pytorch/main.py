"""A process that runs one workload with PyTorch: main.py <workload> <file of the start> <threads>.

It answers like contenders/serve.ts: each line of stdin is a number of steps, each line written to file descriptor 3 tells how
the round went."""

import json
import math
import os
import sys
import time
import traceback

import torch
from torch import nn
from torch.nn import functional as F


def read_start(path):
    """The state dict by name, and the inputs batch by batch, out of a safetensors file."""
    content = bytearray(open(path, "rb").read())
    header = int.from_bytes(content[:8], "little")
    entries = json.loads(bytes(content[8 : 8 + header]))
    state, batches = {}, {}
    for name, entry in entries.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        dtype = torch.int32 if entry["dtype"] == "I32" else torch.float32
        data = content[8 + header + begin : 8 + header + end]
        value = torch.frombuffer(data, dtype=dtype).reshape(entry["shape"]).clone()
        kind, _, rest = name.partition(".")
        if kind == "state":
            state[rest] = value
        else:
            batch, position = map(int, rest.split("."))
            batches.setdefault(batch, {})[position] = value.long() if dtype == torch.int32 else value
    return state, [[inputs[i] for i in range(len(inputs))] for _, inputs in sorted(batches.items())]


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
        )

    def forward(self, x):
        return self.layers(x)


def deep_mlp(norm):
    layers = []
    for layer in range(6):
        layers += [nn.Linear(784 if layer == 0 else 256, 256), norm(256), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(256, 10))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 10),
    )


class GPT(nn.Module):
    def __init__(self, vocabulary=65, context=64, width=128, heads=4, depth=4):
        super().__init__()
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.position_embedding = nn.Embedding(context, width)
        layer = nn.TransformerEncoderLayer(
            width, heads, 4 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, depth, norm=nn.LayerNorm(width))
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.positions = torch.arange(context)
        self.mask = torch.full((context, context), -math.inf).triu(1)

    def forward(self, tokens):
        embedded = self.token_embedding(tokens) + self.position_embedding(self.positions)
        return self.head(self.encoder(embedded, self.mask))


def blas():
    """Whose matrix products these are: Debian's PyTorch takes the system's, and its default one is very slow."""
    maps = open("/proc/self/maps").read() if os.path.exists("/proc/self/maps") else ""
    for name in ("openblas", "mkl", "blis"):
        if f"lib{name}" in maps:
            return name
    return "reference BLAS: install libopenblas0" if "libblas" in maps else "its own BLAS"


def trainer(model, optimizer, max_norm=None):
    def step(x, y):
        optimizer.zero_grad(set_to_none=True)
        logits = model(x)
        loss = F.cross_entropy(logits.flatten(0, -2), y.flatten())
        loss.backward()
        if max_norm is not None:
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        return [loss]

    return step


def layer_norm(state):
    model = nn.LayerNorm(512)
    model.load_state_dict(state)

    def step(x, dy):
        x = x.detach().requires_grad_()
        y = model(x)
        return [y, *torch.autograd.grad(y, [x, model.weight, model.bias], dy)]

    return step


def adamw(state):
    parameter = nn.Parameter(state["weight"])
    optimizer = torch.optim.AdamW([parameter], weight_decay=0.01)

    def step(gradient):
        parameter.grad = gradient
        optimizer.step()
        return [parameter]

    return step


def training(name, state):
    model = {
        "W1": MLP,
        "W2": lambda: deep_mlp(nn.LayerNorm),
        "W2b": lambda: deep_mlp(nn.BatchNorm1d),
        "W3": cnn,
        "W4": GPT,
    }[name]()
    model.load_state_dict(state)
    if name in ("W1", "W3"):
        return trainer(model, torch.optim.Adam(model.parameters()))
    return trainer(model, torch.optim.AdamW(model.parameters(), weight_decay=0.01), max_norm=1.0)


def kernel(name, state):
    if name.startswith("matmul"):
        return {
            "NN": lambda a, b: [a @ b],
            "TN": lambda a, b: [a.t() @ b],
            "NT": lambda a, b: [a @ b.t()],
        }[name.split("-")[-1]]
    return {
        "layer-norm": lambda: layer_norm(state),
        "softmax": lambda: lambda x: [torch.softmax(x, -1)],
        "gelu": lambda: lambda x: [F.gelu(x * 1.5 + 0.25)],
        "adamw": lambda: adamw(state),
    }[name]()


def main():
    name, path, threads = sys.argv[1:]
    out = os.fdopen(3, "w", buffering=1)
    try:
        torch.set_num_threads(int(threads))
        state, batches = read_start(path)
        step = training(name, state) if name.startswith("W") else kernel(name, state)
        version = f"PyTorch {torch.__version__}, {blas()}, {torch.get_num_threads()} threads"
        print(json.dumps({"version": version}), file=out)
        done = 0
        for line in sys.stdin:
            processor, start = time.process_time(), time.perf_counter()
            for _ in range(int(line)):
                outputs = step(*batches[done % len(batches)])
                done += 1
            value = sum(output.flatten()[0].item() for output in outputs)
            milliseconds = (time.perf_counter() - start) * 1000
            processor = (time.process_time() - processor) * 1000
            answer = {"milliseconds": milliseconds, "processor": processor, "value": value}
            print(json.dumps(answer), file=out)
    except Exception:
        print(json.dumps({"error": traceback.format_exc()}), file=out)
        sys.exit(1)


main()
