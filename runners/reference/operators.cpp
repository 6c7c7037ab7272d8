// SPDX-License-Identifier: Apache-2.0
// A request's direction, answered by each textbook in float or double.
#include "runners/reference/operators.hpp"

#include <algorithm>
#include <array>

#include "runners/reference/derivatives.hpp"
#include "runners/reference/forward.hpp"
#include "runners/reference/problem.hpp"
#include "runners/reference/statistics.hpp"

namespace truenorm::reference {
namespace {

template <typename Textbook>
sdk::Tensors answer_in(const sdk::Request& request) {
  const Problem<Textbook> problem(request);
  if (request.direction == "forward") return Forward<Textbook>(problem).answer();
  if (request.direction == "vjp") return Vjp<Textbook>(problem).answer();
  if (request.direction == "jvp") return Jvp<Textbook>(problem).answer();
  throw sdk::Unsupported("no direction " + request.direction);
}

template <template <typename> typename Textbook>
sdk::Tensors answer(const sdk::Request& request) {
  const bool has_doubles =
      std::any_of(request.inputs.begin(), request.inputs.end(),
                  [](const auto& input) { return input.second.dtype == "float64"; });
  return has_doubles ? answer_in<Textbook<double>>(request)
                     : answer_in<Textbook<float>>(request);
}

}  // namespace

std::span<const Method> methods() {
  static constexpr std::array<Method, 4> all{{
      {"two-pass", answer<TwoPass>},
      {"sequential", answer<Sequential>},
      {"welford", answer<Welford>},
      {"single-pass", answer<SinglePass>},
  }};
  return all;
}

}  // namespace truenorm::reference
