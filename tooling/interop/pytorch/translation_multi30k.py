"""The twin of examples/translation-multi30k.ts: the same model from the same weights, trained on the same batches.

/usr/bin/python3 translation_multi30k.py FOLDER [--steps N] [--decode WEIGHTS.safetensors]

FOLDER is what the example wrote with --save. One thread; dropout draws masks of its own. Writes FOLDER/pytorch.json,
the token ids of the test set's translations, and FOLDER/pytorch.safetensors. With --decode nothing is trained: the
given weights translate, into a .json beside them.
"""
import argparse
import json
import math
import pathlib
import time

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

import safetensors_file


class Seq2Seq(nn.Module):
    """Seq2SeqTransformer of @evenkeel/models by PyTorch's own modules."""

    def __init__(self, settings):
        super().__init__()
        options = settings["model"]
        source, target = settings["vocabulary"]
        width = options["dModel"]
        self.source_embedding = nn.Embedding(source, width)
        self.target_embedding = nn.Embedding(target, width)
        self.transformer = nn.Transformer(
            width, options["nhead"], options["numEncoderLayers"], options["numDecoderLayers"],
            options["dimFeedforward"], options["dropout"], options["activation"],
            batch_first=True, norm_first=options["normFirst"],
        )
        # It would cut padding out of the batch where it can; our encoder does not.
        self.transformer.encoder.enable_nested_tensor = False
        self.head = nn.Linear(width, target)
        self.dropout = nn.Dropout(options["dropout"])
        self.register_buffer("positions", sinusoids(options["maxLength"], width), persistent=False)

    def embed(self, embedding, tokens):
        width = self.positions.shape[1]
        return self.dropout(embedding(tokens) * math.sqrt(width) + self.positions[: tokens.shape[1]])

    def encode(self, source, source_padding):
        return self.transformer.encoder(self.embed(self.source_embedding, source), src_key_padding_mask=source_padding)

    def decode(self, target, memory, source_padding, target_padding=None):
        later = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).triu(1)
        return self.transformer.decoder(
            self.embed(self.target_embedding, target), memory, tgt_mask=later,
            tgt_key_padding_mask=target_padding, memory_key_padding_mask=source_padding,
        )

    def forward(self, source, target, source_padding, target_padding):
        return self.head(self.decode(target, self.encode(source, source_padding), source_padding, target_padding))


def sinusoids(length, width):
    angles = torch.arange(length).double()[:, None] / 10000 ** (torch.arange(0, width, 2).double() / width)
    return torch.stack([angles.sin(), angles.cos()], -1).reshape(length, width).float()


class Pairs:
    """The sequences of one part of the corpus, and batches of them."""

    def __init__(self, data, part, padding):
        self.sides = [
            data[f"{part}.{side}"].long().split(data[f"{part}.{side}.lengths"].tolist()) for side in ("source", "target")
        ]
        self.padding = padding

    def batch(self, indices):
        return [
            pad_sequence([side[i] for i in indices], batch_first=True, padding_value=padding)
            for side, padding in zip(self.sides, self.padding)
        ]

    def batches(self, size):
        count = len(self.sides[0])
        return [self.batch(range(start, min(start + size, count))) for start in range(0, count, size)]


def loss_of(model, source, target, settings, smoothing):
    source_pad, target_pad = settings["padding"]
    known, wanted = target[:, :-1], target[:, 1:]
    logits = model(source, known, source == source_pad, known == target_pad)
    return F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=target_pad, label_smoothing=smoothing)


def train(model, train_pairs, data, settings, steps):
    options = settings["optimizer"]
    optimizer = torch.optim.AdamW(
        model.parameters(), betas=options["betas"], eps=options["eps"], weight_decay=options["weightDecay"]
    )
    model.train()
    started = time.perf_counter()
    for step in range(steps):
        source, target = train_pairs.batch(data["order"][step].tolist())
        optimizer.zero_grad()
        loss = loss_of(model, source, target, settings, settings["labelSmoothing"])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), settings["clip"])
        optimizer.param_groups[0]["lr"] = data["rates"][step].item()
        optimizer.step()
        if step % settings["every"] == 0:
            print(f"step {step}: loss {loss.item():.6f}, {time.perf_counter() - started:.0f} s", flush=True)
    print(f"{steps} steps in {(time.perf_counter() - started) / 60:.1f} minutes")


@torch.no_grad()
def validate(model, pairs, settings):
    """Nats per token, without smoothing."""
    model.eval()
    total, count = 0.0, 0
    for source, target in pairs.batches(settings["batchSize"]):
        tokens = (target[:, 1:] != settings["padding"][1]).sum().item()
        total += tokens * loss_of(model, source, target, settings, 0).item()
        count += tokens
    return total / count


@torch.no_grad()
def translate(model, pairs, settings):
    """The likeliest token one after the other, until all of a batch have ended."""
    model.eval()
    translations = []
    for source, _ in pairs.batches(settings["batchSize"]):
        padding = source == settings["padding"][0]
        memory = model.encode(source, padding)
        tokens = torch.full((len(source), 1), settings["start"])
        while tokens.shape[1] <= settings["longest"] and not (tokens == settings["end"]).any(1).all():
            logits = model.head(model.decode(tokens, memory, padding)[:, -1])
            tokens = torch.cat([tokens, logits.argmax(-1, keepdim=True)], 1)
        for row in tokens[:, 1:].tolist():
            translations.append(row[: row.index(settings["end"])] if settings["end"] in row else row)
    return translations


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--decode", type=pathlib.Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    settings = json.loads((given.folder / "settings.json").read_text())
    data = safetensors_file.read(given.folder / "data.safetensors")
    pairs = {part: Pairs(data, part, settings["padding"]) for part in ("train", "validation", "test")}
    model = Seq2Seq(settings)
    model.load_state_dict(safetensors_file.read(given.decode or given.folder / "initial.safetensors"))
    if not given.decode:
        train(model, pairs["train"], data, settings, given.steps or len(data["order"]))
        safetensors_file.write(given.folder / "pytorch.safetensors", model.state_dict())
    print(f"validation loss {validate(model, pairs['validation'], settings):.4f}")
    path = given.decode.with_suffix(".json") if given.decode else given.folder / "pytorch.json"
    path.write_text(json.dumps(translate(model, pairs["test"], settings)))


if __name__ == "__main__":
    main()
