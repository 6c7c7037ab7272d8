// SPDX-License-Identifier: Apache-2.0
// Bounds that a verifier claims.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cases/bounds_reader.hpp"
#include "runners/program/law_reports.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  if (!stream) throw UsageError(path + ": cannot be read");
  return content.str();
}

std::string index_text(const std::vector<std::int64_t>& index) {
  return fmt::format("[{}]", fmt::join(index, ", "));
}

void print_verdict(const BoundVerdict& verdict) {
  fmt::print(
      "  {} {}: claimed {}, exact {}, {}\n", index_text(verdict.index),
      name(verdict.end), hex_float(verdict.claimed), verdict.exact,
      verdict.is_sound
          ? fmt::format("sound, {:.3g} ulp wider than need be", verdict.looseness_ulps)
          : fmt::format("UNSOUND by {:.3g} ulp", -verdict.looseness_ulps));
}

/// Judges one claim; whether it is sound.
bool print_claim(const BoundClaim& claim) {
  BoundReport report;
  try {
    report = judge_bounds(claim.test->question, claim.kind, claim.box, claim.claimed);
  } catch (const QuestionError& error) {
    throw UsageError(text(Diagnostic{claim.place, Severity::error, error.what()}));
  }
  fmt::print("{}:{}: {} of {}: {}\n", claim.place.file, claim.place.line,
             name(claim.kind), claim.test->name,
             report.is_sound() ? "sound" : "UNSOUND");
  fmt::print(
      "  {} elements, {} unsound, {} without bounds; {} of {} ends are the best "
      "that {} can say; looseness in ulp: max {:.3g}, mean {:.3g}\n",
      report.elements, report.unsound, report.undefined, report.best_possible,
      2 * report.elements, claim.claimed.low.format().name, report.max_looseness_ulps,
      report.mean_looseness_ulps);
  for (const BoundVerdict& verdict : report.worst) print_verdict(verdict);
  return report.is_sound();
}

}  // namespace

bool print_claims(const std::string& path, const std::vector<TestCase>& tests) {
  const BoundsReading reading = read_bounds(read_file(path), path, tests,
                                            std::filesystem::path(path).parent_path());
  std::string errors;
  for (const Diagnostic& diagnostic : reading.diagnostics) {
    errors += (errors.empty() ? "" : "\n") + text(diagnostic);
  }
  if (!errors.empty()) throw UsageError(errors);
  bool all_are_sound = true;
  for (const BoundClaim& claim : reading.claims) {
    all_are_sound = print_claim(claim) && all_are_sound;
  }
  return all_are_sound;
}

}  // namespace truenorm
