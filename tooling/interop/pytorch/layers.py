"""Every layer with state: how PyTorch makes it and what it is called with. The same names are in src/layers.ts."""
import torch
from torch import nn


def floats(*shape):
    return torch.randn(*shape)


def tokens(high, *shape):
    return torch.randint(0, high, shape)


def padding_mask():
    mask = torch.zeros(2, 5, dtype=torch.bool)
    mask[1, 3:] = True
    return mask


def encoder_layer(**options):
    return nn.TransformerEncoderLayer(8, 2, dim_feedforward=10, **options)


def parametrized_weight_norm(module):
    """PyTorch 2's spelling, which 1.13 does not have: the same two tensors under other names."""
    wrapped = nn.utils.weight_norm(module)
    wrapped.renamed = {"weight_g": "parametrizations.weight.original0", "weight_v": "parametrizations.weight.original1"}
    return wrapped


class RMSNorm(nn.Module):
    """torch.nn.RMSNorm by its formula: PyTorch 1.13 does not have it."""

    def __init__(self, size, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x):
        return x / (x.square().mean(-1, keepdim=True) + self.eps).sqrt() * self.weight


# name -> (make, inputs, call), where call gives one tensor or a tuple.
def plain(module, *inputs):
    return module(*inputs)


LAYERS = {
    "Linear": (lambda: nn.Linear(5, 3), lambda: [floats(4, 5)], plain),
    "Linear without bias": (lambda: nn.Linear(5, 3, bias=False), lambda: [floats(4, 5)], plain),
    "Linear in F16": (lambda: nn.Linear(5, 3), lambda: [floats(4, 5)], plain),
    "Linear in BF16": (lambda: nn.Linear(5, 3), lambda: [floats(4, 5)], plain),
    "Bilinear": (lambda: nn.Bilinear(3, 4, 2), lambda: [floats(5, 3), floats(5, 4)], plain),
    "Embedding": (lambda: nn.Embedding(7, 4), lambda: [tokens(7, 3, 2)], plain),
    "EmbeddingBag": (lambda: nn.EmbeddingBag(7, 4), lambda: [tokens(7, 3, 2)], plain),
    "PReLU": (lambda: nn.PReLU(3), lambda: [floats(2, 3, 4)], plain),
    "LayerNorm": (lambda: nn.LayerNorm([3, 4]), lambda: [floats(2, 3, 4)], plain),
    "RMSNorm": (lambda: RMSNorm(4, 1e-3), lambda: [floats(2, 3, 4)], plain),
    "GroupNorm": (lambda: nn.GroupNorm(2, 4), lambda: [floats(2, 4, 5)], plain),
    "BatchNorm1d": (lambda: nn.BatchNorm1d(4), lambda: [floats(6, 4)], plain),
    "BatchNorm2d": (lambda: nn.BatchNorm2d(3), lambda: [floats(2, 3, 4, 2)], plain),
    "BatchNorm3d": (lambda: nn.BatchNorm3d(2), lambda: [floats(2, 2, 2, 3, 2)], plain),
    "InstanceNorm1d": (lambda: nn.InstanceNorm1d(3, affine=True, track_running_stats=True), lambda: [floats(2, 3, 5)], plain),
    "InstanceNorm2d": (lambda: nn.InstanceNorm2d(3, affine=True), lambda: [floats(2, 3, 4, 2)], plain),
    "InstanceNorm3d": (lambda: nn.InstanceNorm3d(2, affine=True), lambda: [floats(2, 2, 2, 3, 2)], plain),
    "Conv1d": (lambda: nn.Conv1d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2), lambda: [floats(2, 4, 9)], plain),
    "Conv2d": (lambda: nn.Conv2d(3, 4, (3, 2), stride=(1, 2), padding=(1, 0)), lambda: [floats(2, 3, 5, 6)], plain),
    "Conv2d reflecting": (lambda: nn.Conv2d(2, 3, 3, padding=1, padding_mode="reflect"), lambda: [floats(1, 2, 4, 5)], plain),
    "Conv3d": (lambda: nn.Conv3d(2, 3, 2, padding=1), lambda: [floats(1, 2, 3, 2, 3)], plain),
    "ConvTranspose1d": (lambda: nn.ConvTranspose1d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2), lambda: [floats(2, 4, 5)], plain),
    "ConvTranspose2d": (lambda: nn.ConvTranspose2d(3, 2, 3, stride=2, dilation=2), lambda: [floats(1, 3, 3, 2)], plain),
    "ConvTranspose3d": (lambda: nn.ConvTranspose3d(2, 2, 2, stride=2), lambda: [floats(1, 2, 2, 1, 2)], plain),
    "RNN": (lambda: nn.RNN(3, 4, num_layers=2), lambda: [floats(5, 2, 3)], lambda m, x: flat(m(x))),
    "RNN with ReLU": (lambda: nn.RNN(3, 4, nonlinearity="relu"), lambda: [floats(5, 2, 3)], lambda m, x: flat(m(x))),
    "LSTM": (lambda: nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True), lambda: [floats(2, 5, 3)], lambda m, x: flat(m(x))),
    "LSTM with projection": (lambda: nn.LSTM(3, 4, proj_size=2), lambda: [floats(5, 2, 3)], lambda m, x: flat(m(x))),
    "GRU": (lambda: nn.GRU(3, 4, bidirectional=True), lambda: [floats(5, 2, 3), floats(2, 2, 4)], lambda m, x, h: flat(m(x, h))),
    "RNNCell": (lambda: nn.RNNCell(3, 4), lambda: [floats(2, 3), floats(2, 4)], plain),
    "LSTMCell": (lambda: nn.LSTMCell(3, 4), lambda: [floats(2, 3), floats(2, 4), floats(2, 4)], lambda m, x, h, c: m(x, (h, c))),
    "GRUCell": (lambda: nn.GRUCell(3, 4), lambda: [floats(2, 3), floats(2, 4)], plain),
    "MultiheadAttention": (lambda: nn.MultiheadAttention(8, 2), lambda: [floats(5, 2, 8)], lambda m, x: m(x, x, x)),
    "MultiheadAttention of other sizes": (
        lambda: nn.MultiheadAttention(8, 2, kdim=5, vdim=3, add_bias_kv=True, batch_first=True),
        lambda: [floats(2, 4, 8), floats(2, 5, 5), floats(2, 5, 3), padding_mask()],
        lambda m, q, k, v, mask: m(q, k, v, key_padding_mask=mask),
    ),
    "TransformerEncoderLayer": (lambda: encoder_layer(), lambda: [floats(5, 2, 8)], plain),
    "TransformerEncoderLayer pre-LN": (
        lambda: encoder_layer(norm_first=True, activation="gelu", batch_first=True), lambda: [floats(2, 5, 8)], plain,
    ),
    "TransformerEncoder": (
        lambda: nn.TransformerEncoder(encoder_layer(), 2, norm=nn.LayerNorm(8)),
        lambda: [floats(5, 2, 8), padding_mask()], lambda m, x, mask: m(x, src_key_padding_mask=mask),
    ),
    "TransformerDecoderLayer": (
        lambda: nn.TransformerDecoderLayer(8, 2, dim_feedforward=10), lambda: [floats(4, 2, 8), floats(5, 2, 8)], plain,
    ),
    "TransformerDecoder": (
        lambda: nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, dim_feedforward=10), 2),
        lambda: [floats(4, 2, 8), floats(5, 2, 8)], plain,
    ),
    "Transformer": (
        lambda: nn.Transformer(8, 2, num_encoder_layers=1, num_decoder_layers=1, dim_feedforward=10),
        lambda: [floats(5, 2, 8), floats(4, 2, 8)], plain,
    ),
    "AdaptiveLogSoftmaxWithLoss": (
        lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 7, [2, 4], div_value=2.0), lambda: [floats(3, 8)], lambda m, x: m.log_prob(x),
    ),
    "CrossEntropyLoss": (
        lambda: nn.CrossEntropyLoss(weight=torch.tensor([0.5, 2.0, 1.5])), lambda: [floats(4, 3), tokens(3, 4)], plain,
    ),
    "BCEWithLogitsLoss": (
        lambda: nn.BCEWithLogitsLoss(weight=torch.tensor([0.5, 2.0]), pos_weight=torch.tensor([3.0, 0.25])),
        lambda: [floats(4, 2), torch.rand(4, 2)], plain,
    ),
    "weight norm": (lambda: nn.utils.weight_norm(nn.Linear(4, 3)), lambda: [floats(2, 4)], plain),
    "weight norm of PyTorch 2": (lambda: parametrized_weight_norm(nn.Conv1d(2, 3, 2)), lambda: [floats(1, 2, 5)], plain),
    "spectral norm": (lambda: nn.utils.spectral_norm(nn.Linear(4, 3)), lambda: [floats(2, 4)], plain),
    "spectral norm of PyTorch 2": (
        lambda: nn.utils.parametrizations.spectral_norm(nn.Conv1d(2, 3, 2)), lambda: [floats(1, 2, 5)], plain,
    ),
}

STORED_AS = {"Linear in F16": torch.float16, "Linear in BF16": torch.bfloat16}


def flat(result):
    """output, h_n or output, (h_n, c_n) as one tuple."""
    output, state = result
    return (output, *state) if isinstance(state, tuple) else (output, state)


def outputs_of(result):
    return [value for value in (result if isinstance(result, tuple) else (result,)) if value is not None]


def randomize(module):
    """No parameter at its starting value (ones, zeros), and running statistics as after training."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
        for name, buffer in module.named_buffers():
            if name.endswith("running_mean"):
                buffer.normal_()
            elif name.endswith("running_var"):
                buffer.uniform_(0.5, 2)
            elif name.endswith("num_batches_tracked"):
                buffer.fill_(2 ** 20 + 3)
    return module


def to_published(module, state):
    """The state dict under the names that a file has."""
    renamed = getattr(module, "renamed", {})
    return {renamed.get(name, name): value for name, value in state.items()}


def from_published(module, state):
    back = {published: name for name, published in getattr(module, "renamed", {}).items()}
    return {back.get(name, name): value for name, value in state.items()}
