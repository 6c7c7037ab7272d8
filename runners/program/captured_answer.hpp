// SPDX-License-Identifier: Apache-2.0
// A request and the answer to it as two files: the blobs of frames (ARCHITECTURE 4).
#pragma once

#include <filesystem>
#include <string>

#include "oracle/question.hpp"

namespace truenorm {

struct CapturedAnswer {
  std::string id;
  Question question;
  Tensors outputs;  ///< those that came back
};

/// values   what a request does not say of zero gradients is given
/// throws   UsageError that names the file: unreadable, no such message, no question that
///          has a truth, an answer to another one, or none
[[nodiscard]] CapturedAnswer read_captured_answer(const std::filesystem::path& request,
                                                  const std::filesystem::path& answer,
                                                  ZeroScaleGradient zero_gradient);

}  // namespace truenorm
