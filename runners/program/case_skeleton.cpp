// SPDX-License-Identifier: Apache-2.0
// A first, plain case of the same operator is read to learn the attributes' meaning and
// the shapes, so that the reader's rules stand in one place.
#include "runners/program/case_skeleton.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "cases/case_text.hpp"
#include "cases/dialects.hpp"
#include "cases/reader.hpp"
#include "cases/suggestion.hpp"
#include "reports/printable_text.hpp"
#include "runners/program/noticed_mutants.hpp"
#include "runners/program/skeleton_inputs.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

/// A key and its value, as written.
struct Written {
  std::string key;
  std::string value;
};

/// Elements of x, times tests, that a mutant is still asked about.
constexpr std::int64_t most_elements_for_mutants = 1 << 16;

const OperatorSpec& known_operator(const std::string& op) {
  if (const OperatorSpec* spec = find_operator(op)) return *spec;
  std::vector<std::string_view> known;
  for (const OperatorSpec& spec : operators()) known.push_back(spec.name);
  throw UsageError(
      fmt::format("--op {}: unknown operator{}", op, suggestion_or_list(op, known)));
}

/// The value as it stands, if it can be no more than a number, a word or a list of them.
std::string attribute_value(const std::string& value) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-./";
  std::string_view inner = value;
  std::string_view further;
  if (inner.size() > 2 && inner.front() == '[' && inner.back() == ']') {
    inner = inner.substr(1, inner.size() - 2);
    further = ", ";
  }
  const bool is_plain =
      !inner.empty() && std::all_of(inner.begin(), inner.end(), [&](char c) {
        return allowed.find(c) != std::string_view::npos ||
               further.find(c) != std::string_view::npos;
      });
  return is_plain || value == "[]" ? value : quoted_scalar(printable(value));
}

std::vector<Written> given_attributes(const std::vector<std::string>& attributes) {
  std::vector<Written> given;
  for (const std::string& attribute : attributes) {
    const std::size_t equals = attribute.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw UsageError("--attribute " + attribute + ": write NAME=VALUE");
    }
    given.push_back(
        {attribute.substr(0, equals), attribute_value(attribute.substr(equals + 1))});
  }
  return given;
}

/// What an attribute is that the case does not write; none: it must.
std::optional<AttributeValue> default_value(const AttributeSpec& spec,
                                            const Attributes& of_dialect) {
  const auto found = of_dialect.find(spec.name);
  return found != of_dialect.end() ? found->second : spec.default_value;
}

/// The attributes that are written: those given, epsilon in any case, and what has no
/// default, or one that the shape chosen here would not fit.
std::vector<Written> written_attributes(const OperatorSpec& op,
                                        const CaseSkeletonChoice& choice,
                                        const Attributes& of_dialect) {
  std::vector<Written> written = given_attributes(choice.attributes);
  for (const AttributeSpec& spec : op.attributes) {
    const bool is_given =
        std::any_of(written.begin(), written.end(),
                    [&](const Written& entry) { return entry.key == spec.name; });
    if (is_given) continue;
    const auto value = default_value(spec, of_dialect);
    if (spec.name == "groups" && (!value || choice.shape.empty())) {
      written.push_back({spec.name, "2"});
    } else if (spec.name == "eps") {
      written.push_back({spec.name, attribute_text(value.value_or(exact(1e-5)))});
    }
  }
  return written;
}

/// The line with a comment behind it, or before it where it would be too long.
std::string noted(const std::string& line, const std::string& note) {
  if (note.empty()) return line + '\n';
  const std::string comment = "# " + note;
  if (line.size() + 2 + comment.size() <= widest_line) {
    return line + "  " + comment + '\n';
  }
  return line.substr(0, line.find_first_not_of(' ')) + comment + '\n' + line + '\n';
}

/// The words as a list, or the only one by itself.
std::string one_or_list(const std::vector<std::string>& words) {
  return words.size() == 1 ? words.front() : list_text(words);
}

std::vector<std::string> quoted(const std::vector<std::string>& words) {
  std::vector<std::string> result;
  for (const std::string& word : words) {
    const bool is_word =
        !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        });
    result.push_back(is_word ? word : quoted_scalar(printable(word)));
  }
  return result;
}

/// The text, read; what the reader has against it is the user's to mend.
std::vector<TestCase> read_back(const std::string& text) {
  Reading reading = read_cases(text, "the case", "the case");
  std::string complaints;
  for (const Diagnostic& diagnostic : reading.diagnostics) {
    complaints += (complaints.empty() ? "" : "\n") + diagnostic.message;
  }
  if (!complaints.empty()) throw UsageError(complaints);
  return std::move(reading.tests);
}

class Skeleton {
 public:
  explicit Skeleton(const CaseSkeletonChoice& choice)
      : choice_(choice),
        op_(known_operator(choice.op)),
        dtypes_(choice.dtypes.empty() ? std::vector<std::string>{"float32"}
                                      : quoted(choice.dtypes)),
        directions_(choice.directions.empty() ? std::vector<std::string>{"forward"}
                                              : quoted(choice.directions)),
        shape_(choice.shape.empty() ? skeleton_shape(op_) : choice.shape),
        of_dialect_(dialect_defaults(choice.dialect, op_.name)),
        attributes_(written_attributes(op_, choice, of_dialect_)) {}

  [[nodiscard]] std::string text() const {
    const std::vector<TestCase> plain = read_back(plain_text());
    const std::string text = head() + case_head() + attributes_block() +
                             inputs_block(plain) + outputs_line(plain);
    const std::string whole = text + catches_line(plain, text) + bug_line();
    static_cast<void>(read_back(whole));
    return whole;
  }

 private:
  [[nodiscard]] std::vector<std::string> input_names() const {
    std::vector<std::string> names;
    for (const std::string& word : directions_) {
      const std::optional<Direction> direction = find_direction(word);
      if (!direction) continue;
      for (const InputSpec& input : op_.inputs_of(*direction)) {
        if (std::find(names.begin(), names.end(), input.name) == names.end()) {
          names.push_back(input.name);
        }
      }
    }
    return names;
  }

  /// The case with one number for each input, which takes the shape that is needed.
  [[nodiscard]] std::string plain_text() const {
    std::vector<std::string> attributes;
    for (const Written& entry : attributes_) {
      attributes.push_back(
          fmt::format("{}: {}", quoted_scalar(printable(entry.key)), entry.value));
    }
    std::vector<std::string> inputs = {
        fmt::format("x: {{shape: {}, fill: 1}}", shape_text(shape_))};
    for (const std::string& input : input_names()) {
      if (input != "x") inputs.push_back(input + ": 1");
    }
    return head() + case_head() +
           fmt::format("  attributes: {{{}}}\n  inputs: {{{}}}\n",
                       fmt::join(attributes, ", "), fmt::join(inputs, ", "));
  }

  [[nodiscard]] std::string head() const {
    const std::string dialect =
        choice_.dialect.empty()
            ? ""
            : "dialect: " + quoted({choice_.dialect}).front() + ", ";
    return fmt::format(
        "truenorm: 1\nsuite: {}\ndefaults: {{op: {}, {}dtype: {}}}\ncases:\n", op_.name,
        op_.name, dialect, one_or_list(dtypes_));
  }

  [[nodiscard]] std::string case_head() const {
    const std::string name = choice_.name.empty() ? "new-case" : choice_.name;
    const std::string about = choice_.about.empty()
                                  ? "Say what goes wrong, and why these inputs show it."
                                  : printable(choice_.about);
    const bool is_plain_name = std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    return fmt::format("- case: {}\n  about: {}\n  direction: {}\n",
                       is_plain_name ? name : quoted_scalar(printable(name)),
                       text_scalar(about), one_or_list(directions_));
  }

  [[nodiscard]] std::string attributes_block() const {
    std::string text = "  attributes:\n";
    for (const Written& entry : attributes_) {
      text += fmt::format("    {}: {}\n", entry.key, entry.value);
    }
    for (const AttributeSpec& spec : op_.attributes) {
      const bool is_written =
          std::any_of(attributes_.begin(), attributes_.end(),
                      [&](const Written& entry) { return entry.key == spec.name; });
      const auto value = default_value(spec, of_dialect_);
      if (is_written || !value) continue;
      const std::string word = attribute_text(*value);
      text += noted(fmt::format("    # {}: {}", spec.name, word), others(spec, word));
    }
    return text;
  }

  /// The choices beside the default.
  static std::string others(const AttributeSpec& spec, const std::string& word) {
    std::vector<std::string> words = spec.choices;
    if (spec.kind == AttributeKind::boolean) words = {"true", "false"};
    std::erase(words, word);
    return words.empty() ? "" : fmt::format("or {}", fmt::join(words, ", "));
  }

  [[nodiscard]] std::string inputs_block(const std::vector<TestCase>& plain) const {
    std::string text = "  inputs:\n";
    std::size_t seed = 0;
    for (const std::string& input : input_names()) {
      const auto asked = std::find_if(
          plain.begin(), plain.end(),
          [&](const TestCase& test) { return test.question.input(input) != nullptr; });
      const Shape& shape = asked->question.input(input)->shape();
      text += fmt::format("    {}: {}\n", input,
                          skeleton_input(input, shape, dtypes_, ++seed));
    }
    return text;
  }

  /// Every output that the case could ask for.
  static std::string outputs_line(const std::vector<TestCase>& plain) {
    std::vector<std::string> all;
    std::vector<std::string> asked;
    for (const TestCase& test : plain) {
      for (const std::string& output : test.question.outputs()) {
        if (std::find(all.begin(), all.end(), output) == all.end()) {
          all.push_back(output);
        }
      }
      for (const std::string& output : test.outputs) {
        if (std::find(asked.begin(), asked.end(), output) == asked.end()) {
          asked.push_back(output);
        }
      }
    }
    return noted(
        "  # outputs: " + list_text(all),
        all == asked ? "" : fmt::format("without it: {}", fmt::join(asked, ", ")));
  }

  /// What the case should catch; `text` is the case as far as it is written.
  [[nodiscard]] std::string catches_line(const std::vector<TestCase>& plain,
                                         const std::string& text) const {
    const bool is_small = plain.front().question.x().size() * std::ssize(plain) <=
                          most_elements_for_mutants;
    if (choice_.catches.empty() && !is_small) {
      return "  # catches: [MUTANT]  # which: truenorm mutants FILE\n";
    }
    if (choice_.catches.empty()) {
      return noted("  catches: " + list_text(noticed_mutants(read_back(text))),
                   "more: truenorm mutants FILE");
    }
    const std::string line = "  catches: " + list_text(quoted(choice_.catches));
    const std::vector<TestCase> tests = read_back(text + line + '\n');
    if (!is_small) return line + '\n';
    const std::vector<std::string> missed = missed_mutants(tests, choice_.catches);
    return noted(line, missed.empty()
                           ? ""
                           : fmt::format("not yet: {}", fmt::join(missed, ", ")));
  }

  [[nodiscard]] std::string bug_line() const {
    std::vector<std::string> entries;
    if (!choice_.bug.empty()) {
      entries.push_back("source: " + quoted_scalar(printable(choice_.bug)));
    }
    if (!choice_.libraries.empty()) {
      entries.push_back("libraries: " + list_text(quoted(choice_.libraries)));
    }
    if (!choice_.symptom.empty()) {
      entries.push_back("symptom: " + quoted({choice_.symptom}).front());
    }
    if (entries.empty()) {
      return noted(
          "  # bug: {source: \"URL\", libraries: [NAME], symptom: wrong_value}",
          "or nan, inf, crash, refused");
    }
    return fmt::format("  bug: {{{}}}\n", fmt::join(entries, ", "));
  }

  const CaseSkeletonChoice& choice_;
  const OperatorSpec& op_;
  std::vector<std::string> dtypes_;
  std::vector<std::string> directions_;
  Shape shape_;
  Attributes of_dialect_;
  std::vector<Written> attributes_;
};

}  // namespace

std::string case_skeleton(const CaseSkeletonChoice& choice) {
  return Skeleton(choice).text();
}

}  // namespace truenorm
