// SPDX-License-Identifier: Apache-2.0
// From the word after --runner to the command that starts it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "runners/program/manifest.hpp"
#include "runners/supervisor/child_process.hpp"

namespace truenorm {

struct RunnerChoice {
  std::string name;  ///< as the user wrote it: NAME, NAME:VARIANT or a path
  Command command;
  std::string install;  ///< how to get what it needs, if that is known
};

/// The runner of that name and variant, or the program of that path.
///
/// throws   UsageError naming the runners, or variants, that there are
[[nodiscard]] RunnerChoice choose_runner(const std::string& word,
                                         std::span<const Manifest> manifests);

/// The runners that the words choose among the installed ones; a word twice counts once.
///
/// throws   UsageError as choose_runner
[[nodiscard]] std::vector<RunnerChoice> choose_runners(
    const std::vector<std::string>& words);

}  // namespace truenorm
