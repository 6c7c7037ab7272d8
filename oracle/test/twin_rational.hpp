// SPDX-License-Identifier: Apache-2.0
// A second oracle: SPEC 2, 3 and 6 written out over exact numbers, operator by
// operator.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oracle/question.hpp"
#include "oracle/test/extended.hpp"

namespace truenorm::twin {

/// The statistics of a group: of layer_norm and rms_norm an axes slice, of
/// batch_norm_inference a channel.
struct Group {
  std::size_t size = 0;
  Extended mean;            ///< 0 where the operator has no location
  Extended spread;          ///< q
  Extended clamped_spread;  ///< q+
  Extended scale;           ///< s
  bool has_nonfinite_x = false;
};

/// An element of x on its way to y.
struct Element {
  std::size_t group = 0;
  Extended x;
  Extended centered;
  Extended normalized;            ///< before any rounding
  std::optional<Extended> gamma;  ///< with gamma_offset
  std::optional<Extended> beta;
};

struct OutputElement {
  Extended value;
  std::size_t group = 0;
  bool meets_nonfinite_input = false;
  bool meets_zero_scale = false;
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

/// values   forward questions on layer_norm, rms_norm and batch_norm_inference
[[nodiscard]] Evaluation evaluate(const Question& question);

}  // namespace truenorm::twin
