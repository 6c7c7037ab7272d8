// SPDX-License-Identifier: Apache-2.0
// Chooses an element, cuts out what it depends on, and writes that as a case.
#include "runners/program/captured_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "cases/case_text.hpp"
#include "cases/reader.hpp"
#include "oracle/coordinates.hpp"
#include "oracle/score_one.hpp"
#include "reports/number_text.hpp"
#include "reports/printable_text.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

/// An element of an output, and what is true of it.
struct Finding {
  std::string output;
  std::int64_t element;
  std::string place;  ///< y[2, 1]
  ScoredElement scored;
  std::string truth;  ///< to 30 digits
};

Finding find_at(const Question& question, std::string_view output, std::int64_t element,
                const Tensor& answer) {
  const auto scored = score_one(question, output, answer, element);
  if (!scored) {
    throw UsageError(
        fmt::format("{}: the statistics of an empty group have no truth", output));
  }
  const std::vector<std::int64_t> place = coordinates(element, answer.shape());
  return {std::string(output), element,
          place.empty() ? std::string(output)
                        : fmt::format("{}[{}]", output, fmt::join(place, ", ")),
          *scored, truth_text(question, output, element)};
}

bool is_same_number(double a, double b) {
  return (a == b && std::signbit(a) == std::signbit(b)) ||
         (std::isnan(a) && std::isnan(b));
}

/// The answer's element alone, as an answer to the part that is kept.
Tensor answer_to(const QuestionCut& cut, std::string_view output, const Tensor& answer,
                 std::int64_t element) {
  Tensor part(answer.format(), cut.question.output_shape(output));
  part.set_bits(cut.element, answer.bits(element));
  return part;
}

std::string named(const Tensors& tensors) {
  std::vector<std::string_view> names;
  for (const auto& [name, tensor] : tensors) names.push_back(name);
  return fmt::format("{}", fmt::join(names, ", "));
}

const Tensor& answer_of(const CapturedAnswer& captured, const std::string& output) {
  const auto answer = captured.outputs.find(output);
  if (answer != captured.outputs.end()) return answer->second;
  throw UsageError(
      fmt::format("--output {}: the answer has {}", output,
                  captured.outputs.empty() ? "no output" : named(captured.outputs)));
}

bool passes(const CapturedAnswer& captured, const std::string& output) {
  const Tensor& answer = answer_of(captured, output);
  // A stranger's file may have empty groups without number.
  return answer.size() == 0 || score(captured.question, output, answer, {}).passes;
}

std::string chosen_output(const CapturedAnswer& captured,
                          const CapturedCaseChoice& choice) {
  if (choice.output) return *choice.output;
  if (captured.outputs.empty()) throw UsageError("the answer has no output");
  if (choice.element && captured.outputs.contains("y")) return "y";
  // In SPEC's order, of which y is the first.
  for (const std::string& output : captured.question.outputs()) {
    if (captured.outputs.contains(output) && !passes(captured, output)) return output;
  }
  if (choice.element) return captured.outputs.begin()->first;
  throw UsageError(
      "every output of the answer passes; name an element to make a case of it all the "
      "same");
}

std::int64_t flat_index(const std::vector<std::int64_t>& place, const Shape& shape) {
  std::int64_t index = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    index = index * shape[axis] + place[axis];
  }
  return index;
}

std::int64_t chosen_element(const CapturedAnswer& captured,
                            const CapturedCaseChoice& choice,
                            const std::string& output) {
  const Tensor& answer = answer_of(captured, output);
  if (choice.element) {
    if (*choice.element >= 0 && *choice.element < answer.size()) return *choice.element;
    throw UsageError(fmt::format("--element {}: {} of shape {} has {} elements",
                                 *choice.element, output, shape_text(answer.shape()),
                                 answer.size()));
  }
  if (answer.size() > 0) {
    const Score judged = score(captured.question, output, answer, {});
    if (!judged.worst.empty()) {
      return flat_index(judged.worst.front().index, answer.shape());
    }
  }
  throw UsageError(fmt::format("{} has no element that could be scored", output));
}

std::string sentence(const Finding& finding, const Format& format) {
  const ElementScore& score = finding.scored.score;
  std::string distance = "they agree";
  if (score.error_ulps) {
    distance =
        fmt::format("{} ulps off, excess {}",
                    short_number(static_cast<double>(std::fabs(*score.error_ulps))),
                    short_number(static_cast<double>(*score.excess)));
  } else if (!score.passes) {
    distance = "one is NaN or Inf where the other is not";
  }
  return fmt::format("{} came as {} where the truth is {} ({})", finding.place,
                     number_text(format, finding.scored.actual), finding.truth,
                     distance);
}

/// The name of x's dtype, or the dtypes of all inputs.
std::string dtype_text(const Question& question) {
  const Format& of_x = question.x().format();
  std::vector<std::string> entries = {fmt::format("x: {}", of_x.name)};
  for (const auto& [name, tensor] : question.inputs()) {
    if (tensor.format() == of_x) continue;
    entries.push_back(fmt::format("{}: {}", name, tensor.format().name));
  }
  if (entries.size() == 1) return std::string(of_x.name);
  return fmt::format("{{{}}}", fmt::join(entries, ", "));
}

std::string case_name(const CapturedCaseChoice& choice, const Question& question,
                      const Finding& finding) {
  if (!choice.name.empty()) return choice.name;
  std::string name =
      fmt::format("{}-{}-{}", question.op().name, finding.output, finding.element);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::string case_lines(const Question& question, const Finding& finding,
                       const std::string& name, const std::string& about) {
  std::string text =
      fmt::format("- case: {}\n  about: {}\n  op: {}\n  dtype: {}\n  direction: {}\n",
                  name, text_scalar(printable(about)), question.op().name,
                  dtype_text(question), truenorm::name(question.direction()));
  if (question.zero_scale_gradient() == ZeroScaleGradient::zero) {
    text += "  zero_gradient: true\n";
  }
  text += "  attributes:\n";
  for (const AttributeSpec& spec : question.op().attributes) {
    text += fmt::format("    {}: {}\n", spec.name,
                        attribute_text(question.attributes().find(spec.name)->second));
  }
  text += "  inputs:\n";
  for (const InputSpec& input : question.op().inputs_of(question.direction())) {
    const Tensor* tensor = question.input(input.name);
    if (tensor == nullptr) continue;
    const std::string key = fmt::format("    {}: ", input.name);
    text += key + tensor_text(*tensor, input.name, key.size()) + '\n';
  }
  return text + fmt::format("  outputs: [{}]\n", finding.output);
}

bool is_same(const Tensor& a, const Tensor& b) {
  if (!(a.format() == b.format()) || a.shape() != b.shape()) return false;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    if (!is_same_number(a[i], b[i])) return false;
  }
  return true;
}

bool is_same(const Question& a, const Question& b) {
  const auto is_same_input = [](const auto& left, const auto& right) {
    return left.first == right.first && is_same(left.second, right.second);
  };
  return a.attributes() == b.attributes() &&
         std::equal(a.inputs().begin(), a.inputs().end(), b.inputs().begin(),
                    b.inputs().end(), is_same_input);
}

/// What is written must be what was meant, whatever its size.
void check_reads_back(const std::string& text, const Question& question) {
  const Reading reading = read_cases(text, "the case", "the case");
  for (const Diagnostic& diagnostic : reading.diagnostics) {
    throw UsageError("the case cannot be written: " + diagnostic.message);
  }
  if (reading.tests.size() != 1 || !is_same(reading.tests[0].question, question)) {
    throw std::logic_error("a captured case reads back as another");
  }
}

}  // namespace

QuestionCut with_same_truth(const Question& question, std::string_view output,
                            std::int64_t element, const Tensor& answer,
                            QuestionCut cut) {
  const Finding whole = find_at(question, output, element, answer);
  const Finding part = find_at(cut.question, output, cut.element,
                               answer_to(cut, output, answer, element));
  if (whole.truth == part.truth &&
      is_same_number(whole.scored.expected, part.scored.expected)) {
    return cut;
  }
  return {question, element, true};
}

std::string captured_case(const CapturedAnswer& captured,
                          const CapturedCaseChoice& choice) {
  const Question& question = captured.question;
  const std::string output = chosen_output(captured, choice);
  const std::int64_t element = chosen_element(captured, choice, output);
  const Tensor& answer = answer_of(captured, output);
  const Finding whole = find_at(question, output, element, answer);
  const QuestionCut smallest = cut_to(question, output, element);
  const QuestionCut cut = with_same_truth(question, output, element, answer, smallest);
  const Finding part = find_at(cut.question, output, cut.element,
                               answer_to(cut, output, answer, element));

  const std::string about = sentence(part, answer.format()) + '.';
  std::string text = comment_text(fmt::format(
      "From the answer to the request {}: element {} of {}, {} of shape {}, "
      "is {} here.",
      captured.id, element, output, whole.place, shape_text(answer.shape()),
      part.place));
  if (smallest.is_whole) {
    text += comment_text("All of x is kept, since the truth there depends on it.");
  } else if (cut.is_whole) {
    text += comment_text("All of x is kept: with less of it there is another truth.");
  } else {
    text +=
        comment_text(fmt::format("Of x, which had shape {}, what the truth there "
                                 "depends on is kept: with both it "
                                 "is the same, to 30 digits and rounded.",
                                 shape_text(question.x().shape())));
  }
  if (whole.scored.score.passes) text += comment_text("This element passes.");
  if (!choice.about.empty()) text += comment_text(about);
  text += "truenorm: 1\nsuite: captured\ncases:\n" +
          case_lines(cut.question, part, case_name(choice, question, whole),
                     choice.about.empty() ? about : choice.about);
  check_reads_back(text, cut.question);
  return text;
}

}  // namespace truenorm
