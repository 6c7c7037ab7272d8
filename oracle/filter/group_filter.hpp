// SPDX-License-Identifier: Apache-2.0
// A group as the filter sees it: its constants, and its elements chunk by chunk.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "oracle/attainable_group.hpp"
#include "oracle/canonical.hpp"
#include "oracle/filter/group_reader.hpp"
#include "oracle/filter/kernels.hpp"

namespace truenorm::filter {

/// An input of a question, of which a chunk at a time is at hand as doubles.
class Stream {
 public:
  /// values   tensor may be null: then the question has no such input
  Stream(const Tensor* tensor, const GroupReader& reader)
      : tensor_(tensor), reader_(&reader) {
    if (tensor != nullptr) values_ = std::make_unique<Values>();
  }

  /// Elements [begin, begin + count) of the group, times a power of two; null if absent.
  [[nodiscard]] const double* read(std::int64_t group, std::int64_t begin,
                                   std::size_t count, double factor = 1);
  [[nodiscard]] bool is_float64() const {
    return tensor_ != nullptr && tensor_->format() == float64;
  }

 private:
  struct Values {
    alignas(64) std::array<double, chunk_size> values{};
  };

  const Tensor* tensor_;
  const GroupReader* reader_;
  std::unique_ptr<Values> values_;
  // What the values are; a chunk that is asked for again is not read again.
  std::int64_t group_ = -1;
  std::int64_t begin_ = -1;
  double factor_ = 1;
};

/// What of S a caller needs.
enum class Need { truths, scores };

/// The filter for one output, group by group. Each thread has its own.
class GroupFilter {
 public:
  /// values   question and form outlive this; u is that of the compute format
  GroupFilter(const Question& question, const CanonicalForm& form, Quantity quantity,
              Need need, double unit_roundoff);

  /// Makes a group the current one. False if the filter can say nothing of it, because
  /// something in it is not finite, or its scale is too uncertain.
  [[nodiscard]] bool load(std::int64_t group);

  [[nodiscard]] ElementKind kind() const { return kind_; }
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] static std::size_t count_at(std::int64_t begin, std::int64_t size);
  /// The elements [begin, begin + chunk_size) of the group, or what is left.
  [[nodiscard]] ElementArrays elements(std::int64_t begin);
  [[nodiscard]] const GroupConstants& constants() const { return constants_; }

  /// An output of which the group has one; none where it has no finite value.
  [[nodiscard]] std::optional<Bounded> statistic() const;
  /// Its S; values   Need::scores
  [[nodiscard]] Sensitivity statistic_sensitivity() const;
  /// The group's part of S; values   Need::scores
  [[nodiscard]] const AttainableGroup& attainable() const { return *attainable_; }

 private:
  [[nodiscard]] bool take_rough();
  [[nodiscard]] bool take_given(std::int64_t group);
  [[nodiscard]] Word scaled_eps() const;
  void take_central();
  void take_constants();
  void take_sensitivity();
  [[nodiscard]] bool take_products();
  void take_given_tangents();
  [[nodiscard]] bool needs_products() const;
  [[nodiscard]] double shared(std::string_view input, double absent) const;
  [[nodiscard]] QuantityInputs quantity_inputs() const;
  template <typename Visit>
  void for_each_chunk(const Visit& visit);

  const Question& question_;
  const CanonicalForm& canonical_;
  Quantity quantity_;
  Need need_;
  ElementKind kind_ = ElementKind::y;
  GroupReader by_element_;
  GroupReader by_parameter_;
  Stream x_;
  Stream gamma_;
  Stream beta_;
  Stream v_;
  Stream tangent_gamma_;
  Stream tangent_beta_;
  std::int64_t size_;
  bool inputs_are_narrow_ = true;
  GroupForm form_;
  Word eps_;
  long double long_eps_ = 0;
  Word momentum_;
  Word one_minus_momentum_;

  std::int64_t group_ = -1;
  double factor_ = 1;  ///< of x: a power of two
  RoughSums rough_;
  CentralSums central_;
  GivenSpread given_;
  double given_mean_ = 0;
  GroupStatistics statistics_;
  GroupConstants constants_;
  ProductSums products_;
  std::optional<AttainableGroup> attainable_;
};

}  // namespace truenorm::filter
