"""Reads a run folder's event file with TensorBoard's own reader and compares it with metrics.csv.

    python3 -m venv tb && tb/bin/pip install -r benchmarks/requirements-tensorboard.txt
    tb/bin/python benchmarks/tensorboard-reads.py RUN

With --json it prints what it read as one JSON object, the pixels of pictures included; TensorBoardTest asks for that.
"""
import csv
import json
import struct
import sys
import zlib

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata


def pixels(image):
    """The pixels of an 8-bit PNG without filters, row by row; the picture must be what the summary says of it."""
    png = image.encoded_image_string
    assert png[:8] == b"\x89PNG\r\n\x1a\n", png[:8]
    at, data = 8, b""
    while at < len(png):
        (length,), kind = struct.unpack(">I", png[at:at + 4]), png[at + 4:at + 8]
        chunk = png[at + 8:at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length:at + 12 + length])[0] == zlib.crc32(kind + chunk), kind
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", chunk[:10])
            assert (width, height, depth) == (image.width, image.height, 8), (width, height, depth)
            channels = {0: 1, 2: 3}[colour]
        data += chunk if kind == b"IDAT" else b""
        at += 12 + length
    lines, row = zlib.decompress(data), width * channels + 1
    assert len(lines) == height * row and all(lines[y * row] == 0 for y in range(height))
    return [list(lines[y * row + 1:(y + 1) * row]) for y in range(height)]


def value(parameter):
    return parameter.number_value if parameter.HasField("number_value") else parameter.string_value


run = sys.argv[1]
events = EventAccumulator(run, size_guidance={"histograms": 0, "images": 0, "scalars": 0})
events.Reload()
tags = events.Tags()
rows = list(csv.DictReader(open(run + "/metrics.csv")))
compared = 0
for row in rows:
    for name, text in row.items():
        if name != "epoch" and text:
            kind, figure = name.split("_", 1)
            found = [s.value for s in events.Scalars(f"{figure}/{kind}") if s.step == int(row["epoch"])]
            assert len(found) == 1 and abs(found[0] - float(text)) <= 1e-6 * abs(float(text)), (name, row, found)
            compared += 1
histograms = tags["histograms"]
assert histograms and all(len(events.Histograms(tag)) == len(rows) for tag in histograms), histograms
for tag in histograms:
    last = events.Histograms(tag)[-1].histogram_value
    assert abs(sum(last.bucket) - last.num) < 0.5, tag
images = {tag: [pixels(image) for image in events.Images(tag)] for tag in tags["images"]}
start = events.SummaryMetadata("_hparams_/session_start_info")
parameters = metadata.parse_session_start_info_plugin_data(start.plugin_data.content).hparams
if "--json" in sys.argv:
    last = {tag: events.Histograms(tag)[-1].histogram_value for tag in histograms}
    print(json.dumps({
        "scalars": compared,
        "histograms": {tag: {"min": h.min, "max": h.max, "num": h.num, "sum": h.sum} for tag, h in last.items()},
        "images": images,
        "parameters": {name: value(parameters[name]) for name in parameters},
    }))
else:
    print(f"{compared} scalars as in metrics.csv, {len(histograms)} histograms, {len(images)} images,"
          f" hyper-parameters {sorted(parameters)}")
