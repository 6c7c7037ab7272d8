// SPDX-License-Identifier: Apache-2.0
// The table of defaults, each line with its source.
#include "cases/dialects.hpp"

#include <array>
#include <vector>

namespace truenorm {
namespace {

constexpr std::array<std::string_view, 6> names = {
    "pytorch", "tensorflow", "keras", "jax", "onnx", "torchlean"};

struct Default {
  std::string_view dialect;
  std::string_view op;
  std::string_view attribute;
  AttributeValue value;
};

std::vector<Default> make_table() {
  const std::vector<std::int64_t> last_axis = {-1};
  const std::string channels_first = "channels_first";
  const std::string channels_last = "channels_last";
  const Rational millionth(1, 1'000'000);
  return {
      // torch.nn.LayerNorm(normalized_shape, eps=1e-05)
      {"pytorch", "layer_norm", "eps", exact(1e-5)},
      // torch.nn.RMSNorm(normalized_shape, eps=None): None became another number in
      // pytorch#142848, so there is no default to speak of.
      // torch.nn.BatchNorm2d(num_features, eps=1e-05); channels are dimension 1
      {"pytorch", "batch_norm_inference", "eps", exact(1e-5)},
      {"pytorch", "batch_norm_inference", "layout", channels_first},

      // tf.keras.layers.LayerNormalization(axis=-1, epsilon=0.001)
      {"tensorflow", "layer_norm", "axes", last_axis},
      {"tensorflow", "layer_norm", "eps", exact(1e-3)},
      // tf.keras.layers.BatchNormalization(axis=-1, epsilon=0.001)
      {"tensorflow", "batch_norm_inference", "eps", exact(1e-3)},
      {"tensorflow", "batch_norm_inference", "layout", channels_last},

      // keras.layers.LayerNormalization(axis=-1, epsilon=0.001)
      {"keras", "layer_norm", "axes", last_axis},
      {"keras", "layer_norm", "eps", exact(1e-3)},
      // keras.layers.RMSNormalization(axis=-1, epsilon=1e-06)
      {"keras", "rms_norm", "axes", last_axis},
      {"keras", "rms_norm", "eps", exact(1e-6)},
      // keras.layers.BatchNormalization(axis=-1, epsilon=0.001)
      {"keras", "batch_norm_inference", "eps", exact(1e-3)},
      {"keras", "batch_norm_inference", "layout", channels_last},

      // flax.linen.LayerNorm(epsilon=1e-06, reduction_axes=-1)
      {"jax", "layer_norm", "axes", last_axis},
      {"jax", "layer_norm", "eps", exact(1e-6)},
      // flax.linen.RMSNorm(epsilon=1e-06, reduction_axes=-1)
      {"jax", "rms_norm", "axes", last_axis},
      {"jax", "rms_norm", "eps", exact(1e-6)},
      // flax.linen.BatchNorm(axis=-1, epsilon=1e-05)
      {"jax", "batch_norm_inference", "eps", exact(1e-5)},
      {"jax", "batch_norm_inference", "layout", channels_last},

      // ONNX LayerNormalization-17: axis -1, epsilon 1e-05
      {"onnx", "layer_norm", "axes", last_axis},
      {"onnx", "layer_norm", "eps", exact(1e-5)},
      // ONNX RMSNormalization-23: axis -1, epsilon 1e-05
      {"onnx", "rms_norm", "axes", last_axis},
      {"onnx", "rms_norm", "eps", exact(1e-5)},
      // ONNX BatchNormalization-15: epsilon 1e-05, x of (N, C, D1, ...)
      {"onnx", "batch_norm_inference", "eps", exact(1e-5)},
      {"onnx", "batch_norm_inference", "layout", channels_first},

      // TorchLean's Numbers.epsilon over the reals, for every operator (SPEC 3)
      {"torchlean", "layer_norm", "eps", millionth},
      {"torchlean", "rms_norm", "eps", millionth},
      {"torchlean", "batch_norm_inference", "eps", millionth},
      // TorchLean's batchNormInference takes max(variance, 0) (SPEC 3)
      {"torchlean", "batch_norm_inference", "clamp_variance", true},
  };
}

}  // namespace

std::span<const std::string_view> dialects() { return names; }

Attributes dialect_defaults(std::string_view dialect, std::string_view operator_name) {
  static const std::vector<Default> table = make_table();
  Attributes attributes;
  for (const Default& row : table) {
    if (row.dialect == dialect && row.op == operator_name) {
      attributes.emplace(row.attribute, row.value);
    }
  }
  return attributes;
}

bool has_float32_attributes(std::string_view dialect) {
  // ONNX's AttributeProto.f is a float.
  return dialect == "onnx";
}

}  // namespace truenorm
