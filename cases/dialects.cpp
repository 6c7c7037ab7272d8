// SPDX-License-Identifier: Apache-2.0
// The table of defaults, each row with its source.
#include "cases/dialects.hpp"

#include <array>
#include <utility>
#include <vector>

namespace truenorm {
namespace {

constexpr std::array<std::string_view, 6> names = {
    "pytorch", "tensorflow", "keras", "jax", "onnx", "torchlean"};

std::vector<DialectDefaults> make_table() {
  const std::vector<std::int64_t> last_axis = {-1};
  const std::string channels_first = "channels_first";
  const std::string channels_last = "channels_last";
  const std::string new_value = "new";
  const std::string old_value = "old";
  const std::string n = "n";
  const std::string two = "2";
  const std::int64_t usual_groups = 32;
  const Rational millionth(1, 1'000'000);
  std::vector<DialectDefaults> table;
  const auto add = [&](std::string_view dialect, std::string_view op,
                       std::string_view source, std::string_view link,
                       Attributes attributes) {
    table.push_back({dialect, op, source, link, std::move(attributes)});
  };
  add("pytorch", "layer_norm", "torch.nn.LayerNorm(normalized_shape, eps=1e-05)",
      "https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html",
      {{"eps", exact(1e-5)}});
  // torch.nn.RMSNorm(normalized_shape, eps=None): what None means changed in
  // https://github.com/pytorch/pytorch/pull/142848, so there is no default to speak of.
  add("pytorch", "batch_norm_inference",
      "torch.nn.BatchNorm2d(num_features, eps=1e-05)",
      "https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html",
      {{"eps", exact(1e-5)}, {"layout", channels_first}});
  // Momentum weighs the new value, and the running variance is the unbiased one.
  add("pytorch", "batch_norm",
      "torch.nn.BatchNorm2d(num_features, eps=1e-05, momentum=0.1)",
      "https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html",
      {{"eps", exact(1e-5)},
       {"layout", channels_first},
       {"momentum", exact(0.1)},
       {"momentum_of", new_value},
       {"running_variance_divisor", std::string("n_minus_1")}});
  add("pytorch", "group_norm",
      "torch.nn.GroupNorm(num_groups, num_channels, eps=1e-05)",
      "https://pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html",
      {{"eps", exact(1e-5)}, {"layout", channels_first}});
  add("pytorch", "instance_norm", "torch.nn.InstanceNorm2d(num_features, eps=1e-05)",
      "https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html",
      {{"eps", exact(1e-5)}, {"layout", channels_first}});
  add("pytorch", "weight_norm",
      "torch.nn.utils.parametrizations.weight_norm(module, dim=0), without epsilon",
      "https://pytorch.org/docs/stable/generated/"
      "torch.nn.utils.parametrizations.weight_norm.html",
      {{"dim", std::int64_t{0}}, {"eps", Rational(0)}});
  add("pytorch", "lp_normalize",
      "torch.nn.functional.normalize(input, p=2.0, dim=1, eps=1e-12)",
      "https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html",
      {{"p", two},
       {"dim", std::int64_t{1}},
       {"eps", exact(1e-12)},
       {"eps_mode", std::string("floor")}});

  add("tensorflow", "layer_norm",
      "tf.keras.layers.LayerNormalization(axis=-1, epsilon=0.001)",
      "https://www.tensorflow.org/api_docs/python/tf/keras/layers/LayerNormalization",
      {{"axes", last_axis}, {"eps", exact(1e-3)}});
  add("tensorflow", "batch_norm_inference",
      "tf.keras.layers.BatchNormalization(axis=-1, epsilon=0.001)",
      "https://www.tensorflow.org/api_docs/python/tf/keras/layers/BatchNormalization",
      {{"eps", exact(1e-3)}, {"layout", channels_last}});
  // moving_mean * momentum + mean(batch) * (1 - momentum). Whether the stored variance is
  // the unbiased one depends on the kernel.
  add("tensorflow", "batch_norm",
      "tf.keras.layers.BatchNormalization(axis=-1, momentum=0.99, epsilon=0.001)",
      "https://www.tensorflow.org/api_docs/python/tf/keras/layers/BatchNormalization",
      {{"eps", exact(1e-3)},
       {"layout", channels_last},
       {"momentum", exact(0.99)},
       {"momentum_of", old_value}});
  add("tensorflow", "group_norm",
      "tf.keras.layers.GroupNormalization(groups=32, axis=-1, epsilon=0.001)",
      "https://www.tensorflow.org/api_docs/python/tf/keras/layers/GroupNormalization",
      {{"groups", usual_groups}, {"eps", exact(1e-3)}, {"layout", channels_last}});
  add("tensorflow", "lp_normalize",
      "tf.math.l2_normalize(x, epsilon=1e-12): x / sqrt(max(sum(x**2), epsilon))",
      "https://www.tensorflow.org/api_docs/python/tf/math/l2_normalize",
      {{"p", two}, {"eps", exact(1e-12)}, {"eps_mode", std::string("floor_inside")}});

  add("keras", "layer_norm", "keras.layers.LayerNormalization(axis=-1, epsilon=0.001)",
      "https://keras.io/api/layers/normalization_layers/layer_normalization/",
      {{"axes", last_axis}, {"eps", exact(1e-3)}});
  add("keras", "rms_norm", "keras.layers.RMSNormalization(axis=-1, epsilon=1e-06)",
      "https://keras.io/api/layers/normalization_layers/rms_normalization/",
      {{"axes", last_axis}, {"eps", exact(1e-6)}});
  add("keras", "batch_norm_inference",
      "keras.layers.BatchNormalization(axis=-1, epsilon=0.001)",
      "https://keras.io/api/layers/normalization_layers/batch_normalization/",
      {{"eps", exact(1e-3)}, {"layout", channels_last}});
  // moving_mean * momentum + mean(batch) * (1 - momentum).
  add("keras", "batch_norm",
      "keras.layers.BatchNormalization(axis=-1, momentum=0.99, epsilon=0.001)",
      "https://keras.io/api/layers/normalization_layers/batch_normalization/",
      {{"eps", exact(1e-3)},
       {"layout", channels_last},
       {"momentum", exact(0.99)},
       {"momentum_of", old_value}});
  add("keras", "group_norm",
      "keras.layers.GroupNormalization(groups=32, axis=-1, epsilon=0.001)",
      "https://keras.io/api/layers/normalization_layers/group_normalization/",
      {{"groups", usual_groups}, {"eps", exact(1e-3)}, {"layout", channels_last}});
  // Keras' instance normalization is the one of as many groups as channels.
  add("keras", "instance_norm",
      "keras.layers.GroupNormalization(groups=-1, axis=-1, epsilon=0.001)",
      "https://keras.io/api/layers/normalization_layers/group_normalization/",
      {{"eps", exact(1e-3)}, {"layout", channels_last}});
  add("keras", "lp_normalize",
      "keras.layers.UnitNormalization(axis=-1), which gives keras.ops.normalize 1e-12",
      "https://keras.io/api/layers/normalization_layers/unit_normalization/",
      {{"p", two}, {"dim", std::int64_t{-1}}, {"eps", exact(1e-12)}});

  add("jax", "layer_norm", "flax.linen.LayerNorm(epsilon=1e-06, reduction_axes=-1)",
      "https://flax-linen.readthedocs.io/en/latest/api_reference/flax.linen/"
      "layers.html",
      {{"axes", last_axis}, {"eps", exact(1e-6)}});
  add("jax", "rms_norm", "flax.linen.RMSNorm(epsilon=1e-06, reduction_axes=-1)",
      "https://flax-linen.readthedocs.io/en/latest/api_reference/flax.linen/"
      "layers.html",
      {{"axes", last_axis}, {"eps", exact(1e-6)}});
  add("jax", "batch_norm_inference", "flax.linen.BatchNorm(axis=-1, epsilon=1e-05)",
      "https://flax-linen.readthedocs.io/en/latest/api_reference/flax.linen/"
      "layers.html",
      {{"eps", exact(1e-5)}, {"layout", channels_last}});
  // momentum * ra_var + (1 - momentum) * var, var with the divisor n.
  add("jax", "batch_norm",
      "flax.linen.BatchNorm(axis=-1, momentum=0.99, epsilon=1e-05)",
      "https://flax-linen.readthedocs.io/en/latest/api_reference/flax.linen/"
      "layers.html",
      {{"eps", exact(1e-5)},
       {"layout", channels_last},
       {"momentum", exact(0.99)},
       {"momentum_of", old_value},
       {"running_variance_divisor", n}});
  add("jax", "group_norm", "flax.linen.GroupNorm(num_groups=32, epsilon=1e-06)",
      "https://flax-linen.readthedocs.io/en/latest/api_reference/flax.linen/"
      "layers.html",
      {{"groups", usual_groups}, {"eps", exact(1e-6)}, {"layout", channels_last}});
  add("jax", "instance_norm", "flax.linen.InstanceNorm(epsilon=1e-06, feature_axes=-1)",
      "https://flax-linen.readthedocs.io/en/latest/api_reference/flax.linen/"
      "layers.html",
      {{"eps", exact(1e-6)}, {"layout", channels_last}});
  add("jax", "weight_norm",
      "flax.linen.WeightNorm(epsilon=1e-12, feature_axes=-1): rsqrt(sum(x*x) + eps)",
      "https://flax-linen.readthedocs.io/en/latest/api_reference/flax.linen/"
      "layers.html",
      {{"dim", std::int64_t{-1}}, {"eps", exact(1e-12)}});

  add("onnx", "layer_norm", "LayerNormalization-17: axis -1, epsilon 1e-05",
      "https://onnx.ai/onnx/operators/onnx__LayerNormalization.html",
      {{"axes", last_axis}, {"eps", exact(1e-5)}});
  add("onnx", "rms_norm", "RMSNormalization-23: axis -1, epsilon 1e-05",
      "https://onnx.ai/onnx/operators/onnx__RMSNormalization.html",
      {{"axes", last_axis}, {"eps", exact(1e-5)}});
  add("onnx", "batch_norm_inference",
      "BatchNormalization-15: epsilon 1e-05, x of (N, C, D1, ...)",
      "https://onnx.ai/onnx/operators/onnx__BatchNormalization.html",
      {{"eps", exact(1e-5)}, {"layout", channels_first}});
  // input_mean * momentum + current_mean * (1 - momentum), with the population variance.
  add("onnx", "batch_norm",
      "BatchNormalization-15, training_mode=1: epsilon 1e-05, momentum 0.9",
      "https://onnx.ai/onnx/operators/onnx__BatchNormalization.html",
      {{"eps", exact(1e-5)},
       {"layout", channels_first},
       {"momentum", exact(0.9)},
       {"momentum_of", old_value},
       {"running_variance_divisor", n}});
  add("onnx", "group_norm",
      "GroupNormalization-21: epsilon 1e-05, scale and bias of (C)",
      "https://onnx.ai/onnx/operators/onnx__GroupNormalization.html",
      {{"eps", exact(1e-5)},
       {"layout", channels_first},
       {"affine", std::string("per_channel")}});
  add("onnx", "instance_norm",
      "InstanceNormalization-6: epsilon 1e-05, x of (N, C, D1, ...)",
      "https://onnx.ai/onnx/operators/onnx__InstanceNormalization.html",
      {{"eps", exact(1e-5)}, {"layout", channels_first}});
  // LpNormalization has no epsilon, so it has no default to speak of.

  add("torchlean", "layer_norm", "Numbers.epsilon over the reals",
      "https://github.com/lean-dojo/TorchLean", {{"eps", millionth}});
  add("torchlean", "rms_norm", "Numbers.epsilon over the reals",
      "https://github.com/lean-dojo/TorchLean", {{"eps", millionth}});
  add("torchlean", "group_norm",
      "Numbers.epsilon over the reals; groupNorm is (B, H, W, C)",
      "https://github.com/lean-dojo/TorchLean",
      {{"eps", millionth}, {"layout", channels_last}});
  add("torchlean", "instance_norm", "Numbers.epsilon over the reals; no batch axis",
      "https://github.com/lean-dojo/TorchLean",
      {{"eps", millionth}, {"batched", false}});
  add("torchlean", "batch_norm", "Numbers.epsilon over the reals; no batch axis",
      "https://github.com/lean-dojo/TorchLean",
      {{"eps", millionth}, {"batched", false}});
  add("torchlean", "batch_norm_inference",
      "Numbers.epsilon over the reals; max(variance, 0)",
      "https://github.com/lean-dojo/TorchLean",
      {{"eps", millionth}, {"clamp_variance", true}});
  add("torchlean", "normalize_along_dim", "Numbers.epsilon over the reals",
      "https://github.com/lean-dojo/TorchLean", {{"eps", millionth}});
  add("torchlean", "weight_norm", "Numbers.epsilon over the reals",
      "https://github.com/lean-dojo/TorchLean", {{"eps", millionth}});
  return table;
}

}  // namespace

std::span<const std::string_view> dialects() { return names; }

std::span<const DialectDefaults> dialect_table() {
  static const std::vector<DialectDefaults> table = make_table();
  return table;
}

Attributes dialect_defaults(std::string_view dialect, std::string_view operator_name) {
  for (const DialectDefaults& row : dialect_table()) {
    if (row.dialect == dialect && row.op == operator_name) return row.attributes;
  }
  return {};
}

bool has_float32_attributes(std::string_view dialect) {
  // ONNX's AttributeProto.f is a float.
  return dialect == "onnx";
}

}  // namespace truenorm
