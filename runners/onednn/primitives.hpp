// SPDX-License-Identifier: Apache-2.0
// oneDNN's two normalization primitives, created alike under oneDNN 2 and oneDNN 3.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

namespace truenorm::onednn {

/// What a primitive is asked to do.
struct Setting {
  dnnl::prop_kind propagation = dnnl::prop_kind::forward_inference;
  float eps = 0;
  dnnl::normalization_flags flags = dnnl::normalization_flags::none;
};

/// Layer normalization over the last axis.
///
/// throws   dnnl::error
[[nodiscard]] dnnl::primitive layer_normalization(const dnnl::engine& engine,
                                                  const dnnl::memory::desc& data,
                                                  const dnnl::memory::desc& statistics,
                                                  const Setting& setting);

/// Batch normalization over every axis but the second.
///
/// throws   dnnl::error
[[nodiscard]] dnnl::primitive batch_normalization(const dnnl::engine& engine,
                                                  const dnnl::memory::desc& data,
                                                  const Setting& setting);

}  // namespace truenorm::onednn
