"""Greedy and beam search over a batch in NumPy, by the rules of src/decoding: sentences that are done leave the batch.

An engine has `start(sources)`, `step(pieces, parents)` → log-probabilities and ids [rows, count], and `keep(sentences)`, which leaves
only those sentences in the batch; `parents` are rows of the step before.
"""

import numpy


def greedy_search(engine, sources, limits, settings):
    """Pieces of each source's translation, without the end piece."""
    engine.start(sources)
    limits = numpy.array(limits)
    sentences = numpy.arange(len(sources))
    rows = sentences
    pieces = numpy.full(len(sources), settings["bosId"])
    translations = [[] for _ in sources]
    length = 0
    while len(sentences) > 0:
        length += 1
        pieces = engine.step(pieces, rows)[1][:, 0]
        going = (pieces != settings["eosId"]) & (length < limits[sentences])
        for sentence, piece in zip(sentences, pieces):
            if piece != settings["eosId"]:
                translations[sentence].append(int(piece))
        rows = numpy.flatnonzero(going)
        if len(rows) < len(sentences):
            engine.keep(rows)
        sentences, pieces = sentences[rows], pieces[rows]
    return translations


def beam_search(engine, sources, limits, settings):
    """As `greedy_search`. A sentence is done once `beam` hypotheses have ended, or none that goes on can be better than the best."""
    beam, eos, alpha = settings["beam"], settings["eosId"], settings["lengthPenalty"]
    engine.start(sources)
    limits = numpy.array(limits)
    sentences = numpy.arange(len(sources))
    rows = sentences
    pieces = numpy.full(len(sources), settings["bosId"])
    # [sentences, hypotheses], then with the pieces so far
    scores = numpy.zeros((len(sources), 1))
    paths = numpy.zeros((len(sources), 1, 0), dtype=numpy.int32)
    ended = numpy.zeros(len(sources), dtype=int)
    best = numpy.full(len(sources), -numpy.inf)
    translations = [[] for _ in sources]
    length = 0
    while len(sentences) > 0:
        length += 1
        width = scores.shape[1]
        probabilities, ids = engine.step(pieces, rows)
        count = probabilities.shape[1]
        totals = (scores.reshape(-1, 1) + probabilities).reshape(len(sentences), -1)
        ids = ids.reshape(len(sentences), -1)
        order = numpy.argsort(-totals, axis=1, kind="stable")[:, : beam + width]
        totals = numpy.take_along_axis(totals, order, axis=1)
        ids = numpy.take_along_axis(ids, order, axis=1)
        parents = order // count
        ends = ids == eos

        # Ends count among the `beam` best only; the best of a sentence's is the first.
        penalty = ((5 + length) / 6) ** alpha
        accepted = ends[:, :beam]
        ended[sentences] += accepted.sum(axis=1)
        place = accepted.argmax(axis=1)
        found = numpy.where(accepted.any(axis=1), totals[numpy.arange(len(sentences)), place] / penalty, -numpy.inf)
        for s in numpy.flatnonzero(found > best[sentences]):
            translations[sentences[s]] = paths[s, parents[s, place[s]]].tolist()
            best[sentences[s]] = found[s]

        # The first `beam` that go on, in their order.
        live = numpy.argsort(ends, axis=1, kind="stable")[:, :beam]
        scores = numpy.take_along_axis(totals, live, axis=1)
        parents = numpy.take_along_axis(parents, live, axis=1)
        chosen = numpy.take_along_axis(ids, live, axis=1)
        paths = numpy.take_along_axis(paths, parents[:, :, None], axis=1)
        paths = numpy.concatenate([paths, chosen[:, :, None]], axis=2)

        longest = limits[sentences]
        for s in numpy.flatnonzero((length >= longest) & (ended[sentences] < beam)):
            if scores[s, 0] / penalty > best[sentences[s]]:
                translations[sentences[s]] = paths[s, 0].tolist()
        reachable = numpy.maximum(
            scores[:, 0] / ((6 + length) / 6) ** alpha, scores[:, 0] / ((5 + longest) / 6) ** alpha
        )
        going = (ended[sentences] < beam) & (length < longest) & (best[sentences] < reachable)
        kept = numpy.flatnonzero(going)
        if len(kept) < len(sentences):
            engine.keep(kept)
        rows = (kept[:, None] * width + parents[kept]).reshape(-1)
        sentences, scores, paths = sentences[kept], scores[kept], paths[kept]
        pieces = chosen[kept].reshape(-1)
    return translations
