"""A peer of `npm run bench -- decode --model DIR`: decode.py JSON, or decode.py --export JSON, which writes what ONNX Runtime reads.

The JSON names the job, a file with the model's options and the sources' pieces, and how to run it. Once loaded it prints
{"ready": …}, then answers each line of standard input with one of standard output: a run by {"done": true}, once its
translations are there, and {"outputs": true} by those of the last run: pairs of a source's index and its pieces.
"""

import json
import sys

from decode_search import beam_search, greedy_search


def batches_of(sources, chosen, batch, part, parts):
    """Batches of indices, longest sources first; each of `parts` processes takes its share: 0, 1, 1, 0, 0, 1, …"""
    order = sorted(chosen, key=lambda i: -len(sources[i]))
    whole = [order[i : i + batch] for i in range(0, len(order), batch)]
    turns = [i % (2 * parts) for i in range(len(whole))]
    return [each for each, turn in zip(whole, turns) if min(turn, 2 * parts - 1 - turn) == part]


def translate(engines, job, request):
    """Pairs of index and pieces."""
    sources, limits, beam = job["sources"], job["limits"], request["beam"]
    settings = job["settings"] | {"beam": beam}
    engine = engines[count_of(beam)]
    search = greedy_search if beam == 1 else beam_search
    found = []
    chosen = range(0, len(sources), request["every"])
    for batch in batches_of(sources, chosen, request["batch"], request["part"], request["parts"]):
        pieces = search(engine, [sources[i] for i in batch], [limits[i] for i in batch], settings)
        found.extend(zip(batch, pieces))
    return found


def count_of(beam):
    """Best pieces of each row that a search reads: `</s>` may be one of them."""
    return 1 if beam == 1 else beam + 1


def load(how, job, counts):
    """Engines by count, and who they are."""
    if how["engine"] == "onnxruntime":
        import onnxruntime
        from decode_onnx import onnx_engines

        engines = onnx_engines(how["folder"], how["precision"], how["threads"], counts)
        return engines, f"ONNX Runtime {onnxruntime.__version__}"
    import torch
    from decode_torch import torch_engines

    engines = torch_engines(job, how["mode"], how["precision"], how["threads"], counts)
    return engines, f"PyTorch {torch.__version__}"


def main():
    how = json.loads(sys.argv[-1])
    with open(how["job"], encoding="utf-8") as file:
        job = json.load(file)
    counts = [count_of(beam) for beam in how["beams"]]
    if sys.argv[1] == "--export":
        from decode_onnx import export

        export(job, how["folder"], how["precisions"], counts)
        answer({"exported": True})
        return
    engines, version = load(how, job, counts)
    answer({"ready": version})
    found = []
    for line in sys.stdin:
        request = json.loads(line)
        if "outputs" in request:
            answer({"outputs": found})
        else:
            found = translate(engines, job, request)
            answer({"done": True})


def answer(message):
    print(json.dumps(message), flush=True)


main()
