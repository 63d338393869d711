"""Writes the numbers that tests of src/metrics are compared with, as sacreBLEU 2.6.0 computes them. Run by hand:

    python3 -m venv /tmp/sacrebleu && /tmp/sacrebleu/bin/pip install sacrebleu==2.6.0 numpy==2.4.6
    /tmp/sacrebleu/bin/python test/metrics/golden/generate.py [folder of newstest2021 files and scores.json]

nasty.json    generated text that tokenizers, white space and alignment stumble over, and every metric's scores of it
cli.json      what the command `sacrebleu` prints for small files
numbers.json  random numbers of numpy, and numbers printed by Python
extract.json  scores of generated systems (extract.py, by a run of its own)
wmt.json      scores of the newstest2021 systems; numbers only, written when the folder is given
"""
import gzip
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile

import numpy
import sacrebleu
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.metrics.bleu import _get_tokenizer
from sacrebleu.significance import PairedTest

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = 500

WORDS = {
    "latin": "the a house of river Green walked and slowly Über straße naïve café don't John's e-mail U.S. Mr. "
             "state-of-the-art can't rock'n'roll children's I'm twenty-one Ünïcödé ſtraße ﬁne".split(),
    "numbers": "3 42 1,234.56 3.14 -5 1990s 2-3 10% $5.00 €20 1.000.000,5 12:30 5'11\" 7. ,8 .9 1/2 № 3-4-5 2021-05-06 ½ Ⅷ ²".split(),
    "marks": ". , ! ? ; : ... -- - ' \" ( ) [ ] { } < > / \\ | @ # $ % ^ & * _ + = ~ ` « » “ ” ‘ ’ – — … • § ¶ † · ¿ ¡ ‰".split(),
    "entities": "&quot; &amp; &lt; &gt; &amp;lt; &amp;quot;x&amp;quot; &apos; &#39; <skipped> &amp;amp;gt; R&D AT&amp;T <b>bold</b> &nbsp; & &; "
                "it's&quot; dog's. cat's, 's bird's".split(),
    "emoji": "😀 👍🏽 👨‍👩‍👧‍👦 🇩🇪 🏳️‍🌈 ❤️ ☀ ☎️ 1️⃣ 🤷‍♀️ 🎉🎉🎉 ok👍 ➜ ✓ ★".split(),
    "greek": "ΟΔΟΣ Σίσυφος ΣΑΣ αβγ ΆΛΦΑ λόγος· τι;".split(),
    "cyrillic": "Москва идёт ДОМ её что-то «да» Ѣ".split(),
    "turkish": "İstanbul ısı IŞIK diyarbakır İİ".split(),
    "arabic": "مرحبا، بالعالم؟ كِتَاب ١٢٣ ٤٫٥ السلام؛ \u200fاهلا\u200e".split(),
    "hebrew": "שלום עולם! צה״ל \u202bבית\u202c מה־זה".split(),
    "hindi": "नमस्ते दुनिया। क्षेत्र १२३ हिन्दी॥".split(),
    "thai": "สวัสดีชาวโลก กรุงเทพมหานคร ฿100 ไม่ ๑๒๓ ๆ".split(),
    "chinese": "你好，世界。 北京大学 我们在2021年… 《红楼》 「好」 人民币￥100 𠮷野家 ㈱ ㎏ 〇 、 ＡＢＣ１２３！ 㐀 鿿 ⿰ 〥 ㄅㄆ".split(),
    "japanese": "こんにちは、世界！ カタカナ・テスト ｶﾀｶﾅ 東京都に行く。 ひらがな 「はい」 〜 ー ㇰ".split(),
    "korean": "안녕하세요 세계. 나는 학교에 갔다 ㄱㄴ 한국어! 조선말".split(),
    "symbols": "∑ ≤ → ± × ÷ √2 x² H₂O ℃ © ® ™ ¢ ¥ £ ° µ ⅓ ∞ ⊂ 𝒳 𝟙 ≠3 5≠ ℕ ♫ ␤ ⌘ ⏎".split(),
    "combining": "e\u0301te\u0301 a\u030a\u0301 Z\u0351\u036b\u0343a\u0328l\u0321g\u0322o n\u0303 \u0301 o\u0308ffnen".split(),
    "invisible": "a\u200bb \ufeffbom zero\u200dwidth soft\u00adhyphen \u2060 \u180e x\ufe0f".split(),
}
SPACES = [" "] * 30 + ["  ", "\t", "\u00a0", "\u3000", "\u2009", "\u202f", "\u205f", "\u1680", "\x1c", "\x1f", "\x85", "\u2028", "\x0b", "\x0c", "\r", "\ufeff", "\u200b"]
BREAKS = ["\n", "-\n", "\n-", " \n "]


def sentence(rng, longest):
    """Words of one to four kinds between spaces of any kind."""
    kinds = rng.sample(sorted(WORDS), rng.randint(1, 4))
    words = [rng.choice(WORDS[rng.choice(kinds)]) for _ in range(rng.randint(1, longest))]
    if rng.random() < 0.3:
        words = [word + (rng.choice(WORDS["marks"]) if rng.random() < 0.3 else "") for word in words]
    return words


def spaced(rng, words):
    text = ""
    for word in words:
        space = " " if rng.random() < 0.7 else rng.choice(SPACES)
        text += (space if text else "") + word
    if rng.random() < 0.08:
        text = rng.choice(SPACES) + text
    if rng.random() < 0.08:
        text += rng.choice(SPACES + BREAKS)
    if rng.random() < 0.05:
        text = text.replace(" ", rng.choice(BREAKS), 1)
    return text


def edited(rng, words, edits):
    """Another wording: words dropped, doubled, replaced, recased, runs moved, letters swapped."""
    words = list(words)
    for _ in range(edits):
        if not words:
            break
        at = rng.randrange(len(words))
        what = rng.randrange(7)
        if what == 0:
            del words[at]
        elif what == 1:
            words.insert(at, words[rng.randrange(len(words))])
        elif what == 2:
            words[at] = rng.choice(WORDS[rng.choice(sorted(WORDS))])
        elif what == 3:
            words[at] = rng.choice([words[at].upper(), words[at].lower(), words[at].title()])
        elif what in (4, 5):
            run = rng.randint(1, 12)
            moved = words[at:at + run]
            del words[at:at + run]
            to = rng.randint(0, len(words))
            words[to:to] = moved
        else:
            letters = list(words[at])
            rng.shuffle(letters)
            words[at] = "".join(letters)
    return words


def nasty_cases():
    rng = random.Random(2021)
    blank = ["", " ", "\t", "\u00a0\u3000", "\ufeff", "\u200b", "\x1c\x1d", "\x85", "\n", ".", "-", "'s", "&", "👍", "İ", "Σ"]
    cases = []
    for case in range(CASES):
        if case < len(blank):
            words, texts = ["word", "."], [blank[case], "word ."]
        elif case < 2 * len(blank):
            words, texts = ["word"], ["A word here.", blank[case - len(blank)]]
        else:
            longest = rng.choice([4, 12, 12, 20, 30, 70 if case % 10 == 0 else 30])
            words = sentence(rng, longest)
            if case % 200 == 47:  # a long run of few words: more shifts than the search tries
                words = [rng.choice("a b c d e".split()) for _ in range(rng.randint(60, 90))]
            texts = [spaced(rng, edited(rng, words, rng.randint(0, 1 + len(words) // 3))), spaced(rng, words)]
        references = [texts[1]] + [
            spaced(rng, edited(rng, words, rng.randint(0, 4))) if rng.random() < 0.7 else None for _ in range(2)
        ]
        cases.append({
            "hypothesis": texts[0],
            "other": spaced(rng, edited(rng, words, rng.randint(0, 2 + len(words) // 3))),
            "references": references,
        })
    return cases


BLEU_OPTIONS = [
    {}, {"effectiveOrder": True}, {"lowercase": True},
    *({"tokenize": name} for name in ("none", "intl", "zh", "char")),
    {"tokenize": "intl", "lowercase": True, "effectiveOrder": True},
    {"tokenize": "zh", "effectiveOrder": True}, {"tokenize": "char", "effectiveOrder": True},
    {"smoothMethod": "floor"}, {"smoothMethod": "floor", "smoothValue": 0.5, "effectiveOrder": True},
    {"smoothMethod": "add-k"}, {"smoothMethod": "add-k", "smoothValue": 0.5, "effectiveOrder": True},
    {"smoothMethod": "none"}, {"smoothMethod": "none", "effectiveOrder": True},
    {"maxOrder": 2}, {"maxOrder": 6, "smoothMethod": "add-k"},
]
CHRF_OPTIONS = [
    {}, {"wordOrder": 1}, {"wordOrder": 2}, {"lowercase": True}, {"whitespace": True}, {"epsSmoothing": True},
    {"wordOrder": 2, "epsSmoothing": True, "whitespace": True, "lowercase": True},
    {"charOrder": 3, "beta": 1}, {"charOrder": 8, "wordOrder": 3, "beta": 3},
]
TER_OPTIONS = [
    dict(zip(("normalized", "noPunctuation", "asianSupport", "caseSensitive"), flags))
    for flags in itertools.product((False, True), repeat=4)
]
# Every tokenizer with every smoothing, with and without effective order.
BLEU_GRID = [
    {"tokenize": tokenizer, "smoothMethod": smoothing, "effectiveOrder": effective}
    for tokenizer, smoothing, effective in itertools.product(
        ("13a", "intl", "zh", "char", "none"), ("exp", "floor", "add-k", "none"), (False, True))
]
CONFIGURATIONS = [
    *(("bleu", options) for options in BLEU_OPTIONS),
    *(("chrf", options) for options in CHRF_OPTIONS),
    *(("ter", options) for options in TER_OPTIONS),
]
GRID_CONFIGURATIONS = [
    *(("bleu", options) for options in BLEU_GRID),
    *(("chrf", options) for options in CHRF_OPTIONS),
    *(("ter", options) for options in TER_OPTIONS),
]
SENTENCE_CONFIGURATIONS = [
    ("bleu", {"effectiveOrder": True}), ("bleu", {"tokenize": "intl", "lowercase": True, "effectiveOrder": True}),
    ("bleu", {"tokenize": "zh", "effectiveOrder": True}), ("bleu", {"smoothMethod": "floor"}),
    ("bleu", {"smoothMethod": "add-k", "smoothValue": 0.5, "effectiveOrder": True}), ("bleu", {}),
    ("chrf", {}), ("chrf", {"wordOrder": 2}),
    ("chrf", {"wordOrder": 2, "epsSmoothing": True, "whitespace": True, "lowercase": True}),
    ("ter", {}), ("ter", {"caseSensitive": True}),
    ("ter", {"normalized": True, "noPunctuation": True, "asianSupport": True, "caseSensitive": False}),
    ("ter", {"normalized": True, "asianSupport": True}),
]
RESAMPLED_CONFIGURATIONS = [
    ("bleu", {}), ("bleu", {"smoothMethod": "add-k", "smoothValue": 0.5}), ("bleu", {"smoothMethod": "floor"}),
    ("chrf", {}), ("chrf", {"wordOrder": 2}), ("chrf", {"epsSmoothing": True}), ("ter", {}),
]
ARGUMENTS = {
    "effectiveOrder": "effective_order", "smoothMethod": "smooth_method", "smoothValue": "smooth_value",
    "maxOrder": "max_ngram_order", "wordOrder": "word_order", "charOrder": "char_order",
    "epsSmoothing": "eps_smoothing", "noPunctuation": "no_punct", "asianSupport": "asian_support",
    "caseSensitive": "case_sensitive",
}


def metric(name, options):
    arguments = {ARGUMENTS.get(key, key): value for key, value in options.items()}
    return {"bleu": BLEU, "chrf": CHRF, "ter": TER}[name](**arguments)


def grid_entry(name, options, cases, streams):
    """Scores of all sentences in two numbers, and of the corpus with one reference and with all."""
    scorer = metric(name, options)
    hypotheses = [case["hypothesis"] for case in cases]
    scores = [
        scorer.sentence_score(case["hypothesis"], [r for r in case["references"] if r is not None]).score
        for case in cases
    ]
    return {
        "metric": name, "options": options,
        "mean": number(statistics.fmean(scores)), "spread": number(statistics.pstdev(scores)),
        "one": number(scorer.corpus_score(hypotheses, streams[:1]).score),
        "all": number(metric(name, options).corpus_score(hypotheses, streams).score),
    }


def number(value):
    return round(float(value), 11)


def corpus_entry(name, options, hypotheses, streams):
    scorer = metric(name, options)
    score = scorer.corpus_score(hypotheses, streams)
    entry = {
        "metric": name, "options": options, "score": number(score.score),
        "signature": str(scorer.get_signature()), "short": scorer.get_signature().format(short=True),
        "text": score.format(width=3, signature=str(scorer.get_signature())),
    }
    if name == "ter":
        entry["edits"] = score.num_edits
        entry["referenceLength"] = number(score.ref_length)
    return entry


def confidence_entry(name, options, hypotheses, streams, samples):
    scorer = metric(name, options)
    score = scorer.corpus_score(hypotheses, streams, n_bootstrap=samples)
    return {
        "metric": name, "options": options, "samples": samples,
        "mean": number(score._mean), "halfWidth": number(score._ci),
        "json": score.format(width=4, signature=str(scorer.get_signature()), is_json=True),
    }


def paired_entry(name, options, systems, streams, method, samples, confidence=-1):
    test = PairedTest(systems, {"M": metric(name, options)}, streams,
                      test_type=method, n_samples=samples, n_ar_confidence=confidence)
    signatures, scores = test()
    (key, signature), = signatures.items()
    return {
        "metric": name, "options": options, "method": {"bs": "bootstrap", "ar": "randomization"}[method],
        "samples": samples, "confidenceSamples": max(confidence, 0), "name": key, "signature": str(signature),
        "results": [
            {"score": number(r.score), "p": r.p_value, "mean": r.mean and number(r.mean), "halfWidth": r.ci and number(r.ci)}
            for r in scores[key]
        ],
    }


def write(name, data):
    """One line per element of every list, so that differences between versions can be read."""
    lines = []
    for key, value in data.items():
        if isinstance(value, list):
            items = ",\n".join(json.dumps(item, ensure_ascii=True) for item in value)
            lines.append(f"{json.dumps(key)}: [\n{items}\n]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value)}")
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


def versions():
    return {"sacrebleu": sacrebleu.__version__, "numpy": numpy.__version__, "python": sys.version.split()[0]}


def write_nasty():
    cases = nasty_cases()
    hypotheses = [case["hypothesis"] for case in cases]
    others = [case["other"] for case in cases]
    streams = [list(stream) for stream in zip(*(case["references"] for case in cases))]
    sentences = []
    for name, options in SENTENCE_CONFIGURATIONS:
        scorer = metric(name, options)
        scores = [
            number(scorer.sentence_score(case["hypothesis"], [r for r in case["references"] if r is not None]).score)
            for case in cases
        ]
        sentences.append({"metric": name, "options": options, "scores": scores})
    systems = [("a", hypotheses), ("b", others), ("a again", hypotheses)]
    write("nasty.json", {
        "versions": versions(),
        "cases": cases,
        "tokenized": [
            {"tokenizer": name, "lines": [" ".join(_get_tokenizer(name)()(text.rstrip()).split()) for text in hypotheses]}
            for name in ("13a", "intl", "zh")
        ],
        "sentences": sentences,
        "grid": [grid_entry(name, options, cases, streams) for name, options in GRID_CONFIGURATIONS],
        "corpora": [
            corpus_entry(name, options, hypotheses, streams) for name, options in CONFIGURATIONS
            if name != "ter" or sum(options.values()) in (0, 4)
        ],
        "singleReference": [corpus_entry(name, options, others, streams[:1]) for name, options in CONFIGURATIONS],
        "confidence": [
            confidence_entry(name, options, hypotheses, streams[:1], samples)
            for name, options in RESAMPLED_CONFIGURATIONS for samples in (150,)
        ] + [confidence_entry("ter", {}, hypotheses, streams, 150)],
        "paired": [
            paired_entry(name, options, systems, streams[:1], method, samples, confidence)
            for name, options in RESAMPLED_CONFIGURATIONS
            for method, samples, confidence in (("bs", 300, -1), ("ar", 400, -1), ("ar", 101, 50))
        ],
        "fewSegments": few_segments(cases),
    })


def write_numbers():
    rng = random.Random(5)
    values = [0.0, 0.5, 1.5, 2.5, 31.25, 31.35, 0.125, 99.995, 100.0, 1e-5, 1.2e-4, 123456.0, 1e16, 1.5e17, 1 / 3, 6.25e-6]
    values += [rng.random() * 100 for _ in range(40)] + [rng.randrange(1000) / 8 for _ in range(40)]
    generators = []
    for seed in (0, 1, 12345, 2**32 - 1, 2**32, 2**53 - 1):
        generator = numpy.random.default_rng(seed)
        generators.append({
            "seed": seed,
            "words": [int(x) for x in generator.integers(2**32, size=9, dtype=numpy.uint32)],
            "coins": "".join(str(int(x)) for x in generator.integers(2, size=96, dtype=bool)),
            "choices": [{"below": below, "draws": [int(x) for x in generator.choice(below, size=20)]}
                        for below in (1, 2, 7, 1002, 3000000000)],
        })
    write("numbers.json", {
        "versions": versions(),
        "generators": generators,
        "formats": [{"value": v, "fixed": [f"{v:.{w}f}" for w in range(6)], "float": repr(v)} for v in values],
        "means": [mean_entry([float(numpy.float32(rng.random() * 100)) for _ in range(n)]) for n in (5, 100, 300, 1000)],
    })


def mean_entry(values):
    return {
        "values": values, "double": float(numpy.array(values).mean()),
        "single": float(numpy.array(values, dtype="float32").mean()),
    }


def few_segments(cases):
    """Paired tests of a few segments each, where p is anywhere between 0 and 1."""
    entries = []
    for start in range(100, 300, 10):
        chosen = cases[start:start + 10]
        systems = [(key, [case[key] for case in chosen]) for key in ("hypothesis", "other")]
        streams = [[case["references"][0] for case in chosen]]
        for name, options in (("bleu", {}), ("bleu", {"smoothMethod": "add-k", "smoothValue": 0.9}), ("chrf", {"wordOrder": 2}), ("ter", {})):
            for method in ("ar", "bs"):
                entry = paired_entry(name, options, systems, streams, method, 200)
                entries.append({"start": start, "count": len(chosen), **entry})
    return entries


def write_cli():
    """What the command `sacrebleu` prints for small files; `nmt` holds the words of `nmt evaluate` that mean the same."""
    cases = [case for case in nasty_cases() if "\n" not in case["hypothesis"] + case["other"] + case["references"][0]][40:90]
    files = {
        "a.txt": [case["hypothesis"] for case in cases],
        "b.txt": [case["other"] for case in cases],
        "ref.txt": [case["references"][0] for case in cases],
        "ref2.txt": [(case["references"][1] or case["references"][0]).replace("\n", " ") for case in cases],
    }
    commands = [
        ("ref.txt -i a.txt", "--ref ref.txt --hyp a.txt"),
        ("ref.txt ref2.txt -i a.txt -m bleu chrf ter -w 4", "--ref ref.txt ref2.txt --hyp a.txt -m bleu chrf ter -w 4"),
        ("ref.txt -i a.txt -m chrf bleu -f text", "--ref ref.txt --hyp a.txt --metrics chrf bleu --format text"),
        ("ref.txt -i a.txt -m bleu chrf ter -f text -ci --confidence-n 40 -w 3",
         "--ref ref.txt --hyp a.txt -m bleu chrf ter --format text --confidence --confidence_n 40 --width 3"),
        ("ref.txt -i a.txt -ci --confidence-n 40 -m chrf --chrf-word-order 2 --chrf-beta 3 --chrf-char-order 4 --chrf-lowercase",
         "--ref ref.txt --hyp a.txt --confidence --confidence-n 40 -m chrf --chrf-word-order 2 --chrf_beta 3 --chrf_char_order 4 --chrf_lowercase"),
        ("ref.txt -i a.txt -f text -sh -tok zh -lc -s floor -sv 0.3", "--ref ref.txt --hyp a.txt --format text --short --tokenize zh --lowercase --smooth_method floor --smooth_value 0.3"),
        ("ref.txt -i a.txt -m ter --ter-normalized --ter-asian-support --ter-no-punct --ter-case-sensitive",
         "--ref ref.txt --hyp a.txt -m ter --ter_normalized --ter_asian_support --ter_no_punct --ter_case_sensitive"),
        ("ref.txt -i a.txt -m chrf --chrf-whitespace --chrf-eps-smoothing", "--ref ref.txt --hyp a.txt -m chrf --chrf_whitespace --chrf_eps_smoothing"),
        ("ref.txt -i a.txt -b -w 6", "--ref ref.txt --hyp a.txt --score_only --width 6"),
        ("ref.txt -i a.txt -sl -f text -w 5", "--ref ref.txt --hyp a.txt --sentence_level --format text -w 5"),
        ("ref.txt -i a.txt b.txt -m bleu chrf -f text -nc", "--ref ref.txt --hyp a.txt b.txt -m bleu chrf --format text"),
        ("ref.txt -i a.txt b.txt -m bleu chrf", "--ref ref.txt --hyp a.txt b.txt -m bleu chrf"),
        ("ref.txt -i a.txt b.txt --paired-bs --paired-bs-n 30", "--ref ref.txt --hyp a.txt b.txt --paired_bs --paired_bs_n 30"),
        ("ref.txt -i a.txt b.txt -m bleu ter chrf --paired-ar --paired-ar-n 30",
         "--ref ref.txt --hyp a.txt b.txt -m bleu ter chrf --paired_ar --paired_ar_n 30"),
    ]
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8", newline="\n") as file:
                file.write("".join(line + "\n" for line in lines))
        for theirs, ours in commands:
            run = subprocess.run([sys.executable, "-m", "sacrebleu", *theirs.split()], cwd=folder, capture_output=True, check=True)
            runs.append({"sacrebleu": theirs, "nmt": ours, "output": run.stdout.decode("utf-8")})
    write("cli.json", {"versions": versions(), "files": [{"name": n, "lines": ls} for n, ls in files.items()], "runs": runs})


def write_wmt(folder):
    def read(name):
        with gzip.open(os.path.join(folder, name + ".gz"), mode="rt", encoding="utf-8", newline="\n") as file:
            return [line.rstrip() for line in file]

    with open(os.path.join(folder, "scores.json"), encoding="utf-8") as file:
        published = json.load(file)
    corpora, sentences = [], []
    for entry in published:
        hypotheses, streams = read(entry["hyp"]), [read(name) for name in entry["refs"]]
        for name, options in (("ter", {}), ("chrf", {"wordOrder": 2})):
            corpora.append({"hyp": entry["hyp"], "refs": entry["refs"], **corpus_entry(name, options, hypotheses, streams)})
        if entry not in (published[0], published[-1]):
            continue
        for name, options in (
            ("ter", {"normalized": True, "asianSupport": True}), ("ter", {"noPunctuation": True, "caseSensitive": True}),
            ("chrf", {"wordOrder": 2, "epsSmoothing": True}),
            *(("bleu", {"tokenize": t}) for t in ("none", "intl", "zh", "char")),
            ("bleu", {"smoothMethod": "floor", "lowercase": True}), ("bleu", {"smoothMethod": "add-k"}), ("bleu", {"smoothMethod": "none"}),
        ):
            corpora.append({"hyp": entry["hyp"], "refs": entry["refs"], **corpus_entry(name, options, hypotheses, streams)})
        for name, options in (("bleu", {"effectiveOrder": True}), ("chrf", {}), ("ter", {})):
            scorer = metric(name, options)
            scores = [scorer.sentence_score(h, [r[i] for r in streams]).score for i, h in enumerate(hypotheses)]
            sentences.append({"hyp": entry["hyp"], "refs": entry["refs"], "metric": name, "options": options,
                              "mean": number(statistics.fmean(scores)), "spread": number(statistics.pstdev(scores))})
    german = [entry for entry in published if ".en-de." in entry["hyp"]]
    systems = [(entry["hyp"], read(entry["hyp"])) for entry in german]
    reference = german[0]["refs"][0]
    write("wmt.json", {
        "versions": versions(), "corpora": corpora, "sentences": sentences,
        "pairedReference": reference, "pairedSystems": [name for name, _ in systems],
        "paired": [
            paired_entry(name, {}, systems, [read(reference)], method, 0)
            for name in ("bleu", "chrf", "ter") for method in ("bs", "ar")
        ],
    })


if __name__ == "__main__":
    write_nasty()
    write_numbers()
    write_cli()
    if len(sys.argv) > 1:
        write_wmt(sys.argv[1])
