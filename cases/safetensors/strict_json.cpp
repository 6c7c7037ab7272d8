// SPDX-License-Identifier: Apache-2.0
// The checks as a SAX pass, so that a deep or ambiguous text never becomes a value.
#include "cases/safetensors/strict_json.hpp"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace truenorm::safetensors {
namespace {

constexpr std::size_t max_depth = 8;

class StrictnessCheck : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override {
    return true;
  }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*elements*/) override { return enter(); }
  bool start_array(std::size_t /*elements*/) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) return true;
    complaint_ = "the key '" + name + "' occurs twice";
    return false;
  }
  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    complaint_ = "no valid JSON at byte " + std::to_string(position);
    return false;
  }

  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  bool enter() {
    keys_.emplace_back();
    if (keys_.size() <= max_depth) return true;
    complaint_ = "nested more than " + std::to_string(max_depth) + " deep";
    return false;
  }
  bool leave() {
    keys_.pop_back();
    return true;
  }

  std::vector<std::set<std::string>> keys_;
  std::string complaint_;
};

}  // namespace

std::optional<std::string> json_complaint(std::string_view text) {
  StrictnessCheck check;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &check)) return std::nullopt;
  return check.complaint();
}

}  // namespace truenorm::safetensors
