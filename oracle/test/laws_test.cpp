// SPDX-License-Identifier: Apache-2.0
// The laws hold of the oracle, and every one of them fails where what it speaks of is
// wrong.
#include "oracle/laws.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "oracle/law_subject.hpp"
#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"

namespace truenorm::twin {
namespace {

constexpr std::array directions{Direction::forward, Direction::vjp, Direction::jvp};

std::string title_of(const LawCheck& check) {
  return std::string(check.law) + ": " + check.statement;
}

/// An operator asked of numbers that are all different, none of them special.
Question plain(std::string_view op_name, Direction direction,
               const Attributes& attributes, const Shape& x_shape,
               const Format& format = float64, bool with_parameters = true) {
  const OperatorSpec& op = *find_operator(op_name);
  Tensors inputs;
  for (const InputSpec& spec : op.inputs_of(direction)) {
    const bool is_parameter =
        spec.name.ends_with("gamma") || spec.name.ends_with("beta");
    if (is_parameter && !with_parameters) continue;
    const Shape shape = input_shape(op, attributes, spec.name, x_shape);
    Tensor tensor(format, shape);
    const auto salt = static_cast<std::int64_t>(spec.name.size());
    for (std::int64_t i = 0; i < tensor.size(); ++i) {
      const auto value = static_cast<double>((i * i + salt * i + 3) % 23 + 1) / 8;
      const bool is_negative = (i + salt) % 3 == 0 && !spec.name.ends_with("variance");
      tensor.set(i, is_negative ? -value : value);
    }
    inputs.emplace(spec.name, std::move(tensor));
  }
  return {op, direction, attributes, std::move(inputs)};
}

/// One question or more for each operator; together every statement applies to some.
std::vector<Question> plain_questions(Direction direction) {
  const Attributes eps{{"eps", 0.25}};
  const auto with = [](Attributes attributes, const std::string& name,
                       const AttributeValue& value) {
    attributes[name] = value;
    return attributes;
  };
  const bool is_forward = direction == Direction::forward;
  std::vector<Question> questions{
      plain("layer_norm", direction, eps, {2, 5}),
      plain("layer_norm", direction, eps, {3, 1}),
      plain("layer_norm", direction, with(eps, "eps_mode", std::string("outside")),
            {1, 4}),
      plain("rms_norm", direction, eps, {2, 3}),
      plain("group_norm", direction, with(eps, "groups", std::int64_t{2}), {2, 4, 2}),
      plain("instance_norm", direction, with(eps, "batched", false), {2, 4}),
      plain("batch_norm", direction, eps, {2, 2, 2}),
      plain("batch_norm", direction, with(eps, "batched", false), {2, 4}),
      plain("batch_norm_inference", direction, eps, {2, 2, 2}),
      plain("normalize_along_dim", direction, eps, {2, 3}),
      plain("weight_norm", direction, eps, {2, 3}),
      plain("lp_normalize", direction, eps, {2, 3}),
  };
  if (is_forward) {
    questions.push_back(
        plain("lp_normalize", direction, with(eps, "p", std::string("1")), {2, 3}));
    questions.push_back(
        plain("lp_normalize", direction, with(eps, "p", std::string("inf")), {2, 3}));
  }
  return questions;
}

/// Formats, directions and contents in turn.
Question question_of(std::uint64_t seed, std::string_view op) {
  const Content content = seed % 3 == 0 ? Content::special : Content::finite;
  return random_question(seed, formats()[seed % formats().size()], content, op,
                         directions[seed / 2 % directions.size()]);
}

TEST_CASE("every law holds on random questions", "[laws]") {
  std::map<std::string, std::int64_t> compared;
  for_seeds_until(scaled_count(4000), 1, [&](std::uint64_t seed) {
    std::int64_t elements = 0;
    for (const OperatorSpec& op : operators()) {
      const Question question = question_of(seed, op.name);
      elements += question.x().size();
      for (const LawCheck& check : prove_laws(question)) {
        compared[std::string(check.law)] += check.compared;
        if (!check.violation) continue;
        INFO(text_of(question));
        FAIL(title_of(check) << " at " << *check.violation);
      }
    }
    return elements;
  });
  for (const Law& law : laws()) {
    CAPTURE(law.name);
    // Batch invariance is a law of bits, which the oracle has none of.
    CHECK((compared[std::string(law.name)] > 0 || law.name == "batch_invariance"));
  }
}

enum class Lie { nudge, exaggerate, negate };

ElementValue bent(ElementValue value, Lie lie, std::size_t place) {
  if (!value.is_finite()) return value;
  switch (lie) {
    case Lie::nudge:
      // Far below what any number of digits could show, and nowhere the same.
      value.terms.push_back(
          {power_of_two(-700) * static_cast<std::int64_t>(place + 1), 0, 0});
      break;
    case Lie::exaggerate:
      for (Surd& term : value.terms) term = term * Surd{1024, 0, 0};
      break;
    case Lie::negate:
      for (Surd& term : value.terms) term = -term;
      break;
  }
  return value;
}

/// Tells the truth, but for a lie at one call.
class Liar : public LawSubject {
 public:
  Liar(Lie lie, std::int64_t call) : lie_(lie), lying_call_(call) {}

  std::vector<ElementValue> values(const Question& question,
                                   std::string_view output) const override {
    std::vector<ElementValue> values = LawSubject::values(question, output);
    if (calls_++ != lying_call_) return values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = bent(std::move(values[i]), lie_, i);
    }
    return values;
  }
  [[nodiscard]] std::int64_t calls() const { return calls_; }

 private:
  Lie lie_;
  std::int64_t lying_call_;
  mutable std::int64_t calls_ = 0;
};

/// Tells the truth of everything but one stage.
class StageLiar : public LawSubject {
 public:
  explicit StageLiar(std::string stage) : stage_(std::move(stage)) {}

  std::vector<ExactStage> stages(const Question& question) const override {
    std::vector<ExactStage> stages = LawSubject::stages(question);
    for (ExactStage& stage : stages) {
      if (stage.name != stage_) continue;
      for (std::size_t i = 0; i < stage.values.size(); ++i) {
        stage.values[i] = bent(std::move(stage.values[i]), Lie::nudge, i);
      }
    }
    return stages;
  }

 private:
  std::string stage_;
};

/// The statements that a subject breaks.
std::set<std::string> broken(const Question& question, const LawSubject& subject) {
  std::set<std::string> titles;
  for (const LawCheck& check : prove_laws(question, subject)) {
    if (check.violation) titles.insert(title_of(check));
  }
  return titles;
}

TEST_CASE("no answer can be wrong without breaking a law, and no law is idle",
          "[laws]") {
  std::set<std::string> stated;
  std::set<std::string> ever_broken;
  std::vector<Question> questions;
  for (const Direction direction : directions) {
    for (Question& question : plain_questions(direction)) {
      questions.push_back(std::move(question));
    }
  }
  for (const Question& question : questions) {
    const Liar honest(Lie::nudge, -1);
    for (const LawCheck& check : prove_laws(question, honest)) {
      CAPTURE(question.op().name, title_of(check));
      CHECK_FALSE(check.violation);
      stated.insert(title_of(check));
    }
    for (std::int64_t call = 0; call < honest.calls(); ++call) {
      std::set<std::string> titles;
      for (const Lie lie : {Lie::nudge, Lie::exaggerate, Lie::negate}) {
        // One lie is enough; the forward questions hear all, so that bounds break too.
        if (!titles.empty() && question.direction() != Direction::forward) break;
        titles.merge(broken(question, Liar(lie, call)));
      }
      CAPTURE(text_of(question), call);
      CHECK_FALSE(titles.empty());
      ever_broken.merge(titles);
    }
  }
  std::vector<std::string> idle;
  std::set_difference(stated.begin(), stated.end(), ever_broken.begin(),
                      ever_broken.end(), std::back_inserter(idle));
  // What speaks of stages alone is broken by a stage: the next test.
  std::erase_if(idle, [](const std::string& title) {
    return title == "stages: each stage follows from those before it" ||
           title == "stages: the adjoints are those of the reverse sweep";
  });
  CHECK(idle == std::vector<std::string>{});
}

TEST_CASE("a wrong stage breaks the law of stages", "[laws]") {
  const auto question =
      GENERATE(plain("layer_norm", Direction::vjp, {}, {2, 4}),
               plain("batch_norm", Direction::vjp, {{"batched", false}}, {2, 4}));
  const std::vector<ExactStage> stages = exact_stages(question);
  CHECK(stages.size() > 28);
  for (const ExactStage& stage : stages) {
    CAPTURE(question.op().name, stage.name);
    CHECK_FALSE(broken(question, StageLiar(stage.name)).empty());
  }
}

TEST_CASE("equal elements do not make dx vanish", "[laws]") {
  // x-hat = 0 leaves J = r (1 - <.>): s = 1, w = dy, dx = w - <w>.
  const Question question(*find_operator("layer_norm"), Direction::vjp,
                          {{"eps", Rational(1)}},
                          {{"x", make_tensor(float32, {2}, std::array{7.0, 7.0})},
                           {"dy", make_tensor(float32, {2}, std::array{1.0, 0.0})}});
  const std::vector<Truth> dx = truth(question, "dx", float32);
  CHECK(dx[0].rounded == 0.5);
  CHECK(dx[0].tail_ulps == 0);
  CHECK(dx[1].rounded == -0.5);
}

/// The truth of every output of a question, each rounded once.
Tensors perfect_answers_to(const Question& question) {
  Tensors answers;
  for (const std::string& output : question.outputs()) {
    const Format format = question.output_formats(output).front();
    Tensor answer(format, question.output_shape(output));
    const std::vector<Truth> truths = truth(question, output, format);
    for (std::size_t i = 0; i < truths.size(); ++i) {
      const bool is_held = is_value_of(format, truths[i].rounded);
      answer.set(static_cast<std::int64_t>(i),
                 is_held ? truths[i].rounded : overflow_result(format, false));
    }
    answers.emplace(output, std::move(answer));
  }
  return answers;
}

/// Those of every direction.
Tensors perfect_answers(const Question& question) {
  Tensors answers;
  for (const Question& asked : law_questions(question)) {
    answers.merge(perfect_answers_to(asked));
  }
  return answers;
}

/// The largest excess of the answers, by the score; none where a class fails.
std::optional<double> largest_excess(const Question& question, const Tensors& answers) {
  double largest = 0;
  for (const Question& asked : law_questions(question)) {
    for (const std::string& output : asked.outputs()) {
      const Score scored = score(asked, output, answers.at(output), {});
      if (scored.special.failures() > 0) return std::nullopt;
      if (scored.excess) largest = std::max(largest, scored.excess->max);
    }
  }
  return largest;
}

/// Moves each answer by up to some steps of its format.
void disturb(Dice& dice, Tensors& answers) {
  const std::int64_t most = dice.between(0, 6);
  for (auto& [output, answer] : answers) {
    for (std::int64_t i = 0; i < answer.size(); ++i) {
      double value = answer[i];
      const bool is_up = dice.one_in(2);
      for (std::int64_t step = dice.between(0, most); step > 0; --step) {
        if (!std::isfinite(value)) break;
        const Format& format = answer.format();
        const double next = is_up ? next_up(format, value) : next_down(format, value);
        if (std::isfinite(next)) value = next;
      }
      answer.set(i, value);
    }
  }
}

TEST_CASE("answers break a law by no more than the excess that they have", "[laws]") {
  std::set<std::string_view> measured;
  for_seeds_until(scaled_count(2500), 40000, [&](std::uint64_t seed) {
    std::int64_t elements = 0;
    for (const OperatorSpec& op : operators()) {
      const Question question = question_of(seed, op.name);
      elements += question.x().size();
      Tensors answers = perfect_answers(question);
      Dice dice(seed);
      if (seed % 2 == 0) disturb(dice, answers);
      const std::optional<double> excess = largest_excess(question, answers);
      if (!excess) continue;
      // The excess and what is measured are each rounded to double.
      const double bound = std::max(*excess, 0.0) * (1 + 1e-9);
      for (const LawMeasure& measure : measure_laws(question, answers)) {
        measured.insert(measure.law);
        CAPTURE(text_of(question), measure.law, measure.statement, measure.worst);
        CHECK(measure.measured <= bound);
        CHECK(measure.passes == (measure.measured <= measure.allowed));
      }
    }
    return elements;
  });
  CHECK(measured == std::set<std::string_view>{"affine_fold", "adjoint", "invariants",
                                               "range", "degenerate",
                                               "eps_inside_root"});
}

TEST_CASE("wrong answers break every contract that is measured", "[laws]") {
  std::set<std::string> stated;
  std::set<std::string> failed;
  std::vector<Question> questions;
  for (const Question& question : plain_questions(Direction::forward)) {
    questions.push_back(question);
  }
  // A constant slice, and one of a single element, as TorchLean's BugZoo has them.
  for (const Shape& shape : {Shape{2, 4}, Shape{4, 1}}) {
    Tensors inputs{{"x", Tensor(float32, shape)},
                   {"gamma", Tensor(float32, {shape.back()})},
                   {"beta", Tensor(float32, {shape.back()})}};
    for (auto& [name, tensor] : inputs) {
      for (std::int64_t i = 0; i < tensor.size(); ++i) {
        tensor.set(i, name == "x" ? 1e3 : 2.0);
      }
    }
    questions.emplace_back(*find_operator("layer_norm"), Direction::forward,
                           Attributes{{"eps", 1.0}}, std::move(inputs));
  }
  for (const Question& question : questions) {
    const Tensors right = perfect_answers(question);
    for (const LawMeasure& measure : measure_laws(question, right)) {
      CAPTURE(question.op().name, measure.statement, measure.worst);
      CHECK(measure.passes);
      stated.insert(measure.statement);
    }
    for (const auto& [output, answer] : right) {
      for (const auto& [factor, term] :
           {std::pair{1 + 0x1p-6, 0.0}, {64.0, 0.0}, {1.0, 0x1p-4}}) {
        Tensors wrong = right;
        Tensor& bad = wrong.at(output);
        for (std::int64_t i = 0; i < bad.size(); ++i) {
          bad.set(i, round_to_nearest(bad.format(), answer[i] * factor + term));
        }
        for (const LawMeasure& measure : measure_laws(question, wrong)) {
          if (!measure.passes) failed.insert(measure.statement);
        }
      }
    }
  }
  CHECK(failed == stated);
}

TEST_CASE("a gradient that keeps a mean breaks sum dx = 0 and the adjoint", "[laws]") {
  const Question question =
      plain("layer_norm", Direction::vjp, {{"eps", 0.25}}, {1, 6}, float32);
  Tensors answers = perfect_answers(question);
  Tensor& dx = answers.at("dx");
  for (std::int64_t i = 0; i < dx.size(); ++i) {
    dx.set(i, round_to_nearest(float32, dx[i] + 0x1p-6));
  }
  std::set<std::string> failed;
  for (const LawMeasure& measure : measure_laws(question, answers)) {
    if (!measure.passes) failed.insert(measure.statement);
  }
  CHECK(failed.contains("sum of dx = 0"));
  CHECK(failed.contains("sum dy JVP = sum of gradients * tangents"));
}

TEST_CASE("a row has the same truth alone as in its batch", "[laws]") {
  const Direction direction = GENERATE(from_range(directions));
  std::set<std::string> with_rows;
  for (const Question& question : plain_questions(direction)) {
    std::vector<Tensors> alone;
    for (const Question& row : single_rows(question))
      alone.push_back(perfect_answers_to(row));
    if (alone.empty()) continue;
    CAPTURE(question.op().name);
    with_rows.insert(question.op().name);
    CHECK(static_cast<std::int64_t>(alone.size()) == question.x().shape().front());
    Tensors answers = perfect_answers_to(question);
    const LawMeasure same = measure_batch_invariance(question, answers, alone);
    CHECK(same.measured == 0);
    CHECK(same.passes);
    const std::string output = question.outputs().front();
    CHECK(same.compared >= question.x().size());
    Tensor& y = answers.at(output);
    y.set_bits(y.size() - 1, y.bits(y.size() - 1) ^ 1);
    const LawMeasure other = measure_batch_invariance(question, answers, alone);
    CHECK(other.measured == 1);
    CHECK_FALSE(other.passes);
    CHECK(other.worst.starts_with(output));
  }
  CHECK(with_rows == std::set<std::string>{
                         "layer_norm", "rms_norm", "group_norm", "batch_norm_inference",
                         "normalize_along_dim", "weight_norm", "lp_normalize"});
}

TEST_CASE("rows of a batch do not stand alone where the batch is normalized",
          "[laws]") {
  CHECK(single_rows(plain("batch_norm", Direction::forward, {}, {3, 2, 2})).empty());
  CHECK(single_rows(plain("weight_norm", Direction::forward, {{"dim", std::int64_t{1}}},
                          {3, 2}))
            .empty());
  CHECK(single_rows(plain("instance_norm", Direction::forward, {}, {3, 2, 2})).size() ==
        3);
}

}  // namespace
}  // namespace truenorm::twin
