// Models that are only run, for JavaScript: opened once, their work done on threads of their own. See kernels/inference.ts.
#include <algorithm>
#include <atomic>
#include <new>

#include "binding/handle.h"
#include "binding/registry.h"
#include "inference/decoder_state.h"
#include "inference/softmax.h"
#include "inference/verify.h"
#include "inference/workers.h"
#include "quantized/quantized_kernels.h"

namespace nmt {

namespace {

struct OpenModel {
  std::shared_ptr<Workers> workers;
  std::shared_ptr<const Model> model;  // goes before the threads, which then have nothing left to pack
};

struct OpenState {
  std::shared_ptr<Workers> workers;
  std::unique_ptr<DecoderState> state;
  std::unique_ptr<CandidateLists> lists;  // of a shortlist
  std::atomic<bool> busy{false};

  SoftmaxRows softmax(const float* hidden) const {
    return {state->model().output(), hidden, state->rows(), lists.get(), state->sentences()};
  }
};

// A flag that is true until the object goes.
struct Busy {
  std::atomic<bool>* flag;
  ~Busy() {
    if (flag != nullptr) flag->store(false);
  }
};

// Starts `work(Run&)` on the workers; its promise becomes what `result` gives.
template <class Work>
napi_value start(Call& call, Workers& workers, bool shared, Work work, std::function<napi_value(napi_env)> result = nullptr) {
  const auto given = std::make_shared<Run*>();
  return jobs_of(call).start(call, {[work, given] { work(**given); }, std::move(result)}, [&](auto run) {
    workers.give(
        [run, given](Run& own) {
          *given = &own;
          run();
        },
        shared);
  });
}

Arithmetic arithmetic_of(Call& call) {
  const std::string name = call.text("arithmetic");
  call.require(name == "f32" || name == "bf16" || name == "int8", "arithmetic must be f32, bf16 or int8");
  return name == "f32" ? Arithmetic::f32 : name == "bf16" ? Arithmetic::bf16 : Arithmetic::int8;
}

// Ids and where each sentence begins. The arrays are kept as long as the job.
Sentences sentences_of(Call& call, const char* ids_name, const char* starts_name, bool may_be_empty) {
  const auto ids = call.ints(ids_name);
  const auto starts = call.ints(starts_name, 1);
  bool ascending = starts[0] == 0 && static_cast<size_t>(starts[starts.length - 1]) == ids.length;
  for (size_t i = 1; i < starts.length; i++) ascending = ascending && starts[i] >= starts[i - 1] + (may_be_empty ? 0 : 1);
  call.require(ascending, std::string(starts_name) + " does not cut " + ids_name + " into sentences");
  return {ids.data, std::vector<int>(starts.begin(), starts.end())};
}

// openThreads: threads of one model or several.
napi_value open_threads(Call& call) {
  const int threads = call.size("threads");
  call.require(threads >= 1 && threads <= kMostThreads, "threads must be from 1 to " + std::to_string(kMostThreads));
  return make_handle(call.env(), std::make_shared<Workers>(threads));
}

// Packs the layers that every text needs, one task each, while JavaScript's thread is at something else, such as the vocabulary; tasks that come
// meanwhile go in between. With a shortlist the output layer is used by lines. A model that is let go stays as it is; a layer that there is no memory
// for tells its first product.
void pack_next(Workers& workers, const std::weak_ptr<const Model>& model, bool shortlisted,
               const std::shared_ptr<std::atomic<size_t>>& next) {
  workers.give(
      [&workers, model, shortlisted, next](Run& run) {
        const auto held = model.lock();
        const size_t layer = next->fetch_add(1);
        if (held == nullptr || layer >= held->every_step().size()) return;
        try {
          const Linear* own = held->every_step()[layer];
          if (shortlisted && own == &held->output()) own->prepare_lines(run.threads());
          else own->prepare(run.threads());
        } catch (const std::bad_alloc&) {
          return;
        }
        pack_next(workers, model, shortlisted, next);
      },
      false);
}

void pack_early(Workers& workers, const std::shared_ptr<const Model>& model, bool shortlisted) {
  const auto next = std::make_shared<std::atomic<size_t>>(0);
  for (int i = 0; i < workers.threads(); i++) pack_next(workers, model, shortlisted, next);
}

napi_value open_model(Call& call) {
  const std::string path = call.text("path");
  const std::string plan = call.text("plan");
  const std::string tensors = call.text("tensors");
  const Arithmetic arithmetic = arithmetic_of(call);
  const auto workers = handle<Workers>(call, "threads");
  const std::string adapted = call.text("adapted");
  const auto values = call.optional_floats("adapterValues");
  const bool shortlisted = call.boolean("shortlisted");
  const uint64_t expert_memory = call.integer("expertMemory");
  auto model = std::make_shared<const Model>(path, plan, tensors, arithmetic,
                                             Model::Adapter{adapted, values.data, values.length},
                                             expert_memory == 0 ? ExpertMemory::kUnbounded : static_cast<size_t>(expert_memory));
  pack_early(*workers, model, shortlisted);
  return make_handle(call.env(), std::make_shared<OpenModel>(OpenModel{workers, model}));
}

// verifyFile: the first part of a file whose checksum is another than promised, or -1.
napi_value verify_file(Call& call) {
  const std::string path = call.text("path");
  const std::string parts = call.text("parts");
  const auto workers = handle<Workers>(call, "threads");
  const auto verification = std::make_shared<Verification>(path, parts);
  const auto found = std::make_shared<int>();
  const auto left = std::make_shared<std::atomic<int>>(workers->threads());
  const auto result = [found](napi_env env) {
    napi_value value;
    check(napi_create_int32(env, *found, &value), "make a number");
    return value;
  };
  return jobs_of(call).start(call, {[=] { *found = verification->first_wrong(); }, result}, [&](auto run) {
    for (int i = 0; i < workers->threads(); i++) {
      workers->give(
          [=](Run&) {
            verification->work();
            if (left->fetch_sub(1) == 1) run();
          },
          false);
    }
  });
}

// Each sentence must have candidates, in ascending order, of the vocabulary.
template <class Ints>
void check_lists(Call& call, const Ints& candidates, const Ints& starts, int sentences, int vocabulary) {
  bool held = starts.length == static_cast<size_t>(sentences) + 1 && starts[0] == 0 &&
              static_cast<size_t>(starts[starts.length - 1]) == candidates.length;
  for (size_t s = 0; held && s + 1 < starts.length; s++) held = starts[s] < starts[s + 1];
  call.require(held, "candidateStarts does not cut candidates into a list for each sentence");
  for (size_t s = 0; s + 1 < starts.length; s++) {
    int32_t before = -1;
    for (int32_t i = starts[s]; i < starts[s + 1]; i++) {
      const int32_t piece = candidates[static_cast<size_t>(i)];
      call.require(piece > before && piece < vocabulary, "candidates of a sentence must be ascending pieces of the vocabulary");
      before = piece;
    }
  }
}

napi_value start_decoding(Call& call) {
  const auto open = handle<OpenModel>(call, "model");
  auto sources = std::make_shared<Sentences>(sentences_of(call, "ids", "starts", !open->model->translates()));
  const auto candidates = call.optional_ints("candidates");
  const auto candidate_starts = call.optional_ints("candidateStarts");
  const bool shared = call.boolean("shared");
  auto state = std::make_shared<OpenState>();
  state->workers = open->workers;
  const auto model = open->model;
  if (candidate_starts) check_lists(call, candidates, candidate_starts, sources->count(), model->vocabulary());
  const auto lists = std::make_shared<std::pair<std::vector<int32_t>, std::vector<int>>>(
      std::vector<int32_t>(candidates.begin(), candidates.end()), std::vector<int>(candidate_starts.begin(), candidate_starts.end()));
  const auto work = [model, sources, state, lists](Run& run) {
    std::shared_ptr<const EncodedSources> encoded;
    if (model->translates()) encoded = std::make_shared<const EncodedSources>(model->encode(run, *sources));
    state->state = std::make_unique<DecoderState>(model, encoded, sources->count());
    if (!lists->first.empty()) {
      state->lists = std::make_unique<CandidateLists>(std::move(lists->first), std::move(lists->second), model->vocabulary());
    }
  };
  return start(call, *open->workers, shared, work, [state](napi_env env) { return make_handle(env, state); });
}

napi_value decode_step(Call& call) {
  const auto state = handle<OpenState>(call, "state");
  call.require(!state->busy.exchange(true), "the state's step before is still under way");
  Busy busy{&state->busy};  // until the work is done, or an argument is refused
  const auto kept = call.optional_ints("rows");
  const size_t rows = kept ? kept.length : static_cast<size_t>(state->state->rows());
  for (const int32_t row : kept) call.require(row >= 0 && row < state->state->rows(), "a row to keep is not among the state's");
  const auto previous = call.ints("previous", rows);
  for (size_t r = 0; r < rows; r++) {
    call.require(previous[r] >= 0 && previous[r] < state->state->model().vocabulary(), "a piece is outside the vocabulary");
  }
  const int count = call.size("count");
  const size_t results = rows * static_cast<size_t>(count);
  const auto ids = call.ints("ids", results);
  const auto log_probabilities = call.floats("logProbabilities", results);
  const auto distribution = call.optional_floats("distribution", rows * static_cast<size_t>(state->state->model().vocabulary()));
  const auto weights = call.optional_floats("weights");
  const bool shared = call.boolean("shared");
  if (kept) state->state->select(kept.data, static_cast<int>(kept.length));
  if (weights) call.require_length(weights, state->state->attention_positions(), "weights");
  busy.flag = nullptr;
  return start(call, *state->workers, shared, [=](Run& run) {
    const Busy own{&state->busy};
    const float* hidden = state->state->step(run, previous.data, weights.data);
    if (distribution) all_pieces(run, state->softmax(hidden), state->state->model().vocabulary(), distribution.data);
    if (count > 0) best_pieces(run, state->softmax(hidden), count, ids.data, log_probabilities.data);
  });
}

napi_value force_score_job(Call& call) {
  const auto open = handle<OpenModel>(call, "model");
  const bool translates = open->model->translates();
  auto sources = std::make_shared<Sentences>(sentences_of(call, "ids", "starts", !translates));
  auto targets = std::make_shared<Sentences>(sentences_of(call, "targetIds", "targetStarts", true));
  call.require(!translates || sources->count() == targets->count(), "there must be a target for each source");
  const int begin = call.size("begin"), end = call.size("end");
  const auto out = call.floats("logProbabilities", static_cast<size_t>(targets->starts.back() + targets->count()));
  for (int i = 0; i < targets->starts.back(); i++) {
    call.require(targets->ids[i] >= 0 && targets->ids[i] < open->model->vocabulary(), "a target is outside the vocabulary");
  }
  const bool shared = call.boolean("shared");
  const auto model = open->model;
  return start(call, *open->workers, shared, [=](Run& run) {
    std::shared_ptr<const EncodedSources> encoded;
    if (translates) encoded = std::make_shared<const EncodedSources>(model->encode(run, *sources));
    force_score(run, model, encoded, *targets, begin, end, out.data);
  });
}

napi_value expert_gates_job(Call& call) {
  const auto open = handle<OpenModel>(call, "model");
  call.require(open->model->translates(), "the model is no translation model");
  auto sources = std::make_shared<Sentences>(sentences_of(call, "ids", "starts", false));
  auto targets = std::make_shared<Sentences>(sentences_of(call, "targetIds", "targetStarts", true));
  call.require(sources->count() == targets->count(), "there must be a target for each source");
  const int begin = call.size("begin");
  const auto gates = call.floats("gates");
  const auto model = open->model;
  call.require_length(gates, expert_gates_size(*model, *sources, *targets), "gates");
  const bool shared = call.boolean("shared");
  return start(call, *open->workers, shared, [=](Run& run) { expert_gates(run, model, *sources, *targets, begin, gates.data); });
}

napi_value expert_load(Call& call) { return call.numbers(handle<OpenModel>(call, "model")->model->expert_load()); }

napi_value expert_memory(Call& call) {
  const ExpertMemory::Counts counts = handle<OpenModel>(call, "model")->model->expert_memory();
  return call.numbers({counts.bytes, counts.uses, counts.packed, counts.let_go});
}

// quantizeMatrix: lines of a matrix, or with `transposed` its columns, as 8-bit integers with a scale each.
napi_value quantize_matrix(Call& call) {
  const auto weights = call.floats("weights");
  const int lines = call.size("lines"), width = call.size("width");
  const bool transposed = call.boolean("transposed");
  const auto out = call.signed_bytes("out", area(lines, width));
  const auto scales = call.floats("scales", static_cast<size_t>(lines));
  call.require_length(weights, area(lines, width), "weights");
  for (int line = 0; line < lines; line++) {
    const float* from = transposed ? weights.data + line : weights.data + area(line, width);
    scales[static_cast<size_t>(line)] =
        quantize_line(from, transposed ? static_cast<size_t>(lines) : 1, width, out.data + area(line, width));
  }
  return call.nothing();
}

}  // namespace

void register_inference(Registry& registry) {
  registry.add("openThreads", {"threads"}, open_threads);
  registry.add("openModel", {"path", "plan", "tensors", "arithmetic", "threads", "adapted", "adapterValues", "shortlisted", "expertMemory"},
               open_model);
  registry.add("verifyFile", {"path", "parts", "threads"}, verify_file);
  registry.add("startDecoding", {"model", "ids", "starts", "candidates", "candidateStarts", "shared"}, start_decoding);
  registry.add("decodeStep",
               {"state", "rows", "previous", "count", "ids", "logProbabilities", "distribution", "weights", "shared"},
               decode_step);
  registry.add("forceScore",
               {"model", "ids", "starts", "targetIds", "targetStarts", "begin", "end", "logProbabilities", "shared"},
               force_score_job);
  registry.add("expertGates", {"model", "ids", "starts", "targetIds", "targetStarts", "begin", "gates", "shared"}, expert_gates_job);
  registry.add("expertLoad", {"model"}, expert_load);
  registry.add("expertMemory", {"model"}, expert_memory);
  registry.add("quantizeMatrix", {"weights", "lines", "width", "transposed", "out", "scales"}, quantize_matrix);
}

}  // namespace nmt
