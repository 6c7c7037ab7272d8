// SPDX-License-Identifier: Apache-2.0
// Boost's mpfr_float as a peer: what a C++ programmer writes first, 77 digits of it.
#include <boost/multiprecision/mpfr.hpp>

#include "oracle/bench/in_place.hpp"
#include "oracle/bench/peers.hpp"

namespace truenorm::bench {
namespace {

class BoostMpfr {
 public:
  // The nearest number of decimal digits to 256 bits.
  using Number =
      boost::multiprecision::number<boost::multiprecision::mpfr_float_backend<77>>;

  template <typename A>
  void set(Number& r, const A& a) {
    r = a;
  }
  template <typename A, typename B>
  void add(Number& r, const A& a, const B& b) {
    r = a + b;
  }
  template <typename A, typename B>
  void subtract(Number& r, const A& a, const B& b) {
    r = a - b;
  }
  template <typename A, typename B>
  void multiply(Number& r, const A& a, const B& b) {
    r = a * b;
  }
  void add_product(Number& r, const Number& a, const Number& b) { r += a * b; }
  void divide(Number& r, const Number& a, double b) { r = a / b; }
  void invert_root(Number& r, const Number& a) {
    // Not sqrt(a): clang-tidy 14 takes Boost's own expression for a dangling one.
    eval_sqrt(r.backend(), a.backend());
    r = 1 / r;
  }
  double round(const Number& a, int precision_bits) {
    return precision_bits > 24 ? a.convert_to<double>() : a.convert_to<float>();
  }
};

}  // namespace

void boost_mpfr_256(const Problem<double>& problem, Answer<double>& answer) {
  InPlace<BoostMpfr>(problem, answer).compute();
}

}  // namespace truenorm::bench
