// SPDX-License-Identifier: Apache-2.0
// The filter's double-word arithmetic, lane by lane, for each instruction set.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "oracle/filter/kernels.hpp"

namespace truenorm::twin {

/// A double stands for the word whose lo is 0.
enum class WordOperation {
  two_sum,      ///< x.hi + y.hi, exactly
  two_product,  ///< x.hi y.hi, exactly
  sum,
  sum_with_double,  ///< x + y.hi
  product,
  product_with_double,  ///< x y.hi
  quotient,
  root,  ///< of x, on doubles alone
};

inline constexpr std::array word_operations{
    WordOperation::two_sum,  WordOperation::two_product,
    WordOperation::sum,      WordOperation::sum_with_double,
    WordOperation::product,  WordOperation::product_with_double,
    WordOperation::quotient, WordOperation::root};

struct WordArithmetic {
  std::string_view instruction_set;
  /// On eight lanes; x, y and result have that many.
  void (*of_packs)(WordOperation operation, const filter::Word* x,
                   const filter::Word* y, filter::Word* result);
  filter::Word (*of_doubles)(WordOperation operation, filter::Word x, filter::Word y);
};

/// That of every instruction set that this machine has.
[[nodiscard]] std::vector<WordArithmetic> all_word_arithmetic();

}  // namespace truenorm::twin
