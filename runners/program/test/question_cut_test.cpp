// SPDX-License-Identifier: Apache-2.0
// What is cut out has the truth of the whole.
#include "runners/program/question_cut.hpp"

#include <string>
#include <vector>

#include "oracle/test/catch.hpp"
#include "oracle/truth.hpp"
#include "runners/program/test/new_case_files.hpp"

namespace truenorm {
namespace {

struct Asked {
  std::string op;
  std::vector<std::string> attributes;
};

/// Every operator, and every layout of groups and parameters.
const std::vector<Asked> asked{
    {"layer_norm", {}},
    {"layer_norm", {"axes=[2, 1]"}},
    {"layer_norm", {"axes=[0, 2]"}},
    {"layer_norm", {"axes=[]"}},
    {"rms_norm", {}},
    {"group_norm", {}},
    {"group_norm", {"layout=channels_last"}},
    {"group_norm", {"affine=per_group"}},
    {"instance_norm", {}},
    {"instance_norm", {"batched=false"}},
    {"instance_norm", {"layout=channels_last"}},
    {"batch_norm", {}},
    {"batch_norm", {"layout=channels_last"}},
    {"batch_norm", {"batched=false"}},
    {"batch_norm_inference", {}},
    {"batch_norm_inference", {"layout=channels_last"}},
    {"normalize_along_dim", {"dim=1"}},
    {"weight_norm", {}},
    {"weight_norm", {"dim=1"}},
    {"lp_normalize", {"dim=1"}},
};

std::int64_t group_of_one(const Question& question) {
  return question.x().size() / element_count(question.statistic_shape());
}

}  // namespace

TEST_CASE("every element of every output keeps its truth in what is cut out for it") {
  for (const auto& [op, attributes] : asked) {
    for (const Direction direction :
         {Direction::forward, Direction::vjp, Direction::jvp}) {
      const Question question = new_test(op, direction, "float32", attributes).question;
      for (const std::string& output : question.outputs()) {
        const std::vector<std::string> truths = truth_texts(question, output);
        for (std::size_t i = 0; i < truths.size(); i += i < 8 ? 1 : 7) {
          CAPTURE(op, attributes, name(direction), output, i);
          const QuestionCut cut =
              cut_to(question, output, static_cast<std::int64_t>(i));
          CHECK(truth_text(cut.question, output, cut.element) == truths[i]);
          CHECK(cut.is_whole == (cut.question.x().shape() == question.x().shape()));
        }
      }
    }
  }
}

TEST_CASE("one group is kept, or one element where statistics are given") {
  for (const auto& [op, attributes] : asked) {
    CAPTURE(op, attributes);
    const Question question =
        new_test(op, Direction::forward, "float32", attributes).question;
    const QuestionCut cut = cut_to(question, "y", 1);
    CHECK(cut.question.x().size() ==
          (op == "batch_norm_inference" ? 1 : group_of_one(question)));
    CHECK(cut.question.x().shape().size() == question.x().shape().size());
  }
}

TEST_CASE("a parameter's gradient needs the groups that meet the parameter") {
  const auto kept = [](const std::string& op, const std::string& output) {
    const Question question = new_test(op, Direction::vjp).question;
    return cut_to(question, output, 1).question.x().shape();
  };
  CHECK(kept("layer_norm", "dgamma") == Shape{4, 3, 10});
  CHECK(kept("rms_norm", "dbeta") == Shape{4, 3, 10});
  CHECK(kept("group_norm", "dgamma") == Shape{2, 3, 5, 4});
  CHECK(kept("instance_norm", "dbeta") == Shape{2, 1, 4, 5});
  CHECK(kept("batch_norm", "dgamma") == Shape{2, 1, 4, 5});
  CHECK(kept("batch_norm_inference", "dmean") == Shape{2, 1, 4, 5});
  CHECK(kept("batch_norm_inference", "dx") == Shape{1, 1, 1, 1});
  CHECK(kept("normalize_along_dim", "dgamma") == Shape{1, 1, 10});
  CHECK(kept("weight_norm", "dgamma") == Shape{1, 3, 10});
}

TEST_CASE("of group_norm one group is left") {
  const Question question = new_test("group_norm", Direction::forward).question;
  const QuestionCut cut = cut_to(question, "y", 5 * 4 * 3 + 7);
  CHECK(cut.question.integer("groups") == 1);
  CHECK(cut.question.x().shape() == Shape{1, 3, 5, 4});
  CHECK(cut.element == 7);
  CHECK((*cut.question.input("gamma"))[0] == (*question.input("gamma"))[3]);
}

}  // namespace truenorm
