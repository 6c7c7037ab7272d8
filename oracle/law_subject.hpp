// SPDX-License-Identifier: Apache-2.0
// Of whom the laws are demanded: the exact evaluator, or one that a test made wrong.
#pragma once

#include <string_view>
#include <vector>

#include "oracle/exact_stages.hpp"
#include "oracle/laws.hpp"

namespace truenorm {

/// Tells the values that the laws relate to each other.
class LawSubject {
 public:
  LawSubject() = default;
  virtual ~LawSubject() = default;
  LawSubject(const LawSubject&) = delete;
  LawSubject& operator=(const LawSubject&) = delete;

  /// Every element of an output, row-major.
  [[nodiscard]] virtual std::vector<ElementValue> values(const Question& question,
                                                         std::string_view output) const;
  [[nodiscard]] virtual std::vector<ExactStage> stages(const Question& question) const;
};

/// prove_laws, of any subject.
[[nodiscard]] std::vector<LawCheck> prove_laws(const Question& question,
                                               const LawSubject& subject);

}  // namespace truenorm
