// SPDX-License-Identifier: Apache-2.0
// One question before the laws: its groups, related questions, and what was decided.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/law_group.hpp"
#include "oracle/law_questions.hpp"
#include "oracle/law_subject.hpp"
#include "oracle/root_sum.hpp"

namespace truenorm {

/// Where an equality is demanded.
struct Place {
  std::string_view of;  ///< "element", "group", "parameter"
  std::int64_t index = 0;
};

/// A statement of a law: equalities and inequalities, each decided.
class Claims {
 public:
  Claims(std::string_view law, std::string statement, Settler& settler)
      : settler_(settler), check_{law, std::move(statement), 0, std::nullopt} {}

  void equal(const Place& place, const RootSum& left, const RootSum& right);
  void at_most(const Place& place, const RootSum& left, const RootSum& right);

  [[nodiscard]] const LawCheck& check() const { return check_; }

 private:
  void deny(const Place& place, const RootSum& left, std::string_view relation,
            const RootSum& right);

  Settler& settler_;
  LawCheck check_;
};

/// The question that the laws are proven on, and the subject that answers.
class LawCase {
 public:
  /// values   question and subject outlive this
  LawCase(const Question& question, const LawSubject& subject);

  /// The same subject before a related question, which outlives the result.
  [[nodiscard]] LawCase of(const Question& related) const {
    return {related, subject_};
  }

  [[nodiscard]] const Question& question() const { return question_; }
  [[nodiscard]] const CanonicalForm& form() const { return form_; }
  [[nodiscard]] const std::vector<LawGroup>& groups() const { return groups_; }
  [[nodiscard]] std::int64_t group_size() const { return form_.map.group_size(); }

  [[nodiscard]] std::vector<RootSum> told(const Question& question,
                                          std::string_view output) const;
  [[nodiscard]] std::vector<ExactStage> stages(const Question& question) const {
    return subject_.stages(question);
  }

  /// The question forward, without what belongs to a derivative.
  [[nodiscard]] Question forward() const;
  /// y of it is x-hat: no affine, and no rounding before it.
  [[nodiscard]] Question normalized() const { return normalized_of(question_.x()); }
  /// x-hat of another x of the same shape, with another epsilon.
  [[nodiscard]] Question normalized_of(const Tensor& x) const;
  [[nodiscard]] Question normalized_of(const Tensor& x, const Rational& eps) const;
  /// The told x-hat of the question itself.
  [[nodiscard]] const std::vector<RootSum>& x_hat();

  /// Whether the operator has derivatives with these attributes (SPEC 4).
  [[nodiscard]] bool is_differentiable() const;
  /// The question in reverse, with the given dy or a made one; likewise along tangents.
  [[nodiscard]] Question vjp() const;
  [[nodiscard]] Question jvp() const;

  /// gamma + gamma_offset where an element meets it, 1 without a gamma; and beta, or 0.
  [[nodiscard]] RootSum gamma(std::int64_t group, std::int64_t i) const;
  [[nodiscard]] RootSum beta(std::int64_t group, std::int64_t i) const;

  /// Whether every input of the question that the group's elements meet is a number.
  [[nodiscard]] bool is_finite(const Question& question, std::int64_t group) const;

  [[nodiscard]] Claims claims(std::string_view law, std::string statement) {
    return {law, std::move(statement), settler_};
  }
  /// Keeps what was decided, if anything was.
  void keep(const Claims& claims);
  void keep_all(std::vector<LawCheck> checks);
  [[nodiscard]] std::vector<LawCheck> take_checks() { return std::move(checks_); }

 private:
  const Question& question_;
  const LawSubject& subject_;
  CanonicalForm form_;
  std::vector<LawGroup> groups_;
  std::optional<std::vector<RootSum>> x_hat_;
  Settler settler_;
  std::vector<LawCheck> checks_;
};

/// An element of a tensor.
[[nodiscard]] inline RootSum element(const Tensor& tensor, std::int64_t index) {
  return RootSum(tensor[index]);
}

// The laws, each in the file of its name or of its kind.
void prove_affine_fold(LawCase& laws);
void prove_adjoint(LawCase& laws);
void prove_stages(LawCase& laws);
void prove_interval_bounds(LawCase& laws);
void prove_affine_bounds(LawCase& laws);
void prove_derivative_bounds(LawCase& laws);
void prove_invariants(LawCase& laws);
void prove_identities(LawCase& laws);
void prove_range(LawCase& laws);
void prove_degenerate(LawCase& laws);
void prove_eps_inside_root(LawCase& laws);
void prove_explicit_running_statistics(LawCase& laws);

}  // namespace truenorm
