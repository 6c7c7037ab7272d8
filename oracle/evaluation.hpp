// SPDX-License-Identifier: Apache-2.0
// The evaluator: one output of a question, block by block, as exact values.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "oracle/attainable.hpp"
#include "oracle/canonical.hpp"
#include "oracle/exact.hpp"
#include "oracle/refine.hpp"
#include "oracle/truth.hpp"

namespace truenorm {

/// What an element's true value is, beside the number.
struct ElementClass {
  double special = 0;  ///< the NaN or infinity that the value is; 0 for a number
  bool is_degenerate = false;

  [[nodiscard]] bool is_finite() const { return special == 0; }
  /// Takes in a term of the value.
  void add(const Exact& term);
};

/// The true value of an output element.
struct ElementValue : ElementClass {
  /// Those of one group are one surd; what is summed over groups has one for each.
  std::vector<Surd> terms;

  [[nodiscard]] static ElementValue of(const Exact& value);
};

/// Where an evaluation has an element.
struct ElementPlace {
  std::int64_t block;
  std::int64_t i;
};

/// One output of a question. Its elements come in blocks, those of a group together.
///
/// The exact levels: filter/ comes before them and leaves them what its bounds do not
/// settle.
class Evaluation {
 public:
  virtual ~Evaluation() = default;

  [[nodiscard]] virtual std::int64_t blocks() const = 0;
  [[nodiscard]] virtual std::int64_t block_size() const = 0;
  /// The row-major index in the output of a block's element i.
  [[nodiscard]] virtual std::int64_t output_index(std::int64_t block,
                                                  std::int64_t i) const = 0;
  /// Whether the elements have a truth: the statistics of nothing have none.
  [[nodiscard]] virtual bool is_scored() const { return true; }

  /// Makes a block the current one, of which all that follows speaks.
  virtual void load(std::int64_t block) = 0;

  /// Shows the terms of an element's value, of one that is no number as far as there are.
  virtual ElementClass for_each_term(std::int64_t i,
                                     const std::function<void(const Surd&)>& visit) = 0;
  /// S of an element, whose value is a number.
  [[nodiscard]] virtual Sensitivity sensitivity(std::int64_t i, long double value) = 0;
  /// What a rounding on the way, which may go either way, adds to the error attainable.
  [[nodiscard]] virtual long double rounding_on_the_way(std::int64_t /*i*/) {
    return 0;
  }
  /// Of the block; none where no group of it has finite statistics and s != 0.
  [[nodiscard]] virtual std::optional<long double> conditioning() = 0;
  [[nodiscard]] virtual bool leaves_range(const Format& compute) = 0;

  [[nodiscard]] ElementValue value(std::int64_t i);
  /// The value of an element rounded to the format, and how it was settled.
  [[nodiscard]] Truth settle(std::int64_t i, const Format& format);
  /// The value of an element, a number, to about 60 bits.
  [[nodiscard]] long double approximate(std::int64_t i);
  /// The value of an element to 30 significant digits, or nan, inf, -inf.
  [[nodiscard]] std::string decimal(std::int64_t i);
  /// The same of elements of any blocks; which block is the current one then is open.
  [[nodiscard]] virtual std::vector<std::string> decimals(
      std::span<const ElementPlace> places);

 protected:
  [[nodiscard]] Settler& settler() { return settler_; }

 private:
  Settler settler_;
};

/// The evaluation of an output.
///
/// values   `form` is lower(question), or a mutant of it; both outlive the evaluation
[[nodiscard]] std::unique_ptr<Evaluation> evaluate(const Question& question,
                                                   const CanonicalForm& form,
                                                   Quantity quantity,
                                                   long double unit_roundoff);

}  // namespace truenorm
