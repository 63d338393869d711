"""Our translation model in PyTorch, with the weights of a model directory: the peer of `npm run bench -- decode --model DIR`.

Axes are named in brackets: [time, sentences, hidden] for sequences, [rows, hidden] for a step, in which each sentence has as many
rows as it has hypotheses under way.
"""

import json

import numpy
import torch
from torch import nn
from torch.nn import functional

TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
HIDDEN_SCORE = -1e9


def read_safetensors(path):
    """Tensors by name, as f32."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] not in TYPES:
            raise SystemExit(f"{path}: {name} is {entry['dtype']}, the peer reads {', '.join(TYPES)}")
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(data, dtype=torch.uint8, count=end - begin, offset=begin)
        tensors[name] = flat.clone().view(TYPES[entry["dtype"]]).reshape(entry["shape"]).float()
    return tensors


def check_options(options):
    """Ends the program where the model has a part that isn't written here."""
    moe = options.get("moe")
    parts = {
        f"attention: {options['attention']}": options["attention"] == "multiplicative",
        "lstm_cell_size": options.get("cellSize", options["hiddenSize"]) == options["hiddenSize"],
    }
    if moe is not None:
        parts |= {
            f"gating: {moe['gating']}": moe["gating"] == "noisy_top_k",
            f"expert_activation: {moe['expertActivation']}": moe["expertActivation"] == "relu",
            "shared_expert_hidden_size": moe["sharedExpertHiddenSize"] == 0,
        }
    unknown = [part for part, known in parts.items() if not known]
    if unknown:
        raise SystemExit(f"the peers have no {', no '.join(unknown)}: leave --python out for this model")


class Experts(nn.Module):
    """x + Σ gate · expert(x), or its sigmoid: top-k gates as they are at inference, without noise (Shazeer et al. 2017, §2.1)."""

    def __init__(self, weights, name, moe):
        super().__init__()
        self.k = moe["numExpertsPerToken"]
        self.sigmoid = moe["output"] == "sigmoid"
        self.gate = linear(weights[f"{name}.gate.weights"])
        self.inner = nn.ModuleList(linear(each) for each in weights[f"{name}.experts.inner"])
        self.outer = nn.ModuleList(linear(each) for each in weights[f"{name}.experts.outer"])

    def forward(self, x):
        shape = x.shape
        rows = x.reshape(-1, shape[-1])
        best, chosen = self.gate(rows).float().topk(self.k, dim=-1)
        gates = best.softmax(dim=-1).to(rows.dtype).flatten()
        # Pairs of a row and an expert sorted by expert, so that each expert multiplies one block.
        order = chosen.flatten().argsort(stable=True)
        position = order // self.k
        counts = torch.bincount(chosen.flatten(), minlength=len(self.inner)).tolist()
        blocks = zip(rows[position].split(counts), self.inner, self.outer)
        outputs = [outer(functional.relu(inner(block))) for block, inner, outer in blocks if len(block) > 0]
        weighted = torch.cat(outputs) * gates[order].unsqueeze(1)
        return self.residual(x, torch.zeros_like(rows).index_add(0, position, weighted).reshape(shape))

    def residual(self, x, mixed):
        return x + (torch.sigmoid(mixed) if self.sigmoid else mixed)


class TracedExperts(Experts):
    """The same where the number of rows of each expert must not be a constant of the graph: every expert looks for its rows."""

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        best, chosen = self.gate(rows).topk(self.k, dim=-1)
        gates = best.softmax(dim=-1)
        mixed = torch.zeros_like(rows)
        for expert, (inner, outer) in enumerate(zip(self.inner, self.outer)):
            found = (chosen == expert).nonzero()
            position = found[:, 0]
            output = outer(functional.relu(inner(rows[position]))) * gates[position, found[:, 1]].unsqueeze(1)
            mixed = mixed.index_add(0, position, output)
        return self.residual(x, mixed.reshape(x.shape))


class Encoder(nn.Module):
    """A bidirectional LSTM, then unidirectional ones with residual connections; keys of the attention and the decoder's states."""

    def __init__(self, weights, options, experts):
        super().__init__()
        layers = options["encoderLayers"]
        shared = options["shareEmbeddings"]
        self.embedding = embedding(weights["embedding" if shared else "encoder.embedding"])
        self.bottom = bidirectional_lstm(weights, "encoder.lstm1")
        self.upper = nn.ModuleList(lstm(weights, f"encoder.lstm{i + 2}") for i in range(layers - 1))
        self.experts = experts_after(weights, "encoder", options["moeEncoderAfter"], options, experts)
        self.key = linear(weights["decoder.attention.key_weights"])
        self.energy = nn.Parameter(weights["decoder.attention.energy"])
        bridged = options["decoderStart"] == "bridge"
        self.bridge = linear(weights["decoder.bridge.weights"], weights["decoder.bridge.bias"]) if bridged else None
        self.states = 2 * options["decoderLayers"] * options["hiddenSize"]

    def forward(self, pieces, lengths):
        """pieces [time, sentences], lengths [sentences], longest first → keys and values [sentences, time, hidden], mask, states."""
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(pieces), lengths)
        x, _ = nn.utils.rnn.pad_packed_sequence(self.bottom(packed)[0])
        x = after(self.experts, 1, x)
        for i, layer in enumerate(self.upper):
            x = after(self.experts, i + 2, layer(x)[0] + x)
        keys = torch.tanh(self.key(x)) * self.energy
        inside = torch.arange(pieces.shape[0]).unsqueeze(0) < lengths.unsqueeze(1)
        mask = torch.zeros(inside.shape, dtype=x.dtype).masked_fill(~inside, HIDDEN_SCORE).unsqueeze(1)
        values = x.transpose(0, 1)
        if self.bridge is None:
            states = torch.zeros(pieces.shape[1], self.states, dtype=x.dtype)
        else:
            mean = (values * inside.unsqueeze(2)).sum(dim=1) / lengths.unsqueeze(1)
            states = torch.tanh(self.bridge(mean.to(x.dtype)))
        return keys.transpose(0, 1).contiguous(), values.contiguous(), mask, states


class DecoderStep(nn.Module):
    """One step: the bottom LSTM asks the attention, upper ones read (lower output, context) with residual connections."""

    def __init__(self, weights, options, experts, count):
        super().__init__()
        layers = options["decoderLayers"]
        shared = options["shareEmbeddings"]
        name = "embedding" if shared else "decoder.embedding"
        self.count = count
        self.hidden = options["hiddenSize"]
        self.embedding = embedding(weights[name])
        self.query = linear(weights["decoder.attention.query_weights"])
        self.cells = nn.ModuleList(lstm_cell(weights, f"decoder.lstm{i + 1}") for i in range(layers))
        self.experts = experts_after(weights, "decoder", options["moeDecoderAfter"], options, experts)
        rows = weights[name] if options["tieSoftmax"] else weights["decoder.output.weights"]
        self.output = linear(rows.T, weights["decoder.output.bias"])

    def forward(self, pieces, parents, states, keys, values, mask):
        """pieces and parents [rows], states [rows before, hidden and cell of each layer] → the best next pieces, states.

        Log-probabilities and pieces are [rows, count]; `parents` are the rows whose states are read.
        """
        before = states[parents].split(self.hidden, dim=1)
        following = []

        def run(layer, x):
            following.extend(self.cells[layer](x, (before[2 * layer], before[2 * layer + 1])))
            return following[-2]

        bottom = run(0, self.embedding(pieces))
        queries = torch.tanh(self.query(bottom)).reshape(keys.shape[0], -1, self.hidden)
        scores = torch.bmm(queries, keys.transpose(1, 2)) + mask
        context = torch.bmm(scores.softmax(dim=-1), values).reshape(-1, self.hidden)
        y = after(self.experts, 1, bottom)
        for layer in range(1, len(self.cells)):
            y = after(self.experts, layer + 1, run(layer, torch.cat([y, context], dim=1)) + y)
        # The softmax's sum is needed, not all of its values.
        logits = self.output(y).float()
        best, ids = logits.topk(self.count, dim=1)
        return best - logits.logsumexp(dim=1, keepdim=True), ids, torch.cat(following, dim=1)


def linear(weights, bias=None):
    """Ours multiply x [rows, in] by weights [in, out]."""
    layer = nn.Linear(*weights.shape, bias=bias is not None)
    layer.weight = nn.Parameter(weights.T.contiguous())
    if bias is not None:
        layer.bias = nn.Parameter(bias)
    return layer


def embedding(table):
    return nn.Embedding.from_pretrained(table)


def recurrent_parameters(weights, name):
    """Both have the gates in the order i, f, g, o; ours have one bias."""
    bias = weights[f"{name}.bias"]
    matrices = [weights[f"{name}.{part}_weights"].T.contiguous() for part in ("input", "recurrent")]
    return [*matrices, bias, torch.zeros_like(bias)]


def lstm(weights, name):
    inputs, gates = weights[f"{name}.input_weights"].shape
    layer = nn.LSTM(inputs, gates // 4)
    assign(layer, [f"{part}_l0" for part in PARTS], recurrent_parameters(weights, name))
    return layer


def bidirectional_lstm(weights, name):
    inputs, gates = weights[f"{name}.forward.input_weights"].shape
    layer = nn.LSTM(inputs, gates // 4, bidirectional=True)
    assign(layer, [f"{part}_l0" for part in PARTS], recurrent_parameters(weights, f"{name}.forward"))
    assign(layer, [f"{part}_l0_reverse" for part in PARTS], recurrent_parameters(weights, f"{name}.backward"))
    return layer


def lstm_cell(weights, name):
    inputs, gates = weights[f"{name}.input_weights"].shape
    layer = nn.LSTMCell(inputs, gates // 4)
    assign(layer, PARTS, recurrent_parameters(weights, name))
    return layer


PARTS = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]


def assign(layer, names, values):
    with torch.no_grad():
        for name, value in zip(names, values):
            getattr(layer, name).copy_(value)


def experts_after(weights, side, layers, options, experts):
    found = {} if options.get("moe") is None else {str(i): f"{side}.moe{i}" for i in layers}
    sizes = options.get("moeSizes", {})
    return nn.ModuleDict(
        {i: experts(weights, name, options["moe"] | sizes.get(name, {})) for i, name in found.items()}
    )


def after(experts, layer, x):
    return experts[str(layer)](x) if str(layer) in experts else x


def load_model(path, options, count, experts=Experts):
    """Encoder and decoder step, which gives each row's `count` best next pieces."""
    check_options(options)
    weights = read_safetensors(path)
    return Encoder(weights, options, experts).eval(), DecoderStep(weights, options, experts, count).eval()
