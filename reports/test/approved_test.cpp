// SPDX-License-Identifier: Apache-2.0
// Whole reports of a fixed run, compared with what was approved.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "oracle/test/catch.hpp"
#include "reports/junit.hpp"
#include "reports/results_file.hpp"
#include "reports/terminal.hpp"
#include "reports/test/sample_records.hpp"

namespace truenorm {

namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

/// Compares with the approved file, or replaces it where TRUENORM_APPROVE is set.
void check_approved(const std::string& file_name, const std::string& text) {
  const fs::path approved = fs::path(TRUENORM_APPROVED_FOLDER) / file_name;
  const fs::path received = fs::path(TRUENORM_RECEIVED_FOLDER) / file_name;
  if (std::getenv("TRUENORM_APPROVE") != nullptr) write(approved, text);
  write(received, text);
  INFO("diff " << approved.string() << ' ' << received.string());
  CHECK(text == content(approved));
}

std::string terminal_report(Color color) {
  const std::vector<Record> records = sample_records();
  std::string text = summary_table(records, color) + '\n';
  for (const Record& record : records) {
    const auto* result = std::get_if<Result>(&record);
    if (result != nullptr && fails_a_run(result->verdict, Strictness::strict)) {
      text += failure_text(*result, color);
    }
  }
  return text + '\n' + closing_line(records, Strictness::strict) + '\n';
}

}  // namespace

TEST_CASE("the terminal report is as approved", "[golden]") {
  check_approved("terminal.txt", terminal_report(Color::never));
}

TEST_CASE("the terminal report in colour is as approved", "[golden]") {
  check_approved("terminal-color.txt", terminal_report(Color::always));
}

TEST_CASE("the JUnit report is as approved", "[golden]") {
  check_approved("junit.xml", junit_xml(sample_records(), Strictness::strict));
}

TEST_CASE("the lines of results.jsonl are as approved", "[golden]") {
  std::string lines;
  for (const Record& record : sample_records()) lines += json_line(record) + '\n';
  check_approved("results.jsonl", lines + json_line(sample_result()) + '\n');
}

}  // namespace truenorm
