// SPDX-License-Identifier: Apache-2.0
// The filter's kernels: sums over a chunk of a group, and its elements settled or scored.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "oracle/canonical.hpp"
#include "oracle/format.hpp"

namespace truenorm::filter {

/// How many elements of a group a kernel takes at once. The error bounds of its sums
/// assume no more.
inline constexpr std::size_t chunk_size = 1024;
/// Elements that kernels take at a time: arrays have room for full packs.
inline constexpr std::size_t pack_lanes = 8;

/// hi + lo, a real to about 106 bits.
struct Word {
  double hi = 0;
  double lo = 0;
};

/// A real within `error` of hi + lo.
struct Bounded {
  Word value;
  double error = 0;
};

/// What a first look at a group's x tells, in plain arithmetic.
struct RoughSums {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  double sum = 0;
  double magnitudes = 0;  ///< of |x|; not finite if an x is not
  double squares = 0;
};

/// A compensated sum, and the sum of magnitudes that bounds its error (bounds.md).
struct LongSum {
  Word sum;
  double magnitudes = 0;
  double chunks = 0;
};

/// Of d = x - reference.
struct CentralSums {
  LongSum differences;
  LongSum squares;
};

/// For S, in plain arithmetic: c = x - mean.
struct SpreadSums {
  double products = 0;    ///< of |c| |x|
  double deviations = 0;  ///< of |c|
};

/// Of v, which is dy (gamma + gamma_offset) or a tangent of x.
struct ProductSums {
  LongSum v;
  LongSum moments;          ///< of v c
  double errors = 0;        ///< of |v| X, for S
  bool is_capped = false;   ///< a cap acts on an X
  bool has_rests = false;   ///< some v is no double
  bool loses_bits = false;  ///< some v lies where words may lose bits
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
};

/// What the elements of a group share.
///
/// values   x is scaled by a power of two, 1/unscale, so that no square leaves binary64;
///          mean, spread and scale are those of the scaled x
struct GroupConstants {
  // mean = reference + shift
  double reference = 0;
  Word shift;
  double shift_error = 0;
  Word reciprocal;              ///< r
  double reciprocal_error = 0;  ///< relative
  double unscale = 1;
  std::int64_t gamma_offset = 0;
  /// Whether no product of inputs can leave the range where words keep all their bits.
  bool is_narrow = false;

  // X = min(of_x |x| + of_mean + rho |x-hat|, (1 + |x-hat|) cap)
  double of_x = 0;
  double of_mean = 0;
  double rho = 0;
  double cap = 0x1p1000;  ///< no cap
  /// A cap of S acts on all elements: on rho; for derivatives, on any x-hat.
  bool is_capped = false;
  /// S of lp_normalize, p = 1 or inf, is this times |x-hat|; 0 for all else.
  double plain_sensitivity = 0;
  double unit_roundoff = 0;

  // J v = r (v - mean_of_v - x-hat projection), and its S
  Bounded mean_of_v;
  Bounded projection;
  double spread_of_v = 0;      ///< 3 <|v|>
  double products_of_v = 0;    ///< 3 <|v x-hat|> + <|v| X>
  double projection_of_v = 0;  ///< |projection / lambda| + 4u <|v| X>
  /// With given statistics J v = r (v - tangent_mean) - of_variance x-hat
  bool is_given = false;
  double tangent_mean = 0;
  Bounded of_variance;
  double kappa = 1;
  double of_variance_sensitivity = 0;  ///< |lambda| r^2 |tangent_variance| / 2
};

/// Up to chunk_size elements as doubles; null where the question has no such input.
struct ElementArrays {
  std::size_t count = 0;
  const double* x = nullptr;
  const double* gamma = nullptr;
  const double* beta = nullptr;
  const double* v = nullptr;  ///< dy, or the tangent of x
  const double* tangent_gamma = nullptr;
  const double* tangent_beta = nullptr;
};

/// What the elements of an output are, as far as the kernels care; rounded_y has
/// round_normalized. dgamma and dbeta are those that one element alone makes.
enum class ElementKind { y, rounded_y, dx, tangent_y, dgamma, dbeta };

/// The format of an output as the rounding test needs it.
struct RoundingGrid {
  explicit RoundingGrid(const Format& format);

  double smallest_normal = 0;
  double ulp_of_one = 0;
  double largest = 0;
  /// Minus the bits of a binade's power of two this is those of 1/ulp.
  std::uint64_t inverse_bits = 0;
  /// Whether doubles, a rounding each, can tell enough of a value.
  bool suits_doubles = false;
};

/// Settled truths of a chunk, and which elements are settled.
struct SettledChunk {
  std::array<double, chunk_size> rounded;
  std::array<double, chunk_size> tail;
  std::array<double, chunk_size> ulp;
  std::array<std::uint8_t, chunk_size / 8> settled;  ///< bit i % 8 of byte i / 8

  [[nodiscard]] bool is_settled(std::size_t i) const {
    return (settled[i / 8] >> (i % 8) & 1) != 0;
  }
};

/// An element that needs a second look: its excess is among the largest, or its answer is
/// no plain number.
struct NotedElement {
  std::size_t i = 0;
  double rounded = 0;
  double tail = 0;
  double ulp = 0;
  double sensitivity = 0;  ///< S
  double extra = 0;        ///< half an ulp of a rounded x-hat, times |gamma|
  double actual = 0;
  double error_ulps = 0;
  double excess = 0;
  bool is_blind = false;
};

/// Scores of plain elements: settled, and the answer a number.
struct LaneTally {
  std::array<double, 8> errors{};      ///< sums of errors in ulps
  std::array<double, 8> magnitudes{};  ///< of their magnitudes
  std::array<double, 8> excesses{};
  double largest_error = 0;
  double largest_excess = 0;
  /// The least S/(|error| - roundings) where that is positive: 2^bits.
  double precision = std::numeric_limits<double>::infinity();
  double finest = 0;  ///< the largest S, in ulps
  bool shows_no_precision = false;
  std::int64_t count = 0;
  std::int64_t exact = 0;  ///< of no error at all
  std::int64_t correctly_rounded = 0;
  std::int64_t faithful = 0;
  std::int64_t blind = 0;
  bool passes = true;
};

/// How a chunk is scored, and what of it is left to others.
struct ChunkScoring {
  const double* actual = nullptr;
  const RoundingGrid* grid = nullptr;
  double limit_ulps = std::numeric_limits<double>::infinity();
  double limit_excess = std::numeric_limits<double>::infinity();
  bool flushes_to_zero = false;
  double unit_roundoff = 0;
  std::int64_t* bins = nullptr;  ///< Histogram::window
  /// Elements of at least this excess are noted.
  double notable_excess = 0;

  // Of each element that is counted: the bits of its error that say its bin.
  std::array<std::uint64_t, chunk_size> leading_bits_of;
  std::array<std::uint8_t, chunk_size / 8> counted;

  std::size_t unsettled_count = 0;
  std::size_t odd_count = 0;
  std::size_t notable_count = 0;
  std::array<std::uint16_t, chunk_size> unsettled;
  std::array<NotedElement, chunk_size> odd;
  std::array<NotedElement, chunk_size> notable;
};

/// What SPEC 2 chooses, as the statistics need it.
struct GroupForm {
  Location location = Location::mean;
  Spread spread = Spread::variance;
  Power power = Power::two;
  EpsMode eps_mode = EpsMode::inside;
  bool clamps_variance = false;
  double size = 0;
  double divisor = 0;
  Word eps;  ///< scaled as it enters the scale
  bool eps_is_zero = false;
  double unit_roundoff = 0;
};

/// The statistics that the inputs give.
struct GivenSpread {
  double variance = 0;
};

/// Mean, spread and scale of a group of scaled x, each within its error.
struct GroupStatistics {
  /// Whether all of it is certain enough; if not, the exact path has the group.
  bool is_usable = false;
  Bounded shift;  ///< mean - reference
  Bounded spread;
  Bounded scale;
  Bounded reciprocal;
  Bounded root_share;  ///< lambda of SPEC 4
  /// False where the derivative has no lambda: eps_mode outside, q = 0.
  bool has_root_share = true;
};

/// Gradients of parameters.
enum class GradientKind { dgamma, dbeta };

/// Sums hi + lo within `error`, and what S adds up: as many as the arrays are long.
struct GradientArrays {
  double* hi = nullptr;
  double* lo = nullptr;
  double* error = nullptr;
  double* sensitivity = nullptr;

  [[nodiscard]] GradientArrays from(std::size_t i) const {
    return {hi + i, lo + i, error + i, sensitivity + i};
  }
};

/// What outputs of a group take beside its statistics.
struct QuantityInputs {
  double gamma = 1;
  std::int64_t gamma_offset = 0;  ///< 0 without a gamma
  double beta = 0;
  bool has_beta = false;
  double old_value = 0;  ///< of a running statistic
  Word momentum;
  Word one_minus_momentum;
  bool momentum_is_of_new = true;
  bool stores_unbiased = false;
};

/// A number's rounding, if it is settled.
struct SettledNumber {
  double rounded = 0;
  double tail = 0;
  double ulp = 0;
  bool is_settled = false;
};

/// The kernels for the instruction set at hand.
struct Kernels {
  void (*decode)(const Format& format, const std::byte* from, std::size_t count,
                 double* to);
  void (*rough)(const double* x, std::size_t count, RoughSums& sums);
  void (*central)(const double* x, std::size_t count, const GroupForm& form,
                  double reference, CentralSums& sums);
  void (*spread)(const double* x, std::size_t count, const GroupConstants& constants,
                 SpreadSums& sums);
  void (*products)(const ElementArrays& elements, const GroupConstants& constants,
                   ProductSums& sums);
  void (*statistics)(const GroupForm& form, const RoughSums& rough,
                     const CentralSums& central, const GivenSpread& given,
                     GroupStatistics& statistics);
  void (*share_products)(const GroupForm& form, const GroupStatistics& group,
                         const ProductSums& sums, GroupConstants& constants);
  void (*share_given_tangents)(const GroupStatistics& group, double tangent_mean,
                               double tangent_variance, GroupConstants& constants);
  Bounded (*quantity)(Quantity which, const GroupForm& form,
                      const GroupStatistics& group, const GroupConstants& constants,
                      const ProductSums& products, const QuantityInputs& inputs);
  SettledNumber (*settle_number)(const Bounded& number, const RoundingGrid& grid);
  bool (*gradient_terms)(GradientKind kind, const ElementArrays& elements,
                         const GroupConstants& constants, const GradientArrays& terms,
                         std::uint8_t* capped);
  void (*add_terms)(const GradientArrays& terms, std::size_t count,
                    const GradientArrays& totals);
  void (*sum_terms)(const GradientArrays& terms, std::size_t count,
                    const GradientArrays& totals);
  Bounded (*gradient_of)(double hi, double lo, double error);
  void (*settle)(ElementKind kind, const ElementArrays& elements,
                 const GroupConstants& constants, const RoundingGrid& grid,
                 SettledChunk& chunk);
  void (*score)(ElementKind kind, const ElementArrays& elements,
                const GroupConstants& constants, const RoundingGrid& grid,
                ChunkScoring& scoring, LaneTally& tally);
};

/// The same bits on every instruction set: each kernel works on eight lanes, however many
/// registers those take, and fuses a product and a sum only where it says so.
[[nodiscard]] const Kernels& kernels();

/// The kernels of one instruction set.
struct NamedKernels {
  std::string_view instruction_set;
  Kernels kernels;
};

/// Those of every instruction set that this machine has, for comparison.
[[nodiscard]] std::vector<NamedKernels> all_kernels();

}  // namespace truenorm::filter
