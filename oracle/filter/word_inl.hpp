// SPDX-License-Identifier: Apache-2.0
// Double-word arithmetic: unevaluated sums of two doubles, each operation with its bound.

#if defined(TRUENORM_FILTER_WORD_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_WORD_INL_HPP
#undef TRUENORM_FILTER_WORD_INL_HPP
#else
#define TRUENORM_FILTER_WORD_INL_HPP
#endif

#include "oracle/filter/pack_inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

/// hi + lo with |lo| <= ulp(hi)/2, on a double or on a Pack.
///
/// values   Where nothing over- or underflows, the relative error of each operation below
///          is at most 16 u^2, u = 2^-53: x + y 3.1 u^2, x + fp 2 u^2, x * fp 2 u^2,
///          x * y 5 u^2, x / y 15.1 u^2, root 3.2 u^2
/// source   M. Joldes, J.-M. Muller, V. Popescu, Tight and rigorous error bounds for basic
///          building blocks of double-word arithmetic, ACM TOMS 44(2), 2017,
///          doi:10.1145/3121432, algorithms 6, 4, 9, 12, 17; V. Lefevre, N. Louvet,
///          J.-M. Muller, J. Picot, L. Rideau, Accurate calculation of Euclidean norms
///          using double-word arithmetic, ACM TOMS 49(1), 2023, doi:10.1145/3568672, for
///          the root
template <class T>
struct WordOf {
  T hi;
  T lo;
};

/// a + b = hi + lo exactly (Knuth's TwoSum); 0 for a lo that is not finite.
template <class T>
HWY_INLINE WordOf<T> two_sum(T a, T b) {
  const T s = a + b;
  const T t = s - a;
  return {s, (a - (s - t)) + (b - t)};
}

/// As two_sum, for |a| >= |b| or a = 0 (Dekker's Fast2Sum).
template <class T>
HWY_INLINE WordOf<T> fast_two_sum(T a, T b) {
  const T s = a + b;
  return {s, b - (s - a)};
}

/// a b = hi + lo exactly.
template <class T>
HWY_INLINE WordOf<T> two_product(T a, T b) {
  const T p = a * b;
  return {p, fused(a, b, -p)};
}

template <class T>
HWY_INLINE WordOf<T> operator-(WordOf<T> x) {
  return {-x.hi, -x.lo};
}

template <class T>
HWY_INLINE WordOf<T> operator+(WordOf<T> x, WordOf<T> y) {
  const WordOf<T> s = two_sum(x.hi, y.hi);
  const WordOf<T> t = two_sum(x.lo, y.lo);
  const WordOf<T> v = fast_two_sum(s.hi, s.lo + t.hi);
  return fast_two_sum(v.hi, t.lo + v.lo);
}

template <class T>
HWY_INLINE WordOf<T> operator+(WordOf<T> x, T y) {
  const WordOf<T> s = two_sum(x.hi, y);
  return fast_two_sum(s.hi, x.lo + s.lo);
}

template <class T>
HWY_INLINE WordOf<T> operator*(WordOf<T> x, T y) {
  const WordOf<T> p = two_product(x.hi, y);
  return fast_two_sum(p.hi, fused(x.lo, y, p.lo));
}

template <class T>
HWY_INLINE WordOf<T> operator*(WordOf<T> x, WordOf<T> y) {
  const WordOf<T> p = two_product(x.hi, y.hi);
  const T cross = fused(x.lo, y.hi, fused(x.hi, y.lo, x.lo * y.lo));
  return fast_two_sum(p.hi, p.lo + cross);
}

template <class T>
HWY_INLINE WordOf<T> operator/(WordOf<T> x, WordOf<T> y) {
  const T q = x.hi / y.hi;
  const WordOf<T> r = y * q;
  const T rest = (x.hi - r.hi) + (x.lo - r.lo);
  return fast_two_sum(q, rest / y.hi);
}

/// values   x > 0
HWY_INLINE WordOf<double> root_of(WordOf<double> x) {
  const double s = __builtin_sqrt(x.hi);
  const double rest = x.lo + fused(-s, s, x.hi);
  return fast_two_sum(s, rest / (2 * s));
}

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
