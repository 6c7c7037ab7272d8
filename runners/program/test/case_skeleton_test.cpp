// SPDX-License-Identifier: Apache-2.0
// A new case can be asked as it stands, and has teeth.
#include "runners/program/case_skeleton.hpp"

#include <algorithm>
#include <set>

#include "cases/dialects.hpp"
#include "oracle/score.hpp"
#include "oracle/test/catch.hpp"
#include "runners/mutant/answers.hpp"
#include "runners/mutant/model.hpp"
#include "runners/program/kill_matrix.hpp"
#include "runners/program/test/new_case_files.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

using Catch::Matchers::Contains;

std::string refusal(const CaseSkeletonChoice& choice) {
  try {
    static_cast<void>(case_skeleton(choice));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

CaseSkeletonChoice of(const std::string& op) {
  CaseSkeletonChoice choice;
  choice.op = op;
  return choice;
}

bool has_different_elements(const Tensor& tensor) {
  std::set<double> values;
  for (std::int64_t i = 0; i < tensor.size(); ++i) values.insert(tensor[i]);
  return std::ssize(values) == tensor.size();
}

bool has_zero(const Tensor& tensor) {
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    if (tensor[i] == 0) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a new case of every operator, direction and dtype is right and notices") {
  for (const OperatorSpec& op : operators()) {
    for (const Direction direction :
         {Direction::forward, Direction::vjp, Direction::jvp}) {
      for (const Format& format : formats()) {
        CAPTURE(op.name, name(direction), format.name);
        CaseSkeletonChoice choice = of(op.name);
        choice.directions = {std::string(name(direction))};
        choice.dtypes = {std::string(format.name)};
        const std::vector<TestCase> tests = sound_tests_of(case_skeleton(choice));
        REQUIRE(tests.size() == 1);
        const TestCase& test = tests.front();
        CHECK(test.question.inputs().size() == op.inputs_of(direction).size());
        // An answer without a flaw passes.
        const mutant::Model model(test.question);
        for (const std::string& output : test.outputs) {
          CAPTURE(output);
          CHECK(score(test.question, output, model.answer(output), {}).passes);
        }
        // What the case says that it catches, it does.
        REQUIRE_FALSE(test.catches.empty());
        for (const std::string& caught : test.catches) {
          CAPTURE(caught);
          const KillMatrix matrix(tests, std::vector<Mutant>{*find_mutant(caught)});
          CHECK(matrix.kills(0) == 1);
        }
      }
    }
  }
}

TEST_CASE("inputs tell mistakes apart") {
  for (const OperatorSpec& op : operators()) {
    CAPTURE(op.name);
    const Question question = new_test(op.name, Direction::forward).question;
    const Shape& shape = question.x().shape();
    CHECK(std::set<std::int64_t>(shape.begin(), shape.end()).size() == shape.size());
    if (const Tensor* gamma = question.input("gamma")) {
      CHECK(has_different_elements(*gamma));
      CHECK_FALSE(has_zero(*gamma));
    }
    if (const Tensor* beta = question.input("beta")) CHECK_FALSE(has_zero(*beta));
  }
}

TEST_CASE("every attribute is shown, with its default where it is not written") {
  for (const OperatorSpec& op : operators()) {
    const std::string text = case_skeleton(of(op.name));
    for (const AttributeSpec& spec : op.attributes) {
      CAPTURE(op.name, spec.name, text);
      const bool is_shown =
          text.find("\n    " + spec.name + ": ") != std::string::npos ||
          text.find("\n    # " + spec.name + ": ") != std::string::npos;
      CHECK(is_shown);
    }
  }
  CHECK_THAT(case_skeleton(of("lp_normalize")),
             Contains("    # p: 2  # or 1, inf\n") && Contains("    eps: 1e-12\n"));
}

TEST_CASE("a dialect's defaults are the ones shown") {
  CaseSkeletonChoice choice = of("batch_norm");
  choice.dialect = "tensorflow";
  CHECK_THAT(case_skeleton(choice), Contains("dialect: tensorflow") &&
                                        Contains("    eps: 0.001\n") &&
                                        Contains("    # momentum: 0.99\n") &&
                                        Contains("    # layout: channels_last"));
}

TEST_CASE("every dialect makes a case of every operator") {
  for (const std::string_view dialect : dialects()) {
    for (const OperatorSpec& op : operators()) {
      CAPTURE(dialect, op.name);
      CaseSkeletonChoice choice = of(op.name);
      choice.dialect = dialect;
      choice.catches = {"eps_dropped"};
      CHECK(sound_tests_of(case_skeleton(choice)).size() == 1);
    }
  }
}

TEST_CASE("what the user says is what the case has") {
  CaseSkeletonChoice choice;
  choice.op = "layer_norm";
  choice.dtypes = {"float16", "bfloat16"};
  choice.directions = {"forward", "vjp"};
  choice.attributes = {"axes=[-2, -1]", "eps=1/1000000"};
  choice.shape = {2, 3, 5};
  choice.name = "my-case";
  choice.about = "Two words: \"quoted\", and a # mark.";
  choice.bug = "https://example.org/1";
  choice.libraries = {"torch"};
  choice.symptom = "nan";
  choice.catches = {"unbiased_variance"};
  const std::vector<TestCase> tests = sound_tests_of(case_skeleton(choice));
  REQUIRE(tests.size() == 4);
  const TestCase& test = tests.back();
  CHECK(test.name == "f.yaml#my-case[bfloat16,vjp]");
  CHECK(test.question.axes("axes") == std::vector<std::int64_t>{1, 2});
  CHECK(test.question.real("eps") == Rational(1, 1'000'000));
  CHECK(test.question.x().shape() == Shape{2, 3, 5});
  CHECK(test.question.input("gamma")->shape() == Shape{3, 5});
  CHECK(test.about == choice.about);
  CHECK(test.catches == choice.catches);
  REQUIRE(test.bug);
  CHECK(test.bug->source == choice.bug);
  CHECK(test.bug->libraries == choice.libraries);
  CHECK(test.bug->symptom == "nan");
}

TEST_CASE("an x of one element and of none") {
  for (const Shape& shape : {Shape{1}, Shape{0, 3}, Shape{1, 1}}) {
    CaseSkeletonChoice choice = of("rms_norm");
    choice.shape = shape;
    CAPTURE(shape_text(shape));
    CHECK(sound_tests_of(case_skeleton(choice)).front().question.x().shape() == shape);
  }
}

TEST_CASE("a large shape is not answered as every mutant") {
  CaseSkeletonChoice choice = of("layer_norm");
  choice.shape = {1024, 1000};
  CHECK_THAT(case_skeleton(choice), Contains("  # catches: [MUTANT]"));
}

TEST_CASE("a mutant that the case does not notice is told so") {
  CaseSkeletonChoice choice = of("layer_norm");
  choice.catches = {"eps_dropped", "rows_wrapped"};
  CHECK_THAT(
      case_skeleton(choice),
      Contains("catches: [eps_dropped, rows_wrapped]  # not yet: rows_wrapped\n"));
}

TEST_CASE("what the reader would not take is refused with its reason") {
  CaseSkeletonChoice choice = of("layernorm");
  CHECK_THAT(refusal(choice), Contains("'layer_norm'"));
  choice = of("layer_norm");
  choice.attributes = {"ep=1"};
  CHECK_THAT(refusal(choice), Contains("unknown attribute 'ep'"));
  choice.attributes = {"eps"};
  CHECK_THAT(refusal(choice), Contains("NAME=VALUE"));
  choice.attributes = {"eps=1}, op: {a"};
  CHECK_THAT(refusal(choice), Contains("eps must be a number"));
  choice = of("layer_norm");
  choice.dtypes = {"float31"};
  CHECK_THAT(refusal(choice), Contains("float31"));
  choice = of("layer_norm");
  choice.directions = {"backward"};
  CHECK_THAT(refusal(choice), Contains("backward"));
  choice = of("layer_norm");
  choice.catches = {"eps_outside"};
  CHECK_THAT(refusal(choice), Contains("eps_outside"));
  choice = of("layer_norm");
  choice.name = "My case";
  CHECK_THAT(refusal(choice), Contains("My case"));
  choice = of("group_norm");
  choice.shape = {2, 5};
  CHECK_THAT(refusal(choice), Contains("does not divide"));
  choice = of("lp_normalize");
  choice.attributes = {"p=1"};
  choice.directions = {"vjp"};
  CHECK_THAT(refusal(choice), Contains("p = 2"));
}

}  // namespace truenorm
