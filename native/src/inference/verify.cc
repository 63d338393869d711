#include "inference/verify.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "checksum/crc32.h"

namespace nmt {

namespace {

// What a thread takes at a time, and what it has in memory of that: less than a processor's cache.
constexpr size_t kBlock = size_t{4} << 20;
constexpr size_t kBuffer = size_t{256} << 10;

}  // namespace

Verification::Verification(const std::string& path, const std::string& list) {
  size_t blocks = 0;
  std::istringstream lines(list);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    Part part{};
    std::string text;
    words >> part.begin >> part.end >> part.promised;
    words.get();
    if (!words || part.end < part.begin) throw std::runtime_error("a line of the list of parts has another form");
    std::getline(words, text, '\0');
    part.start = crc32(0, reinterpret_cast<const uint8_t*>(text.data()), text.size());
    part.first_block = blocks;
    blocks += (part.end - part.begin + kBlock - 1) / kBlock;
    parts_.push_back(part);
  }
  blocks_.resize(blocks);
  file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), "can't open " + path);
}

Verification::~Verification() { close(file_); }

uint32_t Verification::read(size_t begin, size_t end, std::vector<uint8_t>& buffer) const {
  uint32_t sum = 0;
  for (size_t at = begin; at < end;) {
    const ssize_t count = pread(file_, buffer.data(), std::min(buffer.size(), end - at), static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw std::system_error(errno, std::generic_category(), "can't read");
    if (count == 0) throw std::runtime_error("it ends too early");
    sum = crc32(sum, buffer.data(), static_cast<size_t>(count));
    at += static_cast<size_t>(count);
  }
  return sum;
}

void Verification::work() {
  try {
    std::vector<uint8_t> buffer(std::min(kBuffer, kBlock));
    for (size_t block; !failed_ && (block = next_.fetch_add(1)) < blocks_.size();) {
      const auto after = std::upper_bound(parts_.begin(), parts_.end(), block,
                                          [](size_t b, const Part& part) { return b < part.first_block; });
      const Part& part = *(after - 1);
      const size_t begin = part.begin + (block - part.first_block) * kBlock;
      blocks_[block] = read(begin, std::min(begin + kBlock, part.end), buffer);
    }
  } catch (...) {
    if (!failed_.exchange(true)) failure_ = std::current_exception();
  }
}

int Verification::first_wrong() const {
  if (failure_ != nullptr) std::rethrow_exception(failure_);
  for (size_t p = 0; p < parts_.size(); p++) {
    const Part& part = parts_[p];
    uint32_t sum = part.start;
    size_t block = part.first_block;
    for (size_t begin = part.begin; begin < part.end; begin += kBlock, block++) {
      sum = crc32_of_both(sum, blocks_[block], std::min(kBlock, part.end - begin));
    }
    if (sum != part.promised) return static_cast<int>(p);
  }
  return -1;
}

}  // namespace nmt
