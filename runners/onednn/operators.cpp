// SPDX-License-Identifier: Apache-2.0
// From row-major tensors to oneDNN's memories and back.
#include "runners/onednn/operators.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runners/onednn/primitives.hpp"

namespace truenorm::onednn {
namespace {

using dnnl::memory;

memory::data_type data_type_of(const std::string& dtype) {
  if (dtype == "float32") return memory::data_type::f32;
  if (dtype == "bfloat16") return memory::data_type::bf16;
  throw sdk::Unsupported("oneDNN's CPU engine does not normalize " + dtype);
}

memory::dims row_major_strides(const memory::dims& shape) {
  memory::dims strides(shape.size(), 1);
  for (std::size_t axis = shape.size(); axis-- > 1;) {
    strides[axis - 1] = strides[axis] * std::max<memory::dim>(shape[axis], 1);
  }
  return strides;
}

memory::desc dense(const memory::dims& shape, memory::data_type type) {
  return {shape, type, row_major_strides(shape)};
}

/// Parameters and statistics are float32 in oneDNN; narrower formats widen exactly.
sdk::Tensor widened(const sdk::Tensor& tensor, std::string_view name) {
  if (tensor.dtype == "float32") return tensor;
  if (tensor.dtype == "float64") {
    throw sdk::Unsupported("oneDNN takes " + std::string(name) + " in float32");
  }
  return sdk::from_floats("float32", tensor.shape, sdk::to_floats(tensor));
}

void require_plain_formula(const sdk::Request& request) {
  if (request.choice("eps_mode") != "inside") {
    throw sdk::Unsupported("oneDNN adds epsilon inside the root");
  }
  if (request.integer("gamma_offset") != 0) {
    throw sdk::Unsupported("oneDNN multiplies by gamma, not by 1 + gamma");
  }
  if (request.flag("round_normalized")) {
    throw sdk::Unsupported("oneDNN does not round before the affine");
  }
}

const sdk::Tensor& required_input(const sdk::Request& request, std::string_view name) {
  const sdk::Tensor* tensor = request.input(name);
  if (tensor == nullptr) {
    throw sdk::Failure(request.op + " needs the input " + std::string(name));
  }
  return *tensor;
}

/// Owns what a primitive reads and writes, until it has run.
class Execution {
 public:
  explicit Execution(const sdk::Request& request) : request_(&request) {
    setting_.eps = static_cast<float>(request.real("eps"));
  }

  [[nodiscard]] const dnnl::engine& engine() const { return engine_; }
  [[nodiscard]] const Setting& setting() const { return setting_; }
  void expose_statistics() { setting_.propagation = dnnl::prop_kind::forward_training; }
  void take_given_statistics() {
    add_flag(dnnl::normalization_flags::use_global_stats);
  }

  /// Gamma and beta, if the request has them.
  void read_affine() {
    if (request_->input("gamma") != nullptr) {
      read("gamma", DNNL_ARG_SCALE);
      add_flag(dnnl::normalization_flags::use_scale);
    }
    if (request_->input("beta") != nullptr) {
      read("beta", DNNL_ARG_SHIFT);
      add_flag(dnnl::normalization_flags::use_shift);
    }
  }

  /// A vector of the request, in float32.
  void read(std::string_view name, int argument) {
    const sdk::Tensor& kept = keep(widened(required_input(*request_, name), name));
    bind(argument, dense(kept.shape, memory::data_type::f32), kept);
  }
  /// A tensor of the request, as it is.
  void read(std::string_view name, int argument, const memory::desc& layout) {
    bind(argument, layout, keep(required_input(*request_, name)));
  }
  /// A tensor that the primitive fills; the result lives as long as this.
  [[nodiscard]] const sdk::Tensor& write(int argument, const memory::desc& layout,
                                         sdk::Tensor tensor) {
    const std::size_t width = tensor.dtype == "bfloat16" ? 2 : 4;
    tensor.bytes.resize(static_cast<std::size_t>(tensor.size()) * width);
    const sdk::Tensor& kept = keep(std::move(tensor));
    bind(argument, layout, kept);
    return kept;
  }

  void run(const dnnl::primitive& primitive) {
    dnnl::stream stream(engine_);
    primitive.execute(stream, arguments_);
    stream.wait();
  }

 private:
  void add_flag(dnnl::normalization_flags flag) { setting_.flags |= flag; }

  sdk::Tensor& keep(sdk::Tensor tensor) {
    return *kept_.emplace_back(std::make_unique<sdk::Tensor>(std::move(tensor)));
  }
  void bind(int argument, const memory::desc& layout, const sdk::Tensor& tensor) {
    // oneDNN's handle is not const, and inputs are only read.
    auto* handle = const_cast<std::byte*>(tensor.bytes.data());
    arguments_.insert_or_assign(argument, memory(layout, engine_, handle));
  }

  const sdk::Request* request_;
  Setting setting_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  std::vector<std::unique_ptr<sdk::Tensor>> kept_;
  std::unordered_map<int, memory> arguments_;
};

sdk::Tensors layer_norm(const sdk::Request& request) {
  const sdk::Tensor& x = required_input(request, "x");
  const auto rank = static_cast<std::int64_t>(x.shape.size());
  if (request.axes("axes") != std::vector<std::int64_t>{rank - 1}) {
    throw sdk::Unsupported("oneDNN's layer normalization is over the last axis only");
  }
  if (rank < 2 || rank > 5) {
    throw sdk::Unsupported("oneDNN's layer normalization takes 2 to 5 dimensions");
  }
  const memory::desc data = dense(x.shape, data_type_of(x.dtype));
  const memory::dims kept_shape(x.shape.begin(), x.shape.end() - 1);
  const memory::desc statistics = dense(kept_shape, memory::data_type::f32);

  Execution execution(request);
  execution.read("x", DNNL_ARG_SRC, data);
  execution.read_affine();
  sdk::Tensors outputs;
  const sdk::Tensor& y = execution.write(DNNL_ARG_DST, data, {x.dtype, x.shape, {}});
  const sdk::Tensor* mean = nullptr;
  if (request.wants("mean")) {
    execution.expose_statistics();
    mean = &execution.write(DNNL_ARG_MEAN, statistics, {"float32", kept_shape, {}});
    (void)execution.write(DNNL_ARG_VARIANCE, statistics, {"float32", kept_shape, {}});
  }
  execution.run(
      layer_normalization(execution.engine(), data, statistics, execution.setting()));
  outputs["y"] = y;
  if (mean != nullptr) outputs["mean"] = *mean;
  return outputs;
}

/// x as oneDNN sees it: (N, C, *) by name, wherever the channels lie in memory.
memory::desc channels_second(const sdk::Request& request, const sdk::Tensor& x) {
  memory::dims shape(x.shape.begin(), x.shape.end());
  if (!request.flag("batched")) shape.insert(shape.begin(), 1);
  if (shape.size() < 2 || shape.size() > 5) {
    throw sdk::Unsupported("oneDNN's batch normalization takes 2 to 5 dimensions");
  }
  memory::dims strides = row_major_strides(shape);
  if (request.choice("layout") == "channels_last") {
    std::rotate(shape.begin() + 1, shape.end() - 1, shape.end());
    std::rotate(strides.begin() + 1, strides.end() - 1, strides.end());
  }
  return {shape, data_type_of(x.dtype), strides};
}

void require_no_clamp(const sdk::Request& request) {
  if (!request.flag("clamp_variance")) return;
  const std::vector<double> variance =
      sdk::to_doubles(required_input(request, "variance"));
  if (std::any_of(variance.begin(), variance.end(), [](double v) { return v < 0; })) {
    throw sdk::Unsupported("oneDNN does not clamp the variance");
  }
}

sdk::Tensors batch_norm_inference(const sdk::Request& request) {
  require_no_clamp(request);
  const sdk::Tensor& x = required_input(request, "x");
  const memory::desc data = channels_second(request, x);
  Execution execution(request);
  execution.take_given_statistics();
  execution.read("x", DNNL_ARG_SRC, data);
  execution.read("mean", DNNL_ARG_MEAN);
  execution.read("variance", DNNL_ARG_VARIANCE);
  execution.read_affine();
  const sdk::Tensor& y = execution.write(DNNL_ARG_DST, data, {x.dtype, x.shape, {}});
  execution.run(batch_normalization(execution.engine(), data, execution.setting()));
  return {{"y", y}};
}

}  // namespace

sdk::Tensors answer(const sdk::Request& request) {
  try {
    if (request.op == "layer_norm") {
      require_plain_formula(request);
      return layer_norm(request);
    }
    if (request.op == "batch_norm_inference") {
      require_plain_formula(request);
      return batch_norm_inference(request);
    }
  } catch (const dnnl::error& error) {
    const std::string what = std::string("oneDNN: ") + error.what();
    if (error.status == dnnl_unimplemented) throw sdk::Unsupported(what);
    throw sdk::Failure(what + " (status " + std::to_string(error.status) + ")");
  }
  throw sdk::Unsupported("no operator " + request.op);
}

}  // namespace truenorm::onednn
