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
  const std::string old_value = "old";
  const std::string n = "n";
  const std::int64_t usual_groups = 32;
  const Rational millionth(1, 1'000'000);
  return {
      // torch.nn.LayerNorm(normalized_shape, eps=1e-05)
      {"pytorch", "layer_norm", "eps", exact(1e-5)},
      // torch.nn.RMSNorm(normalized_shape, eps=None): None became another number in
      // pytorch#142848, so there is no default to speak of.
      // torch.nn.BatchNorm2d(num_features, eps=1e-05); channels are dimension 1
      {"pytorch", "batch_norm_inference", "eps", exact(1e-5)},
      {"pytorch", "batch_norm_inference", "layout", channels_first},
      // torch.nn.BatchNorm2d(num_features, eps=1e-05, momentum=0.1): momentum weighs the
      // new value, and the running variance is the unbiased one
      {"pytorch", "batch_norm", "eps", exact(1e-5)},
      {"pytorch", "batch_norm", "layout", channels_first},
      {"pytorch", "batch_norm", "momentum", exact(0.1)},
      {"pytorch", "batch_norm", "momentum_of", std::string("new")},
      {"pytorch", "batch_norm", "running_variance_divisor", std::string("n_minus_1")},
      // torch.nn.GroupNorm(num_groups, num_channels, eps=1e-05)
      {"pytorch", "group_norm", "eps", exact(1e-5)},
      {"pytorch", "group_norm", "layout", channels_first},
      // torch.nn.InstanceNorm2d(num_features, eps=1e-05)
      {"pytorch", "instance_norm", "eps", exact(1e-5)},
      {"pytorch", "instance_norm", "layout", channels_first},
      // torch.nn.utils.parametrizations.weight_norm(module, dim=0): no epsilon
      {"pytorch", "weight_norm", "dim", std::int64_t{0}},
      {"pytorch", "weight_norm", "eps", Rational(0)},
      // torch.nn.functional.normalize(p=2.0, dim=1, eps=1e-12): x / max(norm, eps)
      {"pytorch", "lp_normalize", "p", std::string("2")},
      {"pytorch", "lp_normalize", "dim", std::int64_t{1}},
      {"pytorch", "lp_normalize", "eps", exact(1e-12)},
      {"pytorch", "lp_normalize", "eps_mode", std::string("floor")},

      // tf.keras.layers.LayerNormalization(axis=-1, epsilon=0.001)
      {"tensorflow", "layer_norm", "axes", last_axis},
      {"tensorflow", "layer_norm", "eps", exact(1e-3)},
      // tf.keras.layers.BatchNormalization(axis=-1, epsilon=0.001)
      {"tensorflow", "batch_norm_inference", "eps", exact(1e-3)},
      {"tensorflow", "batch_norm_inference", "layout", channels_last},
      // tf.keras.layers.BatchNormalization(axis=-1, momentum=0.99, epsilon=0.001):
      // moving_mean * momentum + mean(batch) * (1 - momentum). Whether the stored variance
      // is the unbiased one depends on the kernel.
      {"tensorflow", "batch_norm", "eps", exact(1e-3)},
      {"tensorflow", "batch_norm", "layout", channels_last},
      {"tensorflow", "batch_norm", "momentum", exact(0.99)},
      {"tensorflow", "batch_norm", "momentum_of", old_value},
      // tf.keras.layers.GroupNormalization(groups=32, axis=-1, epsilon=0.001)
      {"tensorflow", "group_norm", "groups", usual_groups},
      {"tensorflow", "group_norm", "eps", exact(1e-3)},
      {"tensorflow", "group_norm", "layout", channels_last},
      // tf.math.l2_normalize(x, epsilon=1e-12): x / sqrt(max(sum(x**2), epsilon))
      {"tensorflow", "lp_normalize", "p", std::string("2")},
      {"tensorflow", "lp_normalize", "eps", exact(1e-12)},
      {"tensorflow", "lp_normalize", "eps_mode", std::string("floor_inside")},

      // keras.layers.LayerNormalization(axis=-1, epsilon=0.001)
      {"keras", "layer_norm", "axes", last_axis},
      {"keras", "layer_norm", "eps", exact(1e-3)},
      // keras.layers.RMSNormalization(axis=-1, epsilon=1e-06)
      {"keras", "rms_norm", "axes", last_axis},
      {"keras", "rms_norm", "eps", exact(1e-6)},
      // keras.layers.BatchNormalization(axis=-1, epsilon=0.001)
      {"keras", "batch_norm_inference", "eps", exact(1e-3)},
      {"keras", "batch_norm_inference", "layout", channels_last},
      // keras.layers.BatchNormalization(axis=-1, momentum=0.99, epsilon=0.001):
      // moving_mean * momentum + mean(batch) * (1 - momentum)
      {"keras", "batch_norm", "eps", exact(1e-3)},
      {"keras", "batch_norm", "layout", channels_last},
      {"keras", "batch_norm", "momentum", exact(0.99)},
      {"keras", "batch_norm", "momentum_of", old_value},
      // keras.layers.GroupNormalization(groups=32, axis=-1, epsilon=0.001)
      {"keras", "group_norm", "groups", usual_groups},
      {"keras", "group_norm", "eps", exact(1e-3)},
      {"keras", "group_norm", "layout", channels_last},
      // keras.layers.GroupNormalization(groups=-1) is Keras' instance normalization
      {"keras", "instance_norm", "eps", exact(1e-3)},
      {"keras", "instance_norm", "layout", channels_last},
      // keras.layers.UnitNormalization(axis=-1), which gives ops.normalize 1e-12
      {"keras", "lp_normalize", "p", std::string("2")},
      {"keras", "lp_normalize", "dim", std::int64_t{-1}},
      {"keras", "lp_normalize", "eps", exact(1e-12)},

      // flax.linen.LayerNorm(epsilon=1e-06, reduction_axes=-1)
      {"jax", "layer_norm", "axes", last_axis},
      {"jax", "layer_norm", "eps", exact(1e-6)},
      // flax.linen.RMSNorm(epsilon=1e-06, reduction_axes=-1)
      {"jax", "rms_norm", "axes", last_axis},
      {"jax", "rms_norm", "eps", exact(1e-6)},
      // flax.linen.BatchNorm(axis=-1, epsilon=1e-05)
      {"jax", "batch_norm_inference", "eps", exact(1e-5)},
      {"jax", "batch_norm_inference", "layout", channels_last},
      // flax.linen.BatchNorm(axis=-1, momentum=0.99, epsilon=1e-05):
      // momentum * ra_var + (1 - momentum) * var, var with the divisor n
      {"jax", "batch_norm", "eps", exact(1e-5)},
      {"jax", "batch_norm", "layout", channels_last},
      {"jax", "batch_norm", "momentum", exact(0.99)},
      {"jax", "batch_norm", "momentum_of", old_value},
      {"jax", "batch_norm", "running_variance_divisor", n},
      // flax.linen.GroupNorm(num_groups=32, epsilon=1e-06)
      {"jax", "group_norm", "groups", usual_groups},
      {"jax", "group_norm", "eps", exact(1e-6)},
      {"jax", "group_norm", "layout", channels_last},
      // flax.linen.InstanceNorm(epsilon=1e-06, feature_axes=-1)
      {"jax", "instance_norm", "eps", exact(1e-6)},
      {"jax", "instance_norm", "layout", channels_last},
      // flax.linen.WeightNorm(epsilon=1e-12, feature_axes=-1): rsqrt(sum(x*x) + eps)
      {"jax", "weight_norm", "dim", std::int64_t{-1}},
      {"jax", "weight_norm", "eps", exact(1e-12)},

      // ONNX LayerNormalization-17: axis -1, epsilon 1e-05
      {"onnx", "layer_norm", "axes", last_axis},
      {"onnx", "layer_norm", "eps", exact(1e-5)},
      // ONNX RMSNormalization-23: axis -1, epsilon 1e-05
      {"onnx", "rms_norm", "axes", last_axis},
      {"onnx", "rms_norm", "eps", exact(1e-5)},
      // ONNX BatchNormalization-15: epsilon 1e-05, x of (N, C, D1, ...)
      {"onnx", "batch_norm_inference", "eps", exact(1e-5)},
      {"onnx", "batch_norm_inference", "layout", channels_first},
      // ONNX BatchNormalization-15, training_mode=1: epsilon 1e-05, momentum 0.9;
      // input_mean * momentum + current_mean * (1 - momentum), population variance
      {"onnx", "batch_norm", "eps", exact(1e-5)},
      {"onnx", "batch_norm", "layout", channels_first},
      {"onnx", "batch_norm", "momentum", exact(0.9)},
      {"onnx", "batch_norm", "momentum_of", old_value},
      {"onnx", "batch_norm", "running_variance_divisor", n},
      // ONNX GroupNormalization-21: epsilon 1e-05, scale and bias of (C)
      {"onnx", "group_norm", "eps", exact(1e-5)},
      {"onnx", "group_norm", "layout", channels_first},
      {"onnx", "group_norm", "affine", std::string("per_channel")},
      // ONNX InstanceNormalization-6: epsilon 1e-05, x of (N, C, D1, ...)
      {"onnx", "instance_norm", "eps", exact(1e-5)},
      {"onnx", "instance_norm", "layout", channels_first},
      // ONNX LpNormalization has no epsilon: it has no default to speak of.

      // TorchLean's Numbers.epsilon over the reals, for every operator (SPEC 3)
      {"torchlean", "layer_norm", "eps", millionth},
      {"torchlean", "rms_norm", "eps", millionth},
      {"torchlean", "group_norm", "eps", millionth},
      {"torchlean", "instance_norm", "eps", millionth},
      {"torchlean", "batch_norm", "eps", millionth},
      {"torchlean", "batch_norm_inference", "eps", millionth},
      {"torchlean", "normalize_along_dim", "eps", millionth},
      {"torchlean", "weight_norm", "eps", millionth},
      // TorchLean's groupNorm is (B, H, W, C); batchNorm and instanceNorm have no batch axis
      // (SPEC 3)
      {"torchlean", "group_norm", "layout", channels_last},
      {"torchlean", "instance_norm", "batched", false},
      {"torchlean", "batch_norm", "batched", false},
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
