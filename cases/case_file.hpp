// SPDX-License-Identifier: Apache-2.0
// The file that a case stands in, and those that it may name.
#pragma once

#include <string>

#include "cases/reader.hpp"
#include "cases/tensor_files.hpp"

namespace truenorm {

struct CaseFile {
  std::string file_name;     ///< as in test names
  std::string display_name;  ///< as in diagnostics
  TensorFiles& tensor_files;
  const TagFilter& wants;  ///< of which cases tests are made
};

}  // namespace truenorm
