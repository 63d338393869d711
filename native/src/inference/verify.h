// Reads parts of a file and compares their checksums with what they should be: any number of threads, little memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

namespace nmt {

class Verification {
 public:
  // `list` has a line for each part: first byte, byte behind the last, its CRC-32, and text that the checksum covers before the bytes.
  // Throws std::system_error where the file can't be opened, std::runtime_error for a list of another form.
  Verification(const std::string& path, const std::string& list);
  ~Verification();
  Verification(const Verification&) = delete;
  Verification& operator=(const Verification&) = delete;

  // Reads blocks that no other thread has begun until there are none, or one couldn't be read.
  void work();
  // After all `work`: the first part whose checksum is another, or -1. Throws what `work` met, or std::runtime_error where the file ended.
  int first_wrong() const;

 private:
  struct Part {
    size_t begin, end;
    uint32_t promised, start;
    size_t first_block;
  };

  uint32_t read(size_t begin, size_t end, std::vector<uint8_t>& buffer) const;

  int file_;
  std::vector<Part> parts_;
  std::vector<uint32_t> blocks_;  // checksums, from 0, of each part's blocks
  std::atomic<size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::exception_ptr failure_;
};

}  // namespace nmt
