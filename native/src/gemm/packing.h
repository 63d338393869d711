// How numbers become elements of panels. Include only in kernel files.
#pragma once

#include "isa/vec.h"
#include "memory/sizes.h"

namespace nmt::NMT_ISA {

namespace {

// How many lanes a load or store takes: all of them, known when compiling, or the first `count`.
struct AllLanes {};
struct SomeLanes {
  int count;
};
inline vf load(const float* p, AllLanes) { return vload(p); }
inline vf load(const float* p, SomeLanes lanes) { return vload_n(p, lanes.count); }
inline void store(float* p, vf v, AllLanes) { vstore(p, v); }
inline void store(float* p, vf v, SomeLanes lanes) { vstore_n(p, v, lanes.count); }

// One float per element.
struct F32 {
  static constexpr int depth = 1, group = 1;
  static vf multiply_add(vf left, vf right, vf sum) { return vfma(left, right, sum); }
  // Elements of one line, from element `at`; n of them, the other lanes 0.
  static vf load_line(const float* line, int k, int at) { return vload_n(line + at, least(W, k - at)); }
  // The first element of neighbouring columns, of which k are left.
  template <class Lanes>
  static vf load_across(const float* source, size_t, int, Lanes lanes) {
    return load(source, lanes);
  }
};

#if defined(NMT_ISA_AVX512BF16) || defined(NMT_ISA_AMX)
// Two consecutive k per element; an odd last k is paired with 0.
struct Bf16 {
  static constexpr int depth = 2, group = 1;
#if defined(NMT_ISA_AVX512BF16)
  static vf multiply_add(vf left, vf right, vf sum) { return _mm512_dpbf16_ps(sum, (__m512bh)left, (__m512bh)right); }
#endif
  static vf load_line(const float* line, int k, int at) {
    const int first = 2 * at, left = k - first;
    const vf low = vload_n(line + first, least(W, left));
    const vf high = left > W ? vload_n(line + first + W, least(W, left - W)) : vzero();
    return (vf)_mm512_cvtne2ps_pbh(high, low);
  }
  template <class Lanes>
  static vf load_across(const float* source, size_t step, int k, Lanes lanes) {
    const vf even = load(source, lanes);
    const vf odd = k > 1 ? load(source + step, lanes) : vzero();
    // Words 0 … 15 are those of `even`; pairs of one each.
    alignas(64) static constexpr uint16_t kPairs[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    return (vf)_mm512_permutexvar_epi16(_mm512_load_si512(kPairs), (__m512i)_mm512_cvtne2ps_pbh(odd, even));
  }
};
#else
// One float per element, rounded to bf16: what bf16 products give, at the speed of f32 ones.
struct Bf16 : F32 {
  static vf load_line(const float* line, int k, int at) { return vround_bf16(F32::load_line(line, k, at)); }
  template <class Lanes>
  static vf load_across(const float* source, size_t step, int k, Lanes lanes) {
    return vround_bf16(F32::load_across(source, step, k, lanes));
  }
};
#endif

// Elements that hold something, and those of a panel.
template <class Element>
constexpr int elements_present(int k) {
  return (k + Element::depth - 1) / Element::depth;
}
template <class Element>
constexpr int elements_of(int k) {
  return (elements_present<Element>(k) + Element::group - 1) / Element::group * Element::group;
}

// How far ahead a line is fetched, in elements.
constexpr int kLinePrefetch = 64;

// source [width][k] → panel [elements][stride], by transposing W × W blocks.
template <class Element>
void pack_lines(const float* source, size_t source_step, int width, int stride, int k, float* panel) {
  static_assert(W % Element::group == 0);
  const int elements = elements_of<Element>(k);
  for (int w = 0; w < stride; w += W) {
    const int lines = least(W, width - w), kept = least(W, stride - w);
    for (int at = 0; at < elements; at += W) {
      vf block[W];
      for (int i = 0; i < W; i++) {
        const float* line = source + (w + i) * source_step;
        block[i] = i < lines ? Element::load_line(line, k, at) : vzero();
        if (i < lines) __builtin_prefetch(line + (at + kLinePrefetch) * Element::depth);
      }
      vtranspose(block);
      const int rows = least(W, elements - at);
      float* out = panel + static_cast<size_t>(at) * stride + w;
      if (kept == W) {
        for (int i = 0; i < rows; i++) vstore(out + static_cast<size_t>(i) * stride, block[i]);
      } else {
        for (int i = 0; i < rows; i++) vstore_n(out + static_cast<size_t>(i) * stride, block[i], kept);
      }
    }
  }
}

// source [k][width] → panel [elements][stride], a strip of W columns at most.
template <class Element, class Lanes>
inline void pack_strip(const float* source, size_t source_step, Lanes present, Lanes kept, int stride, int k,
                       float* panel) {
  const int full = elements_present<Element>(k), elements = elements_of<Element>(k);
  for (int at = 0; at < full; at++) {
    store(panel, Element::load_across(source, source_step, k - at * Element::depth, present), kept);
    source += source_step * Element::depth;
    panel += stride;
  }
  for (int at = full; at < elements; at++) {
    store(panel, vzero(), kept);
    panel += stride;
  }
}

template <class Element>
void pack_columns(const float* source, size_t source_step, int width, int stride, int k, float* panel) {
  for (int w = 0; w < stride; w += W) {
    if (w + W <= width) {
      pack_strip<Element>(source + w, source_step, AllLanes{}, AllLanes{}, stride, k, panel + w);
    } else {
      const int present = width > w ? width - w : 0;
      pack_strip<Element>(source + w, source_step, SomeLanes{present}, SomeLanes{least(W, stride - w)}, stride, k,
                          panel + w);
    }
  }
}

// source [k][columns] → panels of COLUMNS columns.
template <class Element, int COLUMNS>
void pack_across(const float* source, size_t source_step, int columns, int k, float* panels, size_t panel_step) {
  static_assert(COLUMNS % W == 0);
  const int full = elements_present<Element>(k), elements = elements_of<Element>(k);
  const int vectors = (columns + W - 1) / W, all = (columns + COLUMNS - 1) / COLUMNS * (COLUMNS / W);
  for (int at = 0; at < elements; at++) {
    const float* line = source + static_cast<size_t>(at) * Element::depth * source_step;
    const int left = k - at * Element::depth;
    for (int v = 0; v < all; v++) {
      float* place = panels + v * W / COLUMNS * panel_step + at * COLUMNS + v * W % COLUMNS;
      if (at >= full || v >= vectors) {
        vstore(place, vzero());
      } else if ((v + 1) * W <= columns) {
        vstore(place, Element::load_across(line + v * W, source_step, left, AllLanes{}));
      } else {
        vstore(place, Element::load_across(line + v * W, source_step, left, SomeLanes{columns - v * W}));
      }
    }
  }
}

}  // namespace
}  // namespace nmt::NMT_ISA
