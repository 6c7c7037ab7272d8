// SPDX-License-Identifier: Apache-2.0
// Arb as a peer: balls at 128 bits, and a proof that each rounding is settled.
#include <arb.h>

#include <limits>

#include "oracle/bench/in_place.hpp"
#include "oracle/bench/peers.hpp"

namespace truenorm::bench {
namespace {

constexpr slong precision_bits_of_balls = 128;

class Arb {
 public:
  class Number {
   public:
    Number() { arb_init(value_); }
    ~Number() { arb_clear(value_); }
    Number(const Number&) = delete;
    Number& operator=(const Number&) = delete;

    arb_ptr value() { return value_; }
    [[nodiscard]] arb_srcptr value() const { return value_; }

   private:
    arb_t value_;
  };

  Arb() { arf_init(operand_); }
  ~Arb() { arf_clear(operand_); }
  Arb(const Arb&) = delete;
  Arb& operator=(const Arb&) = delete;

  void set(Number& r, double a) { arb_set_d(r.value(), a); }
  void add(Number& r, const Number& a, double b) {
    arf_set_d(operand_, b);
    arb_add_arf(r.value(), a.value(), operand_, precision_bits_of_balls);
  }
  void add(Number& r, const Number& a, const Number& b) {
    arb_add(r.value(), a.value(), b.value(), precision_bits_of_balls);
  }
  void subtract(Number& r, double a, const Number& b) {
    arf_set_d(operand_, a);
    arb_sub_arf(r.value(), b.value(), operand_, precision_bits_of_balls);
    arb_neg(r.value(), r.value());
  }
  void subtract(Number& r, const Number& a, const Number& b) {
    arb_sub(r.value(), a.value(), b.value(), precision_bits_of_balls);
  }
  void multiply(Number& r, const Number& a, double b) {
    arf_set_d(operand_, b);
    arb_mul_arf(r.value(), a.value(), operand_, precision_bits_of_balls);
  }
  void multiply(Number& r, const Number& a, const Number& b) {
    arb_mul(r.value(), a.value(), b.value(), precision_bits_of_balls);
  }
  void add_product(Number& r, const Number& a, const Number& b) {
    arb_addmul(r.value(), a.value(), b.value(), precision_bits_of_balls);
  }
  void divide(Number& r, const Number& a, double b) {
    arf_set_d(operand_, b);
    arb_div_arf(r.value(), a.value(), operand_, precision_bits_of_balls);
  }
  void invert_root(Number& r, const Number& a) {
    arb_rsqrt(r.value(), a.value(), precision_bits_of_balls);
  }
  double round(const Number& a, int precision_bits) {
    if (!arb_can_round_arf(a.value(), precision_bits, ARF_RND_NEAR)) {
      return std::numeric_limits<double>::quiet_NaN();
    }
    arf_set_round(operand_, arb_midref(a.value()), precision_bits, ARF_RND_NEAR);
    return arf_get_d(operand_, ARF_RND_NEAR);
  }

 private:
  arf_t operand_;
};

}  // namespace

void arb_128(const Problem<double>& problem, Answer<double>& answer) {
  InPlace<Arb>(problem, answer).compute();
}

}  // namespace truenorm::bench
