// SPDX-License-Identifier: Apache-2.0
// Reads the fields of a case, each error of them in one run.
#include "cases/case_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cases/any_operator.hpp"
#include "cases/attribute_reader.hpp"
#include "cases/case_expansion.hpp"
#include "cases/dialects.hpp"
#include "cases/scalars.hpp"
#include "cases/suggestion.hpp"
#include "cases/tensor_reader.hpp"

namespace truenorm {
namespace {

/// With a dtype, a direction and a digest beside it, an id then fits its 100 letters.
constexpr std::size_t longest_case_name = 60;

bool is_case_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_case_name &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

template <typename Specs>
std::vector<std::string_view> names_of(const Specs& specs) {
  std::vector<std::string_view> names;
  for (const auto& spec : specs) names.push_back(spec.name);
  return names;
}

class CaseReader {
 public:
  CaseReader(const MergedCase& merged, const CaseFile& file, Problems& problems)
      : merged_(merged), file_(file), problems_(problems) {}

  /// Reads what stands in defaults, where nothing is required and which speak of no
  /// operator in particular, since a case may name another.
  void check_defaults() {
    is_of_defaults_ = true;
    read_operator();
    read_directions();
    read_dtypes();
    check_for_any_operator();
    read_outputs();
    content_.expectations = read_expectations(merged_, problems_);
    for (const auto& [output, position] : content_.named_outputs()) {
      check_name("output", output, position, all_outputs(), problems_);
    }
  }

  CaseContent read() {
    const std::size_t problems_before = problems_.count();
    read_name();
    read_operator();
    read_directions();
    read_dtypes();
    if (content_.op != nullptr) {
      read_inputs();
      content_.attributes = read_attributes(merged_.entries("attributes", problems_),
                                            *content_.op, read_dialect(), problems_);
    } else {
      check_for_any_operator();
    }
    content_.has_sound_question = problems_.count() == problems_before;
    read_outputs();
    content_.expectations = read_expectations(merged_, problems_);
    return std::move(content_);
  }

 private:
  const Node* required(std::string_view key) {
    const Node* node = merged_.field(key);
    if (node == nullptr && !is_of_defaults_) {
      const char* meaning = key == "case" ? ", its name" : "";
      problems_.add(merged_.position(),
                    fmt::format("the case has no '{}'{}", key, meaning));
    }
    return node;
  }

  void read_name() {
    const Node* node = required("case");
    if (node == nullptr) return;
    const auto text = read_text(*node, "a case's name", problems_);
    if (!text) return;
    if (!is_case_name(*text)) {
      problems_.add(node->position,
                    fmt::format("a case's name is 1 to {} of a-z, 0-9 and -, not {}",
                                longest_case_name, description(*node)));
      return;
    }
    content_.name = *text;
  }

  void read_operator() {
    const Node* node = required("op");
    if (node == nullptr) return;
    const auto op_name = read_choice(*node, "op", names_of(operators()), problems_);
    if (op_name) content_.op = find_operator(*op_name);
  }

  std::string read_dialect() {
    const Node* node = merged_.field("dialect");
    if (node == nullptr) return {};
    const auto known = dialects();
    return read_choice(*node, "dialect", {known.begin(), known.end()}, problems_)
        .value_or("");
  }

  void read_dtypes() {
    const Node* node = required("dtype");
    if (node == nullptr) return;
    if (node->kind == Node::Kind::map) {
      read_dtype_map(*node);
      return;
    }
    if (!check_length(*node, "dtype", problems_)) return;
    for (const Node* item : items_of(*node)) {
      const auto format = read_format(*item, "dtype", problems_);
      if (!format) continue;
      const bool is_repeated =
          std::any_of(content_.dtypes.begin(), content_.dtypes.end(),
                      [&](const Dtypes& earlier) { return earlier.of_x == *format; });
      if (is_repeated) {
        problems_.add(item->position,
                      fmt::format("dtype {} is named twice", format->name));
      }
      content_.dtypes.push_back({*format, {}});
    }
    if (content_.dtypes.empty() && node->kind == Node::Kind::list &&
        node->items.empty()) {
      problems_.add(node->position, "dtype must not be an empty list");
    }
  }

  void read_dtype_map(const Node& node) {
    std::optional<Format> of_x;
    if (const Node* x = find(node, "x")) {
      of_x = read_format(*x, "dtype of x", problems_);
    } else {
      problems_.add(node.position, "a map of dtypes needs that of x");
    }
    std::map<std::string, Format, std::less<>> of_others;
    for (const Entry& entry : node.entries) {
      if (entry.key == "x") continue;
      if (is_of_defaults_ || content_.op == nullptr) {
        if (!check_name("input", entry.key, entry.position, all_inputs(), problems_)) {
          continue;
        }
      } else if (!is_input(entry.key)) {
        problems_.add(entry.position, unknown_input(entry.key));
        continue;
      }
      const auto own = read_format(entry.value, "dtype of " + entry.key, problems_);
      if (own) of_others.emplace(entry.key, *own);
    }
    if (of_x) content_.dtypes.push_back({*of_x, std::move(of_others)});
  }

  /// The items of a list, or the one value that stands for a list of it.
  static std::vector<const Node*> items_of(const Node& node) {
    if (node.kind != Node::Kind::list) return {&node};
    std::vector<const Node*> items;
    for (const Node& item : node.items) items.push_back(&item);
    return items;
  }

  void read_directions() {
    const Node* node = merged_.field("direction");
    if (node == nullptr) {
      content_.directions = {Direction::forward};
      return;
    }
    if (!check_length(*node, "direction", problems_)) return;
    for (const Node* item : items_of(*node)) {
      const auto word =
          read_choice(*item, "direction", {"forward", "vjp", "jvp"}, problems_);
      if (!word) continue;
      const Direction direction = *find_direction(*word);
      if (std::find(content_.directions.begin(), content_.directions.end(),
                    direction) != content_.directions.end()) {
        problems_.add(item->position,
                      fmt::format("direction {} is named twice", *word));
      }
      content_.directions.push_back(direction);
    }
    if (node->kind == Node::Kind::list && node->items.empty()) {
      problems_.add(node->position, "direction must not be an empty list");
    }
  }

  /// Whether any of the case's directions has the input; the others pass it over. Where no
  /// direction could be read, whether any has.
  [[nodiscard]] bool is_input(std::string_view input) const {
    const auto has_it = [&](Direction d) {
      return content_.op->find_input(d, input).has_value();
    };
    return content_.directions.empty()
               ? std::any_of(every_direction.begin(), every_direction.end(), has_it)
               : std::any_of(content_.directions.begin(), content_.directions.end(),
                             has_it);
  }

  [[nodiscard]] std::string unknown_input(std::string_view input) const {
    std::vector<InputSpec> specs;
    for (const Direction direction : content_.directions) {
      const std::vector<InputSpec> further = content_.op->inputs_of(direction);
      specs.insert(specs.end(), further.begin(), further.end());
    }
    const std::vector<std::string_view> known = names_of(specs);
    for (const Direction d : every_direction) {
      if (!content_.op->find_input(d, input)) continue;
      return fmt::format(
          "input '{}' belongs to direction {}, which the case does not "
          "have",
          input, name(d));
    }
    return fmt::format("unknown input {} of {}{}", quotation(input), content_.op->name,
                       suggestion_or_list(input, known));
  }

  /// What is wrong with dialect, inputs and attributes whatever the operator is.
  void check_for_any_operator() {
    read_dialect();
    for (const Entry* entry : merged_.entries("inputs", problems_)) {
      // An unknown name is told once, and in nothing that is said of its tensor.
      if (!check_name("input", entry->key, entry->position, all_inputs(), problems_) ||
          entry->value.is_null()) {
        continue;
      }
      static_cast<void>(
          read_tensor(entry->value, entry->key, file_.tensor_files, problems_));
    }
    check_attributes(merged_.entries("attributes", problems_), problems_);
  }

  void read_inputs() {
    for (const Entry* entry : merged_.entries("inputs", problems_)) {
      if (!is_input(entry->key)) {
        problems_.add(entry->position, unknown_input(entry->key));
        continue;
      }
      if (entry->value.is_null()) continue;
      auto recipe =
          read_tensor(entry->value, entry->key, file_.tensor_files, problems_);
      if (!recipe) continue;
      const auto reason = reason_for_one_dtype(*recipe);
      if (reason && has_several_dtypes(entry->key)) {
        problems_.add(recipe->position, fmt::format("{}: {}, but the case has several",
                                                    entry->key, *reason));
      }
      content_.recipes.push_back({entry->key, std::move(*recipe)});
    }
    // Scalars take their shape from x.
    std::stable_partition(content_.recipes.begin(), content_.recipes.end(),
                          [](const NamedRecipe& input) { return input.name == "x"; });
  }

  [[nodiscard]] bool has_several_dtypes(std::string_view input) const {
    return std::any_of(
        content_.dtypes.begin(), content_.dtypes.end(), [&](const Dtypes& dtypes) {
          return !(dtypes.of(input) == content_.dtypes.front().of(input));
        });
  }

  void read_outputs() {
    const Node* node = merged_.field("outputs");
    if (node == nullptr) return;
    if (node->kind == Node::Kind::scalar && node->text == "all") {
      content_.asks_for_all_outputs = true;
      return;
    }
    if (node->kind != Node::Kind::list || node->items.empty()) {
      problems_.add(node->position,
                    fmt::format("outputs must be a list of names, or all, not {}",
                                node->kind == Node::Kind::list ? "an empty list"
                                                               : description(*node)));
      return;
    }
    if (!check_length(*node, "outputs", problems_)) return;
    for (const Node& item : node->items) {
      const auto output = read_text(item, "an item of outputs", problems_);
      if (!output) continue;
      if (content_.names_output(*output)) {
        problems_.add(item.position,
                      fmt::format("output {} is named twice", quotation(*output)));
      }
      content_.outputs.push_back({*output, item.position});
    }
  }

  const MergedCase& merged_;
  const CaseFile& file_;
  Problems& problems_;
  bool is_of_defaults_ = false;
  CaseContent content_;
};

}  // namespace

const std::vector<std::string_view>& case_keys() {
  static const std::vector<std::string_view> keys = {
      "case",       "about",  "op",      "dialect",      "dtype",   "direction",
      "attributes", "inputs", "outputs", "tolerance",    "catches", "bug",
      "known",      "tags",   "compute", "zero_gradient"};
  return keys;
}

std::vector<TestCase> read_case(const Node& written, const Node* defaults,
                                const Cost& cost_of_defaults, const CaseFile& file,
                                Budget& budget, Problems& problems) {
  const MergedCase merged(written, defaults);
  const Cost own = cost(written);
  const Cost both{own.of_reading + cost_of_defaults.of_reading,
                  own.of_each_test + cost_of_defaults.of_each_test};
  if (!budget.spend(both.of_reading)) {
    problems.add(merged.position(), std::string(too_long_a_file));
    return {};
  }
  const std::size_t problems_before = problems.count();
  const CaseContent content = CaseReader(merged, file, problems).read();
  if (!content.has_sound_question) return {};
  if (file.wants && !file.wants(content.expectations.tags)) return {};
  // Even where no test will come of it, for what is wrong with the question as a whole.
  std::vector<TestCase> tests = expand(content, merged, both, file, budget, problems);
  if (problems.count() > problems_before) return {};
  return tests;
}

void check_defaults(const Node& defaults, const CaseFile& file, Problems& problems) {
  const MergedCase merged(defaults, nullptr);
  CaseReader(merged, file, problems).check_defaults();
}

}  // namespace truenorm
