// SPDX-License-Identifier: Apache-2.0
// Writing and reading results.jsonl on a disk.
#include "reports/results_file.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace truenorm {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t limit_line_bytes = std::size_t{64} << 20;

[[noreturn]] void fail(const char* what, const fs::path& file) {
  throw fs::filesystem_error(what, file, {errno, std::generic_category()});
}

/// The size of the file up to and including its last newline.
std::uintmax_t finished_size(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail("cannot read results", file);
  std::array<char, 1 << 16> block{};
  std::uintmax_t seen = 0;
  std::uintmax_t finished = 0;
  while (stream.read(block.data(), block.size()), stream.gcount() > 0) {
    const std::string_view read(block.data(),
                                static_cast<std::size_t>(stream.gcount()));
    const std::size_t newline = read.rfind('\n');
    if (newline != std::string_view::npos) finished = seen + newline + 1;
    seen += read.size();
  }
  return finished;
}

/// Reads up to a newline; false if the file ends before one.
bool read_line(std::streambuf& source, std::string& line) {
  line.clear();
  for (int next = source.sbumpc(); next != EOF; next = source.sbumpc()) {
    if (next == '\n') return true;
    if (line.size() == limit_line_bytes) throw std::invalid_argument("line too long");
    line.push_back(static_cast<char>(next));
  }
  return false;
}

}  // namespace

ResultsWriter::ResultsWriter(const fs::path& file) : file_(file) {
  // Else the first new record would be glued to what a killed run left behind.
  if (fs::is_regular_file(file)) {
    const std::uintmax_t size = finished_size(file);
    if (size < fs::file_size(file)) fs::resize_file(file, size);
  }
  stream_.open(file, std::ios::binary | std::ios::app);
  if (!stream_) fail("cannot open results", file);
}

void ResultsWriter::write(const Record& record) {
  stream_ << json_line(record) << '\n' << std::flush;
  if (!stream_) fail("cannot write results", file_);
}

std::vector<Record> read_results(const fs::path& file) {
  // A folder opens as a stream and then reads as an empty file.
  if (fs::is_directory(file)) {
    errno = EISDIR;
    fail("cannot read results", file);
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail("cannot read results", file);
  std::vector<Record> records;
  std::string line;
  std::size_t number = 1;
  try {
    for (; read_line(*stream.rdbuf(), line); ++number) {
      records.push_back(parse_json_line(line));
    }
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(
        fmt::format("{}:{}: {}", file.string(), number, error.what()));
  }
  return records;
}

}  // namespace truenorm
