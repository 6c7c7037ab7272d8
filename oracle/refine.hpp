// SPDX-License-Identifier: Apache-2.0
// The interval level (SPEC 7): a group's values enclosed by MPFR with directed rounding.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "oracle/group.hpp"
#include "oracle/truth.hpp"

namespace truenorm {

/// Where a real lies among the values of a format and the midpoints between them.
struct Placement {
  /// Set if the enclosure settles it.
  std::optional<Truth> truth;
  /// Set if just one value or midpoint is in doubt: the real may equal it.
  std::optional<Rational> boundary;
};

/// A group's statistics in plain numbers, as the scores need them; each is good to about
/// 60 bits, the mean to about 120.
struct GroupSummary {
  long double mean_high = 0;
  long double mean_low = 0;
  long double spread = 0;           ///< q, clamped if the form says so
  long double spread_plus_eps = 0;  ///< q + eps, however nearly they cancel
  long double magnitude = 0;        ///< |s|
  ScaleSign scale_sign = ScaleSign::unknown;
};

/// A group whose inputs are all finite, enclosed at one precision.
///
/// values   every enclosure holds the exact value; its width shrinks as the precision
///          grows, to 0 for a value that is a float and was built without rounding
class RefinedGroup {
 public:
  RefinedGroup(const Group& group, long precision_bits);
  ~RefinedGroup();
  RefinedGroup(const RefinedGroup&) = delete;
  RefinedGroup& operator=(const RefinedGroup&) = delete;

  /// unknown if the enclosure of s, or of its radicand, contains 0.
  [[nodiscard]] ScaleSign scale_sign() const;
  /// Whether s is known to about 60 bits, as `summary` promises.
  [[nodiscard]] bool is_sharp() const;
  [[nodiscard]] GroupSummary summary() const;

  /// Settles a quantity of an element x (which only y looks at) in the format.
  ///
  /// values   as for DecidedGroup::value, and scale_sign() is known
  [[nodiscard]] Placement place(Quantity quantity, double x, const Affine& affine,
                                const Format& format);
  [[nodiscard]] Placement place_normalized(double x, const Format& format);

  /// The quantity to 30 significant digits, if the enclosure settles them.
  [[nodiscard]] std::optional<std::string> decimal(Quantity quantity, double x,
                                                   const Affine& affine);

 private:
  struct Enclosures;
  std::unique_ptr<Enclosures> enclosures_;
};

/// The truth of a real that is known exactly.
[[nodiscard]] Truth exact_truth(const Rational& value, const Format& format,
                                Level level);

/// value to 30 significant digits, as decimal() writes them.
[[nodiscard]] std::string exact_decimal(const Rational& value);

}  // namespace truenorm
