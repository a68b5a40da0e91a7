"""What words alone tell of the sentences of sentiment-embedding: TF-IDF of words and pairs of words, logistic regression.

    pip install scikit-learn==1.9.1
    python benchmarks/sentiment_baseline.py ~/.cache/backplane/datasets/vader-*/hutto_ICWSM_2014.tar

The split is the recipe's (dev.backplane.recipes.text.Corpus): of each class, the fifth of the sentences whose words have
the smallest SHA-256.
"""

import hashlib
import re
import sys
import tarfile

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

with tarfile.open(sys.argv[1]) as tar:
    table = tar.extractfile("hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt").read().decode()

PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
seen = {}
for line in table.splitlines():
    _, rating, text = line.split("\t", 2)
    words = " ".join(PUNCTUATION.sub("", text.strip().lower()).split())
    if abs(float(rating)) >= 0.5 and words:
        seen.setdefault(hashlib.sha256(words.encode()).hexdigest(), (text.strip(), float(rating) > 0))

parts = {"train": [], "test": []}
for label in (False, True):
    ranked = [seen[digest] for digest in sorted(seen) if seen[digest][1] == label]
    tests = len(ranked) * 20 // 100
    parts["test"] += ranked[:tests]
    parts["train"] += ranked[tests:]

(train, train_labels), (test, test_labels) = (zip(*parts[part]) for part in ("train", "test"))
vectors = TfidfVectorizer(ngram_range=(1, 2), min_df=2, max_features=200_000)
model = LogisticRegression(C=10, max_iter=1000).fit(vectors.fit_transform(train), train_labels)
print(f"{len(train)} + {len(test)} sentences, test accuracy {model.score(vectors.transform(test), test_labels):.4f}")
