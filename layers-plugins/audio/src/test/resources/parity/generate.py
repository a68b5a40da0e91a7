"""Writes the fixtures beside this file with PyTorch (2.15.0) and numpy: python generate.py. The tests only read them.

Each line: name dtype[dimensions] = numbers, row-major, with enough digits to give the float back. The signals are sums of
sines, which the tests compute themselves. torchaudio is not needed: its formulas of resampling, mel filters and cepstra
(torchaudio.functional, 2.x) are written out below.
"""
import math

import torch
import torch.nn.functional as F

torch.manual_seed(11)
torch.set_num_threads(1)
lines = []


def put(name, tensor):
    values = tensor.detach().reshape(-1).tolist()
    dimensions = ",".join(map(str, tensor.shape))
    dtype = "i32" if tensor.dtype == torch.int32 else "f32"
    lines.append(f"{name} {dtype}[{dimensions}] = " + " ".join(f"{v:.9g}" for v in values))


def signal(rate, count):
    t = torch.arange(count, dtype=torch.float64) / rate
    return (0.4 * torch.sin(2 * math.pi * 440 * t) + 0.3 * torch.sin(2 * math.pi * 1234.5 * t + 1)).float()


def resample(waveform, orig, new, width=6, rolloff=0.99):
    common = math.gcd(orig, new)
    orig, new = orig // common, new // common
    base = min(orig, new) * rolloff
    side = math.ceil(width * orig / base)
    idx = torch.arange(-side, side + orig, dtype=torch.float64)[None, None] / orig
    t = torch.arange(0, -new, -1, dtype=torch.float64)[:, None, None] / new + idx
    t = (t * base).clamp_(-width, width)
    window = torch.cos(t * math.pi / width / 2) ** 2
    t = t * math.pi
    kernels = torch.where(t == 0, torch.tensor(1.0, dtype=torch.float64), t.sin() / t) * window * (base / orig)
    padded = F.pad(waveform.double(), (side, side + orig))
    out = F.conv1d(padded[None, None], kernels, stride=orig)
    return out.transpose(1, 2).reshape(-1)[: math.ceil(new * len(waveform) / orig)].float()


def mel_filters(bins, low, high, filters, rate):
    frequencies = torch.linspace(0, rate // 2, bins, dtype=torch.float64)
    mel = lambda f: 2595.0 * math.log10(1.0 + f / 700.0)
    points = torch.linspace(mel(low), mel(high), filters + 2, dtype=torch.float64)
    points = 700.0 * (10.0 ** (points / 2595.0) - 1.0)
    difference = points[1:] - points[:-1]
    slopes = points[None] - frequencies[:, None]
    down = -slopes[:, :-2] / difference[:-1]
    up = slopes[:, 2:] / difference[1:]
    return torch.clamp(torch.min(down, up), min=0)


def log_mel(x, rate, size, window, hop, filters, floor):
    spectrum = torch.stft(
        x.double(), size, hop, window, torch.hann_window(window, dtype=torch.float64), center=True, pad_mode="reflect",
        return_complex=True)
    power = spectrum.abs() ** 2
    put("stft.power", power.t()[:3])
    return (power.t() @ mel_filters(size // 2 + 1, 0.0, rate / 2, filters, rate) + floor).log()


def cepstra(bands, coefficients):
    n = bands.shape[1]
    i = torch.arange(n, dtype=torch.float64)
    k = torch.arange(coefficients, dtype=torch.float64)[:, None]
    dct = torch.cos(math.pi / n * (i + 0.5) * k) * math.sqrt(2.0 / n)
    dct[0] *= 1 / math.sqrt(2.0)
    return bands @ dct.t()


put("resample.22050.8000", resample(signal(22050, 700), 22050, 8000))
put("resample.8000.11025", resample(signal(8000, 200), 8000, 11025))
put("resample.16000.8000", resample(signal(16000, 300), 16000, 8000))
put("mel.filters", mel_filters(129, 60.0, 3800.0, 10, 8000).t())
bands = log_mel(signal(8000, 1000), 8000, 256, 200, 80, 20, 1e-6)
put("log_mel", bands)
put("mfcc", cepstra(bands, 12))


def ctc(name, logits, labels, lengths, frames, blank, zero_infinity):
    logits = logits.clone().requires_grad_()
    weights = torch.randn(logits.shape[0])
    loss = F.ctc_loss(
        F.log_softmax(logits, -1).transpose(0, 1), labels, frames, lengths, blank, reduction="none",
        zero_infinity=zero_infinity)
    (loss * weights).sum().backward()
    put(f"{name}.logits", logits)
    put(f"{name}.labels", labels)
    put(f"{name}.lengths", lengths)
    put(f"{name}.frames", frames)
    put(f"{name}.weights", weights)
    put(f"{name}.value", loss)
    put(f"{name}.gradient", logits.grad)


def ints(values):
    return torch.tensor(values, dtype=torch.int32)


ctc("ctc.plain", torch.randn(2, 7, 5), ints([[1, 2, 3], [4, 1, 0]]), ints([3, 2]), ints([7, 5]), 0, False)
ctc("ctc.repeated", torch.randn(3, 8, 4), ints([[1, 1, 2], [3, 3, 3], [2, 2, 0]]), ints([3, 3, 2]), ints([8, 6, 3]), 0, False)
ctc("ctc.empty", torch.randn(3, 6, 4), ints([[1, 2], [1, 1], [3, 1]]), ints([0, 0, 2]), ints([6, 4, 6]), 0, False)
ctc("ctc.blank_last", torch.randn(2, 6, 5), ints([[0, 1, 3], [2, 0, 0]]), ints([3, 3]), ints([6, 6]), 4, False)
ctc("ctc.impossible", torch.randn(3, 4, 4), ints([[1, 1, 1], [1, 2, 3], [2, 1, 3]]), ints([3, 3, 3]), ints([4, 2, 4]), 0, True)
ctc("ctc.infinite", torch.randn(2, 4, 4), ints([[1, 1, 1], [1, 2, 3]]), ints([3, 3]), ints([4, 4]), 0, False)
ctc("ctc.long", 2 * torch.randn(1, 60, 6), ints([[1, 2, 3, 4, 5, 5, 1, 2]]), ints([8]), ints([57]), 0, False)

with open("parity.txt", "w") as file:
    file.write("\n".join(lines) + "\n")
