// Source of truth: the C library in double precision, and scalar arithmetic.
#include "test/vectors_kernels.h"

#include <cmath>

#include "isa/vec.h"
#include "test/check.h"

namespace nmt::NMT_ISA {

namespace {

const char* name() { return isa_name(active_isa()); }

enum class Error { relative, absolute };

// Largest error of f on numbers spread over [low, high].
template <class Function>
void check_function(const char* what, Function f, double (*reference)(double), double low, double high, Error kind,
                    double bound) {
  constexpr int kCount = 100000;
  double worst = 0;
  for (int i = 0; i + W <= kCount; i += W) {
    float x[W], y[W];
    for (int lane = 0; lane < W; lane++) x[lane] = static_cast<float>(low + (high - low) * (i + lane) / (kCount - 1));
    vstore(y, f(vload(x)));
    for (int lane = 0; lane < W; lane++) {
      const double exact = reference(x[lane]);
      const double error = std::fabs(y[lane] - exact) / (kind == Error::relative ? std::fabs(exact) + 1e-37 : 1);
      if (!(error <= worst)) worst = error;
    }
  }
  check_at_most(what, name(), worst, bound);
}

double exact_exp(double x) { return std::exp(x); }
double exact_log(double x) { return std::log(x); }
double exact_sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double exact_tanh(double x) { return std::tanh(x); }
double exact_softplus(double x) { return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x))); }
double exact_erf(double x) { return std::erf(x); }
double exact_reciprocal(double x) { return 1 / x; }
double exact_sqrt(double x) { return std::sqrt(x); }
double exact_round(double x) { return std::nearbyint(x); }
double exact_abs(double x) { return std::fabs(x); }

void check_functions() {
  check_function("vexp", vexp, exact_exp, -87, 88, Error::relative, 5e-7);
  check_function("vlog", vlog, exact_log, 1e-6, 1e6, Error::relative, 5e-7);
  check_function("vlog near 1", vlog, exact_log, 0.5, 1.5, Error::absolute, 2e-7);
  check_function("vsigmoid", vsigmoid, exact_sigmoid, -85, 85, Error::relative, 5e-7);
  check_function("vtanh", vtanh, exact_tanh, -12, 12, Error::relative, 1e-6);
  check_function("vtanh near 0", vtanh, exact_tanh, -0.3, 0.3, Error::relative, 1e-6);
  check_function("vsoftplus", vsoftplus, exact_softplus, -85, 85, Error::relative, 1e-6);
  check_function("verf", verf, exact_erf, -4, 4, Error::relative, 1e-6);
  check_function("vreciprocal", vreciprocal, exact_reciprocal, 0.01, 1e6, Error::relative, 3e-7);
  check_function("vsqrt", vsqrt, exact_sqrt, 0, 1e6, Error::relative, 2e-7);
  check_function("vround", vround, exact_round, -3000, 3000, Error::absolute, 0);
  check_function("vabs", vabs, exact_abs, -2, 2, Error::absolute, 0);
}

void check_lanes() {
  float numbers[3 * W], out[W + 1];
  for (int i = 0; i < 3 * W; i++) numbers[i] = static_cast<float>((i * 37) % 11 - 5);
  const vf a = vload(numbers), b = vload(numbers + W), c = vload(numbers + 2 * W);
  float sum = 0, most = numbers[0];
  bool arithmetic = true;
  vstore(out, vfma(a, b, c));
  for (int i = 0; i < W; i++) {
    const float x = numbers[i], y = numbers[W + i], z = numbers[2 * W + i];
    sum += x;
    most = x > most ? x : most;
    arithmetic &= out[i] == x * y + z && vfnma(a, b, c)[i] == z - x * y && vmin(a, b)[i] == (x < y ? x : y) &&
                  vmax(a, b)[i] == (x > y ? x : y) && vselect_lt(a, b, c, a)[i] == (x < y ? z : x) &&
                  vscale2(a, vset1(-3))[i] == x / 8 && vcopysign(a, b)[i] == std::copysign(x, y);
  }
  check("lane arithmetic", name(), arithmetic);
  check("hsum", name(), hsum(a) == sum);
  check("hmax", name(), hmax(a) == most);
  for (int n = 0; n <= W; n++) {
    for (float& o : out) o = 99;
    vstore_n(out, vload_n(numbers, n), n);
    bool held = true;
    for (int i = 0; i <= W; i++) held &= out[i] == (i < n ? numbers[i] : 99);
    for (int i = n; i < W; i++) held &= vload_n(numbers, n)[i] == 0;
    check("vload_n and vstore_n", name(), held);
  }
}

// Halves of the last place of 8 bits go away from zero.
void check_bf16() {
  const float given[] = {1.0f, 1.00390625f, -1.00390625f, 1.003f, 1.0117188f, 0.0f};
  const float expected[] = {1.0f, 1.0078125f, -1.0078125f, 1.0f, 1.015625f, 0.0f};
  bool held = true;
  for (int i = 0; i < 6; i++) held &= vround_bf16(vset1(given[i]))[0] == expected[i];
  check("vround_bf16", name(), held);
}

void check_integers_and_transpose() {
  vu a, b;
  for (int i = 0; i < W; i++) {
    a[i] = 0x9e3779b9u * (i + 1);
    b[i] = 0xd2511f53u + i * 77777777u;
  }
  vf rows[W];
  for (int i = 0; i < W; i++) {
    for (int j = 0; j < W; j++) rows[i][j] = static_cast<float>(i * W + j);
  }
  const vf sums = vsums(rows);
  vtranspose(rows);
  const vu high = vmulhi(a, b);
  bool products = true, transposed = true, summed = true;
  for (int i = 0; i < W; i++) {
    products &= high[i] == static_cast<uint32_t>((static_cast<uint64_t>(a[i]) * b[i]) >> 32);
    summed &= sums[i] == static_cast<float>(W * (i * W) + W * (W - 1) / 2);  // small whole numbers: exact
    for (int j = 0; j < W; j++) transposed &= rows[i][j] == static_cast<float>(j * W + i);
  }
  check("vmulhi", name(), products);
  check("vtranspose", name(), transposed);
  check("vsums", name(), summed);
}

void run() {
  check_functions();
  check_lanes();
  check_bf16();
  check_integers_and_transpose();
}

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(VectorChecks, vectors) = {&NMT_ISA::run};
}  // namespace nmt
