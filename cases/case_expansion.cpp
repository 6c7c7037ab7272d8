// SPDX-License-Identifier: Apache-2.0
// Makes the tensors of each dtype once, and a question of them for each direction.
#include "cases/case_expansion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cases/digest.hpp"
#include "cases/suggestion.hpp"

namespace truenorm {
namespace {

/// A test without its tensors, in elements of 8 bytes.
constexpr std::int64_t cost_of_a_test = 500;

class Expansion {
 public:
  Expansion(const CaseContent& content, const MergedCase& merged, const Cost& cost,
            const CaseFile& file, Budget& budget, Problems& problems)
      : content_(content),
        merged_(merged),
        cost_(cost),
        file_(file),
        budget_(budget),
        problems_(problems) {}

  std::vector<TestCase> expand() {
    const std::size_t problems_before = problems_.count();
    std::vector<TestCase> tests;
    for (const Dtypes& dtypes : content_.dtypes) {
      realized_.clear();
      for (const Direction direction : content_.directions) {
        try {
          auto inputs = realize_inputs(dtypes, direction);
          if (!inputs) continue;
          if (!budget_.spend(cost_of_a_test + cost_.of_each_test)) {
            problems_.add(merged_.position(), std::string(too_long_a_file));
            return {};
          }
          Question question(*content_.op, direction, content_.attributes,
                            std::move(*inputs),
                            content_.expectations.zero_scale_gradient);
          tests.push_back(make_test(std::move(question)));
        } catch (const QuestionError& error) {
          problems_.add(position_of_subject(error.subject()), error.what());
        }
      }
    }
    if (problems_.count() == problems_before) check_named_outputs();
    return tests;
  }

 private:
  std::optional<Tensors> realize_inputs(const Dtypes& dtypes, Direction direction) {
    Tensors tensors;
    for (const auto& [input, recipe] : content_.recipes) {
      if (!content_.op->find_input(direction, input)) continue;
      Shape scalar_shape;
      // Without an x the question will not stand; it says so better than we could.
      if (const auto x = tensors.find("x"); !recipe.shape && x != tensors.end()) {
        scalar_shape =
            input_shape(*content_.op, content_.attributes, input, x->second.shape());
      }
      if (!budget_.spend(element_count(recipe.shape.value_or(scalar_shape)))) {
        problems_.add(merged_.position(),
                      fmt::format("the tensors of this file have more than {} elements "
                                  "together",
                                  largest_element_count));
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
      tolerances.emplace(output, content_.expectations.tolerance(output));
    }
    const std::string_view dtype = question.x().format().name;
    const std::string_view direction = name(question.direction());
    std::string id = fmt::format("{}.{}.{}.{}", content_.name, dtype, direction,
                                 request_digest(question, outputs));
    std::string digest = inputs_digest(question);
    std::string test_name =
        fmt::format("{}#{}[{},{}]", file_.file_name, content_.name, dtype, direction);
    const Position position = merged_.position();
    return {.name = std::move(test_name),
            .id = std::move(id),
            .inputs_digest = std::move(digest),
            .file = file_.file_name,
            .case_name = content_.name,
            .about = content_.expectations.about,
            .place = {file_.display_name, position.line, position.column},
            .question = std::move(question),
            .outputs = std::move(outputs),
            .tolerances = std::move(tolerances),
            .compute = content_.expectations.compute,
            .known = content_.expectations.known,
            .catches = content_.expectations.catches,
            .catches_nothing = content_.expectations.catches_nothing,
            .tags = content_.expectations.tags,
            .bug = content_.expectations.bug};
  }

  [[nodiscard]] bool is_asked_for(std::string_view output, Direction direction) const {
    if (content_.asks_for_all_outputs) return true;
    if (!content_.outputs.empty()) return content_.names_output(output);
    // ARCHITECTURE 3: y and the running statistics, every gradient, the tangent of y.
    return direction != Direction::forward || output == "y" ||
           output.starts_with("running_");
  }

  void check_named_outputs() {
    std::vector<std::string_view> known;
    for (const std::string& output : available_outputs_) {
      if (std::find(known.begin(), known.end(), output) == known.end()) {
        known.push_back(output);
      }
    }
    for (const auto& [output, position] : content_.named_outputs()) {
      if (std::find(known.begin(), known.end(), output) != known.end()) continue;
      problems_.add(position,
                    fmt::format("unknown output {} of {}{}", quotation(output),
                                content_.op->name, suggestion_or_list(output, known)));
    }
  }

  const CaseContent& content_;
  const MergedCase& merged_;
  const Cost& cost_;
  const CaseFile& file_;
  Budget& budget_;
  Problems& problems_;

  /// The inputs in the dtypes at hand, for all directions.
  Tensors realized_;
  std::vector<std::string> available_outputs_;
};

}  // namespace

const Format& Dtypes::of(std::string_view input) const {
  const auto own = of_others.find(input);
  return own == of_others.end() ? of_x : own->second;
}

bool CaseContent::names_output(std::string_view output) const {
  return std::any_of(outputs.begin(), outputs.end(),
                     [&](const NamedOutput& named) { return named.name == output; });
}

std::vector<NamedOutput> CaseContent::named_outputs() const {
  std::vector<NamedOutput> named = outputs;
  named.insert(named.end(), expectations.named_outputs.begin(),
               expectations.named_outputs.end());
  return named;
}

std::vector<TestCase> expand(const CaseContent& content, const MergedCase& merged,
                             const Cost& cost, const CaseFile& file, Budget& budget,
                             Problems& problems) {
  return Expansion(content, merged, cost, file, budget, problems).expand();
}

}  // namespace truenorm
