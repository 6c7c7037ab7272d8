// SPDX-License-Identifier: Apache-2.0
// Bounds that a verifier claims of batch_norm_inference, held against the exact ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/question.hpp"
#include "oracle/surd.hpp"

namespace truenorm {

/// What a box bounds, and so what the layer makes of it (SPEC 5.4-5.6).
///
/// values   The layer is y = scale x + offset for each channel. What carries a
///          constant, x itself and the constants c of x = A u + c, takes the offset
///          along; what is a difference or a slope, the coefficients A and the
///          derivatives of x, does not. The second derivative is that of y(x(t)) along
///          a curve x(t): the layer has no curvature of its own
enum class BoundKind {
  interval,
  affine_coefficients,
  affine_constants,
  first_derivative,
  second_derivative,
};

[[nodiscard]] std::string_view name(BoundKind kind);
[[nodiscard]] std::optional<BoundKind> find_bound_kind(std::string_view name);

/// A lower and an upper end for each element; a point where both are the same.
struct Box {
  Tensor low;
  Tensor high;
};

/// What the layer makes of a box: [scale low, scale high] with its ends swapped where
/// scale < 0, shifted by the offset if the kind has a constant.
struct ExactBounds {
  Surd low;
  Surd high;
};

/// The exact bounds of each element, row-major; none where the layer has no value, s
/// being 0 or no number, or a parameter not finite.
///
/// shapes   box has x's shape; of coefficients x's shape and one dimension more
/// throws   QuestionError if the layer is not batch_norm_inference or rounds its
///          normalized values, if shapes differ, if an end is not finite, or low > high
[[nodiscard]] std::vector<std::optional<ExactBounds>> exact_bounds(
    const Question& layer, BoundKind kind, const Box& box);

enum class BoundEnd { low, high };

[[nodiscard]] std::string_view name(BoundEnd end);

/// One end of one element's claimed box.
struct BoundVerdict {
  std::vector<std::int64_t> index;
  BoundEnd end = BoundEnd::low;
  bool is_sound = true;
  /// Of a sound end, how far outside of the best one it lies: RD of the exact low end,
  /// RU of the exact high end, in the format of the claim; 0 is the best that a format
  /// can say. Of an unsound end, minus its distance from the exact end. In ulps of the
  /// format at the exact end.
  double looseness_ulps = 0;
  std::string exact;  ///< 30 significant digits
  double best = 0;    ///< not finite where no finite end is sound
  double claimed = 0;
};

/// Verdicts over all elements of a claim.
struct BoundReport {
  std::int64_t elements = 0;   ///< with exact bounds
  std::int64_t unsound = 0;    ///< elements with an unsound end
  std::int64_t undefined = 0;  ///< elements without exact bounds, which are not judged
  std::int64_t best_possible = 0;  ///< ends that are as tight as the format allows
  double max_looseness_ulps = 0;   ///< over sound ends
  double mean_looseness_ulps = 0;
  /// At most five ends: the unsound first, then the loosest; none that is best
  /// possible.
  std::vector<BoundVerdict> worst;

  [[nodiscard]] bool is_sound() const { return unsound == 0; }
};

/// Judges what a verifier claims to follow from a box.
///
/// shapes   as exact_bounds; claimed has the box's shape
/// values   Whether an end is sound is decided: the claimed number is compared with the
///          exact end, which is a + b sqrt(d). The claim's format is that of its
///          tensors
/// throws   QuestionError as exact_bounds, and likewise for the claim
[[nodiscard]] BoundReport judge_bounds(const Question& layer, BoundKind kind,
                                       const Box& box, const Box& claimed);

}  // namespace truenorm
