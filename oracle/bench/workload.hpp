// SPDX-License-Identifier: Apache-2.0
// A row made concrete: the question, answers to it that a good library gives, and the
// same data as the peers read it.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "oracle/bench/problem.hpp"
#include "oracle/question.hpp"

namespace truenorm::bench {

/// An output of the question and an answer to it.
struct Judged {
  std::string output;
  Tensor answer;
};

/// values   binary32 holds the formats of 16 bits, which C++ lacks
using Native = std::variant<Problem<float>, Problem<double>>;

struct Workload {
  Row row;
  Question question;
  std::vector<Judged> judged;
  Native native;
  Problem<double> few;          ///< the first groups of the row, for slow peers
  Answer<double> few_expected;  ///< what they should come near to
};

/// values   answers are the two passes in binary64, rounded to the row's format;
///          few has one group or more, `slow_elements` elements if a row has them
[[nodiscard]] Workload make_workload(const Row& row, std::int64_t slow_elements);

/// Whether a peer's answer is that of its problem, up to the errors of a library.
[[nodiscard]] bool is_near(const Answer<double>& answer,
                           const Answer<double>& expected);

}  // namespace truenorm::bench
