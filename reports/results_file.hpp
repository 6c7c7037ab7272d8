// SPDX-License-Identifier: Apache-2.0
// results.jsonl: one JSON object a line, as reports/results.schema.json describes it.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "reports/result.hpp"

namespace truenorm {

/// One record as one line, without the newline.
///
/// values   bytes that are not UTF-8 become U+FFFD
/// throws   std::invalid_argument if a verdict, its actual one and the presence of a
///          score do not fit each other
[[nodiscard]] std::string json_line(const Record& record);

/// The record that a line holds.
///
/// throws   std::invalid_argument that says what is wrong with the line
[[nodiscard]] Record parse_json_line(std::string_view line);

/// Appends records and flushes after each, so that a killed run loses at most one.
class ResultsWriter {
 public:
  /// Opens a file, or makes it. A last line that was never finished is cut off.
  ///
  /// throws   std::filesystem::filesystem_error if the file cannot be opened
  explicit ResultsWriter(const std::filesystem::path& file);
  /// throws   std::filesystem::filesystem_error if the disk is full, say
  void write(const Record& record);

 private:
  std::filesystem::path file_;
  std::ofstream stream_;
};

/// Reads a results file; a last line without its newline is dropped as unfinished.
///
/// throws   std::invalid_argument naming file and line; std::filesystem::filesystem_error
///          if the file cannot be read
[[nodiscard]] std::vector<Record> read_results(const std::filesystem::path& file);

}  // namespace truenorm
