// SPDX-License-Identifier: Apache-2.0
// A second oracle: SPEC 2, 3, 4 and 6 written out over exact numbers, element by element.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oracle/question.hpp"
#include "oracle/test/extended.hpp"

namespace truenorm::twin {

/// The statistics of a group; of batch_norm_inference, those of a channel.
struct Group {
  std::size_t size = 0;     ///< the number of its elements
  Extended mean;            ///< 0 where the operator has no location
  Extended spread;          ///< q
  Extended clamped_spread;  ///< q+
  Extended scale;           ///< s
  Extended reciprocal;      ///< r = 1/s
  Extended root_share;      ///< lambda of SPEC 4
  /// Whether the clamp or a floor acts, so that the scale does not follow the spread.
  bool ignores_spread = false;
  bool has_nonfinite_x = false;
};

/// An element of x on its way to y.
struct Element {
  std::size_t group = 0;
  std::size_t parameter = 0;  ///< its place in gamma and beta
  Extended x;
  Extended centered;
  Extended normalized;            ///< before any rounding
  std::optional<Extended> gamma;  ///< with gamma_offset
  std::optional<Extended> beta;
  bool meets_nonfinite_input = false;  ///< among those from which x-hat is made
};

struct OutputElement {
  Extended value;
  std::size_t group = 0;               ///< of a parameter's gradient, the parameter
  bool meets_nonfinite_input = false;  ///< among the inputs that its formula reads
  bool meets_zero_scale = false;       ///< s = 0 divides on the way, or would
};

struct Evaluation {
  std::vector<Group> groups;
  std::vector<Element> elements;  ///< row-major, as x
  std::map<std::string, std::vector<OutputElement>, std::less<>> outputs;
};

/// The rational that an attribute holds.
[[nodiscard]] mpq_class attribute_rational(const Question& question,
                                           std::string_view attribute);
[[nodiscard]] Rational to_attribute(const mpq_class& value);

/// Whether the statistics are inputs.
[[nodiscard]] bool has_given_statistics(const Question& question);
/// Whether a group's own mean is its location.
[[nodiscard]] bool has_computed_mean(const Question& question);

/// The groups alone, as evaluate has them.
[[nodiscard]] std::vector<Group> measure_groups(const Question& question);

/// values   every output of the question's direction; the statistics of a group without
///          elements are NaN, and nobody's business (SPEC 6)
[[nodiscard]] Evaluation evaluate(const Question& question);

}  // namespace truenorm::twin
