// SPDX-License-Identifier: Apache-2.0
// How a case file describes a tensor, before a dtype makes bits of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cases/problems.hpp"
#include "cases/tensor_files.hpp"
#include "oracle/rational.hpp"
#include "oracle/tensor.hpp"

namespace truenorm {

inline constexpr std::int64_t largest_element_count = std::int64_t{1} << 28;

/// A real, or what none is: NaN, an infinity, or a zero written as -0.0.
struct Element {
  Rational value;
  std::optional<double> special;
};

/// The same element everywhere: a scalar, or {fill}, or {pattern: constant}.
struct Constant {
  Element element;
};

/// A nested list, flat and row-major.
struct Listed {
  std::vector<Element> elements;
  std::vector<Position> positions;
};

/// {bits: [...]}
struct ListedBits {
  std::vector<std::uint64_t> patterns;
  std::vector<Position> positions;
};

/// first + (last - first) * i / (n - 1); n = 1: first
struct Linspace {
  Rational first;
  Rational last;
};

/// value, -value, value, ... in row-major order.
struct Alternating {
  Rational value;
};

/// `base` everywhere but at one flat index.
struct Spike {
  Element value;
  Element base;
  std::int64_t at = 0;
};

/// low + (high - low) * uniform_integer / 2^53
struct RandomUniform {
  std::uint64_t seed = 0;
  Rational low = 0;
  Rational high = 1;
};

/// mean + std * normal_integer / 2^32
struct RandomNormal {
  std::uint64_t seed = 0;
  Rational mean = 0;
  Rational std = 1;
};

/// Exponents from low to high.
struct RandomLogUniform {
  std::uint64_t seed = 0;
  std::int64_t low = 0;
  std::int64_t high = 0;
};

enum class Patterns { finite, any };

struct RandomBits {
  std::uint64_t seed = 0;
  Patterns patterns = Patterns::finite;
};

using Source =
    std::variant<Constant, Listed, ListedBits, StoredTensor, Linspace, Alternating,
                 Spike, RandomUniform, RandomNormal, RandomLogUniform, RandomBits>;

/// One item of `set`.
struct Assignment {
  std::int64_t flat_index = 0;
  Element to;
  Position position;
};

struct TensorRecipe {
  Position position;
  /// None for a scalar, which takes the shape that the operator needs.
  std::optional<Shape> shape;
  Source source;
  // The modifiers, applied in this order. A zero that passes times or plus is the real
  // 0 and so has no sign.
  std::optional<Rational> times;
  std::optional<Rational> plus;
  std::vector<Assignment> assignments;
};

/// Why the recipe means something in one dtype only: it holds bits, or a file does.
///
/// result   nothing for a recipe of numbers
[[nodiscard]] std::optional<std::string> reason_for_one_dtype(
    const TensorRecipe& recipe);

/// The tensor that the recipe makes: exact arithmetic, then each element rounded once.
///
/// values   scalar_shape is for a recipe without a shape; at most largest_element_count
///          elements. input_name goes into the key of random numbers
/// result   nothing, and a problem, if a finite number rounds to an infinity, bits are
///          wider than the format, or a file is of another one or cannot be read
[[nodiscard]] std::optional<Tensor> realize(const TensorRecipe& recipe,
                                            std::string_view input_name,
                                            const Format& format,
                                            const Shape& scalar_shape,
                                            Problems& problems);

}  // namespace truenorm
