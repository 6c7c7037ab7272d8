// SPDX-License-Identifier: Apache-2.0
// Lays a request's tensors out in groups, and the answers back.
#include "runners/reference/operators.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "runners/reference/groups.hpp"
#include "runners/reference/normalization.hpp"
#include "runners/reference/statistics.hpp"

namespace truenorm::reference {
namespace {

template <typename T>
std::vector<T> elements_of(const sdk::Tensor& tensor) {
  if constexpr (std::is_same_v<T, double>) {
    return sdk::to_doubles(tensor);
  } else {
    return sdk::to_floats(tensor);
  }
}

template <typename T>
sdk::Tensor tensor_of(const std::string& dtype, const std::vector<std::int64_t>& shape,
                      const std::vector<T>& elements) {
  if constexpr (std::is_same_v<T, double>) {
    return sdk::from_doubles(dtype, shape, elements);
  } else {
    return sdk::from_floats(dtype, shape, elements);
  }
}

/// Statistics of the 16-bit formats come in float32, as most libraries keep them.
std::string statistics_dtype(const std::string& dtype) {
  return dtype == "float64" ? dtype : "float32";
}

EpsMode eps_mode_of(const sdk::Request& request) {
  const std::string mode = request.choice("eps_mode");
  if (mode == "inside") return EpsMode::inside;
  if (mode == "outside") return EpsMode::outside;
  if (mode == "floor") return EpsMode::floor;
  if (mode == "floor_inside") return EpsMode::floor_inside;
  throw sdk::Failure("unknown eps_mode '" + mode + "'");
}

const sdk::Tensor& required_input(const sdk::Request& request, std::string_view name) {
  const sdk::Tensor* tensor = request.input(name);
  if (tensor == nullptr) {
    throw sdk::Failure(request.op + " needs the input " + std::string(name));
  }
  return *tensor;
}

/// gamma and beta, of which an element meets those of one index.
template <typename Number, typename T>
class Parameters {
 public:
  explicit Parameters(const sdk::Request& request) {
    const auto offset = static_cast<T>(request.integer("gamma_offset"));
    if (const sdk::Tensor* gamma = request.input("gamma")) {
      for (const T value : elements_of<T>(*gamma)) {
        factors_.push_back(Number(value) + Number(offset));
      }
    }
    if (const sdk::Tensor* beta = request.input("beta")) {
      for (const T value : elements_of<T>(*beta)) betas_.push_back(Number(value));
    }
  }

  [[nodiscard]] Affine<Number> at(std::size_t index) const {
    Affine<Number> affine;
    if (!factors_.empty()) affine.factor = factors_[index];
    if (!betas_.empty()) affine.beta = betas_[index];
    return affine;
  }

 private:
  std::vector<Number> factors_;
  std::vector<Number> betas_;
};

/// Each value rounded to the dtype.
template <typename Number, typename T>
void round_to(const std::string& dtype, std::vector<Number>& values) {
  std::vector<T> narrowed;
  narrowed.reserve(values.size());
  for (const Number& value : values) narrowed.push_back(rounded(value));
  const auto size = static_cast<std::int64_t>(values.size());
  narrowed = elements_of<T>(tensor_of<T>(dtype, {size}, narrowed));
  std::transform(narrowed.begin(), narrowed.end(), values.begin(),
                 [](T value) { return Number(value); });
}

/// layer_norm and rms_norm: every group has statistics of its own.
template <typename Textbook>
sdk::Tensors normalize_groups(const sdk::Request& request, Location location) {
  using T = typename Textbook::Float;
  using Number = typename Textbook::Number;
  const sdk::Tensor& input = required_input(request, "x");
  const std::vector<std::int64_t> axes = request.axes("axes");
  const Groups groups = groups_over(input.shape, axes);
  const std::vector<T> x = elements_of<T>(input);
  const Parameters<Number, T> parameters(request);
  const auto eps = Epsilon<Number>::of(request.real("eps"));
  const EpsMode eps_mode = eps_mode_of(request);
  const bool rounds_normalized = request.flag("round_normalized");

  std::vector<T> y(x.size());
  std::vector<T> means;
  std::vector<T> rstds;
  std::vector<T> members(groups.inner.size());
  std::vector<Number> values(groups.inner.size());
  for (const std::size_t begin : groups.group) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      members[i] = x[begin + groups.inner[i]];
    }
    const Statistics<Number> statistics = Textbook::statistics(members, location);
    const Number scale = scale_of(statistics.spread, eps, eps_mode);
    means.push_back(rounded(Number(statistics.mean + statistics.mean_tail)));
    rstds.push_back(rounded(Number(Number(1) / scale)));
    for (std::size_t i = 0; i < members.size(); ++i) {
      values[i] = normalized(Number(members[i]), statistics, scale);
    }
    if (rounds_normalized) round_to<Number, T>(input.dtype, values);
    for (std::size_t i = 0; i < members.size(); ++i) {
      y[begin + groups.inner[i]] = rounded(parameters.at(i)(values[i]));
    }
  }

  std::vector<std::int64_t> statistics_shape;
  for (std::size_t axis = 0; axis < input.shape.size(); ++axis) {
    const bool is_reduced = std::find(axes.begin(), axes.end(),
                                      static_cast<std::int64_t>(axis)) != axes.end();
    if (!is_reduced) statistics_shape.push_back(input.shape[axis]);
  }
  const std::string dtype = statistics_dtype(input.dtype);
  sdk::Tensors outputs;
  outputs["y"] = tensor_of<T>(input.dtype, input.shape, y);
  outputs["rstd"] = tensor_of<T>(dtype, statistics_shape, rstds);
  if (location == Location::mean) {
    outputs["mean"] = tensor_of<T>(dtype, statistics_shape, means);
  }
  return outputs;
}

std::size_t channel_axis(const sdk::Request& request, std::size_t rank) {
  const std::size_t first = request.flag("batched") ? 1 : 0;
  if (rank <= first) throw sdk::Failure("x has no channel axis");
  return request.choice("layout") == "channels_last" ? rank - 1 : first;
}

/// batch_norm_inference: the statistics of a channel are given.
template <typename Textbook>
sdk::Tensors normalize_channels(const sdk::Request& request) {
  using T = typename Textbook::Float;
  using Number = typename Textbook::Number;
  const sdk::Tensor& input = required_input(request, "x");
  const Groups channels =
      groups_along(input.shape, channel_axis(request, input.shape.size()));
  const std::vector<T> x = elements_of<T>(input);
  const std::vector<T> mean = elements_of<T>(required_input(request, "mean"));
  const std::vector<T> variance = elements_of<T>(required_input(request, "variance"));
  const Parameters<Number, T> parameters(request);
  const auto eps = Epsilon<Number>::of(request.real("eps"));
  const EpsMode eps_mode = eps_mode_of(request);
  const bool rounds_normalized = request.flag("round_normalized");
  const bool clamps_variance = request.flag("clamp_variance");

  std::vector<T> y(x.size());
  std::vector<T> scales;
  std::vector<T> offsets;
  std::vector<Number> values(channels.inner.size());
  for (std::size_t channel = 0; channel < channels.group.size(); ++channel) {
    Number spread(variance[channel]);
    if (clamps_variance) spread = maximum(spread, Number(0));
    const Statistics<Number> statistics{Number(mean[channel]), Number(0), spread};
    const Number root = scale_of(spread, eps, eps_mode);
    const Affine<Number> affine = parameters.at(channel);

    const Number scale = affine.factor ? *affine.factor / root : Number(1) / root;
    const Number shift = statistics.mean * scale;
    scales.push_back(rounded(scale));
    offsets.push_back(rounded(Number(affine.beta ? *affine.beta - shift : -shift)));

    const std::size_t begin = channels.group[channel];
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = normalized(Number(x[begin + channels.inner[i]]), statistics, root);
    }
    if (rounds_normalized) round_to<Number, T>(input.dtype, values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      y[begin + channels.inner[i]] = rounded(affine(values[i]));
    }
  }

  const std::vector<std::int64_t> per_channel{static_cast<std::int64_t>(scales.size())};
  const std::string dtype = statistics_dtype(input.dtype);
  return {{"y", tensor_of<T>(input.dtype, input.shape, y)},
          {"scale", tensor_of<T>(dtype, per_channel, scales)},
          {"offset", tensor_of<T>(dtype, per_channel, offsets)}};
}

template <typename Textbook>
sdk::Tensors answer_in(const sdk::Request& request) {
  if (request.op == "layer_norm") {
    return normalize_groups<Textbook>(request, Location::mean);
  }
  if (request.op == "rms_norm") {
    return normalize_groups<Textbook>(request, Location::none);
  }
  if (request.op == "batch_norm_inference")
    return normalize_channels<Textbook>(request);
  throw sdk::Unsupported("no operator " + request.op);
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
  static constexpr std::array<Method, 3> all{{
      {"two-pass", answer<TwoPass>},
      {"sequential", answer<Sequential>},
      {"welford", answer<Welford>},
  }};
  return all;
}

}  // namespace truenorm::reference
