// SPDX-License-Identifier: Apache-2.0
// The same inputs in every direction.
#include "oracle/law_questions.hpp"

namespace truenorm {
namespace {

constexpr std::string_view tangent = "tangent_";

std::uint64_t mixed(std::uint64_t state) {
  // The finalizer of SplitMix64.
  state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
  state = (state ^ (state >> 27)) * 0x94d049bb133111eb;
  return state ^ (state >> 31);
}

std::uint64_t hash_of(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char letter : name) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
  }
  return hash;
}

/// The inputs that every direction has.
Tensors primals_of(const Question& question) {
  Tensors primals;
  for (const InputSpec& spec : question.op().inputs) {
    const Tensor* input = question.input(spec.name);
    if (input != nullptr) primals.emplace(spec.name, *input);
  }
  return primals;
}

Tensors without_running(Tensors inputs) {
  inputs.erase("running_mean");
  inputs.erase("running_variance");
  return inputs;
}

Question derivative_of(const Question& question, Direction direction, Tensors inputs) {
  return {question.op(), direction, question.attributes(), std::move(inputs),
          question.zero_scale_gradient()};
}

}  // namespace

Tensor made_tensor(const Format& format, const Shape& shape, std::string_view name) {
  Tensor tensor(format, shape);
  const std::uint64_t key = mixed(hash_of(name));
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    const std::uint64_t bits =
        mixed(key + (static_cast<std::uint64_t>(i) + 1) * 0x9e3779b97f4a7c15);
    const auto quarters = static_cast<double>(bits % 8 + 1);
    tensor.set(i, (bits & 8) == 0 ? quarters / 4 : -quarters / 4);
  }
  return tensor;
}

bool has_derivatives(const Question& question) {
  const OperatorSpec& op = question.op();
  if (op.find_attribute("p") != nullptr && question.choice("p") != "2") return false;
  return op.find_attribute("round_normalized") == nullptr ||
         !question.flag("round_normalized");
}

Question forward_of(const Question& question) {
  return {question.op(), Direction::forward, question.attributes(),
          primals_of(question)};
}

Question vjp_of(const Question& question) {
  Tensors inputs = without_running(primals_of(question));
  const Tensor* dy = question.input("dy");
  const Tensor& x = question.x();
  inputs.emplace("dy", dy != nullptr ? *dy : made_tensor(x.format(), x.shape(), "dy"));
  return derivative_of(question, Direction::vjp, std::move(inputs));
}

Question jvp_of(const Question& question) {
  const Tensors primals = without_running(primals_of(question));
  Tensors inputs = primals;
  for (const auto& [name, primal] : primals) {
    const std::string of_primal = std::string(tangent) + name;
    const Tensor* given = question.input(of_primal);
    // A question along tangents means those that it leaves out to be absent.
    if (given == nullptr && question.direction() == Direction::jvp) continue;
    inputs.emplace(of_primal,
                   given != nullptr
                       ? *given
                       : made_tensor(primal.format(), primal.shape(), of_primal));
  }
  return derivative_of(question, Direction::jvp, std::move(inputs));
}

std::vector<Question> law_questions(const Question& question) {
  std::vector<Question> questions{forward_of(question)};
  if (has_derivatives(question)) {
    questions.push_back(vjp_of(question));
    questions.push_back(jvp_of(question));
  }
  return questions;
}

}  // namespace truenorm
