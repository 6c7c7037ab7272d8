// SPDX-License-Identifier: Apache-2.0
// A wrong answer becomes a small case that the same mistake fails.
#include "runners/program/captured_case.hpp"

#include <limits>
#include <map>
#include <sstream>

#include "cases/case_text.hpp"
#include "oracle/score_one.hpp"
#include "oracle/test/catch.hpp"
#include "runners/mutant/answers.hpp"
#include "runners/program/test/new_case_files.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

using Catch::Matchers::Contains;

CapturedAnswer captured(Question question, const std::string& output, Tensor answer) {
  return {"an.id", std::move(question), {{output, std::move(answer)}}};
}

std::optional<Tensor> answer_of(const Mutant& mutant, const Question& question,
                                const std::string& output) {
  try {
    return mutant::answer(mutant, question, output);
  } catch (const std::invalid_argument&) {
    return std::nullopt;  // it does not apply, or is right there
  }
}

/// Mutants whose mistake lies within a group: what they do wrong can be cut out with it.
const std::vector<std::string> within_groups{
    "eps_outside_sqrt",          "eps_dropped",          "divided_by_square",
    "multiplied_by_std",         "mean_left_in",         "dx_gamma_missing",
    "parameter_gradients_zero",  "gamma_offset_flipped", "momentum_swapped",
    "running_statistics_frozen", "eps_inside_sqrt"};

std::string refusal(const CapturedAnswer& answer, const CapturedCaseChoice& choice) {
  try {
    static_cast<void>(captured_case(answer, choice));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the same mutant fails the case that is cut out of its answer") {
  std::map<std::string, int> failing_outputs;
  for (const OperatorSpec& op : operators()) {
    for (const Direction direction :
         {Direction::forward, Direction::vjp, Direction::jvp}) {
      for (const std::string dtype : {"float32", "bfloat16"}) {
        const Question question = new_test(op.name, direction, dtype).question;
        for (const std::string& output : question.outputs()) {
          for (const std::string& word : within_groups) {
            const Mutant& mutant = *find_mutant(word);
            const auto answer = answer_of(mutant, question, output);
            if (!answer || score(question, output, *answer, {}).passes) continue;
            const std::string text =
                captured_case(captured(question, output, *answer), {});
            CAPTURE(op.name, output, word, text);
            const TestCase test = tests_of(text).front();
            CHECK(test.outputs == std::vector<std::string>{output});
            const auto again = answer_of(mutant, test.question, output);
            REQUIRE(again);
            CHECK_FALSE(score(test.question, output, *again, {}).passes);
            ++failing_outputs[op.name + " " + output];
          }
        }
      }
    }
  }
  // No output of any operator went without a wrong answer.
  for (const OperatorSpec& op : operators()) {
    for (const Direction direction :
         {Direction::forward, Direction::vjp, Direction::jvp}) {
      for (const OutputSpec& output : op.outputs_of(direction)) {
        CAPTURE(op.name, output.name);
        // No mutant of those changes a sum that has neither epsilon nor mean in it.
        const bool is_plain_sum =
            output.name == "mean" || output.name == "running_mean";
        CHECK((is_plain_sum || failing_outputs[op.name + " " + output.name] > 0));
      }
    }
  }
}

TEST_CASE("the case says what came, what is true and how far off that is") {
  const Question question = new_test("layer_norm", Direction::forward).question;
  Tensor answer = mutant::answer(*find_mutant("eps_dropped"), question, "y");
  const auto scored = score_one(question, "y", answer, 17);
  CapturedCaseChoice choice;
  choice.element = 17;
  const std::string text = captured_case(captured(question, "y", answer), choice);
  const TestCase test = tests_of(text).front();
  CHECK(test.case_name == "layer-norm-y-17");
  CHECK(test.question.x().shape() == Shape{1, 1, 10});
  CHECK_THAT(test.about,
             Contains("y[0, 0, 7] came as " + number_text(float32, answer[17])));
  CHECK_THAT(test.about, Contains(truth_text(question, "y", 17)));
  CHECK_THAT(test.about, Contains(" ulps off, excess "));
  CHECK_THAT(text, Contains("element 17 of y, y[0, 1, 7] of shape [4, 3, 10]"));
  CHECK(scored->score.passes == false);
}

TEST_CASE("values of every dtype, and what is no number, are written to the bit") {
  for (const Format& format : formats()) {
    const Question asked =
        new_test("layer_norm", Direction::forward, std::string(format.name)).question;
    Tensors inputs = asked.inputs();
    inputs.find("x")->second.set(3, std::numeric_limits<double>::quiet_NaN());
    inputs.find("x")->second.set(4, -0.0);
    const Question question(asked.op(), asked.direction(), asked.attributes(), inputs);
    const Tensor answer(format, question.x().shape());
    CapturedCaseChoice choice;
    choice.element = 5;
    const TestCase test =
        tests_of(captured_case(captured(question, "y", answer), choice)).front();
    for (std::int64_t i = 0; i < 10; ++i) {
      CAPTURE(format.name, i);
      CHECK(test.question.x().bits(i) == question.x().bits(i));
    }
  }
}

TEST_CASE("inputs of several dtypes and exact attributes are kept") {
  const Question asked = new_test("rms_norm", Direction::vjp).question;
  Tensors inputs = asked.inputs();
  const Tensor& gamma = inputs.find("gamma")->second;
  Tensor wide(float64, gamma.shape());
  for (std::int64_t i = 0; i < wide.size(); ++i) wide.set(i, gamma[i] / 3);
  inputs.find("gamma")->second = wide;
  const Question question(asked.op(), asked.direction(),
                          {{"eps", Rational(1, 1'000'000)}}, inputs,
                          ZeroScaleGradient::zero);
  CapturedCaseChoice choice;
  choice.element = 3;
  choice.output = "dgamma";
  const TestCase test =
      tests_of(captured_case(
                   captured(question, "dgamma", Tensor(float64, wide.shape())), choice))
          .front();
  CHECK(test.question.input("gamma")->format() == float64);
  CHECK((*test.question.input("gamma"))[3] == wide[3]);
  CHECK(test.question.real("eps") == Rational(1, 1'000'000));
  CHECK(test.question.zero_scale_gradient() == ZeroScaleGradient::zero);
}

TEST_CASE("a cut with another truth is not taken") {
  const Question question = new_test("layer_norm", Direction::forward).question;
  const Tensor answer(float32, question.x().shape());
  // The right cut of another row.
  const QuestionCut other = cut_to(question, "y", 25);
  const QuestionCut kept = with_same_truth(question, "y", 5, answer, other);
  CHECK(kept.is_whole);
  CHECK(kept.element == 5);
  CHECK(kept.question.x().shape() == question.x().shape());
  CHECK_FALSE(with_same_truth(question, "y", 25, answer, other).is_whole);
}

TEST_CASE("no line of a wide row is longer than a line should be") {
  const OperatorSpec& op = *find_operator("layer_norm");
  Tensor x(float32, {4, 768});
  for (std::int64_t i = 0; i < x.size(); ++i) {
    x.set(i, round_to_nearest(float32, 1.0 / static_cast<double>(i + 3)));
  }
  const Question question(op, Direction::forward, {}, {{"x", x}});
  const std::string text =
      captured_case(captured(question, "y", Tensor(float32, x.shape())), {});
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK((line.size() <= widest_line || line.starts_with("  about: ")));
  }
  CHECK(tests_of(text).front().question.x().shape() == Shape{1, 768});
}

TEST_CASE("what cannot be chosen is refused") {
  const Question question = new_test("layer_norm", Direction::forward).question;
  const CapturedAnswer zeros =
      captured(question, "y", Tensor(float32, question.x().shape()));
  CapturedCaseChoice choice;
  choice.output = "mean";
  CHECK(refusal(zeros, choice) == "--output mean: the answer has y");
  choice = {};
  choice.element = 120;
  CHECK(refusal(zeros, choice) ==
        "--element 120: y of shape [4, 3, 10] has 120 elements");
  choice.element = -1;
  CHECK_THAT(refusal(zeros, choice), Contains("has 120 elements"));
  choice = {};
  choice.name = "No Name";
  CHECK_THAT(refusal(zeros, choice), Contains("No Name"));

  const CapturedAnswer none{"an.id", question, {}};
  CHECK(refusal(none, {}) == "the answer has no output");
}

TEST_CASE("an answer that passes has no element to cut out but a named one") {
  const Question question = new_test("layer_norm", Direction::forward).question;
  std::vector<double> rounded;
  for (const Truth& each : truth(question, "y", float32))
    rounded.push_back(each.rounded);
  const CapturedAnswer right =
      captured(question, "y", make_tensor(float32, question.x().shape(), rounded));
  CHECK_THAT(refusal(right, {}), Contains("every output of the answer passes"));
  CapturedCaseChoice choice;
  choice.element = 3;
  const std::string text = captured_case(right, choice);
  CHECK_THAT(text, Contains("# This element passes.\n"));
  CHECK_THAT(tests_of(text).front().about, Contains("excess "));
}

TEST_CASE("the gradient of a parameter that nothing meets is a case") {
  const Question question(
      *find_operator("layer_norm"), Direction::vjp, {},
      {{"x", Tensor(float32, {0, 2})},
       {"dy", Tensor(float32, {0, 2})},
       {"gamma", make_tensor(float32, {2}, std::vector<double>{1, 2})}});
  const CapturedAnswer wrong = captured(
      question, "dgamma", make_tensor(float32, {2}, std::vector<double>{0, 1}));
  const TestCase test = tests_of(captured_case(wrong, {})).front();
  CHECK(test.case_name == "layer-norm-dgamma-1");
  CHECK(test.question.x().shape() == Shape{0, 2});
}

TEST_CASE("the statistics of an empty group are refused") {
  const Question question(*find_operator("layer_norm"), Direction::forward, {},
                          {{"x", Tensor(float32, {2, 0})}});
  const CapturedAnswer answer = captured(question, "mean", Tensor(float32, {2}));
  CapturedCaseChoice choice;
  choice.element = 0;
  CHECK_THAT(refusal(answer, choice), Contains("empty group"));
  CHECK_THAT(refusal(answer, {}), Contains("passes"));
  choice = {};
  choice.output = "mean";
  CHECK_THAT(refusal(answer, choice), Contains("no element that could be scored"));
}

TEST_CASE("empty groups without number take no time") {
  const Shape shape{std::int64_t{1} << 50, 0};
  const Question question(*find_operator("layer_norm"), Direction::forward, {},
                          {{"x", Tensor(float32, shape)}});
  const CapturedAnswer answer = captured(question, "y", Tensor(float32, shape));
  CHECK_THAT(refusal(answer, {}), Contains("passes"));
  CapturedCaseChoice choice;
  choice.output = "y";
  CHECK_THAT(refusal(answer, choice), Contains("no element that could be scored"));
}

TEST_CASE("a case that no file could hold is refused") {
  const OperatorSpec& op = *find_operator("layer_norm");
  Tensor x(float16, {1100, 1000});
  for (std::int64_t i = 0; i < x.size(); ++i) {
    x.set(i, static_cast<double>(i % 1000));
  }
  Tensors inputs{{"x", x}, {"dy", x}, {"gamma", Tensor(float16, {1000})}};
  const Question question(op, Direction::vjp, {}, inputs);
  CapturedCaseChoice choice;
  choice.element = 0;
  CHECK_THAT(refusal(captured(question, "dgamma", Tensor(float16, {1000})), choice),
             Contains("cannot be written"));
}

}  // namespace truenorm
