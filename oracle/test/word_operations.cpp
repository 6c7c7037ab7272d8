// SPDX-License-Identifier: Apache-2.0
// Compiled once for each instruction set, as the kernels are.
#include "oracle/test/word_operations.hpp"

#include <iterator>

// As in kernels.cpp.
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_SVE | HWY_SVE_256 | HWY_SVE2 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "oracle/test/word_operations.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "oracle/filter/word_inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

template <class T>
WordOf<T> word_result(twin::WordOperation operation, WordOf<T> x, WordOf<T> y) {
  switch (operation) {
    case twin::WordOperation::two_sum:
      return two_sum(x.hi, y.hi);
    case twin::WordOperation::two_product:
      return two_product(x.hi, y.hi);
    case twin::WordOperation::sum:
      return x + y;
    case twin::WordOperation::sum_with_double:
      return x + y.hi;
    case twin::WordOperation::product:
      return x * y;
    case twin::WordOperation::product_with_double:
      return x * y.hi;
    case twin::WordOperation::quotient:
      return x / y;
    case twin::WordOperation::root:
      break;
  }
  return x;
}

Word word_of_doubles(twin::WordOperation operation, Word x, Word y) {
  const WordOf<double> left{x.hi, x.lo};
  const WordOf<double> right{y.hi, y.lo};
  const WordOf<double> result = operation == twin::WordOperation::root
                                    ? root_of(left)
                                    : word_result(operation, left, right);
  return {result.hi, result.lo};
}

WordOf<Pack> load_words(const Word* from) {
  alignas(64) double lanes[2][pack_lanes];
  for (std::size_t j = 0; j < pack_lanes; ++j) {
    lanes[0][j] = from[j].hi;
    lanes[1][j] = from[j].lo;
  }
  return {Pack::load(lanes[0]), Pack::load(lanes[1])};
}

void word_of_packs(twin::WordOperation operation, const Word* x, const Word* y,
                   Word* result) {
  const WordOf<Pack> words = word_result(operation, load_words(x), load_words(y));
  alignas(64) double lanes[2][pack_lanes];
  words.hi.store(lanes[0]);
  words.lo.store(lanes[1]);
  for (std::size_t j = 0; j < pack_lanes; ++j) {
    result[j] = {lanes[0][j], lanes[1][j]};
  }
}

twin::WordArithmetic word_arithmetic() { return {{}, word_of_packs, word_of_doubles}; }

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace truenorm::filter {

HWY_EXPORT(word_arithmetic);

}  // namespace truenorm::filter

namespace truenorm::twin {

std::vector<WordArithmetic> all_word_arithmetic() {
  std::vector<WordArithmetic> all;
  std::int64_t rest = HWY_SUPPORTED_TARGETS & HWY_TARGETS;
  for (; rest != 0; rest &= rest - 1) {
    const std::int64_t target = rest & -rest;
    hwy::ChosenTarget chosen;
    chosen.Update(target);
    // A single set has a table of one.
    const auto& table = filter::HWY_DISPATCH_TABLE(word_arithmetic);
    WordArithmetic arithmetic = table[std::size(table) == 1 ? 0 : chosen.GetIndex()]();
    arithmetic.instruction_set = hwy::TargetName(target);
    all.push_back(arithmetic);
  }
  return all;
}

}  // namespace truenorm::twin
#endif  // HWY_ONCE
