// SPDX-License-Identifier: Apache-2.0
// What a case says, and the tests that come of it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cases/case_file.hpp"
#include "cases/cost.hpp"
#include "cases/expectations.hpp"
#include "cases/merged_case.hpp"
#include "cases/tensor_recipe.hpp"
#include "cases/test_case.hpp"

namespace truenorm {

/// The dtypes of one test: x's, and those of the inputs that have their own.
struct Dtypes {
  Format of_x;
  std::map<std::string, Format, std::less<>> of_others;

  [[nodiscard]] const Format& of(std::string_view input) const;
};

struct NamedRecipe {
  std::string name;
  TensorRecipe recipe;
};

/// What could be read of a case's fields.
struct CaseContent {
  /// Whether all was right but for outputs and expectations, so that it can be asked.
  bool has_sound_question = false;
  std::string name;
  const OperatorSpec* op = nullptr;
  std::vector<Dtypes> dtypes;
  std::vector<Direction> directions;
  Attributes attributes;
  std::vector<NamedRecipe> recipes;  ///< x's first: scalars take their shape from it
  std::vector<NamedOutput> outputs;
  bool asks_for_all_outputs = false;
  Expectations expectations;

  [[nodiscard]] bool names_output(std::string_view output) const;
  /// What the case names as its outputs, and what it says of them.
  [[nodiscard]] std::vector<NamedOutput> named_outputs() const;
};

/// One test for each dtype and direction.
///
/// values   `merged` is where the content stands; each test keeps what `cost` says
/// result   useless if there was a problem
[[nodiscard]] std::vector<TestCase> expand(const CaseContent& content,
                                           const MergedCase& merged, const Cost& cost,
                                           const CaseFile& file, Budget& budget,
                                           Problems& problems);

}  // namespace truenorm
