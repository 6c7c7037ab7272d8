// SPDX-License-Identifier: Apache-2.0
// The laws of SPEC 5, each a check that the oracle proves of itself on a question.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/law_questions.hpp"
#include "oracle/question.hpp"
#include "oracle/score.hpp"

namespace truenorm {

/// A law and where it is stated.
struct Law {
  std::string_view name;     ///< snake_case, as `truenorm laws` prints it
  std::string_view about;    ///< what holds, in one line
  std::string_view section;  ///< of the specification, such as 5.2
};

/// Every law, in the order of SPEC 5.
[[nodiscard]] std::span<const Law> laws();

/// What became of one statement of a law on one question.
struct LawCheck {
  std::string_view law;
  std::string statement;      ///< such as "sum of x-hat = 0"
  std::int64_t compared = 0;  ///< how many equalities or inequalities were decided
  /// Where it does not hold first, and both sides to 30 digits; none if it holds.
  std::optional<std::string> violation;
};

/// Proves every law that applies to the question, exactly.
///
/// values   Both sides of an equality are sums of roots, and whether they are equal is
///          decided (decide.hpp): no tolerance enters. The statistics that a law speaks
///          of are computed here by their definition, not taken from the evaluator. A
///          law that needs a cotangent, a tangent or a box that the question does not
///          give takes one of small dyadic numbers, always the same. Groups with a
///          non-finite input or s = 0 are left out where the law speaks of numbers
/// result   statements of which nothing could be decided are left out
[[nodiscard]] std::vector<LawCheck> prove_laws(const Question& question);

/// How far a library's answers break one statement of a law.
struct LawMeasure {
  std::string_view law;
  std::string statement;
  std::int64_t compared = 0;
  bool passes = true;
  /// Of batch_invariance the number of elements whose bits differ; of all others the
  /// least excess (SPEC 8) that, allowed to every answer in the statement, explains
  /// what is missing to the law.
  double measured = 0;
  double allowed = 0;
  std::string worst;  ///< where the largest was measured, and both sides; else empty
};

/// Measures the laws that answers on the same inputs can break.
///
/// shapes   answers has outputs, by name, of law_questions(question); any may be
///          missing
/// values   Allowed is the excess that the criteria allow to an element. This is no
///          looser than it must be and no stricter than it may be: the truth keeps the
///          law, so by the triangle inequality answers that all have an excess of at
///          most k break it by at most k in this measure
/// throws   std::invalid_argument if an answer's shape or format is not that of the
///          output
[[nodiscard]] std::vector<LawMeasure> measure_laws(const Question& question,
                                                   const Tensors& answers,
                                                   const Criteria& criteria = {});

/// Each row of x, that is each index of its first axis, as a question of its own.
///
/// result   none where a row does not stand alone: where its statistics are taken over
///          the first axis too
[[nodiscard]] std::vector<Question> single_rows(const Question& question);

/// Compares the rows of answers with the answers to the rows alone, bit by bit.
///
/// shapes   a row's answers for each of single_rows(question); an output that is
///          missing on either side is not compared
/// values   gradients of parameters sum over rows and are not compared; a NaN equals a
///          NaN
[[nodiscard]] LawMeasure measure_batch_invariance(
    const Question& question, const Tensors& answers,
    const std::vector<Tensors>& row_answers);

}  // namespace truenorm
