// SPDX-License-Identifier: Apache-2.0
// What a person reads in a terminal, rule by rule.
#include "reports/terminal.hpp"

#include <algorithm>
#include <sstream>

#include "oracle/test/catch.hpp"
#include "reports/printable_text.hpp"
#include "reports/row_summary.hpp"
#include "reports/test/sample_records.hpp"

namespace truenorm {

namespace {

Result with_score(double p99_ulps, EffectiveBits bits) {
  Result result = sample_result();
  result.score->ulp->p99 = p99_ulps;
  result.score->effective_bits = bits;
  return result;
}

}  // namespace

TEST_CASE("a row is as bad as its worst result") {
  RowSummary row;
  row.add(with_score(0.5, {24, true}));
  row.add(with_score(8, {12, false}));
  row.add(with_score(2, {20, false}));
  CHECK(row.p99_ulps == 8);
  CHECK(row.effective_bits->bits == 12);
  CHECK(row.special.spurious_nan == 603);
}

TEST_CASE("a row's bits are those that say most") {
  RowSummary row;
  row.add(with_score(1, {11, true}));
  row.add(with_score(1, {20, true}));
  row.add(with_score(1, {12, true}));
  CHECK(row.effective_bits->at_least);
  CHECK(row.effective_bits->bits == 11);
  row.add(with_score(1, {23, false}));
  row.add(with_score(1, {11, true}));
  CHECK_FALSE(row.effective_bits->at_least);
  CHECK(row.effective_bits->bits == 23);
}

TEST_CASE("the table fits in 100 columns") {
  std::istringstream lines(summary_table(sample_records(), Color::never));
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(character_count(line) <= 100);
    CHECK_FALSE(line.ends_with(' '));
  }
}

TEST_CASE("without colour there is no escape sequence, whatever a runner wrote") {
  std::string text = summary_table(sample_records(), Color::never);
  for (const Record& record : sample_records()) {
    if (const auto* result = std::get_if<Result>(&record)) {
      text += failure_text(*result, Color::never);
    }
  }
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("colour changes no character") {
  std::string colored = summary_table(sample_records(), Color::always);
  REQUIRE(colored.find('\x1b') != std::string::npos);
  while (colored.find('\x1b') != std::string::npos) {
    const std::size_t start = colored.find('\x1b');
    colored.erase(start, colored.find('m', start) + 1 - start);
  }
  CHECK(colored == summary_table(sample_records(), Color::never));
}

TEST_CASE("a failure says which limits it had to keep") {
  Result result = sample_result();
  result.verdict = Verdict::fail;
  result.actual.reset();
  result.tolerance.reset();
  const auto text = [&] { return failure_text(result, Color::never); };
  CHECK(text().find("allowed") == std::string::npos);
  result.tolerance = Tolerance{};
  CHECK(text().find("; allowed excess 4\n") != std::string::npos);
  result.tolerance = Tolerance{0.5, std::nullopt, false};
  CHECK(text().find("; allowed 0.5 ulp\n") != std::string::npos);
}

TEST_CASE("the closing line says FAIL when the run fails and PASS when it does not") {
  Result unexpected = sample_result();
  unexpected.verdict = Verdict::unexpected_pass;
  const std::vector<Record> records{sample_result(), unexpected};
  CHECK(closing_line(records, Strictness::lenient) ==
        "PASS 2 results: 1 known_failure, 1 unexpected_pass");
  CHECK(closing_line(records, Strictness::strict) ==
        "FAIL 2 results: 1 known_failure, 1 unexpected_pass");
  Result unsupported = sample_result();
  unsupported.verdict = Verdict::unsupported;
  CHECK(closing_line({unsupported}, Strictness::lenient) ==
        "FAIL 1 result: 1 unsupported; nothing was judged of torch:compile");
  CHECK(closing_line({}, Strictness::lenient) == "PASS 0 results");
}

}  // namespace truenorm
