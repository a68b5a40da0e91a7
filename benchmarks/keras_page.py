"""Runs the Keras side of docs/keras.md: every snippet with a few random examples and one epoch. Ends with 1 if one fails.

    pip install keras jax
    KERAS_BACKEND=jax python benchmarks/keras_page.py
"""
import pathlib
import re
import sys
import tempfile
import traceback

import keras
import numpy
from keras import layers

SpecAugment = lambda *sizes: layers.Identity()  # the page says that Keras has none
draw = numpy.random.default_rng(1)


def pictures(count=64):
    return draw.random((count, 28, 28), "float32"), draw.integers(0, 10, count)


def words(count=64, length=16):
    return draw.integers(1, 100, (count, length)).astype("int32"), draw.integers(0, 2, (count, 1)).astype("float32")


def frames(count=64):
    return draw.random((count, 40, 20), "float32"), draw.integers(0, 10, count)


def strings(count=64):
    labels = draw.integers(1, 37, (count, 5))
    lengths = numpy.stack([numpy.full(count, 5), numpy.full(count, 20)], 1)
    return draw.random((count, 40, 20), "float32"), numpy.concatenate([labels, lengths], 1).astype("int32")


def pairs(count=64):
    return [draw.integers(1, 90, (count, 32)).astype("int32") for _ in range(2)], draw.integers(1, 90, (count, 32))


GIVEN = {"sentiment": words, "spam": words, "spoken": frames, "strings": strings, "translation": pairs}

page = (pathlib.Path(__file__).parent.parent / "docs" / "keras.md").read_text()
snippets = re.findall(r"^## (.*?)$.*?```python\n(.*?)```", page, re.MULTILINE | re.DOTALL)
failed, last = 0, None
for title, code in snippets:
    x, y = GIVEN.get(title.split(",")[0].split()[0].lower(), pictures)()
    names = {
        "keras": keras, "layers": layers, "numpy": numpy, "SpecAugment": SpecAugment, "x": x, "y": y, "xt": x, "yt": y,
        "source_words": 90, "target_words": 90, "recording": x[:1], "sources": x[0][:2] if isinstance(x, list) else None,
        "model": last, "picture": x[0], "train": [(draw.random((2, 224, 224, 3), "float32"), draw.integers(0, 10, 2))],
    }
    names["test"] = names["train"]
    code = re.sub(r"epochs=\d+", "epochs=1, verbose=0", code)
    code = code.replace('"shirts.keras"', repr(str(pathlib.Path(tempfile.mkdtemp()) / "shirts.keras")))
    if title == "ResNet-18":
        code = code.replace("model.fit(train, epochs=1, verbose=0, validation_data=test)",
                            "model.fit(*train[0], epochs=1, verbose=0, validation_data=test[0])")
    try:
        exec(compile(code, title, "exec"), names)
        print("ran", title, flush=True)
        last = names["model"] if title.startswith("Clothes, one") else last
    except Exception:
        failed += 1
        print("FAILED", title, flush=True)
        traceback.print_exc()
print(len(snippets), "snippets,", failed, "failed; keras", keras.__version__, "on", keras.backend.backend())
sys.exit(1 if failed else 0)
