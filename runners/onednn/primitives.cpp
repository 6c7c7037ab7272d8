// SPDX-License-Identifier: Apache-2.0
// The only file that knows oneDNN 2 from oneDNN 3, which removed operation descriptors.
#include "runners/onednn/primitives.hpp"

namespace truenorm::onednn {

#if DNNL_VERSION_MAJOR >= 3

dnnl::primitive layer_normalization(const dnnl::engine& engine,
                                    const dnnl::memory::desc& data,
                                    const dnnl::memory::desc& statistics,
                                    const Setting& setting) {
  using Forward = dnnl::layer_normalization_forward;
  return Forward(Forward::primitive_desc(engine, setting.propagation, data, data,
                                         statistics, setting.eps, setting.flags));
}

dnnl::primitive batch_normalization(const dnnl::engine& engine,
                                    const dnnl::memory::desc& data,
                                    const Setting& setting) {
  using Forward = dnnl::batch_normalization_forward;
  return Forward(Forward::primitive_desc(engine, setting.propagation, data, data,
                                         setting.eps, setting.flags));
}

#else

dnnl::primitive layer_normalization(const dnnl::engine& engine,
                                    const dnnl::memory::desc& data,
                                    const dnnl::memory::desc& statistics,
                                    const Setting& setting) {
  using Forward = dnnl::layer_normalization_forward;
  const Forward::desc operation(setting.propagation, data, statistics, setting.eps,
                                setting.flags);
  return Forward(Forward::primitive_desc(operation, engine));
}

dnnl::primitive batch_normalization(const dnnl::engine& engine,
                                    const dnnl::memory::desc& data,
                                    const Setting& setting) {
  using Forward = dnnl::batch_normalization_forward;
  const Forward::desc operation(setting.propagation, data, setting.eps, setting.flags);
  return Forward(Forward::primitive_desc(operation, engine));
}

#endif

}  // namespace truenorm::onednn
