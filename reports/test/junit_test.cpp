// SPDX-License-Identifier: Apache-2.0
// JUnit XML, rule by rule; check_junit.sh holds it against a schema.
#include "reports/junit.hpp"

#include "oracle/test/catch.hpp"
#include "reports/test/sample_records.hpp"

namespace truenorm {

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Result crash(const std::string& log) {
  Result result = sample_result();
  result.verdict = Verdict::crashed;
  result.actual.reset();
  result.score.reset();
  result.log = log;
  return result;
}

}  // namespace

TEST_CASE("an unexpected pass is a failure in a strict run only") {
  Result result = sample_result();
  result.verdict = Verdict::unexpected_pass;
  result.actual = Verdict::pass;
  CHECK(contains(junit_xml({result}, Strictness::strict), "failures=\"1\""));
  const std::string lenient = junit_xml({result}, Strictness::lenient);
  CHECK(contains(lenient, "failures=\"0\" errors=\"0\" skipped=\"0\""));
}

TEST_CASE("a test case is named by its file, its case and its output") {
  CHECK(contains(
      junit_xml({sample_result()}, Strictness::lenient),
      R"(classname="layer_norm/sample.yaml" name="numbers[float32,forward] y")"));
}

TEST_CASE("text is escaped and has no character that XML 1.0 forbids") {
  const std::string xml =
      junit_xml({crash("<&>\"\x01\x1b\xff]]>")}, Strictness::lenient);
  CHECK(contains(xml, "<system-out>&lt;&amp;&gt;\"\xef\xbf\xbd]]&gt;</system-out>"));
}

TEST_CASE("names have no character that XML 1.0 forbids either") {
  Result result = sample_result();
  result.runner = "a\x01<b \xff";
  CHECK(contains(junit_xml({result}, Strictness::lenient),
                 "<testsuite name=\"a&lt;b \xef\xbf\xbd\""));
}

TEST_CASE("of a long log its two ends are kept") {
  const std::string xml = junit_xml(
      {crash("first" + std::string(1000000, 'x') + "last")}, Strictness::lenient);
  CHECK(xml.size() < 20000);
  CHECK(contains(xml, "<system-out>first"));
  CHECK(contains(xml, "\n[991817 bytes left out]\n"));
  CHECK(contains(xml, "xlast</system-out>"));
}

TEST_CASE("seconds that are none count as zero") {
  Result result = sample_result();
  result.seconds.answer = -5;
  CHECK(contains(junit_xml({result}, Strictness::lenient), "time=\"0.000000\""));
}

}  // namespace truenorm
