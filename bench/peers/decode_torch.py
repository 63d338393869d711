"""Decoding by PyTorch: eager, with a traced step, or with a compiled one; f32, bf16 or weights of 8 bits."""

import numpy
import torch
from torch import nn

from decode_model import DecoderStep, Encoder, Experts, TracedExperts, check_options, read_safetensors


class TorchEngine:
    """What the searches of decode_search.py ask for; `count` best pieces of each row."""

    def __init__(self, encoder, step):
        self.encoder = encoder
        self.decoder = step
        self.source = ()
        self.states = None

    @torch.inference_mode()
    def start(self, sources):
        pieces, lengths = padded(sources)
        *source, self.states = self.encoder(torch.from_numpy(pieces), torch.from_numpy(lengths))
        self.source = source

    @torch.inference_mode()
    def step(self, pieces, parents):
        rows = (torch.from_numpy(numpy.ascontiguousarray(each, dtype=numpy.int64)) for each in (pieces, parents))
        best, ids, self.states = self.decoder(*rows, self.states, *self.source)
        return best.numpy(), ids.numpy()

    @torch.inference_mode()
    def keep(self, sentences):
        kept = torch.from_numpy(sentences)
        self.source = [each[kept] for each in self.source]


def padded(sources):
    """Sources, longest first → pieces [time, sentences] and lengths [sentences]."""
    lengths = numpy.array([len(source) for source in sources])
    pieces = numpy.zeros((lengths[0], len(sources)), dtype=numpy.int64)
    for i, source in enumerate(sources):
        pieces[: len(source), i] = source
    return pieces, lengths


def torch_engines(job, mode, precision, threads, counts):
    """An engine for each count, all with the same weights."""
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    options = job["options"]
    check_options(options)
    weights = read_safetensors(job["weights"])
    experts = TracedExperts if mode == "jit" else Experts
    encoder = in_precision(Encoder(weights, options, Experts).eval(), precision)
    engines = {}
    for count in counts:
        step = in_precision(DecoderStep(weights, options, experts, count).eval(), precision)
        if mode == "jit":
            step = traced(encoder, step, job["sources"])
        elif mode == "compile":
            step = torch.compile(step, dynamic=True)
        engines[count] = TorchEngine(encoder, step)
    return engines


def in_precision(module, precision):
    if precision == "bf16":
        return module.to(torch.bfloat16)
    if precision == "int8":
        kinds = {nn.LSTM, nn.LSTMCell, nn.Linear}
        return torch.ao.quantization.quantize_dynamic(module, kinds, dtype=torch.qint8)
    return module


def example_inputs(encoder, sources):
    """Inputs of the encoder and of a first step, for two sentences."""
    pieces, lengths = padded(sorted(sources[:2], key=len, reverse=True))
    source = (torch.from_numpy(pieces), torch.from_numpy(lengths))
    *memory, states = encoder(*source)
    rows = torch.arange(len(lengths))
    return source, (torch.zeros_like(rows), rows, states, *memory)


def traced(encoder, step, sources):
    _, inputs = example_inputs(encoder, sources)
    return torch.jit.freeze(torch.jit.trace(step, inputs, check_trace=False))
