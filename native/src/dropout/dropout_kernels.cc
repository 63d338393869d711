// W blocks of Philox at a time, one to a lane; normal numbers by Box–Muller (1958).
#include "dropout/dropout_kernels.h"

#include "isa/vec_rows.h"

namespace nmt::NMT_ISA {

namespace {

constexpr uint32_t kMultiplier0 = 0xd2511f53, kMultiplier1 = 0xcd9e8d57;
constexpr uint32_t kWeyl0 = 0x9e3779b9, kWeyl1 = 0xbb67ae85;

uint32_t low(uint64_t x) { return static_cast<uint32_t>(x); }
uint32_t high(uint64_t x) { return static_cast<uint32_t>(x >> 32); }

vu lane_numbers() {
  vu lanes;
  for (int i = 0; i < W; i++) lanes[i] = i;
  return lanes;
}

// Words 4 · block … 4 · (block + W) of the stream: word[j] holds word j of each block.
void philox(Stream stream, uint64_t block, vu word[4]) {
  vu c0 = vu_set1(low(block)) + lane_numbers(), c1 = vu_set1(0);
  vu c2 = vu_set1(low(stream.stream)), c3 = vu_set1(high(stream.stream));
  uint32_t k0 = low(stream.seed), k1 = high(stream.seed);
  const vu m0 = vu_set1(kMultiplier0), m1 = vu_set1(kMultiplier1);
  for (int round = 0; round < 10; round++) {
    const vu high0 = vmulhi(m0, c0), high1 = vmulhi(m1, c2);
    const vu low0 = m0 * c0, low1 = m1 * c2;
    c0 = high1 ^ c1 ^ vu_set1(k0);
    c2 = high0 ^ c3 ^ vu_set1(k1);
    c1 = low1;
    c3 = low0;
    k0 += kWeyl0;
    k1 += kWeyl1;
  }
  word[0] = c0;
  word[1] = c1;
  word[2] = c2;
  word[3] = c3;
}

// a0 b0 a1 b1 … in two vectors.
template <int LANES = W, class V>
void interleave(V a, V b, V& first, V& second) {
  if constexpr (LANES == 16) {
    first = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    second = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  } else if constexpr (LANES == 8) {
    first = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
    second = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  } else {
    first = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    second = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  }
}

// Word 0, 1, 2, 3 of the first block, then of the second, …
void in_order(vu word[4]) {
  vu even[2], odd[2];
  interleave(word[0], word[2], even[0], even[1]);
  interleave(word[1], word[3], odd[0], odd[1]);
  interleave(even[0], odd[0], word[0], word[1]);
  interleave(even[1], odd[1], word[2], word[3]);
}

void dropout(const float* x, float* out, size_t begin, size_t end, Stream stream, uint32_t threshold, float scale) {
  const vu least = vu_set1(threshold);
  const vu factor = vbits<vu>(vset1(scale));
  for (size_t i = begin; i < end; i += 4 * W) {
    vu word[4];
    philox(stream, i / 4, word);
    in_order(word);
    for (int v = 0; v < 4; v++) {
      const size_t at = i + v * W;
      if (at >= end) break;
      const vf kept = vbits<vf>(vbits<vu>(word[v] >= least) & factor);
      const int n = lanes_left(end - at);
      store_part(out + at, load_part(x + at, n) * kept, n);
    }
  }
}

vf power_of_two_fraction(vu word) { return (vconvert(vbits<vi>(word)) + vset1(0.5f)) * vset1(1.0f / 4294967296.0f); }

// √(−2 log u), u = (word + ½) / 2³². For u > ½ the logarithm is −2 artanh(v / (2 − v)) of v = 1 − u, which keeps its digits.
vf radius(vu word) {
  const vu above = vu_set1(0) - (word >> 31);
  const vf p = power_of_two_fraction(word ^ above);  // the lesser of u and 1 − u
  const vf minus_log_of_rest = vartanh2(p / (vset1(2.0f) - p));
  const vu minus_log = (vbits<vu>(minus_log_of_rest) & above) | (vbits<vu>(vneg(vlog(p))) & ~above);
  const vf l = vbits<vf>(minus_log);
  return vsqrt(l + l);
}

// Cosine and sine of 2π (word + ½) / 2³²: the quadrant is taken off in whole numbers.
void cosine_and_sine(vu word, vf& cosine, vf& sine) {
  const vu quadrant = (word + vu_set1(1u << 29)) >> 30;
  const vf x = power_of_two_fraction(word - (quadrant << 30)) * vset1(6.28318530718f);  // within ±π/4
  const vf x2 = x * x;
  vf c = vset1(-1.0f / 3628800);
  c = vfma(c, x2, vset1(1.0f / 40320));
  c = vfma(c, x2, vset1(-1.0f / 720));
  c = vfma(c, x2, vset1(1.0f / 24));
  c = vfma(c, x2, vset1(-0.5f));
  c = vfma(c, x2, vset1(1.0f));
  vf s = vset1(1.0f / 362880);
  s = vfma(s, x2, vset1(-1.0f / 5040));
  s = vfma(s, x2, vset1(1.0f / 120));
  s = vfma(s, x2, vset1(-1.0f / 6));
  s = vfma(s * x2, x, x);
  const vu swapped = vu_set1(0) - (quadrant & vu_set1(1));
  const vu cs = vbits<vu>(c), ss = vbits<vu>(s), differing = (cs ^ ss) & swapped;
  cosine = vbits<vf>(cs ^ differing ^ (((quadrant + vu_set1(1)) & vu_set1(2)) << 30));
  sine = vbits<vf>(ss ^ differing ^ ((quadrant & vu_set1(2)) << 30));
}

// Box–Muller on words (0, 1) and (2, 3) of each block.
void normal_noise(float* out, size_t begin, size_t end, Stream stream) {
  for (size_t i = begin; i < end; i += 4 * W) {
    vu word[4];
    philox(stream, i / 4, word);
    for (int pair = 0; pair < 4; pair += 2) {
      const vf r = radius(word[pair]);
      vf cosine, sine;
      cosine_and_sine(word[pair + 1], cosine, sine);
      word[pair] = vbits<vu>(r * cosine);
      word[pair + 1] = vbits<vu>(r * sine);
    }
    in_order(word);
    for (int v = 0; v < 4; v++) {
      const size_t at = i + v * W;
      if (at >= end) break;
      store_part(out + at, vbits<vf>(word[v]), lanes_left(end - at));
    }
  }
}

void uniform_noise(float* out, size_t begin, size_t end, Stream stream, size_t first, float range) {
  const vu half = vu_set1(1u << 31);
  const vf scale = vset1(range * (1.0f / 2147483648.0f));
  for (size_t i = begin; i < end; i += 4 * W) {
    vu word[4];
    philox(stream, (first + i) / 4, word);
    in_order(word);
    for (int v = 0; v < 4; v++) {
      const size_t at = i + v * W;
      if (at >= end) break;
      const vf number = (vconvert(vbits<vi>(word[v] ^ half)) + vset1(0.5f)) * scale;
      store_part(out + at, number, lanes_left(end - at));
    }
  }
}

constexpr DropoutKernels table{&dropout, &normal_noise, &uniform_noise};

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(DropoutKernels, dropout) = NMT_ISA::table;
}  // namespace nmt
