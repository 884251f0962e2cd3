"""Writes ../fixtures. Run with Debian's PyTorch 1.13: /usr/bin/python3 make_fixtures.py"""
import json
import os
import pathlib
import warnings
import zlib

import torch

import layers
import models
import optimizers
import safetensors_file

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
FOLDER = pathlib.Path(__file__).parent.parent / "fixtures"


def numbers(tensor):
    """A tensor as JSON, with the digits that float32 has."""
    values = tensor.detach().flatten().tolist()
    data = [float(f"{value:.7g}") if isinstance(value, float) else int(value) for value in values]
    return {"shape": list(tensor.shape), "dtype": str(tensor.dtype).replace("torch.", ""), "data": data}


def short(tensor):
    """An input that few digits write exactly enough: what JSON says is what the module gets."""
    return (tensor * 1000).round() / 1000 if tensor.is_floating_point() else tensor


def file_name(name):
    return name.replace(" ", "-") + ".safetensors"


def write_json(name, value):
    # The ending keeps formatters away from it.
    (FOLDER / f"{name}.golden").write_text(json.dumps(value, separators=(",", ":")) + "\n")


def make_layers():
    written = {}
    for name, (make, make_inputs, call) in layers.LAYERS.items():
        # By its name, so that a new row leaves the others as they are.
        torch.manual_seed(zlib.crc32(name.encode()))
        module = layers.randomize(make()).eval()
        stored = layers.STORED_AS.get(name, torch.float32)
        if stored != torch.float32:
            module.to(stored).to(torch.float32)
        inputs = [short(value) for value in make_inputs()]
        outputs = layers.outputs_of(call(module, *inputs))
        state = layers.to_published(module, module.state_dict())
        state = {key: value.to(stored) if value.is_floating_point() else value for key, value in state.items()}
        safetensors_file.write(FOLDER / "layers" / file_name(name), state)
        written[name] = {"inputs": [numbers(value) for value in inputs], "outputs": [numbers(value) for value in outputs]}
    write_json("layers.json", written)


def make_models():
    torch.manual_seed(100)
    written = {}
    padding = torch.zeros(2, 6, dtype=torch.bool)
    padding[1, 4:] = True
    segments = (torch.arange(6) > 2).long().expand(2, 6).contiguous()
    cases = {
        "gpt2": [torch.randint(0, 13, (2, 7))],
        "bert": [torch.randint(0, 13, (2, 6)), segments, padding],
        "resnet18": [short(torch.randn(2, 3, 33, 40))],
    }
    for name, inputs in cases.items():
        model = layers.randomize(models.MODELS[name][0]()).eval()
        output = model(*inputs)
        safetensors_file.write(FOLDER / "models" / f"{name}.safetensors", model.state_dict())
        written[name] = {"inputs": [numbers(value) for value in inputs], "outputs": [numbers(output)]}
    write_json("models.json", written)


def make_optimizers():
    written = {}
    for name, (Class, options) in optimizers.OPTIMIZERS.items():
        parameters = optimizers.fresh()
        optimizer = Class(parameters, **options)
        optimizers.advance(optimizer, parameters, range(optimizers.BEFORE))
        state = optimizer.state_dict()
        entry = {"options": options, "param_groups": state["param_groups"], "state": {}}
        for index, values in state["state"].items():
            entry["state"][index] = {key: numbers(value) if torch.is_tensor(value) else value for key, value in values.items()}
        entry["before"] = [numbers(parameter) for parameter in parameters]
        optimizers.advance(optimizer, parameters, range(optimizers.BEFORE, optimizers.BEFORE + optimizers.AFTER))
        entry["after"] = [numbers(parameter) for parameter in parameters]
        written[name] = entry
    write_json("optimizers.json", written)


def make_averages():
    """swa_utils on a model with a batch norm: three weightings, their average, its statistics over two batches."""
    torch.manual_seed(200)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2))
    averaged = torch.optim.swa_utils.AveragedModel(model)
    snapshots = []
    for _ in range(3):
        layers.randomize(model)
        averaged.update_parameters(model)
        snapshots.append({name: numbers(value) for name, value in model.state_dict().items()})
    batches = [short(torch.randn(5, 3)), short(torch.randn(3, 3))]
    torch.optim.swa_utils.update_bn(batches, averaged)
    write_json("averages.json", {
        "snapshots": snapshots, "batches": [numbers(batch) for batch in batches],
        "averaged": {name: numbers(value) for name, value in averaged.state_dict().items()},
    })


if __name__ == "__main__":
    for folder in ("layers", "models"):
        os.makedirs(FOLDER / folder, exist_ok=True)
    make_layers()
    make_models()
    make_optimizers()
    make_averages()
    total = sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file())
    print(f"{total} bytes in {FOLDER.name}")
