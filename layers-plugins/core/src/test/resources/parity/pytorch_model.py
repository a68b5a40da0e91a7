"""Writes pytorch-model.safetensors: a PyTorch MLP, an input and what it gives for it.

    python pytorch_model.py
"""
import json
import struct

import torch

torch.manual_seed(3)
model = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.ReLU(), torch.nn.Linear(7, 3))
x = torch.randn(4, 5)
tensors = dict(model.state_dict())
tensors["input"] = x
tensors["expected"] = torch.softmax(model(x), -1)
header, data = {}, b""
for name, tensor in tensors.items():
    raw = tensor.detach().contiguous().numpy().astype("<f4").tobytes()
    header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open("pytorch-model.safetensors", "wb") as out:
    out.write(struct.pack("<Q", len(text)) + text + data)
