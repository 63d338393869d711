#include "inference/tensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace nmt {

MappedFile::MappedFile(const std::string& path) {
  const auto failure = [&](const char* what) {
    return std::system_error(errno, std::generic_category(), std::string(what) + " " + path);
  };
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw failure("can't open");
  struct stat status;
  if (fstat(file, &status) != 0) {
    const auto error = failure("can't read");
    close(file);
    throw error;
  }
  size_ = static_cast<size_t>(status.st_size);
  if (size_ > 0) {
    void* memory = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    const auto error = failure("can't map");
    close(file);
    if (memory == MAP_FAILED) throw error;
    data_ = static_cast<const uint8_t*>(memory);
  } else {
    close(file);
  }
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(const_cast<uint8_t*>(data_), size_);
}

namespace {

size_t element_bytes(ElementType type) { return type == ElementType::f32 ? 4 : type == ElementType::i8 ? 1 : 2; }

ElementType element_type(const std::string& name) {
  if (name == "F32") return ElementType::f32;
  if (name == "F16") return ElementType::f16;
  if (name == "BF16") return ElementType::bf16;
  if (name == "I8") return ElementType::i8;
  throw std::runtime_error("a tensor's type " + name + " is not one of inference");
}

float from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// IEEE 754 binary16: a sign, 5 bits of exponent (bias 15) and 10 of fraction.
float widen_half(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
  const uint32_t exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 5.9604644775390625e-8f;  // 2^-24
    return sign != 0 ? -magnitude : magnitude;
  }
  return from_bits(sign | (exponent == 0x1f ? 0xffu : exponent + 112) << 23 | fraction << 13);
}

std::string axes(const std::vector<int>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); i++) text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

}  // namespace

size_t Tensor::count() const {
  size_t count = 1;
  for (const int axis : shape) count *= static_cast<size_t>(axis);
  return count;
}

const float* Tensor::floats(size_t from, size_t count, std::vector<float>& space) const {
  const uint8_t* at = data + from * element_bytes(type);
  if (type == ElementType::f32 && added == nullptr) return reinterpret_cast<const float*>(at);
  space.resize(count);
  if (type == ElementType::f32) std::memcpy(space.data(), at, count * sizeof(float));
  for (size_t i = 0; i < count && type != ElementType::f32; i++) {
    uint16_t bits;
    std::memcpy(&bits, at + 2 * i, 2);
    space[i] = type == ElementType::bf16 ? from_bits(static_cast<uint32_t>(bits) << 16) : widen_half(bits);
  }
  if (added != nullptr) added->add(from, count, space.data());
  return space.data();
}

// Sums are taken in 64 bits, the factors one after another.
void LowRank::add(size_t from, size_t count, float* values) const {
  std::vector<double> sums;
  for (size_t at = from; at < from + count;) {
    const size_t line = at / columns, column = at % columns, part = std::min(columns - column, from + count - at);
    const float* factors = left.data() + line * rank;
    const float* lows = right.data() + line / rows * rank * columns + column;
    sums.assign(values, values + part);
    for (size_t k = 0; k < rank; k++, lows += columns) {
      for (size_t i = 0; i < part; i++) sums[i] += static_cast<double>(factors[k]) * lows[i];
    }
    for (size_t i = 0; i < part; i++) values[i] = static_cast<float>(sums[i]);
    values += part;
    at += part;
  }
}

void LowRank::add_columns(size_t matrix, size_t from, size_t to, float* lines) const {
  const float* factors = left.data() + matrix * rows * rank;
  const float* lows = right.data() + matrix * rank * columns;
  for (size_t column = from; column < to; column++, lines += rows) {
    for (size_t row = 0; row < rows; row++) {
      double sum = lines[row];
      for (size_t k = 0; k < rank; k++) sum += static_cast<double>(factors[row * rank + k]) * lows[k * columns + column];
      lines[row] = static_cast<float>(sum);
    }
  }
}

void Tensor::release(size_t from, size_t count) const {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t begin = reinterpret_cast<uintptr_t>(data + from * element_bytes(type));
  const uintptr_t first = (begin + page - 1) / page * page;
  const uintptr_t last = (begin + count * element_bytes(type)) / page * page;
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

Tensors::Tensors(const MappedFile& file, const std::string& list) {
  std::istringstream lines(list);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, type;
    size_t begin;
    words >> name >> type >> begin;
    Tensor tensor{name, element_type(type), {}, file.data() + begin, nullptr};
    for (int axis; words >> axis;) tensor.shape.push_back(axis);
    if (begin + tensor.count() * element_bytes(tensor.type) > file.size()) {
      throw std::runtime_error("tensor " + name + " reaches beyond the end of its file");
    }
    tensors_.emplace(name, tensor);
  }
}

void Tensors::adapt(const std::string& list, const float* values, size_t count) {
  const float* end = values + count;
  std::istringstream lines(list);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    size_t rank;
    words >> name >> rank;
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) throw std::runtime_error("parameter " + name + " of the adapter is not in it");
    Tensor& tensor = found->second;
    if (tensor.shape.size() < 2) throw std::runtime_error("parameter " + name + " of the adapter is no matrix there");
    const size_t last = static_cast<size_t>(tensor.shape.back());
    const size_t second = static_cast<size_t>(tensor.shape[tensor.shape.size() - 2]);
    const bool exchanged = tensor.type == ElementType::i8;
    const size_t rows = exchanged ? last : second, columns = exchanged ? second : last;
    const size_t matrices = tensor.count() / (rows * columns);
    const size_t of_left = matrices * rows * rank, of_right = matrices * rank * columns;
    if (of_left + of_right > static_cast<size_t>(end - values)) {
      throw std::runtime_error("the adapter's matrices for " + name + " have another size");
    }
    tensor.added = std::make_shared<const LowRank>(
        LowRank{rows, columns, rank, {values, values + of_left}, {values + of_left, values + of_left + of_right}});
    values += of_left + of_right;
  }
  if (values != end) throw std::runtime_error("the adapter has more numbers than its matrices");
}

const Tensor& Tensors::find(const std::string& name) {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) throw std::runtime_error("parameter " + name + " of this model is not in it");
  taken_[name] = true;
  return found->second;
}

const Tensor& Tensors::take(const std::string& name, const std::vector<int>& shape, bool exchanged_if_bytes) {
  const Tensor& tensor = find(name);
  std::vector<int> wanted = shape;
  if (tensor.type == ElementType::i8 && exchanged_if_bytes) std::swap(wanted[wanted.size() - 2], wanted.back());
  if (tensor.shape != wanted) {
    throw std::runtime_error("parameter " + name + " is " + axes(tensor.shape) + " there and " + axes(wanted) +
                             " in this model");
  }
  return tensor;
}

const Tensor* Tensors::scales_of(const Tensor& tensor) {
  if (tensor.type != ElementType::i8) return nullptr;
  const Tensor& scales = find(tensor.name + ".scales");
  if (scales.type != ElementType::f32 || scales.count() * static_cast<size_t>(tensor.shape.back()) != tensor.count()) {
    throw std::runtime_error("tensor " + scales.name + " does not have a 32-bit scale for every line of its matrix");
  }
  return &scales;
}

const float* Tensors::floats(const std::string& name, const std::vector<int>& shape) {
  const Tensor& tensor = take(name, shape);
  if (tensor.type == ElementType::i8) throw std::runtime_error("tensor " + name + " must not be of 8-bit integers");
  std::vector<float> space;
  const float* values = tensor.floats(0, tensor.count(), space);
  if (space.empty()) return values;
  return widened_.emplace_back(std::move(space)).data();
}

void Tensors::require_all_taken() const {
  for (const auto& [name, tensor] : tensors_) {
    if (taken_.count(name) == 0) {
      throw std::runtime_error("parameter " + name + " " + axes(tensor.shape) + " is not part of this model");
    }
  }
}

}  // namespace nmt
