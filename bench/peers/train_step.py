"""One training step of the reference model in PyTorch, on the CPU: the peer of `npm run bench -- train-step`.

The same layers, sizes, batch and optimiser, written the way a PyTorch user would: fused nn.LSTM, autocast for bf16, fused Adam,
and with --compile the model passed through torch.compile.
Of the balance losses it has only importance, the cheaper one. Prints one JSON object.
Under torchrun each process has a batch and some of the experts: rows go to them and back by Gloo's all-to-all, and
DistributedDataParallel sums all other gradients.
"""

import argparse
import json
import os
import time

import torch
from torch import distributed, nn
from torch.nn import functional

RANKS = int(os.environ.get("WORLD_SIZE", "1"))


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    numbers = {"experts": 16, "expert-hidden": 1024, "hidden": 512, "vocab": 8000, "k": 2}
    numbers |= {"batch": 64, "len": 25, "steps": 5, "threads": 2}
    for name, value in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--bf16", action="store_true", help="autocast to bfloat16")
    parser.add_argument("--compile", action="store_true", help="torch.compile the model")
    parser.add_argument("--no-moe", action="store_true", help="the dense model")
    return parser.parse_args()


class Attention(nn.Module):
    """Scores tanh(q W) · (v ⊙ tanh(k U)), Shazeer et al. 2017, appendix G. Queries and memory are [time, batch, hidden]."""

    def __init__(self, hidden):
        super().__init__()
        self.query = nn.Linear(hidden, hidden, bias=False)
        self.key = nn.Linear(hidden, hidden, bias=False)
        self.scale = nn.Parameter(torch.ones(hidden))

    def forward(self, queries, memory):
        keys = (torch.tanh(self.key(memory)) * self.scale).transpose(0, 1)
        scores = torch.bmm(torch.tanh(self.query(queries)).transpose(0, 1), keys.transpose(1, 2))
        return torch.bmm(scores.softmax(dim=-1), memory.transpose(0, 1)).transpose(0, 1)


class Exchange(torch.autograd.Function):
    """Rows to other processes; gradients come back the same way."""

    @staticmethod
    def forward(context, rows, leaving, arriving):
        context.counts = leaving, arriving
        received = rows.new_empty(sum(arriving), rows.shape[1])
        distributed.all_to_all_single(received, rows.contiguous(), arriving, leaving)
        return received

    @staticmethod
    def backward(context, gradient):
        leaving, arriving = context.counts
        returned = gradient.new_empty(sum(leaving), gradient.shape[1])
        distributed.all_to_all_single(returned, gradient.contiguous(), leaving, arriving)
        return returned, None, None


class MixtureOfExperts(nn.Module):
    """x + sigmoid(Σ gate · expert(x)) with noisy top-k gating, Shazeer et al. 2017, §2.1."""

    def __init__(self, hidden, expert_hidden, experts, k):
        super().__init__()
        self.k = k
        self.gate = nn.Parameter(torch.zeros(hidden, experts))
        self.noise = nn.Parameter(torch.zeros(hidden, experts))
        own = experts // RANKS
        self.inner = nn.Parameter(torch.randn(own, hidden, expert_hidden) * hidden**-0.5)
        self.outer = nn.Parameter(torch.randn(own, expert_hidden, hidden) * expert_hidden**-0.5)

    def run_blocks(self, rows, counts):
        """Rows by expert, `counts` of each."""
        blocks = zip(rows.split(counts), self.inner.unbind(), self.outer.unbind())
        return torch.cat([functional.relu(block @ inner) @ outer for block, inner, outer in blocks])

    def run_everywhere(self, rows, counts):
        """The same where each process has some of the experts."""
        received = torch.empty_like(counts)
        distributed.all_to_all_single(received, counts)
        leaving, arriving = (each.view(RANKS, -1).sum(dim=1).tolist() for each in (counts, received))
        there = Exchange.apply(rows, leaving, arriving)
        own = self.inner.shape[0]
        order = torch.arange(own).repeat(RANKS).repeat_interleave(received).argsort(stable=True)
        outputs = self.run_blocks(there[order], received.view(RANKS, own).sum(dim=0).tolist())
        back = torch.empty_like(outputs).index_copy(0, order, outputs)
        return Exchange.apply(back, arriving, leaving)

    def forward(self, inputs):
        rows = inputs.reshape(-1, inputs.shape[-1])
        clean = rows @ self.gate
        spread = functional.softplus(rows @ self.noise) + 0.01
        best, chosen = (clean + torch.randn_like(clean) * spread).topk(self.k, dim=-1)
        gates = best.softmax(dim=-1)

        # Rows sorted by expert, so that each expert multiplies one block.
        order = chosen.flatten().argsort(stable=True)
        position = order // self.k
        counts = torch.bincount(chosen.flatten(), minlength=self.gate.shape[1])
        outputs = (
            self.run_blocks(rows[position], counts.tolist()) if RANKS == 1 else self.run_everywhere(rows[position], counts)
        )
        weighted = outputs * gates.flatten()[order].unsqueeze(1)
        mixed = torch.zeros_like(rows).index_add(0, position, weighted.to(rows.dtype))

        sparse = torch.zeros(clean.shape, dtype=gates.dtype).scatter(1, chosen, gates)
        importance = sparse.sum(dim=0)
        balance = 0.1 * importance.var(unbiased=False) / (importance.mean() ** 2 + 1e-10)
        return inputs + torch.sigmoid(mixed).reshape(inputs.shape), balance


class Translator(nn.Module):
    """3 encoder and 2 decoder LSTM layers; experts follow the second and the first of them. Pieces are [time, batch]."""

    def __init__(self, options):
        super().__init__()
        hidden = options.hidden
        self.source = nn.Embedding(options.vocab, hidden)
        self.target = nn.Embedding(options.vocab, hidden)
        self.encoder = nn.ModuleList(
            [nn.LSTM(hidden, hidden // 2, bidirectional=True), nn.LSTM(hidden, hidden), nn.LSTM(hidden, hidden)]
        )
        self.decoder = nn.ModuleList([nn.LSTM(hidden, hidden), nn.LSTM(2 * hidden, hidden)])
        self.attention = Attention(hidden)
        self.output = nn.Linear(hidden, options.vocab)
        sizes = (hidden, options.expert_hidden, options.experts, options.k)
        self.experts = nn.ModuleList([] if options.no_moe else [MixtureOfExperts(*sizes) for _ in range(2)])

    def forward(self, source, target):
        balance = 0.0
        memory, _ = self.encoder[0](self.source(source))
        memory = self.encoder[1](memory)[0] + memory
        if self.experts:
            memory, loss = self.experts[0](memory)
            balance = balance + loss
        memory = self.encoder[2](memory)[0] + memory

        state, _ = self.decoder[0](self.target(target))
        context = self.attention(state, memory)
        if self.experts:
            state, loss = self.experts[1](state)
            balance = balance + loss
        state = self.decoder[1](torch.cat([state, context], dim=-1))[0] + state
        return self.output(state), balance


def main():
    options = read_options()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    model = Translator(options)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    run = model
    if RANKS > 1:
        distributed.init_process_group("gloo")
        divided = [name for name, _ in model.named_parameters() if name.endswith((".inner", ".outer"))]
        nn.parallel.DistributedDataParallel._set_params_and_buffers_to_ignore_for_model(model, divided)
        run = nn.parallel.DistributedDataParallel(model)
    run = torch.compile(run) if options.compile else run
    shape = (options.len, options.batch)
    source, target, gold = (torch.randint(options.vocab, shape) for _ in range(3))

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.bf16):
            logits, balance = run(source, target)
        flat = logits.float().reshape(-1, options.vocab)
        loss = functional.cross_entropy(flat, gold.flatten(), label_smoothing=0.1) + balance
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        return loss.item()

    # The first steps compile, the second once more where numbers of rows have changed.
    for _ in range(3 if options.compile else 1):
        step()
    seconds = []
    for _ in range(options.steps):
        started = time.perf_counter()
        loss = step()
        seconds.append(time.perf_counter() - started)
    median = sorted(seconds)[len(seconds) // 2]
    figures = {
        "torch": torch.__version__,
        "bf16": options.bf16,
        "experts": 0 if options.no_moe else options.experts,
        "params_m": round(sum(parameter.numel() for parameter in model.parameters()) / 1e6, 1),
        "ms": round(1000 * median, 1),
        "tgt_tok_s": round(RANKS * options.len * options.batch / median),
        "loss": round(loss, 3),
        "threads": options.threads,
    }
    if RANKS > 1:
        distributed.destroy_process_group()
    if os.environ.get("RANK", "0") == "0":
        print(json.dumps(figures))


main()
