// The tensors of a model's file, mapped into memory: pages are read when they are first needed, and can be given back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace nmt {

// A file mapped for reading; unmapped at the end.
class MappedFile {
 public:
  // Throws std::system_error.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

enum class ElementType { f32, f16, bf16, i8 };

// What an adapter adds to every matrix [rows][columns] of a tensor: the product of a narrow matrix and a low one.
struct LowRank {
  size_t rows, columns, rank;
  std::vector<float> left;   // [matrices][rows][rank]
  std::vector<float> right;  // [matrices][rank][columns]

  // Added to elements [from, from + count) of all matrices, which are one after another.
  void add(size_t from, size_t count, float* values) const;
  // Added to columns [from, to) of a matrix, each a line: [to - from][rows].
  void add_columns(size_t matrix, size_t from, size_t to, float* lines) const;
};

struct Tensor {
  std::string name;
  ElementType type;
  std::vector<int> shape;
  const uint8_t* data;
  std::shared_ptr<const LowRank> added;  // or null

  size_t count() const;
  // Element [from, from + count) as floats: those of the file where it has them and nothing is added, else in `space`. Not of
  // 8-bit integers.
  const float* floats(size_t from, size_t count, std::vector<float>& space) const;
  const int8_t* bytes() const { return reinterpret_cast<const int8_t*>(data); }
  // Elements that won't be read again for now: their pages may go.
  void release(size_t from, size_t count) const;
};

// A model's tensors by name. Each must be taken by the model: what is left belongs to another one.
class Tensors {
 public:
  // `list` has a line for each: name, type, first byte in the file, then its axes.
  Tensors(const MappedFile& file, const std::string& list);

  // Adds an adapter: `list` has a line for each tensor, name and rank; `values` its left matrices, then its right ones.
  // Throws std::runtime_error where they don't fit.
  void adapt(const std::string& list, const float* values, size_t count);

  // Throws std::runtime_error where it is missing or has another shape. 8-bit matrices may be stored with their last two axes
  // exchanged.
  const Tensor& take(const std::string& name, const std::vector<int>& shape, bool exchanged_if_bytes = false);
  // Scales of an 8-bit tensor's lines.
  const Tensor* scales_of(const Tensor& tensor);
  // Floats of a tensor of this shape; kept as long as the model.
  const float* floats(const std::string& name, const std::vector<int>& shape);
  bool has(const std::string& name) const { return tensors_.count(name) != 0; }
  // Throws if any was not taken.
  void require_all_taken() const;

 private:
  const Tensor& find(const std::string& name);

  std::unordered_map<std::string, Tensor> tensors_;
  std::unordered_map<std::string, bool> taken_;
  std::vector<std::vector<float>> widened_;
};

}  // namespace nmt
