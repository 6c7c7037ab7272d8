// SPDX-License-Identifier: Apache-2.0
// The elements of a group, in doubles or in words of two, each with the bound on its error.

#if defined(TRUENORM_FILTER_ELEMENT_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_ELEMENT_INL_HPP
#undef TRUENORM_FILTER_ELEMENT_INL_HPP
#else
#define TRUENORM_FILTER_ELEMENT_INL_HPP
#endif

#include "oracle/filter/kernels.hpp"
#include "oracle/filter/word_inl.hpp"
#include "oracle/planted.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

// A formula is written once, for a number N that is a Pack or a word of two Packs.

/// What one operation on N, or leaving out the second half of a word, may cost relative to
/// its result: u, and more than the 16 u^2 of words.
template <class N>
inline constexpr double unit = 0x1p-101;
template <>
inline constexpr double unit<Pack> = 0x1p-53;

/// For products of a bound's factors that are themselves rounded.
inline constexpr double slack = 1 + 0x1p-20;

/// Where words of two have all their bits; a smaller number may have lost some.
inline constexpr double smallest_safe = 0x1p-900;
inline constexpr double largest_safe = 0x1p1000;
inline constexpr double lost_to_underflow = 0x1p-950;

template <class N>
HWY_INLINE N number(const Word& word);
template <>
HWY_INLINE Pack number<Pack>(const Word& word) {
  return word.hi;
}
template <>
HWY_INLINE WordOf<Pack> number<WordOf<Pack>>(const Word& word) {
  return {word.hi, word.lo};
}

HWY_INLINE Pack high(Pack a) { return a; }
HWY_INLINE Pack high(WordOf<Pack> a) { return a.hi; }

template <class N>
HWY_INLINE N sum_of(Pack a, Pack b);
template <>
HWY_INLINE Pack sum_of<Pack>(Pack a, Pack b) {
  return a + b;
}
template <>
HWY_INLINE WordOf<Pack> sum_of<WordOf<Pack>>(Pack a, Pack b) {
  return two_sum(a, b);
}

template <class N>
HWY_INLINE N product_of(Pack a, Pack b);
template <>
HWY_INLINE Pack product_of<Pack>(Pack a, Pack b) {
  return a * b;
}
template <>
HWY_INLINE WordOf<Pack> product_of<WordOf<Pack>>(Pack a, Pack b) {
  return two_product(a, b);
}

template <class N>
HWY_INLINE N exactly(Pack a);
template <>
HWY_INLINE Pack exactly<Pack>(Pack a) {
  return a;
}
template <>
HWY_INLINE WordOf<Pack> exactly<WordOf<Pack>>(Pack a) {
  return {a, 0.0};
}

HWY_INLINE Pack scaled(Pack a, Pack power_of_two) { return a * power_of_two; }
HWY_INLINE WordOf<Pack> scaled(WordOf<Pack> a, Pack power_of_two) {
  return {a.hi * power_of_two, a.lo * power_of_two};
}

/// c = x - mean, within 2 unit<N> |c| + error(): bounds.md, section 3.
template <class N>
class Center {
 public:
  HWY_INLINE explicit Center(const GroupConstants& constants)
      : is_needed_(constants.reference != 0 || constants.shift.hi != 0),
        reference_(-constants.reference),
        shift_hi_(is_planted("filter_shift_dropped") ? 0 : constants.shift.hi),
        shift_lo_(constants.shift.lo),
        error_(constants.shift_error + 4 * unit<N> * std::fabs(constants.shift.hi)) {}

  HWY_INLINE N of(Pack x) const;
  /// Of c, beside what is relative to c.
  [[nodiscard]] HWY_INLINE double error() const { return error_; }

 private:
  bool is_needed_;
  Pack reference_;
  Pack shift_hi_;
  Pack shift_lo_;
  double error_;
};

template <>
HWY_INLINE Pack Center<Pack>::of(Pack x) const {
  return (x + reference_) - shift_hi_;
}

template <>
HWY_INLINE WordOf<Pack> Center<WordOf<Pack>>::of(Pack x) const {
  if (!is_needed_) return {x, 0.0};
  const WordOf<Pack> d = two_sum(x, reference_);
  const WordOf<Pack> a = two_sum(d.hi, -shift_hi_);
  return two_sum(a.hi, a.lo + (d.lo - shift_lo_));
}

/// gamma + gamma_offset
template <class N>
HWY_INLINE N gamma_of(const ElementArrays& elements, const GroupConstants& constants,
                      std::size_t i) {
  const Pack gamma = Pack::load(elements.gamma + i);
  return constants.gamma_offset == 0 || is_planted("filter_gamma_offset_dropped")
             ? exactly<N>(gamma)
             : sum_of<N>(gamma, Pack(static_cast<double>(constants.gamma_offset)));
}

/// v: dy (gamma + gamma_offset), or a tangent of x, within 2 unit<N> |v|.
template <class N>
HWY_INLINE N weighted(const ElementArrays& elements, const GroupConstants& constants,
                      std::size_t i) {
  const Pack v = Pack::load(elements.v + i);
  if (elements.gamma == nullptr) return exactly<N>(v);
  if (constants.gamma_offset == 0) {
    return product_of<N>(v, Pack::load(elements.gamma + i));
  }
  return gamma_of<N>(elements, constants, i) * v;
}

/// S of SPEC 8, in plain arithmetic.
class Sensitivities {
 public:
  HWY_INLINE explicit Sensitivities(const GroupConstants& constants)
      : of_x_(constants.of_x),
        of_mean_(constants.of_mean),
        rho_(constants.rho),
        cap_(constants.cap) {}

  /// X of an element; x and x_hat are magnitudes.
  HWY_INLINE Pack of_normalized(Pack x, Pack x_hat) const {
    return smaller(uncapped(x, x_hat), limit(x_hat));
  }
  HWY_INLINE PackMask is_capped(Pack x, Pack x_hat) const {
    return uncapped(x, x_hat) > limit(x_hat);
  }

 private:
  HWY_INLINE Pack uncapped(Pack x, Pack x_hat) const {
    return fused(rho_, x_hat, fused(of_x_, x, of_mean_));
  }
  HWY_INLINE Pack limit(Pack x_hat) const { return fused(x_hat, cap_, cap_); }

  Pack of_x_;
  Pack of_mean_;
  Pack rho_;
  Pack cap_;
};

/// An approximation and a bound on its error; 0 says that it is exact.
template <class N>
struct Approximation {
  N value;
  Pack error;
};

/// The error of a product that may have lost bits to underflow: less than 2^-1000 of it,
/// whatever N. A true zero is one of its factors'.
HWY_INLINE Pack with_underflow(Pack value, PackMask is_zero, Pack error,
                               bool is_narrow) {
  if (is_narrow || is_planted("filter_underflow_ignored")) return error;
  const PackMask is_safe = magnitude(value) >= Pack(smallest_safe);
  return select(is_safe | is_zero, error, error + Pack(lost_to_underflow));
}

template <class N>
HWY_INLINE PackMask is_exact_zero(const Approximation<N>& a) {
  return (a.error == Pack(0.0)) & (high(a.value) == Pack(0.0));
}
HWY_INLINE PackMask is_exact_zero_everywhere(const Bounded& a) {
  return (Pack(a.error) == Pack(0.0)) & (Pack(a.value.hi) == Pack(0.0));
}

/// x-hat of an element, within relative() |x-hat| + absolute(). bounds.md, section 4.
template <class N>
class Normalizer {
 public:
  HWY_INLINE explicit Normalizer(const GroupConstants& constants)
      : center_(constants),
        reciprocal_(number<N>(constants.reciprocal)),
        relative_(4 * unit<N> + constants.reciprocal_error),
        absolute_(absolute(center_.error(), constants.reciprocal.hi)),
        is_narrow_(constants.is_narrow) {}

  HWY_INLINE Approximation<N> of(Pack x) const {
    const N c = center_.of(x);
    const N x_hat = c * reciprocal_;
    const Pack size = magnitude(high(x_hat));
    const Pack error = fused(size, relative_, absolute_);
    return {x_hat, with_underflow(size, high(c) == Pack(0.0), error, is_narrow_)};
  }

 private:
  static double absolute(double error, double reciprocal) {
    if (error == 0) return 0;
    return larger(error * std::fabs(reciprocal) * slack, 0x1p-1000);
  }

  Center<N> center_;
  N reciprocal_;
  Pack relative_;
  Pack absolute_;
  bool is_narrow_;
};

/// a + b, b exact, where a has the given error.
HWY_INLINE Approximation<Pack> plus(const Approximation<Pack>& a, Pack b) {
  const Pack sum = a.value + b;
  return {sum, fused(magnitude(sum), Pack(unit<Pack>), a.error)};
}
HWY_INLINE Approximation<WordOf<Pack>> plus(const Approximation<WordOf<Pack>>& a,
                                            Pack b) {
  const WordOf<Pack> sum = a.value + b;
  const Pack error = fused(magnitude(sum.hi), Pack(unit<WordOf<Pack>>), a.error);
  return {sum, select(is_exact_zero(a), Pack(0.0), error)};
}

/// a b, b exact, where a has the given error.
template <class N>
HWY_INLINE Approximation<N> times(Approximation<N> a, Pack b, bool is_narrow) {
  const N product = a.value * b;
  const Pack size = magnitude(high(product));
  const Pack error = fused(magnitude(b), a.error, size * Pack(unit<N>));
  const PackMask is_zero = is_exact_zero(a) | (b == Pack(0.0));
  return {product, with_underflow(size, is_zero, error, is_narrow)};
}

/// a (gamma + gamma_offset); a itself without a gamma.
template <class N>
HWY_INLINE Approximation<N> times_gamma(Approximation<N> a,
                                        const ElementArrays& elements,
                                        const GroupConstants& constants,
                                        std::size_t i) {
  if (elements.gamma == nullptr) return a;
  if (constants.gamma_offset == 0) {
    return times(a, Pack::load(elements.gamma + i), constants.is_narrow);
  }
  const N gamma = gamma_of<N>(elements, constants, i);
  const N product = a.value * gamma;
  const Pack size = magnitude(high(product));
  const Pack error =
      fused(magnitude(high(gamma)), a.error * Pack(slack), size * Pack(2 * unit<N>));
  const PackMask is_zero = is_exact_zero(a) | (high(gamma) == Pack(0.0));
  return {product, with_underflow(size, is_zero, error, constants.is_narrow)};
}

template <class N>
HWY_INLINE Approximation<N> y_of(const ElementArrays& elements,
                                 const GroupConstants& constants,
                                 const Approximation<N>& x_hat, std::size_t i) {
  const Approximation<N> product = times_gamma(x_hat, elements, constants, i);
  if (elements.beta == nullptr) return product;
  return plus(product, Pack::load(elements.beta + i));
}

/// What belongs to x itself, from what belongs to the scaled x.
template <class N>
HWY_INLINE Approximation<N> unscaled(const Approximation<N>& a, PackMask is_zero,
                                     const GroupConstants& constants) {
  if (constants.unscale == 1) return a;
  const Pack factor = constants.unscale;
  const N value = scaled(a.value, factor);
  return {value,
          with_underflow(high(value), is_zero, a.error * factor, constants.is_narrow)};
}

/// J v, for an element of v within `v_error`. bounds.md, section 5.
template <class N>
HWY_INLINE Approximation<N> jacobian_product(N v, Pack v_error, Approximation<N> x_hat,
                                             const GroupConstants& constants) {
  const N mean = number<N>(constants.mean_of_v.value);
  const N projection = number<N>(constants.projection.value);
  const N along = x_hat.value * projection;
  const N difference = v + (-mean);
  const N z =
      is_planted("filter_projection_dropped") ? difference : difference + (-along);
  const Pack size_of_projection = std::fabs(constants.projection.value.hi);
  const Pack size_of_mean = std::fabs(constants.mean_of_v.value.hi);
  const Pack size_of_along = magnitude(high(along));
  const PackMask is_no_v = (high(v) == Pack(0.0)) & (v_error == Pack(0.0));
  v_error = with_underflow(high(v), is_no_v, v_error, constants.is_narrow);
  Pack error = fused(x_hat.error, size_of_projection, v_error);
  error = fused(magnitude(high(x_hat.value)), Pack(constants.projection.error), error);
  const PackMask is_nothing =
      is_exact_zero(x_hat) | is_exact_zero_everywhere(constants.projection);
  error = with_underflow(size_of_along, is_nothing, error, constants.is_narrow);
  // A product, two sums, and the halves of words that N may lack.
  const Pack rounded = magnitude(high(v)) + size_of_mean + size_of_along;
  error = fused(rounded, Pack(4 * unit<N>), error + Pack(constants.mean_of_v.error));
  // An error that underflows must not look like none.
  const PackMask is_zero =
      is_no_v & is_nothing & is_exact_zero_everywhere(constants.mean_of_v);
  const Pack least = constants.is_narrow ? 0x1p-800 : 0x1p-1000;
  error = select(is_zero, Pack(0.0), larger(least, error));
  const N r = number<N>(constants.reciprocal);
  const N product = z * r;
  const Pack relative = 2 * unit<N> + constants.reciprocal_error;
  Pack total = fused(error * Pack(slack), Pack(std::fabs(constants.reciprocal.hi)),
                     magnitude(high(product)) * relative);
  total = select(is_zero, Pack(0.0), larger(least, total));
  total = with_underflow(high(product), is_zero, total, constants.is_narrow);
  return unscaled<N>({product, total * Pack(slack)}, is_zero, constants);
}

template <class N>
HWY_INLINE Approximation<N> dx_of(const ElementArrays& elements,
                                  const GroupConstants& constants,
                                  const Approximation<N>& x_hat, std::size_t i) {
  const N v = weighted<N>(elements, constants, i);
  const Pack dy = Pack::load(elements.v + i);
  PackMask is_zero = dy == Pack(0.0);
  Pack v_error = 0.0;
  if (elements.gamma != nullptr) {
    const Pack gamma = high(gamma_of<N>(elements, constants, i));
    is_zero = is_zero | (gamma == Pack(0.0));
    v_error = magnitude(high(v)) * Pack(2 * unit<N>);
  }
  v_error = with_underflow(high(v), is_zero, v_error, constants.is_narrow);
  if (constants.is_given) {
    const N value = v * number<N>(constants.reciprocal);
    const Pack size = magnitude(high(value));
    const Pack relative = 2 * unit<N> + constants.reciprocal_error;
    const Pack r = std::fabs(constants.reciprocal.hi) * slack;
    const Pack error = fused(size, relative, v_error * r);
    return {value, with_underflow(size, is_zero, error, constants.is_narrow)};
  }
  return jacobian_product(v, v_error, x_hat, constants);
}

/// The tangent of x-hat.
template <class N>
HWY_INLINE Approximation<N> normalized_tangent(const ElementArrays& elements,
                                               const GroupConstants& constants,
                                               Approximation<N> x_hat, std::size_t i) {
  const Pack v = elements.v != nullptr ? Pack::load(elements.v + i) : Pack(0.0);
  if (!constants.is_given) {
    return jacobian_product(exactly<N>(v), Pack(0.0), x_hat, constants);
  }
  const N difference = sum_of<N>(v, Pack(-constants.tangent_mean));
  const N straight = difference * number<N>(constants.reciprocal);
  const N along = x_hat.value * number<N>(constants.of_variance.value);
  const N value = straight + (-along);
  const Pack relative = 4 * unit<N> + constants.reciprocal_error;
  Pack error = magnitude(high(straight)) * relative;
  error = fused(x_hat.error, Pack(std::fabs(constants.of_variance.value.hi)), error);
  error = fused(magnitude(high(x_hat.value)), Pack(constants.of_variance.error), error);
  error =
      fused(magnitude(high(along)) + magnitude(high(value)), Pack(4 * unit<N>), error);
  error = with_underflow(high(straight), high(difference) == Pack(0.0), error,
                         constants.is_narrow);
  const PackMask is_nothing =
      is_exact_zero(x_hat) | is_exact_zero_everywhere(constants.of_variance);
  error = with_underflow(high(along), is_nothing, error, constants.is_narrow);
  return {value, error * Pack(slack)};
}

template <class N>
HWY_INLINE Approximation<N> sum(Approximation<N> a, Approximation<N> b) {
  const N total = a.value + b.value;
  const Pack size = magnitude(high(total));
  return {total, fused(size, Pack(unit<N>), a.error + b.error)};
}

template <class N>
struct TangentOfY {
  Approximation<N> value;
  Pack of_normalized;  ///< the tangent of x-hat
};

template <class N>
HWY_INLINE TangentOfY<N> tangent_y_of(const ElementArrays& elements,
                                      const GroupConstants& constants,
                                      const Approximation<N>& x_hat, std::size_t i) {
  const Approximation<N> tangent = normalized_tangent<N>(elements, constants, x_hat, i);
  Approximation<N> value = times_gamma(tangent, elements, constants, i);
  if (elements.tangent_gamma != nullptr) {
    value = sum(value, times(x_hat, Pack::load(elements.tangent_gamma + i),
                             constants.is_narrow));
  }
  if (elements.tangent_beta != nullptr) {
    value = plus(value, Pack::load(elements.tangent_beta + i));
  }
  return {value, high(tangent.value)};
}

/// dy x-hat: what an element adds to dgamma.
template <class N>
HWY_INLINE Approximation<N> dgamma_of(const ElementArrays& elements,
                                      const GroupConstants& constants,
                                      const Approximation<N>& x_hat, std::size_t i) {
  return times(x_hat, Pack::load(elements.v + i), constants.is_narrow);
}

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
