// SPDX-License-Identifier: Apache-2.0
// Makes bits of a recipe, element by element, so that no tensor of rationals is kept.
#include "cases/tensor_recipe.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cases/random.hpp"
#include "cases/rounded_line.hpp"

namespace truenorm {
namespace {

Rational modified(const TensorRecipe& recipe, Rational value) {
  if (recipe.times) value *= *recipe.times;
  if (recipe.plus) value += *recipe.plus;
  return value;
}

bool has_arithmetic(const TensorRecipe& recipe) {
  return recipe.times.has_value() || recipe.plus.has_value();
}

Element modified(const TensorRecipe& recipe, Element element) {
  if (!has_arithmetic(recipe)) return element;
  if (!element.special || *element.special == 0) {
    return {modified(recipe, element.special ? Rational(0) : std::move(element.value)),
            std::nullopt};
  }
  // Inf * 0 = NaN, Inf * -2 = -Inf: of the factor only its sign counts.
  if (recipe.times) *element.special *= recipe.times->sign();
  return element;
}

Element negated(const Element& element) {
  if (element.special) return {{}, -*element.special};
  return {-element.value, std::nullopt};
}

/// The element as a value of the format, unless it overflows.
std::optional<double> rounded(const Element& element, const Format& format) {
  if (element.special) {
    const bool fits = format.has_infinity || !std::isinf(*element.special);
    return fits ? element.special : std::nullopt;
  }
  const double value = round_to_nearest(format, element.value);
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::string overflow_text(const Element& element, const Format& format) {
  if (element.special) return fmt::format("is no value of {}", format.name);
  return fmt::format("is finite but rounds to {} in {}",
                     format.has_infinity ? "an infinity" : "NaN", format.name);
}

/// Fills one tensor; each overload of `fill` is one kind of source.
class Filling {
 public:
  Filling(const TensorRecipe& recipe, std::string_view input_name, Tensor& tensor,
          Problems& problems)
      : recipe_(recipe),
        input_name_(input_name),
        tensor_(tensor),
        problems_(problems) {}

  bool fill(const Constant& source) {
    return fill_over_and_over({modified(recipe_, source.element)});
  }

  bool fill(const Listed& source) {
    for (std::int64_t i = 0; i < tensor_.size(); ++i) {
      const auto index = static_cast<std::size_t>(i);
      if (!put(i, modified(recipe_, source.elements[index]), source.positions[index])) {
        return false;
      }
    }
    return true;
  }

  bool fill(const ListedBits& source) {
    const int width = tensor_.format().storage_bits;
    for (std::size_t i = 0; i < source.patterns.size(); ++i) {
      if (width < 64 && source.patterns[i] >> width != 0) {
        problems_.add(
            source.positions[i],
            fmt::format("{}: {:#x} has more than the {} bits of {}", input_name_,
                        source.patterns[i], width, tensor_.format().name));
        return false;
      }
    }
    return fill_with_bits(
        [&](std::int64_t i) { return source.patterns[static_cast<std::size_t>(i)]; });
  }

  bool fill(const StoredTensor& source) {
    if (!(source.format == tensor_.format())) {
      problems_.add(recipe_.position,
                    fmt::format("{}: {} is of {}, not of {}", input_name_, source.file,
                                source.format.name, tensor_.format().name));
      return false;
    }
    try {
      return for_each_element(source, [&](std::int64_t index, std::uint64_t bits) {
        return put_bits(index, bits);
      });
    } catch (const TensorFileError& error) {
      problems_.add(recipe_.position, fmt::format("{}: {}", input_name_, error.what()));
      return false;
    }
  }

  bool fill(const Linspace& source) {
    const std::int64_t intervals = tensor_.size() - 1;
    const Rational length = source.last - source.first;
    return fill_line(source.first, intervals > 0 ? Rational(length / intervals) : 0,
                     [](std::int64_t i) { return i; });
  }

  bool fill(const Alternating& source) {
    const Element even = modified(recipe_, Element{source.value, {}});
    const Element odd = modified(recipe_, negated({source.value, {}}));
    return fill_over_and_over({even, odd});
  }

  bool fill(const Spike& source) {
    if (!fill_over_and_over({modified(recipe_, source.base)})) return false;
    if (source.at >= tensor_.size()) return true;
    return put(source.at, modified(recipe_, source.value), recipe_.position);
  }

  bool fill(const RandomUniform& source) {
    const RandomSequence z(source.seed, input_name_);
    const Rational slope = (source.high - source.low) * power_of_two(-53);
    return fill_line(source.low, slope, [&](std::int64_t i) {
      return uniform_integer(z, static_cast<std::uint64_t>(i));
    });
  }

  bool fill(const RandomNormal& source) {
    const RandomSequence z(source.seed, input_name_);
    return fill_line(source.mean, source.std * power_of_two(-32), [&](std::int64_t i) {
      return normal_integer(z, static_cast<std::uint64_t>(i));
    });
  }

  bool fill(const RandomLogUniform& source) {
    const RandomSequence z(source.seed, input_name_);
    return fill_with([&](std::int64_t i) {
      const LogUniform drawn =
          log_uniform(z, static_cast<std::uint64_t>(i), source.low, source.high);
      Rational value((std::uint64_t{1} << 52) | drawn.fraction);
      value *= power_of_two(static_cast<long>(drawn.exponent) - 52);
      if (drawn.is_negative) value = -value;
      return modified(recipe_, Element{std::move(value), std::nullopt});
    });
  }

  bool fill(const RandomBits& source) {
    const RandomSequence z(source.seed, input_name_);
    return fill_with_bits([&](std::int64_t i) {
      const auto index = static_cast<std::uint64_t>(i);
      return source.patterns == Patterns::finite
                 ? finite_pattern(z, index, tensor_.format())
                 : any_pattern(z, index, tensor_.format());
    });
  }

  bool assign() {
    for (const Assignment& assignment : recipe_.assignments) {
      if (!put(assignment.flat_index, assignment.to, assignment.position)) return false;
    }
    return true;
  }

 private:
  template <typename ElementAt>
  bool fill_with(const ElementAt& element_at) {
    for (std::int64_t i = 0; i < tensor_.size(); ++i) {
      if (!put(i, element_at(i), recipe_.position)) return false;
    }
    return true;
  }

  /// One element after the other and again from the first; each is rounded once.
  bool fill_over_and_over(const std::vector<Element>& elements) {
    const auto period = static_cast<std::int64_t>(elements.size());
    for (std::int64_t i = 0; i < tensor_.size(); ++i) {
      if (i >= period) {
        tensor_.set_bits(i, tensor_.bits(i - period));
      } else if (!put(i, elements[static_cast<std::size_t>(i)], recipe_.position)) {
        return false;
      }
    }
    return true;
  }

  /// offset + slope * integer, the modifiers multiplied in beforehand.
  template <typename IntegerAt>
  bool fill_line(Rational offset, Rational slope, const IntegerAt& integer_at) {
    if (recipe_.times) slope *= *recipe_.times;
    const RoundedLine line(modified(recipe_, std::move(offset)), std::move(slope),
                           tensor_.format());
    for (std::int64_t i = 0; i < tensor_.size(); ++i) {
      const std::int64_t integer = integer_at(i);
      const double value = line.at(integer);
      if (std::isfinite(value)) {
        tensor_.set(i, value);
      } else if (!put(i, {line.exact_at(integer), std::nullopt}, recipe_.position)) {
        return false;
      }
    }
    return true;
  }

  template <typename BitsAt>
  bool fill_with_bits(const BitsAt& bits_at) {
    for (std::int64_t i = 0; i < tensor_.size(); ++i) {
      if (!put_bits(i, bits_at(i))) return false;
    }
    return true;
  }

  /// Bits stay as they are, NaN payloads too, unless arithmetic follows.
  bool put_bits(std::int64_t index, std::uint64_t bits) {
    if (!has_arithmetic(recipe_)) {
      tensor_.set_bits(index, bits);
      return true;
    }
    const double value = decode(tensor_.format(), bits);
    const Element element =
        std::isfinite(value) ? Element{exact(value), std::nullopt} : Element{{}, value};
    return put(index, modified(recipe_, element), recipe_.position);
  }

  bool put(std::int64_t index, const Element& element, Position position) {
    const auto value = rounded(element, tensor_.format());
    if (value) {
      tensor_.set(index, *value);
      return true;
    }
    problems_.add(position, fmt::format("{}: element {} {}", input_name_, index,
                                        overflow_text(element, tensor_.format())));
    return false;
  }

  const TensorRecipe& recipe_;
  std::string_view input_name_;
  Tensor& tensor_;
  Problems& problems_;
};

}  // namespace

std::optional<std::string> reason_for_one_dtype(const TensorRecipe& recipe) {
  if (std::holds_alternative<ListedBits>(recipe.source)) {
    return "bits mean one thing in one dtype";
  }
  if (const auto* stored = std::get_if<StoredTensor>(&recipe.source)) {
    return fmt::format("{} is of {} alone", stored->file, stored->format.name);
  }
  return std::nullopt;
}

std::optional<Tensor> realize(const TensorRecipe& recipe, std::string_view input_name,
                              const Format& format, const Shape& scalar_shape,
                              Problems& problems) {
  Tensor tensor(format, recipe.shape.value_or(scalar_shape));
  Filling filling(recipe, input_name, tensor, problems);
  const bool is_filled = std::visit(
      [&](const auto& source) { return filling.fill(source); }, recipe.source);
  if (!is_filled || !filling.assign()) return std::nullopt;
  return tensor;
}

}  // namespace truenorm
