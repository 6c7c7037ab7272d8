// SPDX-License-Identifier: Apache-2.0
// Prints what every instruction set of this machine gives: SET KERNEL DIGEST, a line each.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "oracle/test/kernel_digest.hpp"

namespace truenorm::twin {
namespace {

void print(std::string_view instruction_set, const std::vector<KernelDigest>& digests) {
  for (const KernelDigest& digest : digests) {
    std::printf("%.*s %s %016" PRIx64 "\n", static_cast<int>(instruction_set.size()),
                instruction_set.data(), digest.kernel.c_str(), digest.digest);
  }
}

}  // namespace
}  // namespace truenorm::twin

int main(int argc, char** argv) {
  using namespace truenorm;
  const std::size_t rounds =
      argc > 1 ? static_cast<std::size_t>(std::strtoull(argv[1], nullptr, 10)) : 300;
  for (const filter::NamedKernels& named : filter::all_kernels()) {
    twin::print(named.instruction_set, twin::kernel_digests(named.kernels, rounds, 0));
  }
  for (const twin::WordArithmetic& arithmetic : twin::all_word_arithmetic()) {
    twin::print(arithmetic.instruction_set, twin::word_digests(arithmetic, rounds));
  }
}
