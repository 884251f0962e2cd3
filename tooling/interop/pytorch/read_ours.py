"""Reads with PyTorch what src/write-ours.ts wrote, and compares. /usr/bin/python3 read_ours.py FOLDER"""
import json
import pathlib
import sys
import warnings

import torch

import layers
import models
import optimizers
import safetensors_file

warnings.filterwarnings("ignore")
TOLERANCE = 1e-4


def load_json(folder, name):
    return json.loads((folder / f"{name}.json").read_text())


def tensor(numbers):
    dtype = {"float32": torch.float32, "int64": torch.int64, "bool": torch.bool}[numbers["dtype"]]
    return torch.tensor(numbers["data"], dtype=dtype).reshape(numbers["shape"])


def difference(got, want):
    assert len(got) == len(want) and all(list(g.shape) == w["shape"] for g, w in zip(got, want)), "other shapes"
    return max(((g - tensor(w)).abs() / (1 + tensor(w).abs())).max().item() for g, w in zip(got, want))


def read_layer(folder, name, call):
    make, _, forward = layers.LAYERS[name]
    module = make().eval()
    stored = safetensors_file.read(folder / f"{name.replace(' ', '-')}.safetensors")
    module.load_state_dict(layers.from_published(module, stored))
    outputs = layers.outputs_of(forward(module, *[tensor(value) for value in call["inputs"]]))
    return difference(outputs, call["outputs"])


def read_model(folder, name, call):
    make, may_miss = models.MODELS[name]
    model = make().eval()
    stored = safetensors_file.read(folder / f"{name}.safetensors")
    if name == "bert":
        # transformers' BertForMaskedLM has this second name for the bias; BertForPreTraining of old has not.
        stored.pop("cls.predictions.decoder.bias")
    result = model.load_state_dict(stored, strict=False)
    assert not result.unexpected_keys, result.unexpected_keys
    assert all(key.endswith(may_miss) for key in result.missing_keys), result.missing_keys
    return difference([model(*[tensor(value) for value in call["inputs"]])], call["outputs"])


def read_optimizer(folder, name):
    Class, _ = optimizers.OPTIMIZERS[name]
    written = load_json(folder, name)
    parameters = optimizers.fresh([tensor(value).tolist() for value in written["before"]])
    optimizer = Class(parameters, lr=123.0)
    state = {}
    stored = safetensors_file.read(folder / f"{name}.safetensors")
    for key, value in [*stored.items(), *written["numbers"].items()]:
        index, entry = key.split(".")
        state.setdefault(int(index), {})[entry] = value
    groups = [{**optimizer.state_dict()["param_groups"][0], **group} for group in written["param_groups"]]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    optimizers.advance(optimizer, parameters, range(optimizers.BEFORE, optimizers.BEFORE + optimizers.AFTER))
    return difference([parameter.detach() for parameter in parameters], written["after"])


def main(folder):
    results = {}
    for name, call in load_json(folder, "layers").items():
        results[name] = read_layer(folder, name, call)
    for name, call in load_json(folder, "models").items():
        results[name] = read_model(folder, name, call)
    for name in optimizers.OPTIMIZERS:
        results[f"optim.{name}"] = read_optimizer(folder, name)
    for name, off in results.items():
        print(f"{'ok ' if off <= TOLERANCE else 'OFF'} {off:.1e} {name}")
    bad = [name for name, off in results.items() if not off <= TOLERANCE]
    print(f"torch {torch.__version__} read {len(results)}; {len(bad)} differ by more than {TOLERANCE}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
