"""Every optimizer that PyTorch 1.13 has and we have, with options under which all of its state exists."""
import torch
from torch import optim

OPTIMIZERS = {
    "SGD": (optim.SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.1, "weight_decay": 0.01}),
    "Adam": (optim.Adam, {"lr": 0.1, "amsgrad": True, "weight_decay": 0.01}),
    "AdamW": (optim.AdamW, {"lr": 0.1}),
    "Adagrad": (optim.Adagrad, {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.5}),
    "Adadelta": (optim.Adadelta, {"lr": 1.0}),
    "RMSprop": (optim.RMSprop, {"lr": 0.05, "momentum": 0.5, "centered": True}),
    "Adamax": (optim.Adamax, {"lr": 0.1}),
    "NAdam": (optim.NAdam, {"lr": 0.1}),
    "RAdam": (optim.RAdam, {"lr": 0.1, "betas": (0.9, 0.9)}),
    "ASGD": (optim.ASGD, {"lr": 0.1, "t0": 1, "lambd": 0.01}),
    "Rprop": (optim.Rprop, {"lr": 0.1}),
}

START = [[[0.5, -1.25, 2.0], [-0.75, 1.5, 0.25]], [0.1, -0.2, 0.3]]
BEFORE, AFTER = 3, 2


def gradients(step):
    """Numbers that every language computes alike: multiples of 1/8."""
    matrix = [[((step * 7 + row * 5 + column * 3) % 11 - 5) / 8 for column in range(3)] for row in range(2)]
    vector = [((step * 3 + column * 4) % 7 - 3) / 8 for column in range(3)]
    return [matrix, vector]


def advance(optimizer, parameters, steps):
    for step in steps:
        for parameter, gradient in zip(parameters, gradients(step)):
            parameter.grad = torch.tensor(gradient)
        optimizer.step()


def fresh(values=START):
    return [torch.tensor(value, requires_grad=True) for value in values]
