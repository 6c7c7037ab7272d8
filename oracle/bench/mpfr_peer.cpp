// SPDX-License-Identifier: Apache-2.0
// MPFR as a peer: nearest rounding at 256 bits, no enclosure.
#include <mpfr.h>

#include "oracle/bench/in_place.hpp"
#include "oracle/bench/peers.hpp"

namespace truenorm::bench {
namespace {

class Mpfr {
 public:
  class Number {
   public:
    Number() { mpfr_init2(value_, 256); }
    ~Number() { mpfr_clear(value_); }
    Number(const Number&) = delete;
    Number& operator=(const Number&) = delete;

    mpfr_ptr value() { return value_; }
    [[nodiscard]] mpfr_srcptr value() const { return value_; }

   private:
    mpfr_t value_;
  };

  void set(Number& r, double a) { mpfr_set_d(r.value(), a, MPFR_RNDN); }
  void add(Number& r, const Number& a, double b) {
    mpfr_add_d(r.value(), a.value(), b, MPFR_RNDN);
  }
  void add(Number& r, const Number& a, const Number& b) {
    mpfr_add(r.value(), a.value(), b.value(), MPFR_RNDN);
  }
  void subtract(Number& r, double a, const Number& b) {
    mpfr_d_sub(r.value(), a, b.value(), MPFR_RNDN);
  }
  void subtract(Number& r, const Number& a, const Number& b) {
    mpfr_sub(r.value(), a.value(), b.value(), MPFR_RNDN);
  }
  void multiply(Number& r, const Number& a, double b) {
    mpfr_mul_d(r.value(), a.value(), b, MPFR_RNDN);
  }
  void multiply(Number& r, const Number& a, const Number& b) {
    mpfr_mul(r.value(), a.value(), b.value(), MPFR_RNDN);
  }
  void add_product(Number& r, const Number& a, const Number& b) {
    mpfr_fma(r.value(), a.value(), b.value(), r.value(), MPFR_RNDN);
  }
  void divide(Number& r, const Number& a, double b) {
    mpfr_div_d(r.value(), a.value(), b, MPFR_RNDN);
  }
  void invert_root(Number& r, const Number& a) {
    mpfr_rec_sqrt(r.value(), a.value(), MPFR_RNDN);
  }
  double round(const Number& a, int precision_bits) {
    return precision_bits > 24 ? mpfr_get_d(a.value(), MPFR_RNDN)
                               : mpfr_get_flt(a.value(), MPFR_RNDN);
  }
};

}  // namespace

void mpfr_256(const Problem<double>& problem, Answer<double>& answer) {
  InPlace<Mpfr>(problem, answer).compute();
}

}  // namespace truenorm::bench
