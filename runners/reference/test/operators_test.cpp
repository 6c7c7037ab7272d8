// SPDX-License-Identifier: Apache-2.0
// The whole runner but its pipes: random requests, scored by the oracle.
#include "runners/reference/operators.hpp"

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "oracle/score.hpp"
#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"
#include "runners/protocol/attributes.hpp"

namespace truenorm::reference {
namespace {

protocol::AttributeValue attribute_of(const AttributeValue& value) {
  if (const auto* real = std::get_if<Rational>(&value)) {
    const double nearest = round_to_nearest(float64, *real);
    if (exact(nearest) == *real) return protocol::Real{nearest, ""};
    return protocol::Real{nearest, fraction_text(*real)};
  }
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
  return std::get<std::vector<std::int64_t>>(value);
}

sdk::Request request_of(const Question& question) {
  sdk::Request request;
  request.op = question.op().name;
  request.direction = name(question.direction());
  request.outputs = question.outputs();
  protocol::Attributes attributes;
  for (const auto& [attribute, value] : question.attributes()) {
    attributes.emplace(attribute, attribute_of(value));
  }
  request.attributes_json = protocol::encode_attributes(attributes);
  for (const auto& [input, tensor] : question.inputs()) {
    request.inputs[input] = {std::string(tensor.format().name),
                             tensor.shape(),
                             {tensor.bytes().begin(), tensor.bytes().end()}};
  }
  return request;
}

Tensor tensor_of(const sdk::Tensor& tensor) {
  return {*find_format(tensor.dtype), tensor.shape, tensor.bytes};
}

sdk::Tensors answer_of(std::string_view method_name, const Question& question) {
  for (const Method& method : methods()) {
    if (method.name == method_name) return method.answer(request_of(question));
  }
  throw std::logic_error("no such method");
}

bool is_value_of_float64(const Rational& eps) {
  const double nearest = round_to_nearest(float64, eps);
  return std::isfinite(nearest) && exact(nearest) == eps;
}

/// Whether eps reaches a runner with the relative precision of a float64.
bool is_sent_whole(const Rational& eps) {
  return is_value_of_float64(eps) || std::isnormal(round_to_nearest(float64, eps));
}

/// Where eps and the spread may cancel, floats know the difference only if they know both:
/// a computed spread they do not.
bool is_answerable(const Question& question) {
  // A runner is not told that zeros are wanted where s = 0.
  if (question.zero_scale_gradient() == ZeroScaleGradient::zero) return false;
  // At its floor a scale has a kink, and floats need not know on which side they are.
  const bool has_floor = question.choice("eps_mode").starts_with("floor");
  if (has_floor && question.direction() != Direction::forward) return false;
  const Rational& eps = question.real("eps");
  const Tensor* variance = question.input("variance");
  if (variance == nullptr) return eps >= 0 && is_sent_whole(eps);
  bool may_cancel = eps < 0;
  for (std::int64_t i = 0; i < variance->size(); ++i) may_cancel |= (*variance)[i] < 0;
  return may_cancel ? is_value_of_float64(eps) : is_sent_whole(eps);
}

/// A derivative that cancels may overflow to either infinity before it does: SPEC 6 asks
/// for a sign that the inputs hold no digit of.
bool may_have_lost_its_sign(const Question& question, const Tensor& answer) {
  bool overflows = false;
  for (std::int64_t i = 0; i < answer.size(); ++i) overflows |= std::isinf(answer[i]);
  return overflows && question.direction() != Direction::forward;
}

/// Scores the answers to random questions of one operator and direction.
void check_random_questions(const OperatorSpec& op, Direction direction,
                            const Format& format, twin::Content content) {
  const auto first_seed = static_cast<std::uint64_t>(format.storage_bits) * 1000;
  twin::for_seeds_until(twin::scaled_count(400), first_seed, [&](std::uint64_t seed) {
    const Question question =
        twin::random_question(seed, format, content, op.name, direction);
    if (!is_answerable(question)) return std::int64_t{1};
    const sdk::Tensors answer = answer_of("two-pass", question);
    for (const auto& [output, tensor] : answer) {
      if (may_have_lost_its_sign(question, tensor_of(tensor))) continue;
      const Score score = truenorm::score(question, output, tensor_of(tensor), {});
      CAPTURE(seed, output, score.special.failures(),
              score.excess ? score.excess->max : 0.0, twin::text_of(question));
      REQUIRE(score.passes);
    }
    return question.x().size() + 1;
  });
}

TEST_CASE("two-pass passes every random question", "[reference][property]") {
  for (const OperatorSpec& op : operators()) {
    for (const Direction direction :
         {Direction::forward, Direction::vjp, Direction::jvp}) {
      for (const Format& format : formats()) {
        check_random_questions(op, direction, format, twin::Content::finite);
        check_random_questions(op, direction, format, twin::Content::special);
      }
    }
  }
}

TEST_CASE("two-pass knows on which side of 0 a variance and eps cancel",
          "[reference]") {
  const std::vector<double> x{1, 2};
  const std::vector<double> mean{0, 0};
  // The float32 nearest to 1e-5 lies below 1e-5.
  const std::vector<double> variance{-1e-5, 1e-5};
  const Question question(*find_operator("batch_norm_inference"), Direction::forward,
                          {{"eps", exact(1e-5)}},
                          {{"x", make_tensor(float32, {1, 2}, x)},
                           {"mean", make_tensor(float32, {2}, mean)},
                           {"variance", make_tensor(float32, {2}, variance)}});
  for (const auto& [output, tensor] : answer_of("two-pass", question)) {
    CAPTURE(output);
    CHECK(truenorm::score(question, output, tensor_of(tensor), {}).passes);
  }
}

}  // namespace
}  // namespace truenorm::reference
