// SPDX-License-Identifier: Apache-2.0
// Writes tensors as NumPy reads them, for the peers that are written in Python.
#pragma once

#include <filesystem>

#include "oracle/tensor.hpp"

namespace truenorm::bench {

/// values   bfloat16, which NumPy lacks, as its bits in uint16
/// throws   std::filesystem::filesystem_error if the file cannot be written
void write_npy(const std::filesystem::path& file, const Tensor& tensor);

}  // namespace truenorm::bench
