// SPDX-License-Identifier: Apache-2.0
// Reads a case's question and expands it to one test for each dtype and direction.
#include "cases/case_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cases/any_operator.hpp"
#include "cases/attribute_reader.hpp"
#include "cases/dialects.hpp"
#include "cases/digest.hpp"
#include "cases/expectations.hpp"
#include "cases/merged_case.hpp"
#include "cases/scalars.hpp"
#include "cases/suggestion.hpp"
#include "cases/tensor_reader.hpp"

namespace truenorm {
namespace {

/// With a dtype, a direction and a digest beside it, an id then fits its 100 letters.
constexpr std::size_t longest_case_name = 60;

/// A test without its tensors, in elements of 8 bytes.
constexpr std::int64_t cost_of_a_test = 500;

constexpr std::string_view too_long =
    "the cases of this file are too many or too long; split the file here";

bool is_case_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_case_name &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

/// The dtypes of one test: x's, and those of the inputs that have their own.
struct Dtypes {
  Format of_x;
  std::map<std::string, Format, std::less<>> of_others;

  [[nodiscard]] const Format& of(std::string_view input) const {
    const auto own = of_others.find(input);
    return own == of_others.end() ? of_x : own->second;
  }
};

template <typename Specs>
std::vector<std::string_view> names_of(const Specs& specs) {
  std::vector<std::string_view> names;
  for (const auto& spec : specs) names.push_back(spec.name);
  return names;
}

struct NamedRecipe {
  std::string name;
  TensorRecipe recipe;
};

class CaseReader {
 public:
  CaseReader(const MergedCase& merged, const Cost& cost_of_case, const CaseFile& file,
             Budget& budget, Problems& problems)
      : merged_(merged),
        cost_(cost_of_case),
        file_(file),
        budget_(budget),
        problems_(problems) {}

  /// Reads what stands in defaults, where nothing is required and which speak of no
  /// operator in particular, since a case may name another.
  void check_defaults() {
    is_of_defaults_ = true;
    read_operator();
    read_directions();
    read_dtypes();
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
    read_outputs();
    expectations_ = read_expectations(merged_, problems_);
    for (const auto& [output, position] : named_outputs()) {
      check_name("output", output, position, all_outputs(), problems_);
    }
  }

  std::vector<TestCase> read() {
    const std::size_t problems_before = problems_.count();
    if (!spend(cost_.of_reading, too_long)) return {};
    read_name();
    read_operator();
    read_directions();
    read_dtypes();
    if (op_ != nullptr) {
      read_inputs();
      attributes_ = read_attributes(merged_.entries("attributes", problems_), *op_,
                                    read_dialect(), problems_);
    }
    read_outputs();
    expectations_ = read_expectations(merged_, problems_);
    if (problems_.count() > problems_before) return {};
    if (file_.wants && !file_.wants(expectations_.tags)) return {};
    std::vector<TestCase> tests = expand();
    if (problems_.count() == problems_before) check_named_outputs();
    if (problems_.count() > problems_before) return {};
    return tests;
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
    case_name_ = *text;
  }

  void read_operator() {
    const Node* node = required("op");
    if (node == nullptr) return;
    const auto op_name = read_choice(*node, "op", names_of(operators()), problems_);
    if (op_name) op_ = find_operator(*op_name);
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
          std::any_of(dtypes_.begin(), dtypes_.end(),
                      [&](const Dtypes& earlier) { return earlier.of_x == *format; });
      if (is_repeated) {
        problems_.add(item->position,
                      fmt::format("dtype {} is named twice", format->name));
      }
      dtypes_.push_back({*format, {}});
    }
    if (dtypes_.empty() && node->kind == Node::Kind::list && node->items.empty()) {
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
      if (is_of_defaults_ || op_ == nullptr) {
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
    if (of_x) dtypes_.push_back({*of_x, std::move(of_others)});
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
      directions_ = {Direction::forward};
      return;
    }
    if (!check_length(*node, "direction", problems_)) return;
    for (const Node* item : items_of(*node)) {
      const auto word =
          read_choice(*item, "direction", {"forward", "vjp", "jvp"}, problems_);
      if (!word) continue;
      const Direction direction = *find_direction(*word);
      if (std::find(directions_.begin(), directions_.end(), direction) !=
          directions_.end()) {
        problems_.add(item->position,
                      fmt::format("direction {} is named twice", *word));
      }
      directions_.push_back(direction);
    }
    if (node->kind == Node::Kind::list && node->items.empty()) {
      problems_.add(node->position, "direction must not be an empty list");
    }
  }

  /// Whether any of the case's directions has the input; the others pass it over. Where no
  /// direction could be read, whether any has.
  [[nodiscard]] bool is_input(std::string_view input) const {
    const auto has_it = [&](Direction d) {
      return op_->find_input(d, input).has_value();
    };
    return directions_.empty()
               ? std::any_of(every_direction.begin(), every_direction.end(), has_it)
               : std::any_of(directions_.begin(), directions_.end(), has_it);
  }

  [[nodiscard]] std::string unknown_input(std::string_view input) const {
    std::vector<InputSpec> specs;
    for (const Direction direction : directions_) {
      const std::vector<InputSpec> further = op_->inputs_of(direction);
      specs.insert(specs.end(), further.begin(), further.end());
    }
    const std::vector<std::string_view> known = names_of(specs);
    for (const Direction d : every_direction) {
      if (!op_->find_input(d, input)) continue;
      return fmt::format(
          "input '{}' belongs to direction {}, which the case does not "
          "have",
          input, name(d));
    }
    return fmt::format("unknown input {} of {}{}", quotation(input), op_->name,
                       suggestion_or_list(input, known));
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
      recipes_.push_back({entry->key, std::move(*recipe)});
    }
    // Scalars take their shape from x.
    std::stable_partition(recipes_.begin(), recipes_.end(),
                          [](const NamedRecipe& input) { return input.name == "x"; });
  }

  [[nodiscard]] bool has_several_dtypes(std::string_view input) const {
    return std::any_of(dtypes_.begin(), dtypes_.end(), [&](const Dtypes& dtypes) {
      return !(dtypes.of(input) == dtypes_.front().of(input));
    });
  }

  void read_outputs() {
    const Node* node = merged_.field("outputs");
    if (node == nullptr) return;
    if (node->kind == Node::Kind::scalar && node->text == "all") {
      asks_for_all_ = true;
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
      if (asks_for(*output)) {
        problems_.add(item.position,
                      fmt::format("output {} is named twice", quotation(*output)));
      }
      outputs_.push_back({*output, item.position});
    }
  }

  [[nodiscard]] bool asks_for(std::string_view output) const {
    return std::any_of(outputs_.begin(), outputs_.end(),
                       [&](const NamedOutput& named) { return named.name == output; });
  }

  std::vector<TestCase> expand() {
    std::vector<TestCase> tests;
    for (const Dtypes& dtypes : dtypes_) {
      realized_.clear();
      for (const Direction direction : directions_) {
        try {
          auto inputs = realize_inputs(dtypes, direction);
          if (!inputs) continue;
          if (!spend(cost_of_a_test + cost_.of_each_test, too_long)) return {};
          Question question(*op_, direction, attributes_, std::move(*inputs),
                            expectations_.zero_scale_gradient);
          tests.push_back(make_test(std::move(question)));
        } catch (const QuestionError& error) {
          problems_.add(position_of_subject(error.subject()), error.what());
        }
      }
    }
    return tests;
  }

  std::optional<Tensors> realize_inputs(const Dtypes& dtypes, Direction direction) {
    Tensors tensors;
    for (const auto& [input, recipe] : recipes_) {
      if (!op_->find_input(direction, input)) continue;
      Shape scalar_shape;
      // Without an x the question will not stand; it says so better than we could.
      if (const auto x = tensors.find("x"); !recipe.shape && x != tensors.end()) {
        scalar_shape = input_shape(*op_, attributes_, input, x->second.shape());
      }
      if (!spend(element_count(recipe.shape.value_or(scalar_shape)),
                 fmt::format("the tensors of this file have more than {} elements "
                             "together",
                             largest_element_count))) {
        return std::nullopt;
      }
      auto made = realized_.find(input);
      if (made == realized_.end()) {
        auto tensor = realize(recipe, input, dtypes.of(input), scalar_shape, problems_);
        if (!tensor) return std::nullopt;
        made = realized_.emplace(input, std::move(*tensor)).first;
      }
      tensors.insert(*made);
    }
    return tensors;
  }

  /// Whether the budget still has so much; if not, the problem is added.
  bool spend(std::int64_t elements, std::string_view problem) {
    if (elements > budget_.elements) {
      budget_.is_exceeded = true;
      problems_.add(merged_.position(), std::string(problem));
      return false;
    }
    budget_.elements -= elements;
    return true;
  }

  Position position_of_subject(std::string_view subject) {
    if (subject == "direction") return merged_.position_of("direction");
    for (const std::string_view key : {"attributes", "inputs"}) {
      for (const Entry* entry : merged_.entries(key, problems_)) {
        if (entry->key == subject) return entry->value.position;
      }
    }
    return merged_.position();
  }

  TestCase make_test(Question question) {
    const std::vector<std::string> all = question.outputs();
    available_outputs_.insert(available_outputs_.end(), all.begin(), all.end());
    std::vector<std::string> outputs;
    std::map<std::string, Tolerance, std::less<>> tolerances;
    for (const std::string& output : all) {
      if (!is_asked_for(output, question.direction())) continue;
      outputs.push_back(output);
      tolerances.emplace(output, expectations_.tolerance(output));
    }
    const std::string_view dtype = question.x().format().name;
    const std::string_view direction = name(question.direction());
    std::string id = fmt::format("{}.{}.{}.{}", case_name_, dtype, direction,
                                 request_digest(question, outputs));
    std::string digest = inputs_digest(question);
    std::string test_name =
        fmt::format("{}#{}[{},{}]", file_.file_name, case_name_, dtype, direction);
    const Position position = merged_.position();
    return {.name = std::move(test_name),
            .id = std::move(id),
            .inputs_digest = std::move(digest),
            .file = file_.file_name,
            .case_name = case_name_,
            .about = expectations_.about,
            .place = {file_.display_name, position.line, position.column},
            .question = std::move(question),
            .outputs = std::move(outputs),
            .tolerances = std::move(tolerances),
            .compute = expectations_.compute,
            .known = expectations_.known,
            .catches = expectations_.catches,
            .catches_nothing = expectations_.catches_nothing,
            .tags = expectations_.tags,
            .bug = expectations_.bug};
  }

  [[nodiscard]] bool is_asked_for(std::string_view output, Direction direction) const {
    if (asks_for_all_) return true;
    if (!outputs_.empty()) return asks_for(output);
    // ARCHITECTURE 3: y and the running statistics, every gradient, the tangent of y.
    return direction != Direction::forward || output == "y" ||
           output.starts_with("running_");
  }

  /// What the case names as its outputs, and what it says of them.
  [[nodiscard]] std::vector<NamedOutput> named_outputs() const {
    std::vector<NamedOutput> named = outputs_;
    named.insert(named.end(), expectations_.named_outputs.begin(),
                 expectations_.named_outputs.end());
    return named;
  }

  void check_named_outputs() {
    std::vector<std::string_view> known;
    for (const std::string& output : available_outputs_) {
      if (std::find(known.begin(), known.end(), output) == known.end()) {
        known.push_back(output);
      }
    }
    for (const auto& [output, position] : named_outputs()) {
      if (std::find(known.begin(), known.end(), output) != known.end()) continue;
      problems_.add(position,
                    fmt::format("unknown output {} of {}{}", quotation(output),
                                op_->name, suggestion_or_list(output, known)));
    }
  }

  const MergedCase& merged_;
  Cost cost_;
  const CaseFile& file_;
  Budget& budget_;
  Problems& problems_;
  bool is_of_defaults_ = false;

  std::string case_name_;
  const OperatorSpec* op_ = nullptr;
  std::vector<Dtypes> dtypes_;
  std::vector<Direction> directions_;
  Attributes attributes_;
  std::vector<NamedRecipe> recipes_;
  /// The inputs in the dtypes at hand, for all directions.
  Tensors realized_;
  std::vector<NamedOutput> outputs_;
  bool asks_for_all_ = false;
  Expectations expectations_;
  std::vector<std::string> available_outputs_;
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
  return CaseReader(merged, both, file, budget, problems).read();
}

void check_defaults(const Node& defaults, const CaseFile& file, Problems& problems) {
  Budget none;
  const MergedCase merged(defaults, nullptr);
  CaseReader(merged, Cost{}, file, none, problems).check_defaults();
}

}  // namespace truenorm
