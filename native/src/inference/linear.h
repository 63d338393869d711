// A layer y = x W + b of a model that is only run: its weights packed, when first used, for f32, bf16 or 8-bit products.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "gemm/gemm.h"
#include "inference/run.h"
#include "inference/tensors.h"
#include "quantized/quantized_kernels.h"

namespace nmt {

enum class Arithmetic { f32, bf16, int8 };

// Memory of allocate_aligned.
template <class T>
class AlignedArray {
 public:
  AlignedArray() = default;
  explicit AlignedArray(size_t count) : data_(static_cast<T*>(allocate_aligned(count * sizeof(T) + 64))), count_(count) {}
  T* data() const { return data_.get(); }
  size_t size() const { return count_; }

 private:
  struct Free {
    void operator()(T* memory) const { free_aligned(memory); }
  };
  std::unique_ptr<T, Free> data_;
  size_t count_ = 0;
};

// Rows of activations as 8-bit integers, which several layers may read.
struct QuantizedRows {
  const int8_t* bytes;  // [rows][quantized_line(width)]
  const float* scales;  // [rows]
};

class Linear {
 public:
  struct Source {
    const Tensor* weights = nullptr;
    const Tensor* scales = nullptr;  // of 8-bit weights
    size_t first = 0;                // element of the tensor where this layer's matrix begins
    size_t first_scale = 0;
    bool lines = false;  // stored [outputs][inputs], as 8-bit weights always are; else [inputs][outputs]
  };

  // `bias` [outputs] may be null and must outlive the layer, as must the tensors.
  Linear(Arithmetic arithmetic, int inputs, int outputs, const Source& source, const float* bias);

  int inputs() const { return inputs_; }
  int outputs() const { return outputs_; }
  Arithmetic arithmetic() const { return arithmetic_; }
  const float* bias() const { return bias_; }

  // out[rows][outputs] = x W + b, or += x W. Steps are between rows, in floats.
  void apply(Run& run, const float* x, size_t x_step, int rows, float* out, size_t out_step, bool accumulate = false) const;
  // The same of rows that are quantised already; of a layer with 8-bit weights.
  void apply(Run& run, const QuantizedRows& x, int rows, float* out, size_t out_step, bool accumulate = false) const;
  // Outputs [first, last) alone, `first` being a multiple of kColumnGrain: out[rows][last - first].
  static constexpr int kColumnGrain = 64;
  void apply_columns(Run& run, const float* x, int rows, int first, int last, float* out, size_t out_step) const;
  void apply_columns(Run& run, const QuantizedRows& x, int rows, int first, int last, float* out, size_t out_step) const;

  // Where the file has one output's weights as floats, [inputs], or null.
  const float* stored_line(int output) const;
  // The weights of one output, [inputs]: those of the file, or in `space`. Of a layer that is stored by lines or in 8 bits.
  const float* line(int output, std::vector<float>& space) const;
  // All weights as 8-bit lines, made once; of a layer with 8-bit products.
  struct ByteLines {
    AlignedArray<int8_t> lines;  // [outputs][quantized_line(inputs)]
    AlignedArray<int32_t> sums;  // [outputs] of a line's weights
    AlignedArray<float> scales;  // [outputs]
  };
  const ByteLines& byte_lines(ThreadGroup& threads) const;

  // What the packed weights take.
  size_t packed_bytes() const;
  // Packs into the memory of another layer's packed weights, where it is of that size. Neither may be in use.
  void take_memory(Linear& other) { packed_ = std::move(other.packed_); }
  // Packs the weights if no product has done so.
  void prepare(ThreadGroup& threads) const;
  // Makes what products by single lines need, if they need anything.
  void prepare_lines(ThreadGroup& threads) const {
    if (arithmetic_ == Arithmetic::int8) byte_lines(threads);
  }

 private:
  struct Packed {
    AlignedArray<float> floats;         // gemm/packed.h
    AlignedArray<int8_t> panels;        // quantized/quantized_kernels.h
    AlignedArray<int32_t> column_sums;  // whole panels, as scales
    AlignedArray<float> scales;
  };

  Precision precision() const { return arithmetic_ == Arithmetic::bf16 ? Precision::bf16 : Precision::f32; }
  void pack(ThreadGroup& threads) const;
  // An array of so many elements for packed weights: the one that is there, or a new one.
  template <class T>
  static void make(AlignedArray<T>& array, size_t count) {
    if (array.size() != count || array.data() == nullptr) array = AlignedArray<T>(count);
  }
  void pack_floats(ThreadGroup& threads) const;
  void pack_bytes(ThreadGroup& threads) const;
  // Whether the file has the 8-bit lines that products take.
  bool stored_bytes() const { return source_.weights->type == ElementType::i8 && source_.weights->added == nullptr; }
  // The matrix as 8-bit lines [outputs][inputs], columns [from, to) of it.
  void quantized_lines(int from, int to, int8_t* lines, float* scales) const;
  // 8-bit lines [from, to) as floats, [to - from][inputs], with what an adapter adds.
  void widened_lines(int from, int to, float* lines) const;

  Arithmetic arithmetic_;
  int inputs_, outputs_;
  Source source_;
  const float* bias_;
  mutable std::once_flag once_, once_lines_;
  mutable Packed packed_;
  mutable ByteLines byte_lines_;
};

// `rows` rows of x → 8-bit integers in `run`'s memory, until they are quantised there again.
QuantizedRows quantize_rows(Run& run, const float* x, size_t step, int rows, int width);

}  // namespace nmt
