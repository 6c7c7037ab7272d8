// SPDX-License-Identifier: Apache-2.0
// What kernels give for a fixed set of inputs, as one number for each kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "oracle/filter/kernels.hpp"
#include "oracle/test/random_values.hpp"
#include "oracle/test/word_operations.hpp"

namespace truenorm::twin {

struct KernelDigest {
  std::string kernel;
  std::uint64_t digest = 0;

  friend bool operator==(const KernelDigest&, const KernelDigest&) = default;
};

/// Equal for equal results, bit by bit, on any machine; all NaNs count as one.
///
/// values   `rounds` random chunks and groups, with subnormals, infinities and NaNs; what
///          stands behind a chunk's last element depends on `padding` alone
[[nodiscard]] std::vector<KernelDigest> kernel_digests(const filter::Kernels& kernels,
                                                       std::size_t rounds,
                                                       double padding);

/// One for each operation.
[[nodiscard]] std::vector<KernelDigest> word_digests(const WordArithmetic& arithmetic,
                                                     std::size_t rounds);

/// A word from a random binade, its lo often next to 0 or to half an ulp of hi.
[[nodiscard]] filter::Word draw_word(Dice& dice, int low_exponent, int high_exponent);

}  // namespace truenorm::twin
