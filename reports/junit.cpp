// SPDX-License-Identifier: Apache-2.0
// Results as JUnit XML.
#include "reports/junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

#include "reports/printable_text.hpp"
#include "reports/terminal.hpp"

namespace truenorm {

namespace {

constexpr std::size_t limit_log_end_bytes = 4096;
constexpr std::size_t limit_message_characters = 200;

/// Which element of a <testcase> tells the verdict.
enum class Outcome { passed, failure, error, skipped };

Outcome outcome(Verdict verdict, Strictness strictness) {
  switch (verdict) {
    case Verdict::pass:
      return Outcome::passed;
    case Verdict::unexpected_pass:
      return strictness == Strictness::strict ? Outcome::failure : Outcome::passed;
    case Verdict::fail:
      return Outcome::failure;
    case Verdict::unsupported:
    case Verdict::known_failure:
      return Outcome::skipped;
    case Verdict::crashed:
    case Verdict::timed_out:
    case Verdict::out_of_memory:
    case Verdict::protocol_error:
    case Verdict::runner_error:
      return Outcome::error;
  }
  return Outcome::error;
}

const char* element_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return "";
    case Outcome::failure:
      return "failure";
    case Outcome::error:
      return "error";
    case Outcome::skipped:
      return "skipped";
  }
  return "";
}

std::string message(const Result& result) {
  std::string text(name(result.verdict));
  if (result.actual) text += fmt::format(" ({})", name(*result.actual));
  if (result.score && result.score->excess) {
    text += fmt::format(", max excess {:.9g}", result.score->excess->max);
  }
  const std::string reason = first_line(result.log, limit_message_characters);
  return reason.empty() ? text : text + ": " + reason;
}

/// The log, or its two ends where it is long.
std::string bounded(std::string_view log) {
  if (log.size() <= 2 * limit_log_end_bytes) return printable(log);
  return fmt::format("{}\n[{} bytes left out]\n{}",
                     printable(log.substr(0, limit_log_end_bytes)),
                     log.size() - 2 * limit_log_end_bytes,
                     printable(log.substr(log.size() - limit_log_end_bytes)));
}

double seconds(const Result& result) {
  const double sum =
      result.seconds.oracle + result.seconds.answer + result.seconds.transport;
  // The schema knows neither a sign nor an exponent.
  return sum >= 0 && sum < 1e9 ? sum : 0;
}

void set(pugi::xml_node node, const char* attribute, const std::string& value) {
  node.append_attribute(attribute).set_value(printable(value).c_str());
}

void add_property(pugi::xml_node properties, const char* name,
                  const std::string& value) {
  if (value.empty()) return;
  pugi::xml_node property = properties.append_child("property");
  set(property, "name", name);
  set(property, "value", value);
}

void add_properties(pugi::xml_node suite, const std::string& runner,
                    const std::vector<Record>& records) {
  for (const Record& record : records) {
    const auto* hello = std::get_if<RunnerRecord>(&record);
    if (hello == nullptr || hello->runner != runner) continue;
    pugi::xml_node properties = suite.append_child("properties");
    add_property(properties, "library", hello->library);
    add_property(properties, "library_version", hello->library_version);
    add_property(properties, "runner_version", hello->version);
    add_property(properties, "device", hello->device);
    return;
  }
}

void add_test(pugi::xml_node suite, const Result& result, Outcome outcome) {
  const std::size_t hash = result.test.find('#');
  const bool has_file = hash != std::string::npos;
  pugi::xml_node test = suite.append_child("testcase");
  set(test, "classname", result.test.substr(0, has_file ? hash : 0));
  set(test, "name", result.test.substr(has_file ? hash + 1 : 0) + ' ' + result.output);
  set(test, "time", fmt::format("{:.6f}", seconds(result)));
  if (outcome != Outcome::passed) {
    pugi::xml_node element = test.append_child(element_name(outcome));
    if (outcome == Outcome::skipped) {
      // Of this element alone, Jenkins' schema allows no attributes.
      element.text().set(printable(message(result)).c_str());
    } else {
      set(element, "type", std::string(name(result.verdict)));
      set(element, "message", message(result));
      element.text().set(failure_text(result, Color::never).c_str());
    }
  }
  if (!result.log.empty()) {
    test.append_child("system-out").text().set(bounded(result.log).c_str());
  }
}

void add_suite(pugi::xml_node suites, const std::string& runner,
               const std::vector<Record>& records, Strictness strictness) {
  std::map<Outcome, int> counts;
  int tests = 0;
  double sum = 0;
  pugi::xml_node suite = suites.append_child("testsuite");
  set(suite, "name", runner);
  add_properties(suite, runner, records);
  for (const Record& record : records) {
    const auto* result = std::get_if<Result>(&record);
    if (result == nullptr || result->runner != runner) continue;
    const Outcome its_outcome = outcome(result->verdict, strictness);
    add_test(suite, *result, its_outcome);
    ++counts[its_outcome];
    ++tests;
    sum += seconds(*result);
  }
  set(suite, "tests", std::to_string(tests));
  set(suite, "failures", std::to_string(counts[Outcome::failure]));
  set(suite, "errors", std::to_string(counts[Outcome::error]));
  set(suite, "skipped", std::to_string(counts[Outcome::skipped]));
  set(suite, "time", fmt::format("{:.6f}", sum));
}

}  // namespace

std::string junit_xml(const std::vector<Record>& records, Strictness strictness) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  set(declaration, "version", "1.0");
  set(declaration, "encoding", "UTF-8");
  pugi::xml_node suites = document.append_child("testsuites");
  set(suites, "name", "truenorm");
  for (const std::string& runner : runners(records)) {
    add_suite(suites, runner, records, strictness);
  }
  std::ostringstream text;
  document.save(text, "  ", pugi::format_default, pugi::encoding_utf8);
  return text.str();
}

}  // namespace truenorm
