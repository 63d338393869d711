"""Decoding by ONNX Runtime: encoder and decoder step exported from PyTorch once, then run without it; f32 or weights of 8 bits."""

from pathlib import Path

import numpy


class OnnxEngine:
    """What the searches of decode_search.py ask for."""

    def __init__(self, encoder, step):
        self.encoder = encoder
        self.decoder = step
        self.source = {}
        self.states = None

    def start(self, sources):
        lengths = numpy.array([len(source) for source in sources])
        pieces = numpy.zeros((lengths[0], len(sources)), dtype=numpy.int64)
        for i, source in enumerate(sources):
            pieces[: len(source), i] = source
        *memory, self.states = self.encoder.run(None, {"sources": pieces, "lengths": lengths})
        self.source = dict(zip(MEMORY, memory))

    def step(self, pieces, parents):
        rows = {"pieces": pieces.astype(numpy.int64), "parents": parents.astype(numpy.int64)}
        best, ids, self.states = self.decoder.run(None, rows | {"states": self.states} | self.source)
        return best, ids

    def keep(self, sentences):
        self.source = {name: each[sentences] for name, each in self.source.items()}


MEMORY = ["keys", "values", "mask"]


def export(job, folder, precisions, counts):
    """Writes encoder.PRECISION.onnx and stepCOUNT.PRECISION.onnx."""
    import torch
    from decode_model import DecoderStep, Encoder, TracedExperts, check_options, read_safetensors
    from decode_torch import example_inputs
    from onnxruntime.quantization import QuantType, quantize_dynamic

    torch.set_grad_enabled(False)
    options = job["options"]
    check_options(options)
    weights = read_safetensors(job["weights"])
    encoder = Encoder(weights, options, TracedExperts).eval()
    source, inputs = example_inputs(encoder, job["sources"])
    modules = {"encoder": (encoder, source, ["sources", "lengths"], [*MEMORY, "states"])}
    for count in counts:
        step = DecoderStep(weights, options, TracedExperts, count).eval()
        names = ["pieces", "parents", "states", *MEMORY]
        modules[f"step{count}"] = (step, inputs, names, ["best", "ids", "next"])
    for name, (module, example, names, outputs) in modules.items():
        f32 = str(Path(folder, f"{name}.f32.onnx"))
        axes = {each: AXES.get(each, [0]) for each in [*names, *outputs]}
        torch.onnx.export(
            module,
            example,
            f32,
            input_names=names,
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        if "int8" in precisions:
            quantize_dynamic(f32, str(Path(folder, f"{name}.int8.onnx")), weight_type=QuantType.QInt8)


# Axes whose size changes, by name of a tensor that has others than the first.
AXES = {"sources": [0, 1], "keys": [0, 1], "values": [0, 1], "mask": [0, 2]}


def onnx_engines(folder, precision, threads, counts):
    """An engine for each count."""
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    settings.inter_op_num_threads = 1

    def session(name):
        path = str(Path(folder, f"{name}.{precision}.onnx"))
        return onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])

    encoder = session("encoder")
    return {count: OnnxEngine(encoder, session(f"step{count}")) for count in counts}
