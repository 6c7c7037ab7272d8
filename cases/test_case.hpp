// SPDX-License-Identifier: Apache-2.0
// A test: one case of a file, expanded to one dtype and one direction.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/question.hpp"
#include "oracle/score.hpp"

namespace truenorm {

/// Where something stands in a case file; lines and columns count from 1.
struct Place {
  std::string file;
  int line = 1;
  int column = 1;
};

/// The public report that a case comes from.
struct Bug {
  std::string source;
  std::vector<std::string> libraries;
  std::string symptom;  ///< wrong_value, nan, inf, crash or refused
};

/// An expected failure. An empty field matches everything.
struct Known {
  std::string runner;   ///< NAME also matches NAME:variant
  std::string version;  ///< comparisons such as ">=2.1,<2.14"
  std::string dtype;
  std::string direction;
  std::string output;
  std::string verdict = "fail";  ///< the one expected; not looked at by `matches`
  std::optional<double> limit_excess;
  std::string link;
  std::string because;

  /// Whether this entry speaks of that answer. `runner` is the full name, variant
  /// included.
  [[nodiscard]] bool matches(std::string_view runner, std::string_view library_version,
                             std::string_view dtype, std::string_view direction,
                             std::string_view output) const;
};

struct TestCase {
  std::string name;           ///< FILE#case[dtype,direction]
  std::string id;             ///< of the request: case.dtype.direction.digest
  std::string inputs_digest;  ///< 16 hex digits over the exact inputs
  std::string file;           ///< as in the name
  std::string case_name;
  std::string about;
  Place place;
  Question question;
  std::vector<std::string> outputs;  ///< the ones to be asked for
  std::map<std::string, Tolerance, std::less<>> tolerances;  ///< by output
  std::optional<Format> compute;
  std::vector<Known> known;
  std::vector<std::string> catches;
  bool catches_nothing = false;  ///< says 'catches: []': no mutant can show here
  std::vector<std::string> tags;
  std::optional<Bug> bug;

  /// The dtype of x.
  [[nodiscard]] std::string_view dtype() const { return question.x().format().name; }
  /// What an answer to the output must keep.
  [[nodiscard]] Criteria criteria(std::string_view output) const;
};

}  // namespace truenorm
