// SPDX-License-Identifier: Apache-2.0
// The forms that a tensor may have in a case file, and what each needs.
#include "cases/tensor_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "cases/scalars.hpp"

namespace truenorm {
namespace {

/// Beyond every library's limit on the number of dimensions.
constexpr std::size_t highest_rank = 64;

Element element_of(const Number& number) { return {number.value, number.special}; }

/// The product of the dimensions, or nothing if it exceeds the limit. A dimension of 0
/// makes the tensor empty, but the others must fit int64 even so.
std::optional<std::int64_t> limited_count(const Shape& shape) {
  try {
    const std::int64_t count = element_count(shape);
    if (count <= largest_element_count) return count;
  } catch (const std::overflow_error&) {
    // Beyond int64 is beyond the limit, too.
  }
  return std::nullopt;
}

class TensorReader {
 public:
  TensorReader(std::string_view input_name, TensorFiles& files, Problems& problems)
      : input_name_(input_name), files_(files), problems_(problems) {}

  std::optional<TensorRecipe> read(const Node& node) {
    recipe_.position = node.position;
    const std::size_t problems_before = problems_.count();
    switch (node.kind) {
      case Node::Kind::scalar:
        read_scalar(node);
        break;
      case Node::Kind::list:
        read_nested_list(node);
        break;
      case Node::Kind::map:
        read_map(node);
        break;
      case Node::Kind::null:
        problems_.add(node.position, fmt::format("{} must be a tensor", input_name_));
        break;
    }
    if (problems_.count() > problems_before) return std::nullopt;
    return std::move(recipe_);
  }

 private:
  /// As description, and a list with its length.
  [[nodiscard]] static std::string counted(const Node& node) {
    return node.kind == Node::Kind::list ? fmt::format("one of {}", node.items.size())
                                         : description(node);
  }

  [[nodiscard]] std::string named(std::string_view what) const {
    return fmt::format("{}: {}", input_name_, what);
  }

  std::optional<Element> read_element(const Node& node, std::string_view what) {
    const auto number = read_number(node, what, problems_);
    if (!number) return std::nullopt;
    return element_of(*number);
  }

  void read_scalar(const Node& node) {
    if (auto element = read_element(node, input_name_)) {
      recipe_.source = Constant{std::move(*element)};
    }
  }

  void read_nested_list(const Node& node) {
    // The first element of each level gives the shape; every other must agree.
    Shape shape;
    for (const Node* level = &node; level->kind == Node::Kind::list;
         level = &level->items.front()) {
      shape.push_back(static_cast<std::int64_t>(level->items.size()));
      if (level->items.empty()) break;
    }
    Listed listed;
    read_level(node, shape, 0, listed);
    recipe_.shape = std::move(shape);
    recipe_.source = std::move(listed);
  }

  bool read_level(const Node& node, const Shape& shape, std::size_t axis,
                  Listed& listed) {
    if (axis == shape.size()) {
      auto element = read_element(node, fmt::format("an element of {}", input_name_));
      if (!element) return false;
      listed.elements.push_back(std::move(*element));
      listed.positions.push_back(node.position);
      return true;
    }
    const auto length = static_cast<std::size_t>(shape[axis]);
    if (node.kind != Node::Kind::list || node.items.size() != length) {
      problems_.add(node.position,
                    fmt::format("{} is ragged: a list of {} expected here, not {}",
                                input_name_, length, counted(node)));
      return false;
    }
    return std::all_of(node.items.begin(), node.items.end(), [&](const Node& item) {
      return read_level(item, shape, axis + 1, listed);
    });
  }

  void read_map(const Node& node) {
    static constexpr std::array<std::string_view, 6> sources = {
        "fill", "linspace", "random", "bits", "pattern", "file"};
    std::string_view source;
    for (const std::string_view candidate : sources) {
      if (find(node, candidate) == nullptr) continue;
      if (!source.empty()) {
        problems_.add(node.position,
                      named(fmt::format("has both {} and {}", source, candidate)));
        return;
      }
      source = candidate;
    }
    if (source.empty()) {
      problems_.add(
          node.position,
          named("needs one of fill, linspace, random, bits, pattern and file"));
      check_map_keys(node, {sources.begin(), sources.end()});
      return;
    }
    if (source == "file") {
      read_file(node);
    } else {
      read_shape(node);
      read_source(node, source);
    }
    read_modifiers(node);
  }

  void check_map_keys(const Node& node, std::vector<std::string_view> own) {
    own.insert(own.end(), {"shape", "times", "plus", "set"});
    check_keys(node, input_name_, own, problems_);
  }

  void read_source(const Node& node, std::string_view source) {
    const Node& value = *find(node, source);
    if (source == "fill") {
      check_map_keys(node, {"fill"});
      if (auto element = read_element(value, named("fill"))) {
        recipe_.source = Constant{std::move(*element)};
      }
    } else if (source == "linspace") {
      check_map_keys(node, {"linspace"});
      read_linspace(value);
    } else if (source == "bits") {
      check_map_keys(node, {"bits"});
      read_bits(value);
    } else if (source == "random") {
      read_random(node, value);
    } else {
      read_pattern(node, value);
    }
  }

  void read_shape(const Node& node) {
    const Node* value = find(node, "shape");
    if (value == nullptr) {
      problems_.add(node.position, named("needs a shape"));
      return;
    }
    const auto shape = read_integers(*value, named("shape"), problems_);
    if (!shape) return;
    accept_shape(*shape, value->position, "");
  }

  /// values   `where` goes before what is wrong with the shape
  void accept_shape(const Shape& shape, Position position, std::string_view where) {
    if (shape.size() > highest_rank) {
      problems_.add(position, named(fmt::format("{}has more than {} dimensions", where,
                                                highest_rank)));
    } else if (std::any_of(shape.begin(), shape.end(),
                           [](std::int64_t d) { return d < 0; })) {
      problems_.add(position, named(fmt::format("{}a dimension is negative", where)));
    } else if (const auto count = limited_count(shape)) {
      recipe_.shape = shape;
      count_ = *count;
    } else {
      problems_.add(position, named(fmt::format("{}has more than {} elements", where,
                                                largest_element_count)));
    }
  }

  void read_file(const Node& node) {
    check_map_keys(node, {"file", "tensor"});
    if (const Node* shape = find(node, "shape")) {
      problems_.add(shape->position, named("the file has its own shape"));
    }
    const Node& file_node = *find(node, "file");
    const Node* tensor_node = find(node, "tensor");
    const auto file = read_text(file_node, named("file"), problems_);
    std::optional<std::string> tensor;
    if (tensor_node != nullptr) {
      tensor = read_text(*tensor_node, named("tensor"), problems_);
      if (!tensor) return;
    }
    if (!file) return;
    // What is wrong with the file is told at its name, a wrong tensor at the tensor's.
    Position position = file_node.position;
    try {
      const TensorFile& opened = files_.open(*file);
      if (tensor_node != nullptr) position = tensor_node->position;
      StoredTensor stored = tensor ? opened.named(*tensor) : opened.only();
      accept_shape(stored.shape, file_node.position, stored.file + ": ");
      recipe_.source = std::move(stored);
    } catch (const TensorFileError& error) {
      problems_.add(position, named(error.what()));
    }
  }

  void read_linspace(const Node& value) {
    if (value.kind != Node::Kind::list || value.items.size() != 2) {
      problems_.add(
          value.position,
          named(fmt::format("linspace must be a list of 2, [first, last], not {}",
                            counted(value))));
      return;
    }
    const auto first = read_rational(value.items[0], named("first"), problems_);
    const auto last = read_rational(value.items[1], named("last"), problems_);
    if (first && last) recipe_.source = Linspace{*first, *last};
  }

  void read_bits(const Node& value) {
    if (value.kind != Node::Kind::list) {
      problems_.add(value.position,
                    named(fmt::format("bits must be a list of integers, not {}",
                                      description(value))));
      return;
    }
    ListedBits bits;
    for (const Node& item : value.items) {
      const auto pattern = read_unsigned(item, named("an item of bits"), problems_);
      if (!pattern) return;
      bits.patterns.push_back(*pattern);
      bits.positions.push_back(item.position);
    }
    if (recipe_.shape && static_cast<std::int64_t>(bits.patterns.size()) != count_) {
      problems_.add(value.position, named(fmt::format("{} bit patterns for {} elements",
                                                      bits.patterns.size(), count_)));
    }
    recipe_.source = std::move(bits);
  }

  Rational rational_or(const Node& node, std::string_view key, Rational absent) {
    const Node* value = find(node, key);
    if (value == nullptr) return absent;
    return read_rational(*value, named(key), problems_).value_or(absent);
  }

  std::uint64_t read_seed(const Node& node) {
    const Node* value = find(node, "seed");
    if (value == nullptr) return 0;
    return read_unsigned(*value, named("seed"), problems_).value_or(0);
  }

  void read_random(const Node& node, const Node& value) {
    const auto kind =
        read_choice(value, "kind of random",
                    {"normal", "uniform", "log_uniform", "bits"}, problems_);
    if (!kind) return;
    const std::uint64_t seed = read_seed(node);
    if (*kind == "normal") {
      check_map_keys(node, {"random", "seed", "mean", "std"});
      recipe_.source =
          RandomNormal{seed, rational_or(node, "mean", 0), rational_or(node, "std", 1)};
    } else if (*kind == "uniform") {
      check_map_keys(node, {"random", "seed", "low", "high"});
      recipe_.source = RandomUniform{seed, rational_or(node, "low", 0),
                                     rational_or(node, "high", 1)};
    } else if (*kind == "log_uniform") {
      check_map_keys(node, {"random", "seed", "low", "high"});
      read_log_uniform(node, seed);
    } else {
      check_map_keys(node, {"random", "seed", "nonfinite"});
      const Node* nonfinite = find(node, "nonfinite");
      const bool is_any =
          nonfinite != nullptr &&
          read_boolean(*nonfinite, named("nonfinite"), problems_).value_or(false);
      recipe_.source = RandomBits{seed, is_any ? Patterns::any : Patterns::finite};
    }
  }

  void read_log_uniform(const Node& node, std::uint64_t seed) {
    const Node* low = find(node, "low");
    const Node* high = find(node, "high");
    if (low == nullptr || high == nullptr) {
      problems_.add(node.position,
                    named("log_uniform needs the exponents low and high"));
      return;
    }
    const auto lowest = read_integer(*low, named("low"), problems_);
    const auto highest = read_integer(*high, named("high"), problems_);
    if (!lowest || !highest) return;
    // Wider than binary64, narrow enough that no power of two is a burden.
    constexpr std::int64_t limit = 5000;
    if (*lowest > *highest || *lowest < -limit || *highest > limit) {
      problems_.add(low->position,
                    named(fmt::format("needs {} <= low <= high <= {}", -limit, limit)));
      return;
    }
    recipe_.source = RandomLogUniform{seed, *lowest, *highest};
  }

  void read_pattern(const Node& node, const Node& value) {
    const auto kind =
        read_choice(value, "pattern", {"constant", "alternating", "spike"}, problems_);
    if (!kind) return;
    if (*kind == "spike") {
      check_map_keys(node, {"pattern", "value", "at", "base"});
    } else {
      check_map_keys(node, {"pattern", "value"});
    }
    const Node* number = find(node, "value");
    if (number == nullptr) {
      problems_.add(node.position, named(fmt::format("{} needs a value", *kind)));
      return;
    }
    if (*kind == "alternating") {
      const auto rational = read_rational(*number, named("value"), problems_);
      if (rational) recipe_.source = Alternating{*rational};
      return;
    }
    auto element = read_element(*number, named("value"));
    if (!element) return;
    if (*kind == "constant") {
      recipe_.source = Constant{std::move(*element)};
    } else {
      read_spike(node, std::move(*element));
    }
  }

  void read_spike(const Node& node, Element element) {
    Spike spike{std::move(element), {}, 0};
    if (const Node* base = find(node, "base")) {
      auto base_element = read_element(*base, named("base"));
      if (!base_element) return;
      spike.base = std::move(*base_element);
    }
    if (const Node* at = find(node, "at")) {
      const auto index = read_integer(*at, named("at"), problems_);
      if (!index) return;
      if (recipe_.shape && (*index < 0 || *index >= count_)) {
        problems_.add(at->position, named(fmt::format("element {} of {} does not exist",
                                                      *index, count_)));
        return;
      }
      spike.at = *index;
    }
    recipe_.source = std::move(spike);
  }

  void read_modifiers(const Node& node) {
    if (const Node* times = find(node, "times")) {
      recipe_.times = read_rational(*times, named("times"), problems_);
    }
    if (const Node* plus = find(node, "plus")) {
      recipe_.plus = read_rational(*plus, named("plus"), problems_);
    }
    const Node* set = find(node, "set");
    if (set == nullptr) return;
    if (set->kind != Node::Kind::list) {
      problems_.add(set->position,
                    named(fmt::format("set must be a list of {{at, to}}, not {}",
                                      description(*set))));
      return;
    }
    for (const Node& item : set->items) read_assignment(item);
  }

  void read_assignment(const Node& item) {
    if (!check_keys(item, named("an item of set"), {"at", "to"}, problems_)) return;
    const Node* at = find(item, "at");
    const Node* to = find(item, "to");
    if (at == nullptr || to == nullptr) {
      problems_.add(item.position, named("an item of set needs at and to"));
      return;
    }
    const auto index = read_integers(*at, named("at"), problems_);
    auto element = read_element(*to, named("to"));
    if (!index || !element || !recipe_.shape) return;
    const auto flat_index = flat(*index, *recipe_.shape);
    if (!flat_index) {
      problems_.add(at->position,
                    named(fmt::format("{} is no element of shape {}",
                                      shape_text(*index), shape_text(*recipe_.shape))));
      return;
    }
    recipe_.assignments.push_back({*flat_index, std::move(*element), item.position});
  }

  static std::optional<std::int64_t> flat(const std::vector<std::int64_t>& index,
                                          const Shape& shape) {
    if (index.size() != shape.size()) return std::nullopt;
    std::int64_t flat_index = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      if (index[axis] < 0 || index[axis] >= shape[axis]) return std::nullopt;
      flat_index = flat_index * shape[axis] + index[axis];
    }
    return flat_index;
  }

  std::string_view input_name_;
  TensorFiles& files_;
  Problems& problems_;
  TensorRecipe recipe_;
  std::int64_t count_ = 0;
};

}  // namespace

std::optional<TensorRecipe> read_tensor(const Node& node, std::string_view input_name,
                                        TensorFiles& files, Problems& problems) {
  return TensorReader(input_name, files, problems).read(node);
}

}  // namespace truenorm
