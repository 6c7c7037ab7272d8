// SPDX-License-Identifier: Apache-2.0
// Claim by claim, with the tensors of the case language.
#include "cases/bounds_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cases/document.hpp"
#include "cases/expectations.hpp"
#include "cases/file_frame.hpp"
#include "cases/scalars.hpp"
#include "cases/suggestion.hpp"
#include "cases/tensor_reader.hpp"

namespace truenorm {
namespace {

const std::vector<std::string_view>& claim_keys() {
  static const std::vector<std::string_view> keys{
      "case", "kind",    "dtype",       "low",         "high",
      "at",   "claimed", "claimed_low", "claimed_high"};
  return keys;
}

/// FILE#case of FILE#case[dtype,direction].
std::string_view without_bracket(std::string_view test_name) {
  return test_name.substr(0, test_name.find('['));
}

class ClaimReader {
 public:
  ClaimReader(const Node& node, const std::vector<TestCase>& tests, TensorFiles& files,
              std::int64_t& elements_left, Problems& problems)
      : node_(node),
        tests_(tests),
        files_(files),
        elements_left_(elements_left),
        problems_(problems) {}

  std::optional<BoundClaim> read(const std::string& display_name) {
    if (!check_keys(node_, "a bound", claim_keys(), problems_)) return std::nullopt;
    const std::size_t problems_before = problems_.count();
    read_test();
    read_kind();
    if (problems_.count() > problems_before) return std::nullopt;
    read_dtype();
    auto box = read_box("at", "low", "high");
    auto claimed = read_box("claimed", "claimed_low", "claimed_high");
    if (problems_.count() > problems_before) return std::nullopt;
    return BoundClaim{{display_name, node_.position.line, node_.position.column},
                      test_,
                      kind_,
                      std::move(*box),
                      std::move(*claimed)};
  }

 private:
  const Node* required(std::string_view key) {
    const Node* value = find(node_, key);
    if (value == nullptr) {
      problems_.add(node_.position, fmt::format("the bound has no '{}'", key));
    }
    return value;
  }

  void read_test() {
    const Node* value = required("case");
    if (value == nullptr) return;
    const auto name = read_text(*value, "case", problems_);
    if (!name) return;
    std::vector<const TestCase*> meant;
    std::vector<std::string_view> known;
    for (const TestCase& test : tests_) {
      known.push_back(test.name);
      if (test.name == *name || without_bracket(test.name) == *name) {
        meant.push_back(&test);
      }
    }
    if (meant.empty()) {
      problems_.add(value->position,
                    fmt::format("no selected test is called {}{}", quotation(*name),
                                suggestion(*name, known)));
    } else if (meant.size() > 1) {
      problems_.add(value->position,
                    fmt::format("{} has {} tests; say which, such as '{}'",
                                quotation(*name), meant.size(), meant.front()->name));
    } else {
      test_ = meant.front();
    }
  }

  void read_kind() {
    const Node* value = required("kind");
    if (value == nullptr) return;
    const std::vector<std::string_view> kinds{"interval", "affine_coefficients",
                                              "affine_constants", "first_derivative",
                                              "second_derivative"};
    const auto kind = read_choice(*value, "kind", kinds, problems_);
    if (kind) kind_ = *find_bound_kind(*kind);
  }

  void read_dtype() {
    format_ = test_->question.x().format();
    const Node* value = find(node_, "dtype");
    if (value == nullptr) return;
    if (const auto format = read_format(*value, "dtype", problems_)) format_ = *format;
  }

  std::optional<Tensor> read_end(const Node& value, std::string_view key) {
    const auto recipe = read_tensor(value, key, files_, problems_);
    if (!recipe) return std::nullopt;
    const Shape& shape_of_x = test_->question.x().shape();
    const std::int64_t elements = element_count(recipe->shape.value_or(shape_of_x));
    if (elements > elements_left_) {
      problems_.add(value.position,
                    fmt::format("the tensors of this file have more than {} elements "
                                "together",
                                largest_element_count));
      return std::nullopt;
    }
    elements_left_ -= elements;
    return realize(*recipe, key, format_, shape_of_x, problems_);
  }

  /// A box by its two ends, or by the point that it is.
  std::optional<Box> read_box(std::string_view point, std::string_view low,
                              std::string_view high) {
    if (const Node* value = find(node_, point)) {
      for (const std::string_view end : {low, high}) {
        if (const Node* other = find(node_, end)) {
          problems_.add(
              other->position,
              fmt::format("'{}' stands beside '{}', which is both ends", end, point));
        }
      }
      auto tensor = read_end(*value, point);
      if (!tensor) return std::nullopt;
      return Box{*tensor, *tensor};
    }
    const Node* low_node = required(low);
    const Node* high_node = required(high);
    if (low_node == nullptr || high_node == nullptr) return std::nullopt;
    auto low_tensor = read_end(*low_node, low);
    auto high_tensor = read_end(*high_node, high);
    if (!low_tensor || !high_tensor) return std::nullopt;
    return Box{std::move(*low_tensor), std::move(*high_tensor)};
  }

  const Node& node_;
  const std::vector<TestCase>& tests_;
  TensorFiles& files_;
  std::int64_t& elements_left_;
  Problems& problems_;
  const TestCase* test_ = nullptr;
  BoundKind kind_ = BoundKind::interval;
  Format format_ = float32;
};

std::vector<BoundClaim> read_claims(const Node& root, const std::string& display_name,
                                    const std::vector<TestCase>& tests,
                                    TensorFiles& files, std::int64_t limit_elements,
                                    Problems& problems) {
  if (!check_frame(root, "a file of bounds", {"truenorm", "bounds"}, problems)) {
    return {};
  }
  const Node* bounds = find_list(root, "bounds", problems);
  if (bounds == nullptr) return {};
  std::vector<BoundClaim> claims;
  std::int64_t elements_left = limit_elements;
  for (const Node& item : bounds->items) {
    if (problems.are_too_many()) {
      problems.add(item.position, too_many_errors);
      break;
    }
    auto claim =
        ClaimReader(item, tests, files, elements_left, problems).read(display_name);
    if (claim) claims.push_back(std::move(*claim));
  }
  return claims;
}

}  // namespace

BoundsReading read_bounds(std::string_view yaml, const std::string& display_name,
                          const std::vector<TestCase>& tests,
                          const std::optional<std::filesystem::path>& folder,
                          std::int64_t limit_elements) {
  Problems problems;
  TensorFiles files(folder);
  BoundsReading reading;
  if (const auto root = parse_document(yaml, problems)) {
    reading.claims =
        read_claims(*root, display_name, tests, files, limit_elements, problems);
  }
  reading.diagnostics = diagnostics_of(problems, display_name);
  return reading;
}

}  // namespace truenorm
