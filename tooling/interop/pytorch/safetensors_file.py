"""Reads and writes .safetensors from the published layout: u64 header length, JSON header, data."""
import json
import struct

import numpy
import torch

DTYPES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16",
    torch.int64: "I64", torch.int32: "I32", torch.uint8: "U8", torch.bool: "BOOL",
}


def write(path, tensors):
    header, blobs, offset = {}, [], 0
    for name, value in tensors.items():
        value = value.detach().contiguous()
        # numpy has no bfloat16: its bytes go as int16.
        raw = (value.view(torch.int16) if value.dtype == torch.bfloat16 else value).numpy().tobytes()
        header[name] = {
            "dtype": DTYPES[value.dtype], "shape": list(value.shape), "data_offsets": [offset, offset + len(raw)],
        }
        blobs.append(raw)
        offset += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    body = data[8 + length:]
    names = {code: dtype for dtype, code in DTYPES.items()}
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        dtype = names[entry["dtype"]]
        begin, end = entry["data_offsets"]
        raw = numpy.frombuffer(body[begin:end], dtype=numpy.uint8).copy()
        tensors[name] = torch.from_numpy(raw).view(dtype).reshape(entry["shape"])
    return tensors
