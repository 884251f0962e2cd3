"""GPT-2, BERT and ResNet-18 in plain PyTorch, with the parameter names of transformers and torchvision."""
import math

import torch
from torch import nn
from torch.nn import functional as F


class Conv1D(nn.Module):
    """A linear layer whose weight is [in, out], as in GPT-2's published checkpoints."""

    def __init__(self, out_features, in_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, out_features) * 0.2)
        self.bias = nn.Parameter(torch.randn(out_features) * 0.1)

    def forward(self, x):
        return x @ self.weight + self.bias


def gelu_new(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


class GPT2Attention(nn.Module):
    def __init__(self, width, heads, positions):
        super().__init__()
        self.register_buffer("bias", torch.ones(positions, positions, dtype=torch.uint8).tril().view(1, 1, positions, positions))
        self.register_buffer("masked_bias", torch.tensor(-1e4))
        self.c_attn = Conv1D(3 * width, width)
        self.c_proj = Conv1D(width, width)
        self.heads = heads

    def forward(self, x):
        n, t, c = x.shape
        q, k, v = (part.view(n, t, self.heads, -1).transpose(1, 2) for part in self.c_attn(x).split(c, dim=2))
        scores = q @ k.transpose(-1, -2) / math.sqrt(c // self.heads)
        scores = torch.where(self.bias[:, :, :t, :t].bool(), scores, self.masked_bias)
        return self.c_proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, c))


class GPT2MLP(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.c_fc = Conv1D(4 * width, width)
        self.c_proj = Conv1D(width, 4 * width)

    def forward(self, x):
        return self.c_proj(gelu_new(self.c_fc(x)))


class GPT2Block(nn.Module):
    def __init__(self, width, heads, positions):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = GPT2Attention(width, heads, positions)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = GPT2MLP(width)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT2LMHeadModel(nn.Module):
    def __init__(self, vocabulary, positions, width, heads, layers):
        super().__init__()
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(vocabulary, width), "wpe": nn.Embedding(positions, width),
            "h": nn.ModuleList([GPT2Block(width, heads, positions) for _ in range(layers)]),
            "ln_f": nn.LayerNorm(width),
        })
        self.lm_head = nn.Linear(width, vocabulary, bias=False)
        self.lm_head.weight = self.transformer["wte"].weight

    def forward(self, tokens):
        t = self.transformer
        x = t["wte"](tokens) + t["wpe"](torch.arange(tokens.shape[1]))
        for block in t["h"]:
            x = block(x)
        return self.lm_head(t["ln_f"](x))


class Named(nn.Module):
    """A module that only holds others."""

    def __init__(module, **children):  # not "self": that is the name of one of BERT's
        super().__init__()
        for name, child in children.items():
            module.add_module(name, child)


class BertLayer(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.heads = heads
        self.attention = Named(
            self=Named(query=nn.Linear(width, width), key=nn.Linear(width, width), value=nn.Linear(width, width)),
            output=Named(dense=nn.Linear(width, width), LayerNorm=nn.LayerNorm(width, eps=1e-12)),
        )
        self.intermediate = Named(dense=nn.Linear(width, inner))
        self.output = Named(dense=nn.Linear(inner, width), LayerNorm=nn.LayerNorm(width, eps=1e-12))

    def forward(self, x, bias):
        n, t, c = x.shape
        own = getattr(self.attention, "self")
        q, k, v = (part(x).view(n, t, self.heads, -1).transpose(1, 2) for part in (own.query, own.key, own.value))
        weights = (q @ k.transpose(-1, -2) / math.sqrt(c // self.heads) + bias).softmax(-1)
        mixed = (weights @ v).transpose(1, 2).reshape(n, t, c)
        x = self.attention.output.LayerNorm(self.attention.output.dense(mixed) + x)
        return self.output.LayerNorm(self.output.dense(F.gelu(self.intermediate.dense(x))) + x)


class BertForPreTraining(nn.Module):
    def __init__(self, vocabulary, positions, width, heads, layers, inner):
        super().__init__()
        norm = lambda: nn.LayerNorm(width, eps=1e-12)
        embeddings = Named(
            word_embeddings=nn.Embedding(vocabulary, width), position_embeddings=nn.Embedding(positions, width),
            token_type_embeddings=nn.Embedding(2, width), LayerNorm=norm(),
        )
        embeddings.register_buffer("position_ids", torch.arange(positions).view(1, -1))
        self.bert = Named(
            embeddings=embeddings,
            encoder=Named(layer=nn.ModuleList([BertLayer(width, heads, inner) for _ in range(layers)])),
            pooler=Named(dense=nn.Linear(width, width)),
        )
        predictions = Named(
            transform=Named(dense=nn.Linear(width, width), LayerNorm=norm()),
            decoder=nn.Linear(width, vocabulary, bias=False),
        )
        predictions.bias = nn.Parameter(torch.zeros(vocabulary))
        predictions.decoder.weight = embeddings.word_embeddings.weight
        self.cls = Named(predictions=predictions, seq_relationship=nn.Linear(width, 2))

    def forward(self, tokens, segments, padding):
        e = self.bert.embeddings
        x = e.LayerNorm(
            e.word_embeddings(tokens) + e.token_type_embeddings(segments) + e.position_embeddings(e.position_ids[:, :tokens.shape[1]])
        )
        bias = padding[:, None, None, :].float() * torch.finfo(torch.float32).min
        for layer in self.bert.encoder.layer:
            x = layer(x, bias)
        p = self.cls.predictions
        return p.decoder(p.transform.LayerNorm(F.gelu(p.transform.dense(x)))) + p.bias


class BasicBlock(nn.Module):
    def __init__(self, inplanes, planes, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inplanes, planes, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = None
        if stride != 1 or inplanes != planes:
            self.downsample = nn.Sequential(nn.Conv2d(inplanes, planes, 1, stride=stride, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + identity)


class ResNet18(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        widths = [width, width, 2 * width, 4 * width, 8 * width]
        for i in range(1, 5):
            stride = 1 if i == 1 else 2
            blocks = [BasicBlock(widths[i - 1], widths[i], stride), BasicBlock(widths[i], widths[i], 1)]
            self.add_module(f"layer{i}", nn.Sequential(*blocks))
        self.fc = nn.Linear(widths[4], classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


# The models of the fixtures: how each is made, and what a file of ours may leave out, since it is not part of our model.
MODELS = {
    "gpt2": (lambda: GPT2LMHeadModel(vocabulary=13, positions=8, width=8, heads=2, layers=2), (".attn.bias", ".attn.masked_bias")),
    "bert": (
        lambda: BertForPreTraining(vocabulary=13, positions=8, width=8, heads=2, layers=2, inner=12),
        ("position_ids", "bert.pooler.dense.weight", "bert.pooler.dense.bias", "cls.seq_relationship.weight", "cls.seq_relationship.bias"),
    ),
    "resnet18": (lambda: ResNet18(width=2, classes=5), ()),
}
