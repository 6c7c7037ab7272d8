// SPDX-License-Identifier: Apache-2.0
// Reads a tensor of a case file.
#pragma once

#include <optional>
#include <string_view>

#include "cases/document.hpp"
#include "cases/tensor_files.hpp"
#include "cases/tensor_recipe.hpp"

namespace truenorm {

/// The recipe that the node writes: a number, a nested list, or a map with a shape or
/// with one of the files.
///
/// result   nothing, and at least one problem, if it is none; a recipe's shape has at
///          most largest_element_count elements
[[nodiscard]] std::optional<TensorRecipe> read_tensor(const Node& node,
                                                      std::string_view input_name,
                                                      TensorFiles& files,
                                                      Problems& problems);

}  // namespace truenorm
