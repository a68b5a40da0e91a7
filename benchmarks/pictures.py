"""What the peers' scripts share: their arguments, Fashion-MNIST, and how long a thing takes. Imports nothing that starts
threads, so that a script can first say how many there may be.

python PEER_pictures.py mlp|cnn|regularized THREADS FOLDER [--repeats N] [--seconds S] [--warm-up S]
"""
import argparse
import gzip
import pathlib
import statistics
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=("mlp", "cnn", "regularized"))
    parser.add_argument("threads", type=int)
    parser.add_argument("folder", type=pathlib.Path, help="has the four idx files, plain or .gz")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.4)
    parser.add_argument("--warm-up", type=float, default=3)
    return parser.parse_args()


def training_images(folder):
    """Pictures f32 [60000, 28, 28] from 0 to 1, labels u8 [60000]."""
    import numpy as np

    def idx(name, header):
        packed = folder / (name + ".gz")
        data = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / name).read_bytes()
        return np.frombuffer(data[header:], np.uint8)

    images = idx("train-images-idx3-ubyte", 16).reshape(-1, 28, 28).astype("float32") / 255
    return images, idx("train-labels-idx1-ubyte", 8)


def measure(run, finish, options):
    """Runs for the warm-up, then takes the mean of as many runs as fit into each repeat, in µs; as bench does."""
    runs, start = 0, time.perf_counter()
    while runs == 0 or time.perf_counter() - start < options.warm_up:
        run()
        runs += 1
    finish()
    each = max(1, round(options.seconds / ((time.perf_counter() - start) / runs)))
    micros = []
    for _ in range(options.repeats):
        start = time.perf_counter()
        for _ in range(each):
            run()
        finish()
        micros.append((time.perf_counter() - start) / each * 1e6)
    return {"median": statistics.median(micros), "min": min(micros), "max": max(micros)}
