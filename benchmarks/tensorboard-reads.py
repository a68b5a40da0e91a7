"""Reads a run folder's event file with TensorBoard's own reader and compares it with metrics.csv.

    python -m venv tb && tb/bin/pip install tensorboard && tb/bin/python benchmarks/tensorboard-reads.py RUN
"""
import csv
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata, plugin_data_pb2  # noqa: F401

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
start = events.SummaryMetadata("_hparams_/session_start_info")
parameters = metadata.parse_session_start_info_plugin_data(start.plugin_data.content).hparams
print(f"{compared} scalars as in metrics.csv, {len(histograms)} histograms, {len(tags['images'])} images,"
      f" hyper-parameters {sorted(parameters)}")
