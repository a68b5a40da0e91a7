"""Writes the scores that sacreBLEU and jiwer give, for BleuTest and ErrorRateTest.

    pip install sacrebleu==2.6.0 jiwer==4.0.0
    python generate.py > parity.txt
"""

import random

import jiwer
from sacrebleu.metrics import BLEU

random.seed(20261122)

WORDS = (
    "the a small brown house on near of hill stands behind old garden, and; with 3.5 1,000 2024-11 "
    "don't e-mail \"quoted\" (in brackets) 50% {name} www.example.org/x?y=1 Straße l'été naïve &amp; end. "
    "was is not very green; blue. red! yes? no: 12. .5 a-b 7- <b> $5 *"
).split()


def sentence(length):
    return " ".join(random.choice(WORDS) for _ in range(length))


def disturbed(text):
    words = text.split()
    out = []
    for word in words:
        r = random.random()
        if r < 0.12:
            continue
        out.append(random.choice(WORDS) if r < 0.24 else word)
        if r > 0.93:
            out.append(random.choice(WORDS))
    return " ".join(out)


def corpora():
    papineni = [
        "It is a guide to action which ensures that the military always obeys the commands of the party.",
        "the the the the the the the",
    ]
    references = [
        "It is a guide to action that ensures that the military will forever heed Party commands.",
        "The cat is on the mat.",
    ]
    yield "papineni", papineni, [[r] for r in references]
    for number in range(3):
        refs = [sentence(random.randint(3, 25)) for _ in range(12)]
        yield f"random_{number}", [disturbed(r) for r in refs], [[r] for r in refs]
    refs = [[sentence(9), sentence(14), sentence(7)] for _ in range(8)]
    yield "several", [disturbed(random.choice(r)) for r in refs], refs
    yield "smoothed", ["a red house", "one tree"], [["a red garden"], ["one old tree"]]
    yield "too_short_for_four", ["yes no", "red"], [["yes no"], ["red"]]
    yield "nothing_right", ["x y z w v"], [["a b c d e"]]
    yield "empty_hypothesis", ["", "the old house on the hill"], [["the garden"], ["the old house on the hill"]]
    yield "chinese", ["我 喜欢红色的房子。", "你好, 世界!"], [["我喜欢那座红色的房子。"], ["你好,世界!"]]
    yield "markup", ["AT&amp;T -&gt; &quot;x&quot; <skipped>", "tail \n"], [["AT&T -> \"x\""], ["tail"]]


def bleu(hypotheses, references, tokenize):
    streams = [list(stream) for stream in zip(*references)]
    score = BLEU(tokenize=tokenize).corpus_score(hypotheses, streams)
    return [score.score, *score.precisions, score.bp, score.sys_len, score.ref_len]


def line(*cells):
    print("\t".join(str(cell).replace("\n", "\\n") for cell in cells))


# A case is a line "case", a line "text" for each hypothesis with its references, a line for each tokenization with
# score, four precisions, brevity penalty and both lengths, and the error rates.
for name, hypotheses, references in corpora():
    line("case", name)
    for hypothesis, wanted in zip(hypotheses, references):
        line("text", hypothesis, *wanted)
    for key, tokenize in (("V13A", "13a"), ("CHARACTERS", "char"), ("NONE", "none")):
        line(key, *bleu(hypotheses, references, tokenize))
    if all(len(r) == 1 for r in references):
        first = [r[0] for r in references]
        line("WER", jiwer.wer(first, hypotheses))
        line("CER", jiwer.cer(first, hypotheses))
