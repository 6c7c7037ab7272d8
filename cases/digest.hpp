// SPDX-License-Identifier: Apache-2.0
// Digests that name a test and its inputs, the same on every machine.
#pragma once

#include <string>
#include <vector>

#include "oracle/question.hpp"

namespace truenorm {

// Both are 16 hex digits: XXH3_64 with seed 0, read as a number, of lines that end in
// '\n' and of raw tensor bytes:
//
//   truenorm 1
//   op layer_norm
//   direction forward
//   attribute axes [1]            one for each attribute, resolved, sorted by name:
//   attribute eps 1/1000000       true or false, an integer, a fraction, a list, a word
//   outputs y,mean                as they are asked for
//   input x float32 [2, 3]        one for each input, sorted by name, followed by its
//                                 elements' bits, little-endian, and '\n'

/// The digest of everything that a request says.
[[nodiscard]] std::string request_digest(const Question& question,
                                         const std::vector<std::string>& outputs);

/// The digest of the input lines alone.
[[nodiscard]] std::string inputs_digest(const Question& question);

}  // namespace truenorm
