// SPDX-License-Identifier: Apache-2.0
// Case files in tests: short texts, and what they read to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cases/reader.hpp"

namespace truenorm {

/// The file f.yaml with this text.
[[nodiscard]] Reading read(const std::string& yaml);

/// What all the files give together that the arguments select.
[[nodiscard]] Reading read_selection(const std::vector<std::string>& arguments,
                                     const std::filesystem::path& home = {});

/// Every diagnostic as printed, a line each.
[[nodiscard]] std::string complaints(const Reading& reading);

/// One layer_norm case of float32 with x = [1, 2], and these further lines, which stand
/// from line 5, column 3 on and may replace op, dtype and inputs.
[[nodiscard]] std::string case_file(const std::string& further);

/// One layer_norm case of those dtypes whose x is the tensor, at line 6, column 8.
[[nodiscard]] std::string tensor_file(const std::string& tensor,
                                      const std::string& dtypes = "[float16, float32]");

/// The only test of a file without errors.
[[nodiscard]] TestCase only_test(const std::string& yaml);

[[nodiscard]] std::vector<std::uint64_t> bits_of(const Tensor& tensor);

/// The bits of x, for a tensor as a case file writes it.
[[nodiscard]] std::vector<std::uint64_t> x_bits(const std::string& tensor,
                                                const std::string& dtype);

}  // namespace truenorm
