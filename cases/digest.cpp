// SPDX-License-Identifier: Apache-2.0
// Feeds the canonical lines to XXH3.
#include "cases/digest.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <memory>
#include <type_traits>

namespace truenorm {
namespace {

class Hash {
 public:
  Hash() : state_(XXH3_createState(), &XXH3_freeState) {
    XXH3_64bits_reset(state_.get());
  }

  void add(std::string_view text) {
    XXH3_64bits_update(state_.get(), text.data(), text.size());
  }
  void add(std::span<const std::byte> bytes) {
    XXH3_64bits_update(state_.get(), bytes.data(), bytes.size());
  }

  [[nodiscard]] std::string text() const {
    return fmt::format("{:016x}", XXH3_64bits_digest(state_.get()));
  }

 private:
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state_;
};

std::string text_of(const AttributeValue& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        using Value = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<Value, bool>) {
          return v ? "true" : "false";
        } else if constexpr (std::is_same_v<Value, std::int64_t>) {
          return std::to_string(v);
        } else if constexpr (std::is_same_v<Value, Rational>) {
          return fraction_text(v);
        } else if constexpr (std::is_same_v<Value, double>) {
          return fraction_text(exact(v));
        } else if constexpr (std::is_same_v<Value, std::string>) {
          return v;
        } else {
          return shape_text(v);
        }
      },
      value);
}

void add_inputs(Hash& hash, const Question& question) {
  for (const auto& [name, tensor] : question.inputs()) {
    hash.add(fmt::format("input {} {} {}\n", name, tensor.format().name,
                         shape_text(tensor.shape())));
    hash.add(tensor.bytes());
    hash.add("\n");
  }
}

}  // namespace

std::string request_digest(const Question& question,
                           const std::vector<std::string>& outputs) {
  Hash hash;
  hash.add(fmt::format("truenorm 1\nop {}\ndirection {}\n", question.op().name,
                       name(question.direction())));
  for (const auto& [attribute, value] : question.attributes()) {
    hash.add(fmt::format("attribute {} {}\n", attribute, text_of(value)));
  }
  hash.add(fmt::format("outputs {}\n", fmt::join(outputs, ",")));
  add_inputs(hash, question);
  return hash.text();
}

std::string inputs_digest(const Question& question) {
  Hash hash;
  add_inputs(hash, question);
  return hash.text();
}

}  // namespace truenorm
